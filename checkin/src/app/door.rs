//! The door: whether a visitor comes in, by the rules of the day and by what they declared.

use std::path::Path;
use std::sync::Arc;

use shared::ids::PersonId;
use shared::place::{Place, PlaceKind};
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;

use super::check_in::{self, CheckInError, CheckedIn, Prepared};
use super::declarations::{self, Answered};
use super::record::LATE;
use super::room::AtDoor;
use crate::App;
use crate::domain::door::{Door, DoorRules, DoorRulesError, Level, Proof, Rule, Standing, judge};
use crate::store::{CheckinWrite, DeclarationRecord};

/// Where a province puts its own rules, below the data directory.
const FILE: &str = "policy/door.json";

/// Why the rules of a province are not in force.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{FILE} cannot be read")]
    Io(#[from] std::io::Error),
    /// What stands in it are no rules.
    #[error("{FILE} holds no rules that can be followed")]
    Rules(#[from] DoorRulesError),
}

/// The rules of a province where its file is there, otherwise those that the program brings.
///
/// # Errors
/// When there is a file that is not understood.
pub fn load(data_dir: &Path) -> Result<DoorRules, LoadError> {
    match std::fs::read_to_string(data_dir.join(FILE)) {
        Ok(json) => Ok(DoorRules::read(&json)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(DoorRules::ours()),
        Err(error) => Err(error.into()),
    }
}

/// How word of a visit comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The visitor stands at the door, whatever their clock says: it answers by the rules of now.
    AtDoor,
    /// A phone or a scanner kept the visit and sends what it kept.
    Queued,
}

impl Arrival {
    /// Whether the visit has happened, so that no door asks any more. A visit that was kept for a moment only, because its
    /// first sending failed, is still one at the door. Where the phone says when it sends, its own clock tells how long it
    /// kept it: a clock that is some minutes slow, which is not corrected, does not make a visit late.
    fn is_over(self, prepared: &Prepared, now: Instant) -> bool {
        let kept_for = prepared.input().kept_for().unwrap_or_else(|| now.since(prepared.at()));
        self == Self::Queued && kept_for > LATE
    }
}

/// The rules that a visitor has to follow.
fn rules<'a>(app: &'a App, prepared: &Prepared, arrival: Arrival) -> Vec<&'a Rule> {
    let now = app.platform.now();
    if arrival.is_over(prepared, now) { Vec::new() } else { app.door.in_force(prepared.place().kind, now.local_date()) }
}

/// Whether nothing is asked of a visitor and nothing was declared: the visit is one row and needs no look at anybody.
#[must_use]
pub fn is_open(app: &App, prepared: &Prepared, arrival: Arrival) -> bool {
    !prepared.has_declaration() && rules(app, prepared, arrival).is_empty()
}

/// Takes a visit as the rules and the declaration want it. Who is not let in leaves no visit. A full place is told of and
/// shuts no door: whoever counts the visitors may know better.
///
/// # Errors
/// As those of a visit, and the fields of its declaration that are at fault.
pub async fn admit(
    app: &App,
    caller: &Caller,
    prepared: Prepared,
    arrival: Arrival,
    shown: &[Proof],
) -> Result<CheckedIn, CheckInError> {
    let coming = Coming { app, caller, arrival, shown };
    match rooms(app, &prepared, arrival) {
        None => coming.admit(prepared).await,
        Some(rooms) => Box::pin(coming.admit_with_room(prepared, &rooms)).await,
    }
}

/// Somebody comes, by whose word, and with what they showed.
struct Coming<'a> {
    app: &'a App,
    caller: &'a Caller,
    arrival: Arrival,
    shown: &'a [Proof],
}

/// The rooms that a visitor at the door comes into and that hold so many. They are remembered with the place.
fn rooms(app: &App, prepared: &Prepared, arrival: Arrival) -> Option<Arc<[Place]>> {
    let place = prepared.place();
    if arrival != Arrival::AtDoor || place.capacity.is_none() && place.parent_id.is_none() {
        return None;
    }
    app.venues.known(prepared.code(), app.platform.now()).map(|known| known.rooms).filter(|rooms| !rooms.is_empty())
}

