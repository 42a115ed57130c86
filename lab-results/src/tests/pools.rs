//! Pools of both kinds, and the oracle of the set of data: a laboratory's own day of pooling.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::time::{hours, minutes};

use super::flow::{found, person, sample, sampler};
use super::{TestLab, multipart};

fn people(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| person(&format!("Lê Văn {}", ["An", "Ba", "Cần", "Dũng", "Én"][n]), &format!("091234567{n}")))
        .collect()
}

async fn pool(lab: &TestLab, token: &str, id: &Value) -> Value {
    let answer = lab.get(token, &format!("/api/v1/lab/pools/{}", id.as_str().unwrap())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn states(pool: &Value) -> Vec<&str> {
    pool["members"].as_array().unwrap().iter().map(|member| member["state"].as_str().unwrap()).collect()
}

/// The types of the events that were told, and whose.
async fn told(lab: &TestLab) -> Vec<(String, String)> {
    lab.events().await.into_iter().map(|event| (event.kind.clone(), event.subject.clone())).collect()
}

#[tokio::test]
async fn a_negative_pool_releases_to_each_member() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let tube = sample(&lab, &sampler, "P1", &people(3)).await;
    let shown = pool(&lab, &sampler, &tube["id"]).await;
    assert_eq!((shown["kind"].clone(), shown["state"].clone()), (json!("swab"), json!("waiting")));
    lab.events().await;
    let result = found("A1", "P1", "not_detected", lab.app.platform.now());
    let report = lab.results(&result).await;
    assert_eq!(report["accepted"], json!(1), "{report}");
    assert_eq!(lab.results(&result).await["duplicate"], json!(1));
    let shown = pool(&lab, &sampler, &tube["id"]).await;
    assert_eq!((shown["state"].clone(), states(&shown)), (json!("negative"), vec!["released"; 3]));
    let told = told(&lab).await;
    let subjects: BTreeSet<_> = told.iter().map(|(_, subject)| subject.as_str()).collect();
    assert_eq!((told.len(), subjects.len()), (3, 3), "{told:?}");
    let listed = lab.get(&lab.lab, "/api/v1/lab/results?outcome=not_detected").await.json();
    let own: Vec<_> = listed["items"].as_array().unwrap().iter().filter(|one| !one["person_id"].is_null()).collect();
    assert_eq!(own.len(), 3);
    assert!(own.iter().all(|one| one["state"] == json!("released")));
}

#[tokio::test]
async fn a_positive_swab_pool_calls_its_members_back_and_tells_nobody_anything() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let tube = sample(&lab, &sampler, "P1", &people(3)).await;
    lab.events().await;
    for outcome in ["detected", "462371000124108"] {
        let accession = format!("A-{outcome}");
        let report = lab.results(&found(&accession, "P1", outcome, lab.app.platform.now())).await;
        assert_eq!(report["held"], json!(1), "{report}");
    }
    assert_eq!(told(&lab).await, [], "no event, so no case and no message");
    let shown = pool(&lab, &sampler, &tube["id"]).await;
    assert_eq!((shown["state"].clone(), states(&shown)), (json!("positive"), vec!["to_call"; 3]));
    assert!(shown["members"].as_array().unwrap().iter().all(|member| {
        member["phone"].as_str().unwrap().starts_with("+8491234567") && member["next_order_id"].is_string()
    }));
    let deadline: shared::time::Instant = shown["deadline"].as_str().unwrap().parse().unwrap();
    assert!(deadline.since(lab.app.platform.now()) <= hours(24));

    let path = |position: i64| format!("/api/v1/lab/pools/{}/members/{position}/call", tube["id"].as_str().unwrap());
    let called = lab.post(&sampler, &path(1), &json!({"state": "called", "note": "Chiều nay đến"})).await;
    assert_eq!(called.status, StatusCode::OK, "{}", called.text());
    assert_eq!(
        lab.post(&sampler, &path(1), &json!({"state": "released"})).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(lab.post(&sampler, &path(9), &json!({"state": "called"})).await.status, StatusCode::NOT_FOUND);
    // The single order of the first member is sampled, tested, and closes their call-back.
    let order = shown["members"][0]["next_order_id"].clone();
    let single = json!({"barcode": "S1", "order_ids": [order], "kind": "nasopharyngeal_swab",
                        "collected_at": lab.app.platform.now()});
    assert_eq!(lab.post(&sampler, "/api/v1/lab/specimens", &single).await.status, StatusCode::CREATED);
    let report = lab.results(&found("B1", "S1", "detected", lab.app.platform.now())).await;
    assert_eq!(report["accepted"], json!(1));
    assert_eq!(states(&pool(&lab, &sampler, &tube["id"]).await), ["done", "to_call", "to_call"]);
    assert_eq!(told(&lab).await.len(), 1, "the single positive is that member's own");
    assert_eq!(lab.post(&sampler, &path(1), &json!({"state": "called"})).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_negative_pool_that_is_corrected_takes_back_what_it_said_and_a_positive_one_releases() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let tube = sample(&lab, &sampler, "P1", &people(2)).await;
    lab.events().await;
    let at = lab.app.platform.now();
    lab.results(&found("A1", "P1", "not_detected", at)).await;
    assert_eq!(told(&lab).await.len(), 2);
    let mut corrected = found("A1", "P1", "detected", at);
    corrected["status"] = json!("corrected");
    assert_eq!(lab.results(&corrected).await["amended"], json!(1));
    let events = lab.events().await;
    assert_eq!(events.len(), 2);
    for event in &events {
        assert_eq!(
            (event.kind.as_str(), event.data["withdrawn"].clone()),
            ("antam.lab.result_amended.v1", json!(true))
        );
    }
    assert_eq!(states(&pool(&lab, &sampler, &tube["id"]).await), ["to_call"; 2]);
    let mut back = found("A1", "P1", "not_detected", at.plus(hours(0)));
    back["status"] = json!("corrected");
    assert_eq!(lab.results(&back).await["amended"], json!(1));
    assert_eq!(states(&pool(&lab, &sampler, &tube["id"]).await), ["released"; 2]);
    let mut withdrawn = back.clone();
    withdrawn["status"] = json!("withdrawn");
    assert_eq!(lab.results(&withdrawn).await["amended"], json!(1));
    let shown = pool(&lab, &sampler, &tube["id"]).await;
    assert_eq!((shown["state"].clone(), states(&shown)), (json!("waiting"), vec!["waiting"; 2]));
}

#[tokio::test]
async fn a_laboratory_pool_keeps_its_tubes_and_tests_them_again_when_it_is_positive() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    for (n, one) in people(2).into_iter().enumerate() {
        sample(&lab, &sampler, &format!("T{n}"), &[one]).await;
    }
    lab.events().await;
    let body = json!({"barcode": "LP1", "members": ["T0", "T1"]});
    let made = lab.post(&lab.lab, "/api/v1/lab/pools", &body).await;
    assert_eq!((made.status, made.json()["kind"].clone()), (StatusCode::CREATED, json!("lab")));
    let id = made.json()["id"].clone();
    for (members, code) in [
        (json!(["T0"]), "members"),
        (json!(["T0", "T0"]), "twice"),
        (json!(["T0", "X"]), "unknown_barcode"),
        (json!(["T0", "LP1"]), "pool_in_pool"),
    ] {
        let refused = lab.post(&lab.lab, "/api/v1/lab/pools", &json!({"members": members})).await;
        assert_eq!(
            (refused.status, refused.json()["errors"][0]["code"].clone()),
            (StatusCode::UNPROCESSABLE_ENTITY, json!(code))
        );
    }
    assert_eq!(lab.results(&found("A1", "LP1", "detected", lab.app.platform.now())).await["held"], json!(1));
    let shown = pool(&lab, &lab.lab, &id).await;
    assert_eq!(states(&shown), ["to_retest"; 2]);
    assert_eq!(shown["members"][1]["barcode"], json!("T1"), "the kept tube is named");
    assert_eq!(told(&lab).await, []);
    assert_eq!(lab.results(&found("B0", "T0", "not_detected", lab.app.platform.now())).await["accepted"], json!(1));
    assert_eq!(lab.results(&found("B1", "T1", "detected", lab.app.platform.now())).await["accepted"], json!(1));
    assert_eq!(states(&pool(&lab, &lab.lab, &id).await), ["done"; 2]);
    assert_eq!(told(&lab).await.len(), 2);
}

#[tokio::test]
async fn pools_and_ranges_are_listed_page_by_page() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    for n in 0..3 {
        sample(&lab, &sampler, &format!("P{n}"), &people(2)).await;
        lab.post(&sampler, "/api/v1/lab/tube-ranges", &json!({"size": 10})).await;
        lab.clock.advance(minutes(1));
    }
    for path in ["/api/v1/lab/pools", "/api/v1/lab/tube-ranges"] {
        let all = lab.get(&sampler, path).await.json();
        let first = lab.get(&sampler, &format!("{path}?limit=2")).await.json();
        let cursor = first["next_cursor"].as_str().unwrap();
        let last = lab.get(&sampler, &format!("{path}?limit=2&cursor={cursor}")).await.json();
        let items = |page: &Value| page["items"].as_array().unwrap().clone();
        assert_eq!([items(&first), items(&last)].concat(), items(&all), "{path}");
        assert_eq!((items(&all).len(), last["next_cursor"].clone()), (3, Value::Null), "{path}");
        let wrong = lab.get(&sampler, &format!("{path}?cursor=x")).await;
        assert_eq!(wrong.json()["errors"][0]["pointer"], json!("/cursor"), "{path}");
    }
}

