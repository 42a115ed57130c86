//! The authorization walk: every row of the access table is called by everybody, and each is answered as the row says.

use anyhow::ensure;
use reqwest::Method;
use shared::access::Role;
use shared_web::access::Who;
use tests::client::Client;
use tests::process::Embedded;
use tests::routes;

fn concrete(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "01890a5d-ac96-774b-bcce-b302099a8057" } else { part })
        .collect();
    parts.join("/")
}

fn allows(who: Who, roles: &[Role]) -> bool {
    match who {
        Who::Public | Who::DemoOnly | Who::SignedIn => true,
        Who::Roles(allowed) | Who::CitizenOr(allowed) | Who::DeviceOr(allowed) => {
            roles.iter().any(|role| allowed.contains(role))
        }
    }
}

#[tokio::test]
async fn every_route_answers_each_role_as_its_row_says() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let rows = routes::table().await?;
    ensure!(rows.len() > 40, "the table has only {} rows", rows.len());
    let anonymous = Client::new(&suite.process.url);
    let mut accounts = Vec::new();
    for role in Role::ALL {
        accounts.push((role, Client::signed_in(&suite.process.url, role.code()).await?));
    }
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| !row.path.ends_with("/logout") && !row.path.ends_with("/stream")) {
        let path = concrete(row.path);
        let call = |client: &Client| client.request(row.method.clone(), &path).header("accept", "application/json");
        let status = Client::send(call(&anonymous)).await?.status.as_u16();
        let public = matches!(row.who, Who::Public | Who::DemoOnly);
        if public == (status == 401) {
            wrong.push(format!("{} {} answers nobody with {status}", row.method, row.path));
        }
        for (role, client) in &accounts {
            let status = Client::send(call(client)).await?.status.as_u16();
            let refused = matches!(status, 401 | 403);
            // A route that a role may call may still refuse a record that is not its own; it then answers 403 or 404.
            if !allows(row.who, &[*role]) && status != 403 {
                wrong.push(format!("{} {} answers {role} with {status}", row.method, row.path));
            } else if allows(row.who, &[*role]) && refused && matches!(row.who, Who::Public | Who::SignedIn) {
                wrong.push(format!("{} {} refuses {role} with {status}", row.method, row.path));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn the_openapi_document_lists_every_api_route_and_the_contracts_among_them() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let document = Client::new(&suite.process.url).get("/api/openapi.json").await?.expect(200)?;
    for row in routes::table().await?.iter().filter(|row| row.path.starts_with("/api/")) {
        let operation = &document["paths"][row.path][row.method.as_str().to_ascii_lowercase()];
        ensure!(operation.is_object(), "{} {} is not in the document", row.method, row.path);
    }
    for path in [
        "/api/v1/auth/login",
        "/api/v1/dev/messages",
        "/api/v1/people",
        "/api/v1/people/{id}/merge",
        "/api/v1/checkin/venues",
        "/api/v1/checkin/visits",
        "/api/v1/checkin/visits/batch",
        "/api/v1/checkin/visits/{id}/checkout",
        "/api/v1/checkin/exposures",
        "/api/v1/lab/results",
        "/api/v1/lab/uploads",
        "/api/v1/f0/cases",
        "/api/v1/f0/cases/{id}/reports",
        "/api/v1/f0/alerts",
        "/api/v1/f0/alerts/{id}/acknowledge",
        "/api/v1/f0/alerts/{id}/resolve",
        "/api/v1/f0/stream",
    ] {
        ensure!(document["paths"][path].is_object(), "{path} is in the contract and not in the document");
    }
    Ok(())
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() -> anyhow::Result<()> {
    let suite = Embedded::start()?;
    let client = Client::new(&suite.process.url);
    for path in ["/", "/login", "/healthz", "/api/v1/people", "/nowhere", "/assets/app.css"] {
        let answer = client.request(Method::GET, path).header("accept", "text/html").send().await?;
        let headers = answer.headers();
        let csp = headers.get("content-security-policy").map(|v| v.to_str()).transpose()?.unwrap_or_default();
        ensure!(csp.contains("default-src 'none'") && !csp.contains("unsafe-inline"), "{path}: {csp}");
        ensure!(headers.get("x-content-type-options").is_some_and(|v| v == "nosniff"), "{path}");
        ensure!(headers.contains_key("x-request-id"), "{path} has no request id");
    }
    Ok(())
}
