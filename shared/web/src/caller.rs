//! Who calls: an account, a citizen, or nobody known.

use core::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use shared::access::{Account, Role};
use shared::bilingual::{Bilingual, Lang};
use shared::ids::PersonId;
use shared::time::Date;
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};
use shared_store::people::{SessionKind, SessionOwner};

use crate::certificate::Fingerprint;
use crate::context::{self, RequestContext, cookie};
use crate::platform::Platform;
use crate::problem::Problem;

/// The cookie of a page's session. The prefix binds it to this host and to a secure connection (RFC 6265bis, 4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-antam";

/// Who somebody turned out to be.
#[derive(Debug, Clone, Default)]
pub enum Identity {
    /// Nobody known.
    #[default]
    Anonymous,
    /// Somebody who signed in.
    Account(Box<Account>),
    /// A citizen who gave a one-time code.
    Citizen(PersonId),
}

/// Who calls, and in which request.
#[derive(Clone, Default)]
pub struct Caller {
    /// Who.
    pub identity: Identity,
    /// The request. Clones of the caller share it.
    pub context: Arc<RequestContext>,
    /// What stands behind `Authorization: Bearer`, for tokens that a service itself understands (a device's).
    pub bearer: Option<String>,
}

impl fmt::Debug for Caller {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("actor", &self.actor())
            .field("request", &self.context.request_id)
            .finish_non_exhaustive()
    }
}

