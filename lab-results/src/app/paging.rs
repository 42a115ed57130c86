//! Pages of lists that begin after the last item of the page before: what comes and goes before it moves nothing.

use std::str::FromStr;

use shared_web::Problem;
use shared_web::extract::{List, Paging};

/// A page from one item more than its limit, which tells whether there is a next page; `cursor` is where that begins.
#[must_use]
pub fn after_last<T>(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> List<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(cursor);
    List { items, next_cursor }
}

/// What a page begins after, where it is not the first.
///
/// # Errors
/// 422 where the cursor is none of ours.
pub fn after<T: FromStr>(paging: &Paging) -> Result<Option<T>, Problem> {
    let cursor = paging.cursor.as_deref().filter(|text| !text.is_empty());
    cursor.map(|text| text.parse().map_err(|_| Paging::no_cursor())).transpose()
}
