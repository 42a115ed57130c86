//! Errors on the wire: RFC 9457 `application/problem+json` for programs, a page for people.
//!
//! A handler gives a [`Problem`] with its texts in both languages. The outermost layer ([`render`]) knows the request's
//! language, its id and whether a page was asked for, and writes the body.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use shared::bilingual::{Bilingual, Lang};
use shared::problem::FieldError;
use shared_store::StoreError;

use crate::access::FORM;
use crate::context::{self, wants_page};

/// An error that an answer tells of.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable code: the last part of `type`.
    pub code: &'static str,
    /// What kind of error it is.
    pub title: Box<Bilingual>,
    /// What happened here, and what to do.
    pub detail: Box<Bilingual>,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Members beyond RFC 9457's own, such as who has an alert.
    pub extra: Box<Map<String, Value>>,
}

impl Problem {
    /// A problem without fields.
    pub fn new(status: StatusCode, code: &'static str, title: Bilingual, detail: Bilingual) -> Self {
        Self { status, code, title: title.into(), detail: detail.into(), errors: Vec::new(), extra: Box::default() }
    }

    /// The body or the query has fields at fault (422).
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let count = errors.len();
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            Bilingual::new("Dữ liệu chưa đúng", "The data is not valid"),
            Bilingual::new(
                format!("Có {count} trường cần sửa; chưa có gì được lưu."),
                format!("{count} field(s) need correction; nothing was stored."),
            ),
        );
        problem.errors = errors;
        problem
    }

    /// One field at fault (422).
    #[must_use]
    pub fn field(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }

    /// The body cannot be read at all (400).
    #[must_use]
    pub fn malformed(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            Bilingual::new("Không đọc được yêu cầu", "The request cannot be read"),
            Bilingual::new(vi, en),
        )
    }

    /// Nobody is signed in (401).
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            Bilingual::new("Cần đăng nhập", "Sign-in is required"),
            Bilingual::new("Hãy đăng nhập rồi thử lại.", "Sign in and try again."),
        )
    }

    /// Whoever is signed in has no duty to do this (403).
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            Bilingual::new("Không có quyền", "Not allowed"),
            Bilingual::new(
                "Tài khoản này không có nhiệm vụ xem hoặc làm việc này.",
                "This account has no duty to see or do this.",
            ),
        )
    }

    /// There is no such thing, or none that the caller may know of (404).
    #[must_use]
    pub fn not_found(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            Bilingual::new("Không tìm thấy", "Not found"),
            Bilingual::new(vi, en),
        )
    }

    /// It collides with what is stored (409).
    #[must_use]
    pub fn conflict(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            code,
            Bilingual::new("Trùng với dữ liệu đã có", "It conflicts with what is stored"),
            Bilingual::new(vi, en),
        )
    }

    /// The same id was used with another body (409).
    #[must_use]
    pub fn id_conflict() -> Self {
        let mut problem = Self::conflict(
            "id_conflict",
            "Mã này đã được dùng với nội dung khác; bản ghi đầu tiên vẫn giữ nguyên.",
            "This id was used before with another body; the first record stays as it is.",
        );
        problem.errors = vec![FieldError::new(
            "/id",
            "id_conflict",
            Bilingual::new("Hãy dùng một mã UUIDv7 mới", "Use a new UUIDv7"),
        )];
        problem
    }

    /// Too busy; the same request may be sent again (503).
    #[must_use]
    pub fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            Bilingual::new("Hệ thống đang bận", "The system is busy"),
            Bilingual::new(
                "Chưa lưu. Hãy gửi lại sau vài giây; gửi lại không tạo bản trùng.",
                "Not stored. Send it again in a few seconds; sending again creates no duplicate.",
            ),
        )
    }

    /// Too many requests (429).
    #[must_use]
    pub fn too_many(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            Bilingual::new("Quá nhiều yêu cầu", "Too many requests"),
            Bilingual::new(vi, en),
        )
    }

    /// Our fault (500). The cause goes to the log, never to the answer.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            Bilingual::new("Lỗi của hệ thống", "An error of the system"),
            Bilingual::new(
                "Đã có lỗi ở phía chúng tôi. Hãy thử lại; nếu vẫn lỗi, báo mã yêu cầu cho quản trị viên.",
                "Something went wrong on our side. Try again; if it persists, give the request id to the administrator.",
            ),
        )
    }

    /// The same problem with one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }
}

