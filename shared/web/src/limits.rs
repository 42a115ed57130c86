//! Limits on how often somebody may ask: per address, with a tighter one for signing in and for codes.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Method};
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

/// Where a proxy names the address that it was asked from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// An address as it is counted. Whoever has an IPv6 address has 2^64 of them, so that the first 64 bits count.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// The counters.
#[derive(Clone)]
pub struct Limits {
    on: bool,
    proxies: Arc<BTreeSet<IpAddr>>,
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
            proxies: Arc::new(config.trusted_proxies.clone()),
            requests: Arc::new(RateLimiter::dashmap(requests)),
            secrets: Arc::new(RateLimiter::dashmap(secrets)),
        }
    }

    fn allows(&self, address: IpAddr, method: &Method, path: &str) -> bool {
        if !self.on {
            return true;
        }
        let address = counted_as(address);
        let secret = !method.is_safe() && (matches!(path, "/login" | "/api/v1/auth/login") || path.ends_with("/code"));
        self.requests.check_key(&address).is_ok() && (!secret || self.secrets.check_key(&address).is_ok())
    }

    /// Whose request it is: the peer's, or, where the peer is a proxy that is trusted, the last address of
    /// `X-Forwarded-For` that is none of the trusted proxies. Whatever stands before it was written by the caller.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        let mut hops = lines.iter().flat_map(|line| line.split(',')).map(|hop| hop.trim().parse::<IpAddr>()).rev();
        let mut client = peer.to_canonical();
        while self.proxies.contains(&client) {
            match hops.next() {
                Some(Ok(hop)) => client = hop.to_canonical(),
                _ => break,
            }
        }
        client
    }

    /// The address that a request comes from, as it is counted.
    #[must_use]
    pub fn address_of(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
        Some(counted_as(self.client(peer, request.headers())))
    }

    /// Whether the peer is one of the proxies that are trusted, so that it wrote the headers that it is to write.
    #[must_use]
    pub fn is_from_proxy(&self, request: &Request) -> bool {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        peer.is_some_and(|peer| self.proxies.contains(&peer.0.ip().to_canonical()))
    }

    /// Forgets addresses that have not asked for a while; called from time to time.
    pub fn sweep(&self) {
        self.requests.retain_recent();
        self.secrets.retain_recent();
    }
}

/// The layer.
pub async fn enforce(limits: Limits, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let client = peer.map(|peer| limits.client(peer, request.headers()));
    match client {
        Some(client) if !limits.allows(client, request.method(), request.uri().path()) => Problem::too_many(
            "Quá nhiều yêu cầu từ địa chỉ này. Hãy thử lại sau ít giây.",
            "Too many requests from this address. Try again in a few seconds.",
        )
        .into_response(),
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&'static str]) -> String {
        let limits = Limits::new(&Config::default());
        let headers = forwarded.iter().map(|line| (FORWARDED_FOR.parse().unwrap(), line.parse().unwrap())).collect();
        limits.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_say_who_asks() {
        assert_eq!(client("127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(client("198.51.100.2", &["203.0.113.7"]), "198.51.100.2");
    }

    #[test]
    fn what_the_caller_wrote_into_the_header_is_not_believed() {
        assert_eq!(client("127.0.0.1", &["10.1.1.1, 203.0.113.7, 127.0.0.1"]), "203.0.113.7");
        assert_eq!(client("127.0.0.1", &["10.1.1.1", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(client("::ffff:127.0.0.1", &["203.0.113.7, nonsense"]), "127.0.0.1");
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_count_together() {
        let [one, same, other] =
            ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"].map(|a| counted_as(a.parse().unwrap()));
        assert_eq!(one, same);
        assert_ne!(one, other);
    }

    #[test]
    fn signing_in_is_limited_more_tightly_than_reading_and_each_address_for_itself() {
        let limits = Limits::new(&Config::default());
        let [one, other]: [IpAddr; 2] = ["203.0.113.7", "203.0.113.8"].map(|a| a.parse().unwrap());
        let tried = (0..100).filter(|_| limits.allows(one, &Method::POST, "/login")).count();
        assert!((60..70).contains(&tried), "{tried}");
        assert!(limits.allows(one, &Method::GET, "/login"));
        assert!(limits.allows(other, &Method::POST, "/api/v1/auth/login"));
        let off = Limits::new(&Config { rate_limits: Switch::Off, ..Config::default() });
        assert!((0..5_000).all(|_| off.allows(one, &Method::POST, "/login")));
    }
}
