//! Looking into the work queue: what waits, in words, and who it may be about. Every look is on record.

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::ids::PersonId;
use shared::person::{Birth, Person, PersonDraft, Sex};
use shared_web::Problem;
use shared_web::extract::List;
use uuid::Uuid;

use crate::app::App;
use crate::app::held::{mine, never_released};
use crate::app::paging;
use crate::app::reason::Reason;
use crate::app::record;
use crate::app::sender::Sender;
use crate::app::whose::{self, Who};
use crate::domain::disposition::HoldReason;
use crate::domain::hl7;
use crate::domain::result::{Parsed, PersonRef};
use crate::store::LabWrite;
use crate::store::model::Held;

/// How many people who resemble are shown: with more than these a name says nothing.
const MOST_CANDIDATES: usize = 20;

/// A record that waits, as it can be read today.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its place in the queue.
    pub held: Held,
    /// What it says; `None` where today's rules no longer understand it.
    pub record: Option<Parsed>,
}

impl Waiting {
    /// A record of the queue.
    #[must_use]
    pub fn new(held: Held) -> Self {
        Self { record: record::from_json(&held.draft, held.created_at), held }
    }

    /// The tube that it names.
    #[must_use]
    pub fn barcode(&self) -> Option<&str> {
        self.record.as_ref()?.draft.subject.barcode().map(|barcode| barcode.as_str())
    }

    /// Whom it describes; somebody of whom only the name is said has nothing but that.
    #[must_use]
    pub fn described(&self) -> Option<PersonDraft> {
        match self.record.as_ref()?.draft.subject.person()? {
            PersonRef::Described { draft, .. } => Some((**draft).clone()),
            PersonRef::Named(name) => Some(PersonDraft {
                full_name: name.clone(),
                birth: None,
                sex: Sex::default(),
                phone: None,
                national_id: None,
                health_insurance_no: None,
                address: None,
                ward_code: None,
                warnings: Vec::new(),
            }),
            PersonRef::Known(_) => None,
        }
    }

    /// Why it waits.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> {
        self.held.reasons.iter().filter_map(|code| Reason::from_code(code))
    }

    /// Whether it can be released at all, whatever a person adds.
    #[must_use]
    pub fn is_releasable(&self) -> bool {
        let is_test = self.record.as_ref().is_some_and(|parsed| parsed.draft.method.is_some());
        is_test && !self.held.reasons.iter().any(|reason| never_released(reason))
    }

    /// Whether a person must say what the result is.
    #[must_use]
    pub fn needs_value(&self) -> bool {
        needs_value(&self.held.reasons)
    }

    /// Whether there is a question about whose it is.
    #[must_use]
    pub fn asks_person(&self) -> bool {
        let doubts = [Reason::OtherPerson, Reason::SimilarPerson];
        self.needs_person() || self.reasons().any(|reason| doubts.contains(&reason))
    }

    /// Whether a person must say whose it is, so that it cannot be released without a look.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        let nobody = [Reason::UnknownTube, Reason::NoPerson];
        self.reasons().any(|reason| nobody.contains(&reason))
    }
}

fn has(reasons: &[String], wanted: &[HoldReason]) -> bool {
    reasons.iter().any(|reason| wanted.iter().any(|one| one.code() == reason))
}

/// Whether the record of these reasons says several things, contradicts another of its message, or says nothing that is
/// understood, so that a person says what holds.
#[must_use]
pub fn needs_value(reasons: &[String]) -> bool {
    has(reasons, &[HoldReason::CodesDisagree, HoldReason::UnknownValue, HoldReason::ResultsDisagree])
}

/// Somebody of the register whom a record may be about.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Their record.
    pub person: Person,
    /// It is their tube.
    pub owns_tube: bool,
    /// The caller may see the day of their birth. A laboratory, which can send any name, sees the year.
    pub shows_day: bool,
}

/// A record that waits, with everything that a decision needs.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The record.
    pub waiting: Waiting,
    /// Who it may be about, the owner of the tube first.
    pub candidates: Vec<Candidate>,
    /// The message as it came: its format and its text.
    pub message: Option<(String, String)>,
    /// The other records of the same message that wait, where they contradict each other.
    pub others: Vec<Waiting>,
}

/// Records that wait, oldest first. Those after the record `after`, where it is named.
///
/// # Errors
/// 503 where the database fails.
pub async fn list(app: &App, sender: &Sender, after: Option<Uuid>, limit: i64) -> Result<List<Waiting>, Problem> {
    let mut tx = app.store.write().await?;
    let found = list_in(tx.as_mut(), app, sender, after, limit).await?;
    tx.commit().await?;
    Ok(found)
}

/// As [`list`], in a transaction at hand.
///
/// # Errors
/// 503 where the database fails.
pub async fn list_in(
    tx: &mut dyn LabWrite,
    app: &App,
    sender: &Sender,
    after: Option<Uuid>,
    limit: i64,
) -> Result<List<Waiting>, Problem> {
    let found = tx.waiting(sender.lab_code(), after, limit + 1).await?;
    let List { items, next_cursor } = paging::after_last(found, limit, |held| held.id.to_string());
    let entry = sender.audit("held.list", None, json!({"count": items.len(), "after": after}));
    tx.audit(&entry, app.platform.now(), &mut app.platform.random()).await?;
    Ok(List { items: items.into_iter().map(Waiting::new).collect(), next_cursor })
}