/// The texts of a page that stand between these, in their order, over all pages of a list.
pub(super) async fn through(lab: &TestLab, token: &str, first: &str, between: (&str, &str)) -> Vec<Vec<String>> {
    let (mut pages, mut path) = (Vec::new(), first.to_owned());
    loop {
        let page = lab.get(token, &path).await.text();
        let rows = page.split(between.0).skip(1).filter_map(|rest| rest.split(between.1).next());
        pages.push(rows.map(str::to_owned).collect());
        let nav = page.split("<nav class=\"row no-print\"").nth(1).and_then(|rest| rest.split("</nav>").next());
        let links: Vec<&str> = nav.unwrap_or_default().split("href=\"").skip(1).collect();
        let href = |link: &&str| {
            let address = link.split('"').next().unwrap_or_default().replace("&#38;", "&");
            address.split('#').next().unwrap_or_default().to_owned()
        };
        // The first leads back, where the page is not the first.
        match links.get(usize::from(pages.len() > 1)) {
            Some(link) => path = href(link),
            None => return pages,
        }
        assert!(pages.len() < 9, "the pages never end");
    }
}

#[tokio::test]
async fn nothing_of_a_long_list_is_out_of_reach_and_its_filter_stays() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let mut barcodes = Vec::new();
    for n in 0..103 {
        let barcode = format!("TUBE-{n:03}");
        sample(&lab, &sampler, &barcode, &people(2)).await;
        lab.post(&sampler, "/api/v1/lab/tube-ranges", &json!({"size": 10, "note": format!("Đợt {n:03}")})).await;
        barcodes.push(barcode);
        lab.clock.advance(minutes(1));
    }
    let sizes = |pages: &[Vec<String>]| pages.iter().map(Vec::len).collect::<Vec<_>>();
    // The newest first; those that wait longest first.
    let newest: Vec<String> = barcodes.iter().rev().cloned().collect();
    let pools = through(&lab, &lab.lab, "/lab/pools", ("\">TUBE-", "</a>")).await;
    assert_eq!((sizes(&pools), pools.concat()), (vec![50, 50, 3], newest.iter().map(|b| b[5..].to_owned()).collect()));
    let ranges = through(&lab, &lab.lab, "/lab/labels", (">Đợt ", "</td>")).await;
    assert_eq!(
        (sizes(&ranges), ranges.concat()),
        (vec![50, 50, 3], (0..103).rev().map(|n| format!("{n:03}")).collect())
    );
    let tubes = through(&lab, &lab.lab, "/lab/tubes", ("/lab/tubes?barcode=TUBE-", "\"")).await;
    assert_eq!(
        (sizes(&tubes), tubes.concat()),
        (vec![50, 50, 3], barcodes.iter().map(|b| b[5..].to_owned()).collect())
    );

    let at = lab.app.platform.now();
    for barcode in &barcodes[..60] {
        let positive = found(&format!("A-{barcode}"), barcode, "detected", at);
        assert_eq!(lab.results(&positive).await["received"], json!(1));
    }
    let positive = through(&lab, &lab.lab, "/lab/pools?state=positive", ("\">TUBE-", "</a>")).await;
    let wanted: Vec<String> = barcodes[..60].iter().rev().map(|b| b[5..].to_owned()).collect();
    assert_eq!((sizes(&positive), positive.concat()), (vec![50, 10], wanted));
}

