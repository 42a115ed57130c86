//! What the sign-in page keeps of a right password until the code comes: whose it was, sealed, for five minutes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::ids::AccountId;
use shared::time::{Instant, minutes};

use crate::platform::Platform;

/// The name that a ticket is sealed under.
const FIELD: &str = "sign_in_ticket";
/// How many minutes it is good.
const MINUTES: i64 = 5;

#[derive(Serialize, Deserialize)]
struct Ticket {
    account: AccountId,
    until: Instant,
}

/// The ticket of an account whose password was right.
#[must_use]
pub fn issue(platform: &Platform, account: AccountId) -> String {
    let ticket = Ticket { account, until: platform.now().plus(minutes(MINUTES)) };
    let bytes = serde_json::to_vec(&ticket).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(platform.keys().sealer.seal(FIELD, &[], &bytes, &mut platform.random()))
}

/// Whose password was right; nobody's where the ticket is over or not ours.
#[must_use]
pub fn read(platform: &Platform, text: &str) -> Option<AccountId> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let bytes = platform.keys().sealer.open(FIELD, &[], &sealed).ok()?;
    let ticket: Ticket = serde_json::from_slice(&bytes).ok()?;
    (ticket.until > platform.now()).then_some(ticket.account)
}
