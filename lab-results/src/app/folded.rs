//! Lines of the audit log about many people: what an upload does with the rows of a chunk in one way is one line, which names
//! every person and result and is found under each of them.

use serde_json::{Value, json};
use shared::ids::{PersonId, UploadId};
use shared_store::audit::AuditEntry;

/// What a chunk does with most of its rows.
const FOLDED: [&str; 2] = ["person.create", "result.store"];
/// From how many on they are one line: the few of a message or a request stand by themselves.
const MANY: usize = 16;

/// Lines that stand by themselves, and those that stand for many people each.
pub(super) type Lines = (Vec<AuditEntry>, Vec<(AuditEntry, Vec<PersonId>)>);

/// Makes one line of those of a chunk that say the same of different people.
pub(super) fn folded(mut lines: Vec<AuditEntry>, upload: UploadId) -> Lines {
    let mut of_many = Vec::new();
    for action in FOLDED {
        let mut found: Vec<(PersonId, AuditEntry)> = Vec::new();
        lines.retain(|line| match person_of(line).filter(|_| line.action == action) {
            Some(person) => {
                found.push((person, line.clone()));
                false
            }
            None => true,
        });
        match found.as_slice() {
            [] => {}
            few if few.len() < MANY => lines.extend(few.iter().map(|(_, line)| line.clone())),
            [(_, first), ..] => {
                let people = found.iter().map(|(person, _)| *person).collect();
                let told: Vec<Value> = found.iter().map(|(person, line)| of_one(*person, &line.detail)).collect();
                let (subject, detail) = (Some(format!("upload:{upload}")), json!({"upload_id": upload, "rows": told}));
                of_many.push((AuditEntry { subject, detail, ..first.clone() }, people));
            }
        }
    }
    (lines, of_many)
}

fn person_of(line: &AuditEntry) -> Option<PersonId> {
    line.subject.as_deref()?.strip_prefix("person:")?.parse().ok()
}

/// What a line says of one person; the upload is said once for all.
fn of_one(person: PersonId, detail: &Value) -> Value {
    let mut told = json!({"person_id": person});
    let others = detail.as_object().into_iter().flatten().filter(|(name, _)| *name != "upload_id");
    for (name, value) in others {
        told[name] = value.clone();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_store::audit::Actor;

    fn line(action: &'static str, person: u128, detail: Value) -> AuditEntry {
        let person = PersonId::from_uuid(uuid::Uuid::from_u128(person));
        AuditEntry {
            service: "lab",
            actor: Actor::System,
            action,
            subject: Some(format!("person:{person}")),
            detail,
            request_id: Some("r".to_owned()),
        }
    }

    #[test]
    fn what_is_done_with_many_is_one_line_that_names_them_all_and_the_rest_stays() {
        let upload = UploadId::from_uuid(uuid::Uuid::from_u128(9));
        let mut lines = vec![
            line("person.create", 2, json!({"reviews": 1})),
            line("result.amend", 3, json!({"version": 2, "upload_id": upload})),
        ];
        lines.extend((0..16).map(|n| line("result.store", n, json!({"version": 1, "upload_id": upload}))));
        let (alone, of_many) = folded(lines, upload);
        let actions: Vec<_> = alone.iter().map(|line| line.action).collect();
        assert_eq!(actions, ["result.amend", "person.create"], "few of a kind stay as they are");
        let [(line, people)] = &of_many[..] else { panic!("{of_many:?}") };
        assert_eq!((line.action, line.subject.as_deref()), ("result.store", Some(&*format!("upload:{upload}"))));
        assert_eq!(people.len(), 16);
        let told: Vec<_> = people.iter().map(|person| json!({"person_id": person, "version": 1})).collect();
        assert_eq!(line.detail, json!({"upload_id": upload, "rows": told}));
    }
}
