//! A client of the API that may be signed in.

use anyhow::{Context, ensure};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A client of one address.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// A status and a JSON body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body; null where there is none.
    pub body: Value,
}

impl Answer {
    /// The body, where the status is this one.
    ///
    /// # Errors
    /// When it is another; the message holds the body.
    pub fn expect(self, status: u16) -> anyhow::Result<Value> {
        ensure!(self.status.as_u16() == status, "expected {status}, got {}: {}", self.status, self.body);
        Ok(self.body)
    }
}

impl Client {
    /// A client that is not signed in.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { http: reqwest::Client::new(), url: url.to_owned(), token: None }
    }

    /// A client signed in as a demo account.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn signed_in(url: &str, username: &str) -> anyhow::Result<Self> {
        let mut client = Self::new(url);
        let body = json!({"username": username, "password": "demo"});
        let answer = client.post("/api/v1/auth/login", &body).await?.expect(200)?;
        client.token = Some(answer["token"].as_str().context("a token")?.to_owned());
        Ok(client)
    }

    /// The same client with another bearer token, such as a device's.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request to a path.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("accept-language", "en");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn send(request: RequestBuilder) -> anyhow::Result<Answer> {
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }

    /// Gets a path.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        Self::send(self.request(Method::GET, path)).await
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    /// Asks until the answer fits, for ten seconds at most.
    ///
    /// # Errors
    /// When it never fits; the message holds the last answer.
    pub async fn until(&self, path: &str, fits: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        for _ in 0..200 {
            let answer = self.get(path).await?;
            if answer.status.is_success() && fits(&answer.body) {
                return Ok(answer.body);
            }
            last = answer.body;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        anyhow::bail!("{path} never answered as expected; last: {last}")
    }
}
