//! `POST /api/v1/lab/orders` and `POST /api/v1/lab/specimens`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Json;

use crate::api::views::{OrderView, SpecimenView};
use crate::app::App;
use crate::app::orders::{self, OrderInput};
use crate::app::sender::Sender;
use crate::app::specimens::{self, SpecimenInput};

/// 201 for what was made now, 200 for what was there.
fn status(created: bool) -> StatusCode {
    if created { StatusCode::CREATED } else { StatusCode::OK }
}

pub(super) async fn order(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<OrderInput>,
) -> Result<Response, Problem> {
    let (order, created) = orders::order(&app, &Sender::of(&caller)?, &input).await?;
    Ok((status(created), Json(OrderView::from(order))).into_response())
}

pub(super) async fn specimen(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<SpecimenInput>,
) -> Result<Response, Problem> {
    let (specimen, created) = specimens::specimen(&app, &Sender::of(&caller)?, &input).await?;
    Ok((status(created), Json(SpecimenView::from(specimen))).into_response())
}
