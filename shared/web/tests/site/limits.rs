//! Limits on how often an address may ask.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use shared_web::config::Switch;

use crate::world::{Answer, World};

async fn sign_in(world: &World, peer: &str, forwarded: Option<&str>) -> Answer {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut call = world.post("/login").extension(ConnectInfo(peer));
    if let Some(forwarded) = forwarded {
        call = call.header("x-forwarded-for", forwarded);
    }
    // Without a form: the limit comes before anything is read.
    call.send().await
}

async fn refused(world: &World, peer: &str, forwarded: Option<&str>, tries: usize) -> usize {
    let mut refused = 0;
    for _ in 0..tries {
        refused += usize::from(sign_in(world, peer, forwarded).await.status == StatusCode::TOO_MANY_REQUESTS);
    }
    refused
}

#[tokio::test]
async fn whoever_guesses_passwords_is_slowed_down_and_nobody_else() {
    let world = World::new().await;
    assert!(refused(&world, "203.0.113.7:1", None, 80).await > 10);
    let last = sign_in(&world, "203.0.113.7:2", None).await;
    assert_eq!((last.status, last.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    assert!(!last.header("retry-after").is_empty());
    assert_eq!(refused(&world, "203.0.113.8:1", None, 20).await, 0);
}

#[tokio::test]
async fn behind_a_proxy_each_address_counts_for_itself() {
    let world = World::new().await;
    assert!(refused(&world, "127.0.0.1:1", Some("203.0.113.7"), 80).await > 10);
    assert_eq!(refused(&world, "127.0.0.1:1", Some("203.0.113.8"), 20).await, 0);
    assert!(refused(&world, "127.0.0.1:1", Some("10.0.0.1, 203.0.113.7"), 20).await > 10, "a made-up hop helps nobody");
}

#[tokio::test]
async fn a_load_test_may_lift_the_limits() {
    let world = World::with(|config| config.rate_limits = Switch::Off).await;
    assert_eq!(refused(&world, "203.0.113.7:1", None, 200).await, 0);
}
