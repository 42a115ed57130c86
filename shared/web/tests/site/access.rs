//! The access table: every row is kept, whoever calls.

use axum::http::{Method, StatusCode};
use shared::access::Role;
use shared_web::access::Who;

use crate::world::World;

/// What the table says of a role; `None` for somebody who did not sign in.
fn allowed(who: Who, role: Option<Role>) -> bool {
    match (who, role) {
        (Who::Public, _) => true,
        (Who::SignedIn, role) => role.is_some(),
        (Who::Roles(roles) | Who::CitizenOr(roles) | Who::DeviceOr(roles), Some(role)) => roles.contains(&role),
        (Who::Roles(_) | Who::CitizenOr(_) | Who::DeviceOr(_) | Who::DemoOnly, _) => false,
    }
}

#[tokio::test]
async fn every_row_lets_in_whom_it_names_and_nobody_else() {
    let world = World::new().await;
    let mut callers = vec![(None, String::new())];
    for role in Role::ALL {
        callers.push((Some(role), world.bearer(role, "82").await));
    }
    for row in &world.site.rows {
        let path = row.path.replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057").replace("{*name}", "app.css");
        for (role, bearer) in &callers {
            if (path.as_str(), role.is_some()) == ("/api/v1/auth/logout", true) {
                continue;
            }
            let call = world.call(row.method.clone(), &path);
            let status = if role.is_some() { call.by(bearer).send().await } else { call.send().await }.status;
            let refused = match (row.who, role) {
                (Who::DemoOnly, _) => StatusCode::NOT_FOUND,
                (_, None) => StatusCode::UNAUTHORIZED,
                (_, Some(_)) => StatusCode::FORBIDDEN,
            };
            let what = format!("{} {path} as {role:?}: {status}", row.method);
            assert!(!status.is_server_error(), "{what}");
            if allowed(row.who, *role) {
                assert!(status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN, "{what}");
            } else {
                assert_eq!(status, refused, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn the_messages_are_there_in_demo_mode_alone() {
    let (demo, real) = (World::demo().await, World::new().await);
    for path in ["/messages", "/api/v1/dev/messages"] {
        assert_eq!(demo.get(path).send().await.status, StatusCode::OK);
        let bearer = real.bearer(Role::Admin, "82").await;
        assert_eq!(real.get(path).by(&bearer).send().await.code(), "not_found", "{path}");
    }
    assert!(demo.audited("messages.list").await.is_some());
}

#[tokio::test]
async fn no_method_goes_round_the_guard() {
    let world = World::new().await;
    for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::PATCH, Method::DELETE, "get".parse().unwrap()] {
        let status = world.call(method.clone(), "/operations").send().await.status;
        assert!(status.is_client_error(), "{method}: {status}");
    }
    let cookie = world.cookie(Role::Lab, "82").await;
    let overridden = world
        .get("/operations")
        .by(&cookie)
        .header("x-http-method-override", "POST")
        .header("x-original-url", "/")
        .send()
        .await;
    assert_eq!(overridden.status, StatusCode::FORBIDDEN);
}