/// The code of a problem after which the same request may be run again at once: the database undid its transaction for
/// the sake of another.
pub const WRITE_CONFLICT: &str = "write_conflict";

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_write_conflict() {
            tracing::warn!(error = &error as &dyn std::error::Error, "a transaction was undone for another's sake");
            return Self { code: WRITE_CONFLICT, ..Self::busy() };
        }
        let transient = error.is_transient();
        tracing::error!(error = &error as &dyn std::error::Error, transient, "the store failed");
        if transient { Self::busy() } else { Self::internal() }
    }
}

impl From<Vec<FieldError>> for Problem {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::invalid(errors)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE || self.status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// A field error in one language, as it stands in `errors`.
#[derive(Debug, Serialize)]
pub struct FieldErrorView<'a> {
    /// JSON Pointer.
    pub pointer: &'a str,
    /// Stable code.
    pub code: &'a str,
    /// What would be right.
    pub detail: &'a str,
}

#[derive(Serialize)]
struct Body9457<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    errors: Vec<FieldErrorView<'a>>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

/// The document of RFC 9457 in one language.
#[must_use]
pub fn document(problem: &Problem, lang: Lang, instance: &str) -> Value {
    let errors = problem
        .errors
        .iter()
        .map(|e| FieldErrorView { pointer: &e.pointer, code: &e.code, detail: e.detail.get(lang) })
        .collect();
    serde_json::to_value(Body9457 {
        r#type: format!("urn:antam:problem:{}", problem.code),
        title: problem.title.get(lang),
        status: problem.status.as_u16(),
        detail: problem.detail.get(lang),
        instance,
        errors,
        extra: &problem.extra,
    })
    .unwrap_or_default()
}

/// The outermost layer: writes the body of every problem, and turns bare errors of the router into problems.
pub async fn render<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let context = context::of(&request);
    let page = wants_page(request.uri().path(), request.headers());
    let again = request.method().is_safe();
    let mut response = next(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Arc<Problem>>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => match bare(&response) {
            Some(problem) => Arc::new(problem),
            None => return response,
        },
        None => return response,
    };
    let headers = response.headers().clone();
    let mut answer = if page && problem.status == StatusCode::UNAUTHORIZED {
        crate::page::redirect_to_login(&context, again)
    } else if page {
        crate::page::error_page(&problem, &context)
    } else {
        let body = document(&problem, context.lang, &context.request_id).to_string();
        let mut answer = Response::new(Body::from(body));
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        answer.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(context.lang.tag()));
        if problem.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, section 11.6.1: a 401 says how to sign in.
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    };
    let own = answer.headers().clone();
    let kept = |name: &header::HeaderName| {
        name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH && !own.contains_key(name)
    };
    for (name, value) in headers.iter().filter(|(name, _)| kept(name)) {
        answer.headers_mut().append(name, value.clone());
    }
    if !answer.status().is_redirection() {
        *answer.status_mut() = problem.status;
    }
    answer
}

/// A problem for an error that the router or a layer answered without a body of ours.
fn bare(response: &Response) -> Option<Problem> {
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| {
        [&b"application/problem+json"[..], b"application/fhir+json", b"text/html"]
            .iter()
            .any(|kept| value.as_bytes().starts_with(kept))
    });
    if ours {
        return None;
    }
    Some(match response.status() {
        StatusCode::NOT_FOUND => Problem::not_found("Không có địa chỉ này.", "There is no such address."),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            Bilingual::new("Phương thức không dùng được", "The method is not allowed"),
            Bilingual::new("Địa chỉ này không nhận phương thức đó.", "This address does not take that method."),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => wrong_type(FORM),
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Problem::busy(),
        status if status.is_server_error() => Problem::internal(),
        status => Problem {
            status,
            ..Problem::malformed("Yêu cầu không đúng định dạng.", "The request does not have the right form.")
        },
    })
}

/// The body is larger than allowed (413).
#[must_use]
pub fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        Bilingual::new("Nội dung quá lớn", "The body is too large"),
        Bilingual::new(
            "Nội dung vượt giới hạn; hãy chia nhỏ rồi gửi lại. Chưa có gì được lưu.",
            "The body is over the limit; send it in smaller parts. Nothing was stored.",
        ),
    )
}

/// The content type is not the one that the route takes (415).
#[must_use]
pub fn wrong_type(expected: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "wrong_content_type",
        Bilingual::new("Sai kiểu nội dung", "Wrong content type"),
        Bilingual::new(format!("Hãy gửi Content-Type: {expected}."), format!("Send Content-Type: {expected}.")),
    )
}