/// One record that waits.
///
/// # Errors
/// 404 where it waits no more or is not the caller's to decide about.
pub async fn show(app: &App, sender: &Sender, id: Uuid) -> Result<Detail, Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let waiting = Waiting::new(mine(tx.as_mut(), sender, id).await?);
    let candidates = candidates(tx.as_mut(), &waiting, sender.oversees()).await?;
    let place = waiting.held.upload_id.zip(waiting.held.place);
    let (message, mut others) = match place {
        Some((upload_id, place)) => (tx.raw(upload_id, place).await?, tx.waiting_of_message(upload_id, place).await?),
        None => (None, Vec::new()),
    };
    let contradicts = |held: &Held| has(&held.reasons, &[HoldReason::ResultsDisagree]);
    others.retain(|other| other.id != id && contradicts(&waiting.held) && contradicts(other));
    let detail = json!({"held_id": id, "reasons": waiting.held.reasons, "message": message.is_some()});
    let entry = sender.audit("held.read", Some(format!("held:{id}")), detail.clone());
    tx.audit(&entry, now, &mut random).await?;
    let people: Vec<PersonId> = candidates.iter().map(|candidate| candidate.person.id).collect();
    if !people.is_empty() {
        tx.audit_of_many(&sender.audit("held.compare", None, detail), &people, now, &mut random).await?;
    }
    tx.commit().await?;
    let message = message.map(|(format, bytes)| {
        let text = if format == "hl7" {
            hl7::decoded(&bytes).replace("\r\n", "\n").replace('\r', "\n")
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        (format, text)
    });
    Ok(Detail { waiting, candidates, message, others: others.into_iter().map(Waiting::new).collect() })
}

async fn candidates(tx: &mut dyn LabWrite, waiting: &Waiting, shows_day: bool) -> Result<Vec<Candidate>, Problem> {
    let mut ids: Vec<(PersonId, bool)> = Vec::new();
    if !waiting.is_releasable() {
        return Ok(Vec::new());
    }
    if let Some(parsed) = &waiting.record
        && let Ok(whose) = whose::find(tx, parsed, None).await?
        && let Who::Person(owner) = whose.who
    {
        ids.push((owner, whose.specimen_id.is_some()));
    }
    if let Some(draft) = waiting.described() {
        ids.extend(tx.candidates_of(&[&draft]).await?.into_iter().map(|candidate| (candidate.id, false)));
    }
    let mut found: Vec<Candidate> = Vec::new();
    for (id, owns_tube) in ids {
        let id = tx.canonical(id).await?.unwrap_or(id);
        if found.len() < MOST_CANDIDATES
            && found.iter().all(|candidate| candidate.person.id != id)
            && let Some(stored) = tx.person(id).await?
        {
            found.push(Candidate { person: stored.person, owns_tube, shows_day });
        }
    }
    Ok(found)
}

/// What a person compares of somebody of the register: nothing that would tell more of them than is needed for that.
impl Candidate {
    /// The last digits of their phone and of their identity number.
    #[must_use]
    pub fn ends(&self) -> (Option<String>, Option<String>) {
        let end = |text: &str| text.chars().skip(text.chars().count().saturating_sub(3)).collect::<String>();
        let phone = self.person.phone.as_ref().map(|phone| end(phone.as_str()));
        (phone, self.person.national_id.as_ref().map(|number| end(number.as_str())))
    }

    /// Their birth, as far as the caller may see it.
    #[must_use]
    pub fn birth(&self) -> Option<Birth> {
        let birth = self.person.birth?;
        Some(if self.shows_day { birth } else { Birth::Year(birth.year()) })
    }

    /// What agrees and what differs between a record and this person.
    #[must_use]
    pub fn compared(&self, draft: &PersonDraft) -> Vec<Compared> {
        let Person { full_name, birth, phone, national_id, .. } = &self.person;
        let mut compared = vec![Compared::new("name", fold(full_name.as_str()) == fold(draft.full_name.as_str()))];
        let both = birth.zip(draft.birth);
        compared.extend(both.map(|(one, other)| Compared::new("birth", one.agrees_with(other))));
        let both = phone.as_ref().zip(draft.phone.as_ref());
        compared.extend(both.map(|(one, other)| Compared::new("phone", one == other)));
        let both = national_id.as_ref().zip(draft.national_id.as_ref());
        compared.extend(both.map(|(one, other)| Compared::new("number", one == other)));
        compared
    }
}

/// One field of two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// `name`, `birth`, `phone` or `number`.
    pub field: &'static str,
    /// Whether both have the same.
    pub agrees: bool,
}

impl Compared {
    const fn new(field: &'static str, agrees: bool) -> Self {
        Self { field, agrees }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> Bilingual {
        let (vi, en) = match self.field {
            "name" => ("họ tên", "name"),
            "birth" => ("ngày sinh", "birth"),
            "phone" => ("số điện thoại", "phone"),
            _ => ("số giấy tờ", "ID number"),
        };
        if self.agrees {
            Bilingual::new(format!("cùng {vi}"), format!("same {en}"))
        } else {
            Bilingual::new(format!("khác {vi}"), format!("other {en}"))
        }
    }
}
