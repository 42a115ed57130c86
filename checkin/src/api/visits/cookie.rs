//! The cookie by which a browser without script is known the next time.

use crate::domain::device_token::VALID_FOR;

/// The cookie of a phone that was here before, for browsers without script. The prefix binds it to this host and to a
/// secure connection (RFC 6265bis, 4.1.3.2).
pub(crate) const COOKIE: &str = "__Host-device";

/// The line that sets it.
pub(crate) fn cookie_line(token: &str) -> String {
    let seconds = VALID_FOR.as_secs();
    format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")
}
