//! Who may call a route: one table, which the router is built from and a test walks.
//!
//! A route cannot be added without its row: [`Routes::add`] takes both. The row says which roles may call; whether the
//! record at hand lies in the caller's area or is the caller's own is decided in the use-case and named here as [`Scope`].

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use serde::Serialize;
use shared::access::Role;
use tower_http::validate_request::ValidateRequestHeaderLayer;

use crate::caller::Caller;
use crate::problem::Problem;

/// What a browser sends of a form: the only bodies that axum itself reads for us.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "who", content = "roles", rename_all = "snake_case")]
pub enum Who {
    /// Everybody.
    Public,
    /// Everybody who signed in.
    SignedIn,
    /// Accounts with one of these roles.
    Roles(&'static [Role]),
    /// Accounts with one of these roles, and citizens who gave a one-time code.
    CitizenOr(&'static [Role]),
    /// Devices by their own token, which the service checks, and accounts with one of these roles.
    DeviceOr(&'static [Role]),
    /// Everybody in demo mode; nobody otherwise (404).
    DemoOnly,
}

/// Which records a caller sees through the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// No personal data, or none that depends on the caller.
    None,
    /// Records in the area of the account's duty.
    Area,
    /// The caller's own: own venue, own laboratory, own person, own visit.
    Own,
    /// Own, or in the area.
    AreaOrOwn,
}

/// What the OpenAPI document says of a route.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Doc {
    /// What it does, in one line.
    pub summary: &'static str,
    /// The content type of the body that it takes.
    pub takes: Option<&'static str>,
    /// The schema of the body, by name.
    pub body: Option<&'static str>,
    /// The content type that it answers with.
    pub gives: &'static str,
    /// The schema of the answer, by name.
    pub answer: Option<&'static str>,
    /// The status of success.
    pub status: u16,
    /// Query parameters.
    pub query: &'static [&'static str],
}

impl Doc {
    /// A route that answers JSON.
    #[must_use]
    pub const fn json(summary: &'static str) -> Self {
        Self { summary, takes: None, body: None, gives: "application/json", answer: None, status: 200, query: &[] }
    }

    /// A page.
    #[must_use]
    pub const fn page(summary: &'static str) -> Self {
        Self { gives: "text/html", ..Self::json(summary) }
    }

    /// It takes JSON of this schema.
    #[must_use]
    pub const fn body(mut self, schema: &'static str) -> Self {
        self.takes = Some("application/json");
        self.body = Some(schema);
        self
    }

    /// It takes what a browser sends of a form.
    #[must_use]
    pub const fn form(self) -> Self {
        self.takes(FORM)
    }

    /// It takes another content type.
    #[must_use]
    pub const fn takes(mut self, content_type: &'static str) -> Self {
        self.takes = Some(content_type);
        self
    }

    /// It answers with another content type.
    #[must_use]
    pub const fn gives(mut self, content_type: &'static str) -> Self {
        self.gives = content_type;
        self
    }

    /// It answers with this schema.
    #[must_use]
    pub const fn answer(mut self, schema: &'static str) -> Self {
        self.answer = Some(schema);
        self
    }

    /// It answers with this status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// It takes these query parameters.
    #[must_use]
    pub const fn query(mut self, names: &'static [&'static str]) -> Self {
        self.query = names;
        self
    }
}

/// One row of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The method.
    #[serde(serialize_with = "method_name")]
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: &'static str,
    /// Who may call.
    pub who: Who,
    /// Which records.
    pub scope: Scope,
    /// What the OpenAPI document says.
    pub doc: Doc,
}

fn method_name<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

/// Routes with their rows.
pub struct Routes<S> {
    router: Router<S>,
    rows: Vec<Row>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), rows: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds a route together with its row.
    #[must_use]
    pub fn add(
        mut self,
        method: Method,
        path: &'static str,
        who: Who,
        scope: Scope,
        doc: Doc,
        handler: MethodRouter<S>,
    ) -> Self {
        #[expect(clippy::result_large_err, reason = "as with the function that it calls")]
        let check = move |request: &mut Request| guard(who, request);
        let guarded = handler.layer(ValidateRequestHeaderLayer::custom(check));
        self.router = self.router.route(path, guarded);
        self.rows.push(Row { method, path, who, scope, doc });
        self
    }

    /// The routes with their state, and the rows.
    pub fn with_state(self, state: S) -> (Router, Vec<Row>) {
        (self.router.with_state(state), self.rows)
    }
}

/// Whoever no layer has identified is nobody known.
#[expect(clippy::result_large_err, reason = "the layer asks for the whole answer, which only a refusal has")]
fn guard(who: Who, request: &Request) -> Result<(), Response> {
    let decided = match request.extensions().get::<Caller>() {
        Some(caller) => decide(who, caller),
        None => decide(who, &Caller::default()),
    };
    decided.map_err(IntoResponse::into_response)
}

/// Whether a caller may call at all.
///
/// # Errors
/// 401 where signing in would help, 403 where it would not, 404 for what only the demo has.
pub fn decide(who: Who, caller: &Caller) -> Result<(), Problem> {
    let signed_in = caller.account().is_some();
    let allowed = match who {
        Who::Public => true,
        Who::SignedIn => signed_in,
        Who::Roles(roles) => caller.has_any(roles),
        Who::CitizenOr(roles) => caller.citizen().is_some() || caller.has_any(roles),
        Who::DeviceOr(roles) => caller.has_any(roles) || (caller.account().is_none() && caller.bearer.is_some()),
        Who::DemoOnly => {
            return if caller.context.demo {
                Ok(())
            } else {
                Err(Problem::not_found("Không có địa chỉ này.", "There is no such address."))
            };
        }
    };
    if allowed {
        Ok(())
    } else if signed_in || caller.citizen().is_some() {
        Err(Problem::forbidden())
    } else {
        Err(Problem::unauthenticated())
    }
}
