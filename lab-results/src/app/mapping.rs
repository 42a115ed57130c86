//! What a laboratory's own words mean, entered by the laboratory itself.

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::problem::FieldError;
use shared_web::Problem;

use crate::app::App;
use crate::app::sender::Sender;
use crate::domain::codes::{self, Finding, SpecimenKind, TestKind};
use crate::domain::message::MappingKind;
use crate::domain::tabular;
use crate::store::model::MappedWord;

/// The longest word.
const LONGEST: usize = 100;

/// The laboratory whose words are meant: that of the account, or the one that an officer names.
///
/// # Errors
/// 422 where an account names another laboratory than its own, or none and has none.
pub fn laboratory(sender: &Sender, named: Option<&str>) -> Result<String, Problem> {
    match (sender.lab_code(), named.map(str::to_uppercase)) {
        (Some(own), None) => Ok(own.to_owned()),
        (Some(own), Some(named)) if own == named => Ok(named),
        (None, Some(named)) => Ok(named),
        (Some(own), Some(_)) => Err(Problem::field(FieldError::new(
            "/lab_code",
            "wrong_lab",
            Bilingual::new(
                format!("Tài khoản này của phòng {own}"),
                format!("This account is of the laboratory {own}"),
            ),
        ))),
        (None, None) => Err(Problem::field(FieldError::required("/lab_code"))),
    }
}

/// The words of a laboratory.
///
/// # Errors
/// 404 where there is no such laboratory, 503 where the database fails.
pub async fn list(app: &App, lab_code: &str) -> Result<Vec<MappedWord>, Problem> {
    let mut tx = app.store.read().await?;
    if tx.laboratory(lab_code).await?.is_none() {
        return Err(no_laboratory());
    }
    Ok(tx.mapped_words(lab_code).await?)
}

/// Says what words mean; one without a meaning means nothing any more.
///
/// # Errors
/// 404 where there is no such laboratory, 422 with every word at fault, 503 where the database fails.
pub async fn put(app: &App, sender: &Sender, lab_code: &str, words: &[MappedWord]) -> Result<(), Problem> {
    let errors: Vec<FieldError> =
        words.iter().enumerate().filter_map(|(at, word)| check(word, &format!("/items/{at}"))).collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    if tx.laboratory(lab_code).await?.is_none() {
        return Err(no_laboratory());
    }
    for word in words {
        let word = MappedWord { local: fold(&word.local), ..word.clone() };
        tx.map_word(lab_code, &word, sender.account_id(), now).await?;
    }
    let detail = json!({"lab_code": lab_code, "words": words.len()});
    tx.audit(
        &sender.audit("mapping.put", Some(format!("laboratory:{lab_code}")), detail),
        now,
        &mut app.platform.random(),
    )
    .await?;
    Ok(tx.commit().await?)
}

/// What is wrong with a word: it is empty, or means nothing that we know.
fn check(word: &MappedWord, at: &str) -> Option<FieldError> {
    if word.local.trim().is_empty() || word.local.chars().count() > LONGEST {
        let detail = Bilingual::new(format!("Từ 1 đến {LONGEST} ký tự"), format!("1 to {LONGEST} characters"));
        return Some(FieldError::new(format!("{at}/local"), "length", detail));
    }
    let target = word.target.as_str();
    let (known, vi, en) = match word.kind {
        MappingKind::Test => (
            codes::test_kind(target).is_some_and(|kind| kind != TestKind::Local),
            "Một mã LOINC, ví dụ 94500-6",
            "A LOINC code, such as 94500-6",
        ),
        MappingKind::Outcome => (
            Finding::read(target).is_some(),
            "detected, not_detected, inconclusive, invalid hoặc mã SNOMED CT",
            "detected, not_detected, inconclusive, invalid or a SNOMED CT code",
        ),
        MappingKind::Specimen => (
            SpecimenKind::read(target).is_some(),
            "Một loại mẫu, ví dụ nasopharyngeal_swab",
            "A kind of specimen, such as nasopharyngeal_swab",
        ),
        MappingKind::Header => (
            tabular::is_column(target),
            "Tên một cột trong danh mục, ví dụ accession",
            "The name of a column of the dictionary, such as accession",
        ),
    };
    (!known && !target.is_empty())
        .then(|| FieldError::new(format!("{at}/target"), "unknown_target", Bilingual::new(vi, en)))
}

fn no_laboratory() -> Problem {
    Problem::not_found("Không có phòng xét nghiệm này.", "There is no such laboratory.")
}
