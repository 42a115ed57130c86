//! Limits on how often somebody may ask: per address, with a tighter one for signing in and for codes.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::config::{Config, Switch};
use crate::problem::Problem;

type PerAddress = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>;
type Moment = <DefaultClock as Clock>::Instant;

/// Requests a second from one address, and the burst that it may bring: a venue's visitors share its network.
const REQUESTS: (u32, u32) = (200, 2_000);
/// Codes that are asked for in a minute from one address, and the burst: each is a message that somebody pays for.
const CODES: (u32, u32) = (60, 60);
/// Sign-ins a minute that may fail from one address, and the burst. Those that succeed are no guessing: the shift of a
/// whole hospital signs in behind one address.
const GUESSES: (u32, u32) = (60, 60);
/// Sign-ins a minute from one address, and the burst: each costs tens of milliseconds of a core.
const SIGN_INS: (u32, u32) = (600, 600);

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
    codes: Arc<PerAddress>,
    sign_ins: Arc<PerAddress>,
    guesses: Arc<PerAddress>,
    /// Addresses that have guessed too often, and until when they are not heard.
    unheard: Arc<Mutex<HashMap<IpAddr, Moment>>>,
}

/// What a request is, as far as it is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    SignIn,
    Code,
    Other,
}

impl Kind {
    fn of(method: &Method, path: &str) -> Self {
        match path {
            _ if method.is_safe() => Self::Other,
            "/login" | "/api/v1/auth/login" => Self::SignIn,
            path if path.ends_with("/code") => Self::Code,
            _ => Self::Other,
        }
    }
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
        let a_minute = |(rate, burst): (u32, u32)| {
            Arc::new(RateLimiter::dashmap(Quota::per_minute(positive(rate)).allow_burst(positive(burst))))
        };
        Self {
            on: config.rate_limits == Switch::On,
            proxies: Arc::new(config.trusted_proxies.clone()),
            requests: Arc::new(RateLimiter::dashmap(requests)),
            codes: a_minute(CODES),
            sign_ins: a_minute(SIGN_INS),
            guesses: a_minute(GUESSES),
            unheard: Arc::default(),
        }
    }

    fn allows(&self, address: IpAddr, kind: Kind) -> bool {
        if !self.on {
            return true;
        }
        let address = counted_as(address);
        self.requests.check_key(&address).is_ok()
            && match kind {
                Kind::SignIn => self.is_heard(address) && self.sign_ins.check_key(&address).is_ok(),
                Kind::Code => self.codes.check_key(&address).is_ok(),
                Kind::Other => true,
            }
    }

    fn is_heard(&self, address: IpAddr) -> bool {
        let now = DefaultClock::default().now();
        self.unheard().get(&address).is_none_or(|until| *until <= now)
    }

    fn unheard(&self) -> MutexGuard<'_, HashMap<IpAddr, Moment>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a sign-in that failed.
    fn failed(&self, address: IpAddr) {
        let address = counted_as(address);
        if let Err(wait) = self.guesses.check_key(&address) {
            self.unheard().insert(address, wait.earliest_possible());
        }
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
        for counter in [&self.requests, &self.codes, &self.sign_ins, &self.guesses] {
            counter.retain_recent();
        }
        let now = DefaultClock::default().now();
        self.unheard().retain(|_, until| *until > now);
    }
}

/// The layer.
pub async fn enforce<F: Future<Output = Response>>(
    limits: &Limits,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let client = peer.map(|peer| limits.client(peer, request.headers()));
    let Some(client) = client else { return next(request).await };
    let kind = Kind::of(request.method(), request.uri().path());
    if !limits.allows(client, kind) {
        return Problem::too_many(
            "Quá nhiều yêu cầu từ địa chỉ này. Hãy thử lại sau ít giây.",
            "Too many requests from this address. Try again in a few seconds.",
        )
        .into_response();
    }
    let response = next(request).await;
    if kind == Kind::SignIn && response.status().is_client_error() {
        limits.failed(client);
    }
    response
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
        let guess = |limits: &Limits| {
            let heard = limits.allows(one, Kind::SignIn);
            limits.failed(one);
            heard
        };
        let tried = (0..100).filter(|_| guess(&limits)).count();
        assert!((60..70).contains(&tried), "{tried}");
        assert!(limits.allows(one, Kind::Other));
        assert!(limits.allows(other, Kind::SignIn));
        let off = Limits::new(&Config { rate_limits: Switch::Off, ..Config::default() });
        assert!((0..5_000).all(|_| guess(&off)));
    }

    #[test]
    fn a_shift_that_signs_in_rightly_is_not_taken_for_guessing_and_codes_are_counted_whatever_comes_of_them() {
        let limits = Limits::new(&Config::default());
        let address: IpAddr = "203.0.113.9".parse().unwrap();
        assert!((0..300).all(|_| limits.allows(address, Kind::SignIn)));
        let codes = (0..100).filter(|_| limits.allows(address, Kind::Code)).count();
        assert!((60..70).contains(&codes), "{codes}");
    }

    #[test]
    fn what_is_counted_apart_is_told_by_method_and_path() {
        for (method, path, kind) in [
            (Method::POST, "/login", Kind::SignIn),
            (Method::POST, "/api/v1/auth/login", Kind::SignIn),
            (Method::GET, "/login", Kind::Other),
            (Method::POST, "/me/code", Kind::Code),
            (Method::POST, "/api/v1/checkin/visits", Kind::Other),
        ] {
            assert_eq!(Kind::of(&method, path), kind, "{method} {path}");
        }
    }
}
