//! Limits on how often somebody may ask: per address, with a tighter one for signing in and for codes.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::config::{Config, Switch};
use crate::problem::Problem;

type PerAddress = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>;

/// Requests a second from one address, and the burst that it may bring: a venue's visitors share its network.
const REQUESTS: (u32, u32) = (200, 2_000);
/// Sign-ins and codes a minute from one address, and the burst.
const SECRETS: (u32, u32) = (60, 60);

/// The counters.
#[derive(Clone)]
pub struct Limits {
    on: bool,
    requests: Arc<PerAddress>,
    secrets: Arc<PerAddress>,
}

impl Limits {
    /// Counters as configured.
    ///
    /// # Panics
    /// Never: the constants are above zero.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let positive = |n: u32| NonZeroU32::new(n).expect("limits are above zero");
        let requests = Quota::per_second(positive(REQUESTS.0)).allow_burst(positive(REQUESTS.1));
        let secrets = Quota::per_minute(positive(SECRETS.0)).allow_burst(positive(SECRETS.1));
        Self {
            on: config.rate_limits == Switch::On,
            requests: Arc::new(RateLimiter::dashmap(requests)),
            secrets: Arc::new(RateLimiter::dashmap(secrets)),
        }
    }

    fn allows(&self, address: IpAddr, path: &str) -> bool {
        if !self.on {
            return true;
        }
        let secret = matches!(path, "/login" | "/api/v1/auth/login") || path.ends_with("/code");
        self.requests.check_key(&address).is_ok() && (!secret || self.secrets.check_key(&address).is_ok())
    }

    /// Forgets addresses that have not asked for a while; called from time to time.
    pub fn sweep(&self) {
        self.requests.retain_recent();
        self.secrets.retain_recent();
    }
}

/// The layer.
pub async fn enforce(limits: Limits, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match address {
        Some(address) if !limits.allows(address, request.uri().path()) => Problem::too_many(
            "Quá nhiều yêu cầu từ địa chỉ này. Hãy thử lại sau ít giây.",
            "Too many requests from this address. Try again in a few seconds.",
        )
        .into_response(),
        _ => next.run(request).await,
    }
}
