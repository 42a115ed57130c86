//! What staff did for a patient, as lines of the timeline.

use shared::bilingual::{Bilingual, Lang};

use super::timeline::{TimelineItem, item};
use crate::app::look::Names;
use crate::domain::act::{ActBody, ActStatus, Item, StepBy};
use crate::store::ActRecord;

fn listed(items: &[Item]) -> String {
    let one =
        |item: &Item| if item.dose.is_empty() { item.name.clone() } else { format!("{} {}", item.name, item.dose) };
    items.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What was done, in words.
#[must_use]
pub fn words(body: &ActBody, lang: Lang) -> String {
    let say = |vi: &str, en: &str| Bilingual::new(vi, en).get(lang).to_owned();
    match body {
        ActBody::Advice { .. } => say("Dặn người bệnh", "Advice to the patient"),
        ActBody::Prescription { bag: Some(bag), .. } => format!("{} {}", say("Túi thuốc", "Medicine bag"), bag.code()),
        ActBody::Prescription { .. } => say("Kê thuốc", "Prescription"),
        ActBody::Referral { to, urgency, .. } => {
            let to = if to.is_empty() { say("cơ sở điều trị", "a place of care") } else { to.clone() };
            format!("{} {to} ({})", say("Chuyển đến", "Refer to"), urgency.name().get(lang))
        }
        ActBody::Call { direction, disposition, .. } => {
            format!("{}: {}", direction.name().get(lang), disposition.name().get(lang))
        }
        ActBody::Handover { to, .. } => format!("{}: {}", say("Bàn giao", "Passed on"), to.name().get(lang)),
    }
}

/// What was written with it.
#[must_use]
pub fn note(body: &ActBody) -> String {
    match body {
        ActBody::Advice { text } => text.clone(),
        ActBody::Prescription { items, note, .. } => {
            [listed(items), note.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ")
        }
        ActBody::Referral { reason, .. } | ActBody::Handover { reason, .. } => reason.clone(),
        ActBody::Call { note, .. } => note.clone(),
    }
}

/// The lines of one: what was done, and each step since.
pub(super) fn of(act: &ActRecord, names: &Names, lang: Lang) -> Vec<TimelineItem> {
    let kind = act.kind().code();
    let what = words(&act.body, lang);
    let note = note(&act.body);
    let first_status = act.steps.is_empty().then_some(act.status);
    let first = TimelineItem {
        by: names.get(&act.by).cloned(),
        note: (!note.is_empty()).then_some(note),
        ..item(act.at, format!("{kind}.{}", first_status.map_or("added", ActStatus::code)), None, what.clone())
    };
    let steps = act.steps.iter().map(|step| TimelineItem {
        by: match step.by {
            StepBy::Account(id) => names.get(&id).cloned(),
            StepBy::Person(_) | StepBy::System => None,
        },
        note: (!step.note.is_empty()).then(|| step.note.clone()),
        ..item(
            step.at,
            format!("{kind}.{}", step.status.code()),
            None,
            format!("{what}: {}", step.status.name().get(lang)),
        )
    });
    std::iter::once(first).chain(steps).collect()
}
