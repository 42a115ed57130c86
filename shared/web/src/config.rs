//! Configuration: built-in values, then the file, then the environment (`ANTAM_…`), then the options of the command.

use core::fmt;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

mod environment;
mod options;
mod peers;

pub use options::{ConfigError, ServeOptions};
pub use peers::{MllpPeer, NoPeer, Voice};

/// One of the three services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Venues, visits and exposures.
    Checkin,
    /// Results of laboratories.
    Lab,
    /// Care of confirmed cases.
    F0,
}

impl Service {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Checkin, Self::Lab, Self::F0];

    /// Its name in options, logs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Checkin => "checkin",
            Self::Lab => "lab",
            Self::F0 => "f0",
        }
    }
}

/// How a process was started. Every field is a line of the file and a variable of the environment, many are options too.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen, such as `127.0.0.1:8080`; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where to listen for results of laboratories as HL7 v2 over MLLP; nowhere where it is missing. MLLP knows no
    /// passwords and no encryption: only for a network of one's own.
    pub mllp_listen: Option<SocketAddr>,
    /// The laboratory whose connections come to `mllp_listen`, where the messages do not name it in MSH-4.
    pub mllp_lab_code: Option<String>,
    /// Which addresses may speak for which laboratory at `mllp_listen`; where it is empty, only this machine may.
    pub mllp_peers: BTreeSet<MllpPeer>,
    /// Whether MSH-15 and MSH-16 are heard at `mllp_listen`; where not, every message is answered with AA, AE or AR.
    pub mllp_enhanced: bool,
    /// Where the embedded database and, unless said otherwise, the keys are.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; the file `antam.db` in the data directory where it is missing.
    pub database_url: Option<String>,
    /// Connections to the database at most.
    pub database_connections: u32,
    /// `redis://…`; without it events stay in the process.
    pub redis_url: Option<String>,
    /// What stands before every key in Redis.
    pub redis_prefix: String,
    /// Where the keys are; `keys` in the data directory where it is missing. Keep it apart from the database's backups.
    pub keys_dir: Option<PathBuf>,
    /// Which services this process serves.
    pub services: BTreeSet<Service>,
    /// Synthetic people and the demo accounts.
    pub demo: bool,
    /// Lets demo mode listen beyond loopback.
    pub demo_unsafe: bool,
    /// How many people the demo province has.
    pub demo_people: u32,
    /// The address that people reach the site by; it stands in posters and messages.
    pub public_url: Option<String>,
    /// Limits on requests: `on` or `off` (for a load test).
    pub rate_limits: Switch,
    /// The proxies in front, whose `X-Forwarded-For` is believed when requests are counted by address.
    pub trusted_proxies: BTreeSet<IpAddr>,
    /// The header in which those proxies say which client certificate a connection showed; none where it is missing.
    pub client_certificate_header: Option<String>,
    /// Days that visits are kept.
    pub retention_days: i64,
    /// The largest body of an ordinary request in bytes.
    pub body_limit: usize,
    /// The largest uploaded file in bytes.
    pub upload_limit: usize,
    /// `smtp://…` or `smtps://…`; without it e-mail stays in the table of messages.
    pub smtp_url: Option<String>,
    /// The sender of e-mail.
    pub smtp_from: String,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// Which log lines, in tracing's filter syntax.
    pub log: String,
    /// The province that the system serves, by its code of 2022.
    pub province_code: String,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            mllp_listen: None,
            mllp_lab_code: None,
            mllp_peers: BTreeSet::new(),
            mllp_enhanced: false,
            data_dir: PathBuf::from(".antam/data"),
            database_url: None,
            database_connections: 16,
            redis_url: None,
            redis_prefix: "antam".to_owned(),
            keys_dir: None,
            services: Service::ALL.into(),
            demo: false,
            demo_unsafe: false,
            demo_people: 2_000,
            public_url: None,
            rate_limits: Switch::On,
            trusted_proxies: [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].into(),
            client_certificate_header: None,
            retention_days: 21,
            body_limit: 1024 * 1024,
            upload_limit: 64 * 1024 * 1024,
            smtp_url: None,
            smtp_from: "An Tâm <antam@localhost>".to_owned(),
            log_format: LogFormat::Text,
            log: "info,sqlx=warn,hyper=warn".to_owned(),
            province_code: "82".to_owned(),
        }
    }
}

impl fmt::Debug for Config {
    /// Leaves out the addresses of servers: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .field("services", &self.services)
            .field("demo", &self.demo)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Where the keys are.
    #[must_use]
    pub fn keys_dir(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }

    /// The address of the database.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("antam.db").display()))
    }

    /// The address that people reach the site by, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Whether this process serves a service.
    #[must_use]
    pub fn serves(&self, service: Service) -> bool {
        self.services.contains(&service)
    }

    /// What is legal and dangerous, said at the start.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.rate_limits == Switch::Off {
            warnings.push("rate_limits is off: only for a load test".to_owned());
        }
        if self.demo && !self.listen.ip().is_loopback() {
            warnings.push("demo mode listens beyond this machine: its passwords are known".to_owned());
        }
        if self.mllp_listen.is_some_and(|mllp| !mllp.ip().is_loopback()) {
            warnings
                .push("mllp_listen is open beyond this machine: MLLP has no passwords and no encryption".to_owned());
            if self.mllp_peers.is_empty() {
                warnings.push(
                    "mllp_peers is empty: whoever sends over MLLP from beyond this machine is refused".to_owned(),
                );
            }
        }
        if self.redis_url.is_some() && self.database_url().starts_with("sqlite:") {
            warnings
                .push("redis_url is set with SQLite: several processes cannot share one SQLite file well".to_owned());
        }
        if self.redis_url.is_none() && self.services.len() < Service::ALL.len() {
            warnings.push("services is a part of the suite without redis_url: events reach nobody else".to_owned());
        }
        if !self.demo && self.public_url.is_none() {
            warnings.push("public_url is not set: posters and messages will name the listening address".to_owned());
        }
        warnings
    }
}
