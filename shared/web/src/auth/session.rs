//! Sessions: begun by a password or a one-time code, kept as the hash of a random token.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use shared::access::Account;
use shared::ids::{AccountId, SessionId};
use shared::time::{Instant, hours};
use shared_store::StoreError;
use shared_store::people::{Session, SessionKind, SessionOwner};

use crate::auth::password;
use crate::auth::second_factor::{self, Checked};
use crate::caller::{Caller, token_hash};
use crate::platform::Platform;

/// How long an account's session lasts.
const ACCOUNT_HOURS: i64 = 12;
/// How long a citizen's session lasts.
const CITIZEN_HOURS: i64 = 2;

/// A session that has just begun, with the token that is told once.
#[derive(Clone)]
pub struct Begun {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: Instant,
}

impl fmt::Debug for Begun {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// The longest user name and the longest password that are looked at, in bytes.
const LONGEST: (usize, usize) = (100, 1_024);

/// What became of a sign-in.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// A session.
    Begun(Begun, Account),
    /// Name and password do not fit.
    Refused,
    /// The password is right, and a code of the account's second factor is asked for.
    CodeMissing(AccountId),
    /// The password is right, and the code is not.
    CodeWrong(AccountId),
}

/// Signs in with a password, and a code where the account has a second factor. Every try is on record, by the account
/// where there is one: what is typed as a user name may be a password, and is kept nowhere.
///
/// # Errors
/// When the store fails.
pub async fn sign_in(
    platform: &Platform,
    caller: &Caller,
    username: &str,
    given: &str,
    code: Option<&str>,
    kind: SessionKind,
) -> Result<SignIn, StoreError> {
    let plausible = username.len() <= LONGEST.0 && given.len() <= LONGEST.1 && !username.contains(char::is_control);
    let stored = if plausible { platform.shared.read().await?.account_by_username(username).await? } else { None };
    let hash = stored.as_ref().map_or_else(|| password::NOBODY.to_owned(), |s| s.password_hash.clone());
    let given = if plausible { given.to_owned() } else { String::new() };
    // Hashing takes tens of milliseconds of a core: not on a thread that serves others.
    let fits = tokio::task::spawn_blocking(move || password::verify(&given, &hash)).await.unwrap_or(false);
    let tried = stored.as_ref().map(|stored| format!("account:{}", stored.account.id));
    let account = stored.filter(|stored| fits && stored.active).map(|stored| stored.account);
    let Some(account) = account else {
        let now = platform.now();
        let mut tx = platform.shared.write().await?;
        let entry = caller.audit("auth", "session.refuse", tried, json!({"kind": kind.code()}));
        tx.audit(&entry, now, &mut platform.random()).await?;
        tx.commit().await?;
        return Ok(SignIn::Refused);
    };
    with_code(platform, caller, account, code, kind).await
}

/// Goes on with a sign-in whose password was right a moment ago.
///
/// # Errors
/// When the store fails.
pub async fn go_on(
    platform: &Platform,
    caller: &Caller,
    account: AccountId,
    code: &str,
    kind: SessionKind,
) -> Result<SignIn, StoreError> {
    let stored = platform.shared.read().await?.account(account).await?;
    match stored.filter(|stored| stored.active) {
        Some(stored) => with_code(platform, caller, stored.account, Some(code), kind).await,
        None => Ok(SignIn::Refused),
    }
}

async fn with_code(
    platform: &Platform,
    caller: &Caller,
    account: Account,
    code: Option<&str>,
    kind: SessionKind,
) -> Result<SignIn, StoreError> {
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    let checked = second_factor::check(tx.as_mut(), account.id, code, now).await?;
    let (action, signed_in) = match checked {
        Checked::Missing => ("session.challenge", SignIn::CodeMissing(account.id)),
        Checked::Wrong => ("session.refuse", SignIn::CodeWrong(account.id)),
        Checked::NotAsked | Checked::Right => {
            let (session, begun) = new_session(platform, SessionOwner::Account(account.id), kind, now);
            tx.insert_session(&session, &token_hash(&begun.token), now).await?;
            ("session.begin", SignIn::Begun(begun, account.clone()))
        }
    };
    let detail = json!({"kind": kind.code(), "second_factor": checked != Checked::NotAsked});
    let mut entry = caller.audit("auth", action, Some(format!("account:{}", account.id)), detail);
    if matches!(signed_in, SignIn::Begun(..)) {
        entry.actor = shared_store::audit::Actor::Account(account.id);
    }
    tx.audit(&entry, now, &mut platform.random()).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Makes a session and its token; the caller stores it in its own transaction.
#[must_use]
pub fn new_session(platform: &Platform, owner: SessionOwner, kind: SessionKind, now: Instant) -> (Session, Begun) {
    let token = format!("at_{}", URL_SAFE_NO_PAD.encode(platform.random_bytes::<32>()));
    let lasts = match owner {
        SessionOwner::Account(_) => hours(ACCOUNT_HOURS),
        SessionOwner::Person(_) => hours(CITIZEN_HOURS),
    };
    let expires_at = now.plus(lasts);
    let session = Session { id: SessionId::new(now, &mut platform.random()), owner, kind, expires_at };
    (session, Begun { token, expires_at })
}

/// Ends the session of a token.
///
/// # Errors
/// When the store fails.
pub async fn sign_out(platform: &Platform, caller: &Caller, token: &str) -> Result<(), StoreError> {
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    tx.revoke_session(&token_hash(token), now).await?;
    tx.audit(&caller.audit("auth", "session.end", None, json!({})), now, &mut platform.random()).await?;
    tx.commit().await
}

/// The `Set-Cookie` line that gives a browser its session.
#[must_use]
pub fn cookie_line(begun: &Begun, now: Instant) -> String {
    let seconds = begun.expires_at.since(now).as_secs().max(0);
    let name = crate::caller::SESSION_COOKIE;
    format!("{name}={}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax", begun.token)
}

/// The `Set-Cookie` line that takes it away.
#[must_use]
pub fn clearing_cookie_line() -> String {
    let name = crate::caller::SESSION_COOKIE;
    format!("{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}