impl Coming<'_> {
    /// Takes the visit of somebody at the door of a place that holds so many, or lies within one that does.
    async fn admit_with_room(&self, prepared: Prepared, rooms: &Arc<[Place]>) -> Result<CheckedIn, CheckInError> {
        let inside = AtDoor::count(self.app, rooms).await;
        let mut checked = self.admit(prepared).await?;
        if checked.created && !checked.door.is_red() {
            let people = i64::try_from(checked.people).unwrap_or(i64::MAX);
            if let Some(full) = inside.came(self.app, &checked.place, people) {
                checked.door = checked.door.and(Level::Amber, full);
            }
        }
        Ok(checked)
    }

    async fn admit(&self, prepared: Prepared) -> Result<CheckedIn, CheckInError> {
        let rules = rules(self.app, &prepared, self.arrival);
        let answered = prepared.declaration()?;
        if answered.is_none() && rules.is_empty() {
            return check_in::finish(self.app, self.caller, &prepared).await;
        }
        Box::pin(self.admit_by(prepared, &rules, answered)).await
    }

    /// Takes a visit where something is asked for, or declared.
    async fn admit_by(
        &self,
        prepared: Prepared,
        rules: &[&Rule],
        answered: Option<Answered>,
    ) -> Result<CheckedIn, CheckInError> {
        let Self { app, caller, arrival, shown } = *self;
        let now = app.platform.now();
        let mut tx = app.store.write().await?;
        if !tx.visits(&[prepared.id()]).await?.is_empty() {
            drop(tx);
            return check_in::finish(app, caller, &prepared).await;
        }
        let (person, declared, created) = match &answered {
            Some(answered) => {
                let (record, created) =
                    declarations::of_visit(app, tx.as_mut(), caller, &prepared, answered, now).await?;
                (record.person_id, Some(record), created)
            }
            None => (check_in::visitor(app, tx.as_mut(), caller, &prepared).await?.0, None, true),
        };
        let known = Known::of(tx.as_mut(), rules, person, declared, shown).await?;
        tx.commit().await?;
        let holding = known.declaration.as_ref().filter(|record| record.valid_until > now);
        let standing = Standing {
            declared: answered.as_ref().and(known.declaration.as_ref()).map(|record| record.verdict),
            on_record: holding.map(|record| record.verdict),
            proofs: &known.proofs,
            companions: prepared.companions(),
        };
        let door = if arrival.is_over(&prepared, now) { Door::GREEN } else { judge(rules, &standing, now) };
        let declared_until = holding.map(|record| record.valid_until);
        let prepared = prepared.as_person(app, person);
        if door.is_red() {
            return Ok(prepared.refused(person, created, door));
        }
        let checked = check_in::finish(app, caller, &prepared).await?;
        Ok(CheckedIn { door, declared_until, ..checked })
    }
}

/// What is known of a visitor that a rule may ask for.
struct Known {
    declaration: Option<DeclarationRecord>,
    proofs: Vec<Proof>,
}

impl Known {
    /// Looks up what the rules ask for and nothing else.
    async fn of(
        tx: &mut dyn CheckinWrite,
        rules: &[&Rule],
        person: PersonId,
        declared: Option<DeclarationRecord>,
        shown: &[Proof],
    ) -> Result<Self, StoreError> {
        let person = tx.canonical(person).await?.unwrap_or(person);
        let declaration = match declared {
            Some(record) => Some(record),
            None if rules.iter().any(|rule| rule.declaration) => tx.latest_declaration(person).await?,
            None => None,
        };
        let mut proofs = shown.to_vec();
        if rules.iter().any(|rule| !rule.proof.is_empty()) {
            proofs.extend(tx.proofs_of(person).await?);
        }
        Ok(Self { declaration, proofs })
    }
}

/// Whether a visitor to a kind of place has to declare before coming in: a rule asks for it, and what the phone's owner
/// declared does not hold any more.
///
/// # Errors
/// When the store fails.
pub async fn declaration_is_due(app: &App, kind: PlaceKind, person: Option<PersonId>) -> Result<bool, StoreError> {
    let now = app.platform.now();
    if !app.door.in_force(kind, now.local_date()).iter().any(|rule| rule.declaration) {
        return Ok(false);
    }
    let Some(person) = person else { return Ok(true) };
    let mut tx = app.store.read().await?;
    let person = tx.canonical(person).await?.unwrap_or(person);
    let latest = tx.latest_declaration(person).await?;
    Ok(latest.is_none_or(|record| record.valid_until <= now))
}
