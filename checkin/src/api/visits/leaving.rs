//! Somebody leaves.

use axum::extract::{Request, State};
use serde::Deserialize;
use serde_json::Value;
use shared::ids::VisitId;
use shared::time::Instant;
use shared_web::caller::Caller;
use shared_web::extract::{self, Id};
use shared_web::problem::{Problem, wrong_type};

use super::view::ended;
use crate::App;
use crate::app::check_out::check_out;
use crate::domain::clock::told;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Leaving {
    at: Option<String>,
    /// The clock of the phone when it sends.
    sent_at: Option<String>,
}

impl Leaving {
    /// A body is not needed: who leaves now has nothing to say.
    async fn from_request(request: Request) -> Result<Self, Problem> {
        let is_json = extract::has_type(request.headers(), &["application/json"]);
        let bytes = extract::body(request, &()).await?;
        match (bytes.is_empty(), is_json) {
            (true, _) => Ok(Self::default()),
            (false, true) => extract::parse_json(&bytes),
            (false, false) => Err(wrong_type("application/json")),
        }
    }

    fn at(&self, now: Instant) -> Result<Option<Instant>, Problem> {
        let told = told(self.at.as_deref(), self.sent_at.as_deref(), now).map_err(Problem::field)?;
        Ok(told.map(|told| told.at))
    }
}

pub(super) async fn leave(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VisitId>,
    request: Request,
) -> Result<axum::Json<Value>, Problem> {
    let leaving = Leaving::from_request(request).await?;
    let (visit, place) = check_out(&app, &caller, None, id, leaving.at(app.platform.now())?).await?;
    serde_json::to_value(ended(&visit, &place)).map(axum::Json).map_err(|_| Problem::internal())
}