#[tokio::test]
async fn a_preliminary_result_of_a_pool_does_nothing_before_it_is_final() {
    let lab = TestLab::sqlite().await;
    let sampler = sampler(&lab).await;
    let tube = sample(&lab, &sampler, "P1", &people(2)).await;
    let at = lab.app.platform.now();
    let mut preliminary = found("A1", "P1", "not_detected", at);
    preliminary["status"] = json!("preliminary");
    assert_eq!(lab.results(&preliminary).await["held"], json!(1));
    assert_eq!(states(&pool(&lab, &sampler, &tube["id"]).await), ["waiting"; 2]);
    assert_eq!(lab.results(&found("A1", "P1", "not_detected", at)).await["accepted"], json!(1));
    assert_eq!(states(&pool(&lab, &sampler, &tube["id"]).await), ["released"; 2]);
}

/// The set of data beside the repository; a machine without it has the same facts below.
fn set() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("shared/data/lab");
    root.is_dir().then_some(root)
}

/// The fields of the first segment of a kind.
fn segment(message: &str, kind: &str) -> Vec<String> {
    let line = message.split(['\r', '\n']).find(|line| line.starts_with(kind)).unwrap();
    line.split('|').map(str::to_owned).collect()
}

/// The laboratory's day: its nine orders, which tubes went into which pool, what the analyser found, and the six results
/// that it told. The release must be exactly those six, the three of the positive pool must wait, and the pool that is in
/// no map must give nobody anything.
#[tokio::test]
async fn the_days_work_of_a_pooling_laboratory_comes_out_exactly() {
    let Some(set) = set() else { return };
    let lab = TestLab::sqlite().await;
    lab.clock.set("2020-07-17T13:00:00Z".parse().unwrap());
    let sampler = sampler(&lab).await;
    let read = |folder: &str| -> Vec<String> {
        let folder = set.join("hl7/ufpathlabs-pool").join(folder);
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    };
    for order in read("orders") {
        let name = segment(&order, "PID")[5].trim_end_matches('^').replace('^', " ");
        let container = segment(&order, "OBR")[3].trim_end_matches('^').to_owned();
        let member = json!({"full_name": format!("{name} {}", segment(&order, "OBR")[2]), "birth_year": 1980});
        let body = json!({"barcode": container, "people": [member], "collected_at": "2020-06-26T10:08:00Z",
                          "reason": segment(&order, "OBR")[2]});
        assert_eq!(lab.post(&sampler, "/api/v1/lab/samplings", &body).await.status, StatusCode::CREATED);
    }
    lab.events().await;
    let file = |name: &str| std::fs::read(set.join("xlsx/ufpathlabs-pool").join(name)).unwrap();
    let send = |path: &'static str, bytes: Vec<u8>| {
        let lab = &lab;
        async move {
            let (kind, body) = multipart("file", &bytes);
            let answer = lab.post_as(&lab.lab, path, &kind, body).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            answer.json()
        }
    };
    for status in ["accepted", "duplicate"] {
        let map = send("/api/v1/lab/pools/import", file("Hamilton_SAMPLE_POOL_MAP.xlsx")).await;
        assert_eq!((map["received"].clone(), map[status].clone()), (json!(3), json!(3)), "{map}");
    }
    let report = send("/api/v1/lab/pools/results", file("Panther_POOL_RESULTS.lis.xls")).await;
    let of = |code: &str| {
        let rows = report["rows"].as_array().unwrap().iter();
        rows.clone().find(|row| row["accession"] == json!(code)).unwrap()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (of("400005915"), of("400005914"), of("400005907")),
        ("accepted".into(), "accepted".into(), "held".into())
    );
    assert!(["held", "rejected"].contains(&of("400005913").as_str()), "a pool of no map gives nobody anything");

    // What the laboratory itself told: container and person, all of them negative.
    let expected: BTreeSet<(String, String)> = read("results")
        .iter()
        .map(|told| {
            assert_eq!(segment(told, "OBX")[5], "Not Detected");
            (segment(told, "OBR")[3].trim_end_matches('^').to_owned(), segment(told, "OBR")[2].clone())
        })
        .collect();
    assert_eq!(expected.len(), 6);
    let events = lab.events().await;
    assert_eq!(events.len(), 6);
    assert!(events.iter().all(|event| event.data["outcome"] == json!("not_detected")));
    let mut released = BTreeSet::new();
    let mut waiting = BTreeSet::new();
    for pool_code in ["400005915", "400005914", "400005907"] {
        let tube = lab.get(&lab.lab, &format!("/api/v1/lab/specimens?barcode={pool_code}")).await.json();
        let shown = pool(&lab, &lab.lab, &tube["items"][0]["id"]).await;
        for member in shown["members"].as_array().unwrap() {
            let barcode = member["barcode"].as_str().unwrap().to_owned();
            let name = member["full_name"].as_str().unwrap();
            let number = name.rsplit(' ').next().unwrap().to_owned();
            match member["state"].as_str().unwrap() {
                "released" => released.insert((barcode, number)),
                "to_retest" => waiting.insert((barcode, number)),
                other => panic!("{other}"),
            };
        }
    }
    assert_eq!(released, expected);
    let containers: Vec<_> = waiting.iter().map(|(container, _)| container.as_str()).collect();
    assert_eq!(containers, ["100004198", "100004204", "100004213"]);
}
