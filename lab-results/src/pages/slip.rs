//! The result slip as PDF, and the public page that its QR opens.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, exact};

use super::citizen::missing;
use super::{TEXTS, even, method_word, outcome_key, when};
use crate::app::App;
use crate::app::citizen::{self, Shown};
use crate::app::slip::{self, Checked};
use crate::label::{SlipSpec, slip as draw};
use crate::store::model::{StoredResult, StoredVersion};

fn spec(app: &App, caller: &Caller, shown: &Shown, birth_year: Option<i16>) -> SlipSpec {
    let page = Page::new(caller, &TEXTS, "slip-paper-title");
    let (result, content) = (&shown.result, &shown.result.content);
    let key = outcome_key(result);
    let mut rows = vec![
        (page.t("result-name"), shown.full_name.clone()),
        (page.t("result-birth-year"), birth_year.map(|year| year.to_string()).unwrap_or_default()),
        (page.t("result-test"), method_word(&page, content.method)),
        (page.t("result-specimen"), content.specimen_kind.name().get(page.language()).to_owned()),
        (page.t("result-collected"), when(content.collected_at)),
        (page.t("result-resulted"), when(content.resulted_at)),
        (page.t("result-lab"), shown.lab_name.clone()),
        (page.t("result-accession"), result.accession.clone()),
    ];
    rows.retain(|(_, value)| !value.is_empty());
    let says = match (key, shown.pooled) {
        ("not_detected", true) => page.t("result-says-pooled"),
        _ => page.t(&format!("result-says-{key}")),
    };
    SlipSpec {
        title: page.t("slip-paper-title"),
        word: page.t(&format!("outcome-{key}")),
        says,
        rows,
        url: slip::address(app, result),
        check: page.t("slip-paper-check"),
        printed: format!("{} {}", page.t("result-seen-at"), exact(app.platform.now())),
    }
}

pub(super) async fn pdf(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    if caller.citizen() != Some(linked.person_id) {
        return Ok(Redirect::to(&format!("/r/{}", linked.result.link_code)).into_response());
    }
    let shown = citizen::show(&app, &caller, &linked).await?;
    slip::taken(&app, &caller, &linked).await?;
    let stored = app.store.read().await?.person(linked.person_id).await?;
    let birth_year = stored.and_then(|stored| stored.person.birth).map(|birth| birth.year());
    let spec = spec(&app, &caller, &shown, birth_year);
    let drawn = tokio::task::spawn_blocking(move || draw(&spec)).await.map_err(|_| Problem::internal())?;
    let pdf = drawn.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a slip could not be drawn");
        Problem::internal()
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ket-qua-xet-nghiem.pdf\""),
        (header::CACHE_CONTROL, "no-store"),
        // As on the pages: the length of what leaves should not depend on how well it compresses.
        (header::CONTENT_ENCODING, "identity"),
    ];
    Ok((headers, padded(pdf)).into_response())
}

/// Every slip is a multiple of this size, in bytes: a slip has about half of it.
const EVEN_PAPER: usize = 128 * 1024;

/// A PDF that is as long as any other slip. What fills it is a comment before the last mark, where no offset points behind.
fn padded(mut pdf: Vec<u8>) -> Vec<u8> {
    const MARK: &[u8] = b"startxref";
    let size = (pdf.len() + 2).div_ceil(EVEN_PAPER) * EVEN_PAPER;
    let filling = size - pdf.len() - 2;
    if let Some(at) = pdf.windows(MARK.len()).rposition(|window| window == MARK) {
        let comment = std::iter::once(b'%').chain(std::iter::repeat_n(b' ', filling)).chain(std::iter::once(b'\n'));
        pdf.splice(at..at, comment);
    }
    pdf
}

#[derive(Template)]
#[template(path = "slip_check.html")]
pub(super) struct CheckPage {
    page: Page,
    level: &'static str,
    word: String,
    says: String,
    rows: Vec<(String, String)>,
}

/// The first letters of a name: enough to compare with a paper in the hand, too little to learn who it is.
fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().next());
    letters.map(|letter| format!("{letter}. ")).collect::<String>().trim_end().to_owned()
}

impl CheckPage {
    fn forged(caller: &Caller) -> Self {
        let page = Page::new(caller, &TEXTS, "slip-title");
        let (word, says) = (page.t("slip-forged"), page.t("slip-forged-says"));
        Self { level: "urgent", word, says, rows: Vec::new(), page }
    }

    fn known(
        caller: &Caller,
        key: &str,
        result: &StoredResult,
        shown: &StoredVersion,
        who: Option<(String, String)>,
    ) -> Self {
        let page = Page::new(caller, &TEXTS, "slip-title");
        let outcome = page.t(&format!("outcome-{}", shown.content.outcome.code()));
        let mut rows = vec![(page.t("slip-said"), outcome)];
        if key == "corrected" {
            rows.push((page.t("slip-now"), page.t(&format!("outcome-{}", outcome_key(result)))));
        }
        if let Some((initials, birth_year)) = who {
            rows.push((page.t("result-name"), initials));
            rows.push((page.t("result-birth-year"), birth_year));
        }
        rows.push((page.t("result-test"), method_word(&page, shown.content.method)));
        rows.push((page.t("result-collected"), when(shown.content.collected_at)));
        rows.push((page.t("result-resulted"), when(shown.content.resulted_at)));
        rows.push((page.t("result-lab"), result.lab_code.clone()));
        rows.retain(|(_, value)| !value.is_empty());
        Self {
            level: if key == "good" { "well" } else { "urgent" },
            word: page.t(&format!("slip-{key}")),
            says: page.t(&format!("slip-{key}-says")),
            rows,
            page,
        }
    }
}

pub(super) async fn check(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let checked = slip::check(&app, &token).await?;
    let (key, result, shown) = match &checked {
        Checked::Forged => return Ok(even(&CheckPage::forged(&caller))),
        Checked::Good(result, shown) => ("good", result, shown),
        Checked::Corrected(result, shown) => ("corrected", result, shown),
        Checked::Withdrawn(result, shown) => ("withdrawn", result, shown),
    };
    let who = match shown.content.person_id {
        Some(person) => {
            let mut tx = app.store.read().await?;
            let kept = tx.canonical(person).await?.unwrap_or(person);
            tx.person(kept).await?.map(|stored| {
                let birth = stored.person.birth.map(|birth| birth.year().to_string()).unwrap_or_default();
                (initials(stored.person.full_name.as_str()), birth)
            })
        }
        None => None,
    };
    Ok(even(&CheckPage::known(&caller, key, result, shown, who)))
}
