//! The operator as one of the accounts: asks the suite's own routes inside this process, so that rights, limits of area,
//! audit and reports are those of everybody. What it begins is told by the processes that serve.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use shared_store::audit::{Actor, AuditEntry};
use shared_store::people::{SessionKind, SessionOwner};
use shared_web::auth::session::new_session;
use shared_web::caller::token_hash;
use shared_web::config::{Config, ServeOptions, Switch};
use shared_web::process::{self, Running};
use tower::ServiceExt;

use crate::services;

/// The running suite and the session of an account.
pub(super) struct Desk {
    running: Running,
    token: String,
}

/// What a route answered with success.
pub(super) struct Answer {
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(super) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).context("the answer is no JSON")
    }
}

impl Desk {
    /// Opens the suite and begins a session of an account, which the audit log has as `action` of the operator.
    pub(super) async fn open(options: &ServeOptions, username: &str, action: &'static str) -> anyhow::Result<Self> {
        let mut config: Config = options.resolve()?;
        config.rate_limits = Switch::Off;
        process::begin(&config);
        let services = services();
        let prepared = process::prepare(config, &services).await?;
        let platform = prepared.platform.clone();
        let found = platform.shared.read().await?.account_by_username(username).await?;
        let Some(account) = found.filter(|stored| stored.active).map(|stored| stored.account) else {
            bail!("there is no active account {username}; `antam user list` has those that there are");
        };
        let now = platform.now();
        let (session, begun) = new_session(&platform, SessionOwner::Account(account.id), SessionKind::Bearer, now);
        let entry = AuditEntry {
            service: "operator",
            actor: Actor::System,
            action,
            subject: Some(format!("account:{}", account.id)),
            detail: json!({"username": account.username}),
            request_id: None,
        };
        let mut tx = platform.shared.write().await?;
        tx.insert_session(&session, &token_hash(&begun.token), now).await?;
        tx.audit(&entry, now, &mut platform.random()).await?;
        tx.commit().await?;
        let running = process::routes_alone(prepared, &services);
        Ok(Self { running, token: begun.token })
    }

    /// Gets a path.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(Method::GET, path, None).await
    }

    /// Posts a file as the field `file`.
    pub(super) async fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> anyhow::Result<Answer> {
        let boundary =
            format!("antam-{}", shared::ids::uuid_v7(self.running.platform.now(), &mut self.running.platform.random()));
        let name = name.replace(['"', '\r', '\n'], "_");
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.ask(Method::POST, path, Some((format!("multipart/form-data; boundary={boundary}"), body))).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<(String, Vec<u8>)>) -> anyhow::Result<Answer> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::ACCEPT_LANGUAGE, "en")
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        let request = match body {
            Some((content_type, body)) => request.header(header::CONTENT_TYPE, content_type).body(Body::from(body)),
            None => request.body(Body::empty()),
        };
        let Ok(response) = self.running.router.clone().oneshot(request?).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await?.to_vec();
        if !status.is_success() {
            bail!("{}", refusal(&body).unwrap_or_else(|| format!("refused with status {status}")));
        }
        Ok(Answer { body })
    }

    /// Ends the session and closes the database.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        let platform = self.running.platform.clone();
        let mut tx = platform.shared.write().await?;
        tx.revoke_session(&token_hash(&self.token), platform.now()).await?;
        tx.commit().await?;
        self.running.stop().await;
        Ok(())
    }
}

/// What a problem document says, in one line, with its fields.
fn refusal(body: &[u8]) -> Option<String> {
    let problem: Value = serde_json::from_slice(body).ok()?;
    let mut text = problem["detail"].as_str()?.to_owned();
    for error in problem["errors"].as_array().into_iter().flatten() {
        text.push_str(&format!("\n  {}: {}", error["pointer"].as_str()?, error["detail"].as_str()?));
    }
    Some(text)
}

/// Says on standard error, where somebody looks at it, that something is going on and for how long.
pub(super) fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

/// A value as a part of a query.
pub(super) fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let Some(value) = value else { continue };
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_what_was_given_and_escapes_it() {
        assert_eq!(query(&[("a", None), ("b", None)]), "");
        assert_eq!(
            query(&[("from", Some("2022-03-10T00:00:00+07:00")), ("x", None), ("lab", Some("A&B ộ"))]),
            "?from=2022-03-10T00%3A00%3A00%2B07%3A00&lab=A%26B%20%E1%BB%99"
        );
    }

    #[test]
    fn a_refusal_names_its_fields() {
        let body =
            json!({"detail": "1 field(s)", "errors": [{"pointer": "/file", "code": "empty", "detail": "No line"}]});
        assert_eq!(refusal(body.to_string().as_bytes()).unwrap(), "1 field(s)\n  /file: No line");
        assert_eq!(refusal(b"<html>"), None);
    }
}
