//! Settings of a province.

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::work::Work;
use crate::App;
use crate::completion::DayZero;
use crate::store::CoreRead;

const DAY_ZERO: &str = "day_zero";

/// From which day isolation is counted.
///
/// # Errors
/// When the store fails.
pub async fn day_zero(tx: &mut (impl CoreRead + ?Sized)) -> Result<DayZero, StoreError> {
    Ok(tx.setting(DAY_ZERO).await?.as_deref().and_then(DayZero::from_code).unwrap_or_default())
}

/// Sets from which day isolation is counted.
///
/// # Errors
/// 422 for a code that is none.
pub async fn set_day_zero(app: &App, caller: &Caller, code: &str) -> Result<DayZero, Problem> {
    let by = caller.require_account()?.id;
    let choice = DayZero::from_code(code.trim()).ok_or_else(|| {
        let codes = DayZero::ALL.map(DayZero::code).join(", ");
        let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
        Problem::field(FieldError::new("/day_zero", "unknown_code", detail))
    })?;
    let mut work = Work::for_caller(app, caller).await?;
    let now = work.now;
    work.tx.set_setting(DAY_ZERO, choice.code(), Some(by), now).await?;
    work.audit("setting.set", None, json!({DAY_ZERO: choice.code()})).await?;
    work.commit().await?;
    Ok(choice)
}
