//! Signing in for programs: `POST /api/v1/auth/login`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use serde::{Deserialize, Serialize};
use shared::access::{Account, Role};
use shared::bilingual::Bilingual;
use shared::ids::AccountId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::people::SessionKind;

use crate::access::{Doc, Routes, Scope, Who};
use crate::auth::session::{self, Begun, SignIn};
use crate::caller::Caller;
use crate::extract::Json;
use crate::platform::Platform;
use crate::problem::Problem;

/// Name and password.
#[derive(Deserialize)]
pub struct Login {
    username: String,
    password: String,
    /// The code of an authenticator app, where the account has one.
    #[serde(default)]
    totp: Option<String>,
}

/// The answer to a sign-in.
#[derive(Serialize)]
pub struct SignedIn {
    token: String,
    expires_at: Instant,
    account: AccountView,
}

/// An account as programs see it.
#[derive(Serialize)]
pub struct AccountView {
    id: AccountId,
    username: String,
    display_name: String,
    roles: Vec<Role>,
    /// The code of the province (2 digits), district (3) or ward (5) that the duty covers.
    area: String,
    lab_code: Option<String>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let Account { id, username, display_name, roles, area, lab_code } = account;
        Self { id, username, display_name, roles, area: area.code().to_owned(), lab_code }
    }
}

async fn login(
    State(platform): State<Platform>,
    caller: Caller,
    Json(login): Json<Login>,
) -> Result<Json<SignedIn>, Problem> {
    let Login { username, password, totp } = login;
    let kind = SessionKind::Bearer;
    match session::sign_in(&platform, &caller, &username, &password, totp.as_deref(), kind).await? {
        SignIn::Begun(Begun { token, expires_at }, account) => {
            Ok(Json(SignedIn { token, expires_at, account: account.into() }))
        }
        SignIn::Refused => Err(wrong_password()),
        SignIn::CodeMissing(_) => Err(no_code("totp_required", "required", second_factor_missing())),
        SignIn::CodeWrong(_) => Err(no_code("wrong_totp", "wrong", second_factor_wrong())),
    }
}

fn second_factor_missing() -> Bilingual {
    Bilingual::new(
        "Tài khoản này cần thêm mã 6 số của ứng dụng xác thực.",
        "This account also needs the 6-digit code of the authenticator app.",
    )
}

fn second_factor_wrong() -> Bilingual {
    Bilingual::new(
        "Mã chưa đúng hoặc đã dùng rồi. Hãy đợi mã tiếp theo; sau 10 lần sai thì đợi 10 phút.",
        "The code is not right, or was used before. Wait for the next one; after 10 wrong ones wait 10 minutes.",
    )
}

fn no_code(code: &'static str, fault: &'static str, detail: Bilingual) -> Problem {
    let title = Bilingual::new("Không đăng nhập được", "Could not sign in");
    let mut problem = Problem::new(StatusCode::UNAUTHORIZED, code, title, detail.clone());
    problem.errors = vec![FieldError::new("/totp", fault, detail)];
    problem
}

fn wrong_password() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "wrong_password",
        Bilingual::new("Không đăng nhập được", "Could not sign in"),
        Bilingual::new("Tên đăng nhập hoặc mật khẩu chưa đúng.", "The user name or the password is not right."),
    )
}

async fn logout(State(platform): State<Platform>, caller: Caller) -> Result<StatusCode, Problem> {
    let token = caller.bearer.clone().ok_or_else(Problem::unauthenticated)?;
    session::sign_out(&platform, &caller, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes
        .add(
            Method::POST,
            "/api/v1/auth/login",
            Who::Public,
            Scope::None,
            Doc::json("Sign in; gives a bearer token").body("Login").answer("SignedIn"),
            post(login),
        )
        .add(
            Method::POST,
            "/api/v1/auth/logout",
            Who::SignedIn,
            Scope::Own,
            Doc::json("End the session of the token").status(204),
            post(logout),
        )
}
