//! The device tokens that check-ins give back.

use shared::ids::PersonId;
use shared::time::Instant;

use super::prepared::KnownOrNew;
use crate::App;
use crate::domain::device_token::{self, DeviceToken, VALID_FOR};
use crate::store::Visit;

/// The owner of a token. A token in the second half of its life is replaced, so that who comes often is never asked
/// again; the device stays the one that it was.
pub(super) fn known(app: &App, text: &str, token: DeviceToken, now: Instant) -> KnownOrNew {
    let old = now.since(token.issued_at) > VALID_FOR / 2;
    let key = app.platform.keys();
    let renewed = || device_token::issue_to(key.token.bytes(), token.person_id, now, token.device);
    KnownOrNew::Known(token.person_id, if old { renewed() } else { text.to_owned() })
}

/// The token of whoever came with a visit. A visit under an id of the client's own has one token however often it is sent:
/// the mark of its body, which nobody has without the day's key, stands for the device.
pub(super) fn token_of(app: &App, person: PersonId, visit: &Visit, now: Instant) -> String {
    if visit.fingerprint == 0 {
        return issue(app, person, now);
    }
    let (key, at) = (app.platform.keys(), visit.checked_in_at.min(now));
    device_token::issue_to(key.token.bytes(), person, at, visit.fingerprint.to_be_bytes())
}

pub(super) fn issue(app: &App, person: PersonId, now: Instant) -> String {
    device_token::issue(app.platform.keys().token.bytes(), person, now, &mut app.platform.random())
}