impl Caller {
    /// The language of the answer.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.context.lang
    }

    /// The account, where one is signed in.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match &self.identity {
            Identity::Account(account) => Some(account),
            _ => None,
        }
    }

    /// The account.
    ///
    /// # Errors
    /// 401 where none is signed in.
    pub fn require_account(&self) -> Result<&Account, Problem> {
        self.account().ok_or_else(Problem::unauthenticated)
    }

    /// The citizen, where one gave a one-time code.
    #[must_use]
    pub fn citizen(&self) -> Option<PersonId> {
        match self.identity {
            Identity::Citizen(person) => Some(person),
            _ => None,
        }
    }

    /// Whether the account has one of the roles.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.account().is_some_and(|account| account.has_any(roles))
    }

    /// Whether the account's area covers a ward. A record without a ward is seen only by those who cover the province.
    #[must_use]
    pub fn covers(&self, ward_code: Option<&str>, on: Date) -> bool {
        self.account().is_some_and(|account| match ward_code {
            Some(ward) => shared::area::covers(&account.area, ward, on),
            None => matches!(account.area, shared::access::AreaScope::Province(_)),
        })
    }

    /// How the caller stands in the audit log.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Account(account) => Actor::Account(account.id),
            Identity::Citizen(person) => Actor::Person(*person),
            Identity::Anonymous => Actor::Anonymous,
        }
    }

    /// A line for the audit log about something that this caller does.
    #[must_use]
    pub fn audit(
        &self,
        service: &'static str,
        action: &'static str,
        subject: Option<String>,
        detail: serde_json::Value,
    ) -> AuditEntry {
        AuditEntry {
            service,
            actor: self.actor(),
            action,
            subject,
            detail,
            request_id: Some(self.context.request_id.clone()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The SHA-256 of a token: what the table of sessions keeps.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What is the same for everybody: a browser sends its cookie there too, and the database need not be asked.
fn is_for_all(path: &str) -> bool {
    path.starts_with("/assets/") || matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// The layer that finds out who calls. Session tokens begin with `at_`; what else stands behind `Bearer` is left to the service.
pub async fn identify<F: Future<Output = Response>>(
    platform: &Platform,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let context = context::of(&request);
    let headers = request.headers();
    if !request.uri().path().starts_with("/api/") && tells_of_another_site(request.method(), headers) {
        return cross_site().into_response();
    }
    let from_header = bearer(headers).map(str::to_owned);
    let from_cookie = cookie(headers, SESSION_COOKIE).filter(|_| !is_for_all(request.uri().path())).map(str::to_owned);
    let by_cookie = from_header.is_none() && from_cookie.is_some();
    let from_certificate = certificate(platform, &request).filter(|_| from_header.is_none() && from_cookie.is_none());
    // A browser shows a certificate by itself as it sends a cookie, so that another site could use it.
    if from_certificate.is_some() && tells_of_another_site(request.method(), headers) {
        return cross_site().into_response();
    }
    let token = from_header.clone().filter(|token| token.starts_with("at_")).or(from_cookie).or(from_certificate);
    let identity = match token {
        None => Identity::Anonymous,
        Some(token) => match Box::pin(look_up(platform, &token)).await {
            Ok(Some((kind, identity))) if (kind == SessionKind::Cookie) == by_cookie => identity,
            Ok(_) => Identity::Anonymous,
            Err(error) => return Problem::from(error).into_response(),
        },
    };
    if by_cookie && !matches!(identity, Identity::Anonymous) && !is_same_origin(request.method(), request.headers()) {
        return cross_site().into_response();
    }
    request.extensions_mut().insert(Caller { identity, context, bearer: from_header });
    next(request).await
}

/// What stands for the certificate that the connection showed, where a trusted proxy says so. Pages are for people, who sign
/// in.
fn certificate(platform: &Platform, request: &Request) -> Option<String> {
    let header = platform.config.client_certificate_header.as_deref()?;
    if !request.uri().path().starts_with("/api/") || !platform.limits.is_from_proxy(request) {
        return None;
    }
    // Two such headers: one of them was written by somebody else.
    let mut values = request.headers().get_all(header).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    Some(Fingerprint::read(value.to_str().ok()?).ok()?.token())
}

async fn look_up(platform: &Platform, token: &str) -> Result<Option<(SessionKind, Identity)>, StoreError> {
    let now = platform.now();
    let mut tx = platform.shared.read().await?;
    let Some(session) = tx.session(&token_hash(token), now).await? else { return Ok(None) };
    Ok(match session.owner {
        SessionOwner::Person(person) => Some((session.kind, Identity::Citizen(person))),
        SessionOwner::Account(id) => tx
            .account(id)
            .await?
            .filter(|stored| stored.active)
            .map(|stored| (session.kind, Identity::Account(Box::new(stored.account)))),
    })
}

/// CSRF defence for cookies: a request that changes something must come from our own pages. Browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`; a request that says neither is no page of ours.
#[must_use]
pub fn is_same_origin(method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, authority)| authority == host),
        _ => false,
    }
}

/// Whether a request that changes something says of itself that another site sent it. A form elsewhere could otherwise sign
/// a browser in as somebody else, where no cookie of ours is needed.
fn tells_of_another_site(method: &Method, headers: &HeaderMap) -> bool {
    let speaks = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    speaks && !is_same_origin(method, headers)
}

fn cross_site() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site",
        Bilingual::new("Yêu cầu từ trang khác", "A request from another site"),
        Bilingual::new(
            "Yêu cầu này không đến từ trang của An Tâm nên đã bị từ chối.",
            "This request did not come from a page of An Tâm and was refused.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_change_by_cookie_must_come_from_our_own_pages() {
        let same = |pairs| is_same_origin(&Method::POST, &headers(pairs));
        assert!(same(&[("sec-fetch-site", "same-origin")]));
        assert!(!same(&[("sec-fetch-site", "cross-site")]));
        assert!(!same(&[("sec-fetch-site", "same-site")]));
        assert!(same(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!same(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")]));
        assert!(!same(&[("host", "127.0.0.1:8080")]));
        assert!(!same(&[("origin", "null"), ("host", "127.0.0.1:8080")]));
        assert!(is_same_origin(&Method::GET, &headers(&[("sec-fetch-site", "cross-site")])));
    }

    #[test]
    fn the_scheme_of_a_token_is_read_without_regard_to_case() {
        assert_eq!(bearer(&headers(&[("authorization", "bearer  at_x ")])), Some("at_x"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic at_x")])), None);
    }

    #[test]
    fn the_token_of_a_caller_does_not_print() {
        let caller = Caller { bearer: Some("at_secret".to_owned()), ..Caller::default() };
        assert!(!format!("{caller:?}").contains("secret"));
    }
}
