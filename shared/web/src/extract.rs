//! Extractors whose refusals are problems in both languages.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;

use crate::problem::{Problem, too_large, wrong_type};
use crate::shape;

/// A JSON body, read with errors that say where and what.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !has_type(request.headers(), &["application/json"]) {
            return Err(wrong_type("application/json"));
        }
        parse_json(&body(request, state).await?).map(Self)
    }
}

/// A JSON body that may be left out: nothing is its default.
#[derive(Debug, Clone)]
pub struct OptionalJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = has_type(request.headers(), &["application/json"]);
        match body(request, state).await? {
            bytes if bytes.is_empty() => Ok(Self(T::default())),
            bytes if is_json => parse_json(&bytes).map(Self),
            _ => Err(wrong_type("application/json")),
        }
    }
}

/// The bytes of a body within the limit.
///
/// # Errors
/// 413 where it is larger than the limit, 415 where it is compressed, 400 where it breaks off.
pub async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_encoding",
            Bilingual::new("Không nhận nội dung nén", "Compressed bodies are not taken"),
            Bilingual::new("Hãy gửi nội dung không nén.", "Send the body without Content-Encoding."),
        ));
    }
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::malformed("Nội dung bị ngắt giữa chừng.", "The body broke off."),
    })
}

/// Whether the content type is one of these, parameters aside.
#[must_use]
pub fn has_type(headers: &HeaderMap, types: &[&str]) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|given| types.iter().any(|t| given.trim().eq_ignore_ascii_case(t)))
}

/// Reads JSON. What is no JSON is malformed (400); JSON of another shape names its field (422).
///
/// # Errors
/// As said.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Where a fault is costs more to follow than the body to read, and nearly all bodies have none.
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        if !error.inner().is_data() {
            return syntax(error.inner());
        }
        let (path, message) = (pointer(error.path()), error.inner().to_string());
        let member = if path.is_empty() { shape::member_at_fault::<T>(bytes, &message) } else { None };
        Problem::field(shape::field_error(&member.unwrap_or(path), &message))
    })?;
    deserializer.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

fn syntax(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::malformed(
        format!("Nội dung không phải JSON hợp lệ (dòng {line}, cột {column})."),
        format!("The body is not valid JSON (line {line}, column {column})."),
    )
}

/// Where a deserializer stopped, as a JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("/{index}")),
            Segment::Map { key } => text.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

/// A query string.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::field(shape::query_error(&rejection.body_text()))),
        }
    }
}

/// An id in the path. What is no id cannot be found.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: std::str::FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let not_found = || Problem::not_found("Không có bản ghi với mã này.", "There is no record with this id.");
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| not_found())?;
        text.parse().map(Self).map_err(|_| not_found())
    }
}

/// How a list is cut into pages: `?limit=&cursor=`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Paging {
    /// At most so many; 50 where nothing is said, 200 at most.
    #[serde(default, deserialize_with = "number_in_text")]
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// What is said of a limit that is no number; a flattened struct does not tell whose fault it was.
pub(crate) const LIMIT_IS_A_NUMBER: &str = "limit must be a whole number";

/// The limit of a query string. Inside a flattened struct serde sees its text alone.
///
/// # Errors
/// Where it is no whole number.
pub fn number_in_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| D::Error::custom(LIMIT_IS_A_NUMBER))
}

/// The furthest that a list can be paged.
const FURTHEST: i64 = 1_000_000_000;

impl Paging {
    /// At most so many.
    #[must_use]
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }

    /// The offset that a cursor stands for.
    ///
    /// # Errors
    /// 422 where the cursor is none of ours.
    pub fn offset(&self) -> Result<i64, Problem> {
        match self.cursor.as_deref() {
            None | Some("") => Ok(0),
            Some(cursor) => {
                cursor.parse::<i64>().ok().filter(|n| (0..=FURTHEST).contains(n)).ok_or_else(Self::no_cursor)
            }
        }
    }

    /// What is answered to a cursor that is none of ours.
    #[must_use]
    pub fn no_cursor() -> Problem {
        let told = Bilingual::new("Hãy dùng next_cursor của trang trước", "Use the next_cursor of the page before");
        Problem::field(FieldError::new("/cursor", "cursor", told))
    }
}

/// A page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page from one item more than its limit, which tells whether there is a next page.
    #[must_use]
    pub fn from_one_more(mut items: Vec<T>, limit: i64, offset: i64) -> Self {
        let limit_items = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit_items;
        items.truncate(limit_items);
        Self { items, next_cursor: more.then(|| (offset + limit).to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "only its type matters")]
        phone: String,
    }

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "only its type matters")]
        visitor: Inner,
        #[expect(dead_code, reason = "only its type matters")]
        list: Option<Vec<Inner>>,
    }

    fn problem(text: &str) -> Problem {
        parse_json::<Outer>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_wrong_type_names_its_field() {
        assert_eq!(problem(r#"{"visitor": {"phone": 7}}"#).errors[0].pointer, "/visitor/phone");
        assert_eq!(
            problem(r#"{"visitor": {"phone": "7"}, "list": [{"phone": "1"}, {"phone": {}}]}"#).errors[0].pointer,
            "/list/1/phone"
        );
    }

    #[test]
    fn a_missing_field_is_required() {
        let problem = problem(r#"{"visitor": {}}"#);
        assert_eq!(problem.errors[0].code, "required");
        assert_eq!(problem.errors[0].pointer, "/visitor/phone");
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        assert_eq!(problem(r#"{"visitor": "#).status, StatusCode::BAD_REQUEST);
        assert_eq!(problem(r#"{"visitor": {"phone": "7"}} x"#).status, StatusCode::BAD_REQUEST);
    }
}
