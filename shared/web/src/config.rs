//! Configuration: built-in values, then the file, then the environment (`ANTAM_…`), then the options of the command.

use core::fmt;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::{Deserialize, Serialize};

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

/// The fields that are lists; in the environment they are written as on the command line: `checkin,lab,f0`.
const LISTS: [&str; 2] = ["services", "trusted_proxies"];
/// The fields that are numbers.
const NUMBERS: [&str; 5] = ["database_connections", "demo_people", "retention_days", "body_limit", "upload_limit"];
/// The fields that are true or false.
const FLAGS: [&str; 2] = ["demo", "demo_unsafe"];
/// The fields that are one of a few words.
const CHOICES: [&str; 2] = ["rate_limits", "log_format"];
/// The fields that are text, whatever it looks like: `82` is the code of a province and no number.
const TEXTS: [&str; 14] = [
    "listen",
    "mllp_listen",
    "mllp_lab_code",
    "data_dir",
    "database_url",
    "redis_url",
    "redis_prefix",
    "keys_dir",
    "public_url",
    "client_certificate_header",
    "smtp_url",
    "smtp_from",
    "log",
    "province_code",
];

/// What the variables `ANTAM_…` say. Other variables with the prefix belong to the tests and the workshop.
struct Environment(Dict);

impl Environment {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &'static str| {
            let text = variable(&format!("ANTAM_{}", name.to_ascii_uppercase()))?;
            Some((name, text.trim().to_owned()))
        };
        let list = |text: String| -> Vec<String> {
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
        };
        let mut values = Dict::new();
        for (name, text) in TEXTS.into_iter().filter_map(given) {
            values.insert(name.to_owned(), text.into());
        }
        for (name, text) in CHOICES.into_iter().filter_map(given) {
            values.insert(name.to_owned(), text.to_ascii_lowercase().into());
        }
        for (name, text) in NUMBERS.into_iter().filter_map(given) {
            values.insert(name.to_owned(), text.parse::<i64>().map_or_else(|_| text.into(), Value::from));
        }
        for (name, text) in FLAGS.into_iter().filter_map(given) {
            let value = match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "on" | "yes" => true.into(),
                "false" | "0" | "off" | "no" | "" => false.into(),
                _ => Value::from(text),
            };
            values.insert(name.to_owned(), value);
        }
        for (name, text) in LISTS.into_iter().filter_map(given) {
            values.insert(name.to_owned(), list(text).into());
        }
        Self(values)
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment").interpolater(|_, keys| {
            let path: Vec<String> = keys.iter().map(|key| key.to_ascii_uppercase()).collect();
            format!("ANTAM_{}", path.join("_"))
        })
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value of the file, the environment or an option cannot be read.
    #[error(transparent)]
    Value(#[from] Box<figment::Error>),
    /// Demo mode would be open to others.
    #[error(
        "demo mode has known passwords and refuses to listen on {0}; use a loopback address, or --demo-unsafe if you know what you do"
    )]
    DemoBeyondLoopback(SocketAddr),
    /// The retention of visits is not from 1 to 365 days.
    #[error("retention_days must be from 1 to 365, got {0}")]
    Retention(i64),
    /// No service is named.
    #[error("services must name at least one of checkin, lab, f0")]
    NoService,
    /// The database could not be reached at all.
    #[error("database_connections must be at least 1")]
    NoConnection,
    /// Posters and messages would name an address that no browser opens.
    #[error("public_url must begin with http:// or https://, got {0}")]
    PublicUrl(String),
    /// No request can have a header of this name.
    #[error("client_certificate_header must be the name of a header, such as x-client-certificate, got {0}")]
    Header(String),
}

/// The options of `serve` and of each service's own program.
#[derive(Clone, Default, Args)]
pub struct ServeOptions {
    /// The configuration file.
    #[arg(long, env = "ANTAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen; port 0 picks a free one.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where to listen for HL7 v2 over MLLP; port 0 picks a free one.
    #[arg(long, value_name = "ADDR")]
    pub mllp_listen: Option<SocketAddr>,
    /// The laboratory whose connections come in over MLLP, where the messages do not name it.
    #[arg(long, value_name = "CODE")]
    pub mllp_lab_code: Option<String>,
    /// Where the embedded database and the keys are.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where the keys are.
    #[arg(long, value_name = "DIR")]
    pub keys_dir: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://…`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// `redis://…`.
    #[arg(long, value_name = "URL")]
    pub redis_url: Option<String>,
    /// Which services to serve.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub services: Option<Vec<Service>>,
    /// Synthetic people and the demo accounts.
    #[arg(long)]
    pub demo: bool,
    /// Lets demo mode listen beyond loopback.
    #[arg(long)]
    pub demo_unsafe: bool,
    /// How many people the demo province has; 0 for none.
    #[arg(long, value_name = "N")]
    pub demo_people: Option<u32>,
    /// The address that people reach the site by.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Limits on requests.
    #[arg(long, value_name = "on|off")]
    pub rate_limits: Option<Switch>,
    /// How log lines are written.
    #[arg(long, value_name = "text|json")]
    pub log_format: Option<LogFormat>,
}

impl fmt::Debug for ServeOptions {
    /// Leaves out the addresses of servers: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeOptions")
            .field("config", &self.config)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

impl ServeOptions {
    /// Joins built-in values, file, environment and these options.
    ///
    /// # Errors
    /// When a value cannot be read or the whole cannot be used; the message names the field and where it stands.
    pub fn resolve(&self) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = &self.config {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Environment::read(|name| std::env::var(name).ok()));
        let mut config: Config = figment.extract().map_err(Box::new)?;
        self.apply(&mut config);
        if config.demo && !config.demo_unsafe && !config.listen.ip().is_loopback() {
            return Err(ConfigError::DemoBeyondLoopback(config.listen));
        }
        if let Some(mllp) = config.mllp_listen.filter(|mllp| !mllp.ip().is_loopback())
            && config.demo
            && !config.demo_unsafe
        {
            return Err(ConfigError::DemoBeyondLoopback(mllp));
        }
        if config.services.is_empty() {
            return Err(ConfigError::NoService);
        }
        if config.database_connections == 0 {
            return Err(ConfigError::NoConnection);
        }
        if !config.public_url().starts_with("http://") && !config.public_url().starts_with("https://") {
            return Err(ConfigError::PublicUrl(config.public_url()));
        }
        if let Some(name) = config.client_certificate_header.as_ref()
            && http::HeaderName::try_from(name.as_str()).is_err()
        {
            return Err(ConfigError::Header(name.clone()));
        }
        if !(1..=365).contains(&config.retention_days) {
            return Err(ConfigError::Retention(config.retention_days));
        }
        Ok(config)
    }

    fn apply(&self, config: &mut Config) {
        fn set<T: Clone>(target: &mut T, option: Option<&T>) {
            if let Some(value) = option {
                *target = value.clone();
            }
        }
        set(&mut config.listen, self.listen.as_ref());
        set(&mut config.data_dir, self.data_dir.as_ref());
        set(&mut config.demo_people, self.demo_people.as_ref());
        set(&mut config.rate_limits, self.rate_limits.as_ref());
        set(&mut config.log_format, self.log_format.as_ref());
        config.mllp_listen = self.mllp_listen.or(config.mllp_listen);
        config.mllp_lab_code = self.mllp_lab_code.clone().or_else(|| config.mllp_lab_code.take());
        config.keys_dir = self.keys_dir.clone().or_else(|| config.keys_dir.take());
        config.database_url = self.database_url.clone().or_else(|| config.database_url.take());
        config.redis_url = self.redis_url.clone().or_else(|| config.redis_url.take());
        config.public_url = self.public_url.clone().or_else(|| config.public_url.take());
        if let Some(services) = &self.services {
            config.services = services.iter().copied().collect();
        }
        config.demo |= self.demo;
        config.demo_unsafe |= self.demo_unsafe;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_can_come_from_the_environment() {
        let fields = serde_json::to_value(Config::default()).unwrap();
        let mut names: Vec<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = [TEXTS.as_slice(), &NUMBERS, &FLAGS, &CHOICES, &LISTS].concat();
        known.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, known);
    }

    fn from_environment(name: &str, text: &str) -> Result<Config, Box<figment::Error>> {
        let environment = Environment::read(|asked| (asked == name).then(|| text.to_owned()));
        Figment::from(Serialized::defaults(Config::default())).merge(environment).extract().map_err(Box::new)
    }

    #[test]
    fn a_variable_is_read_as_what_its_field_is() {
        assert_eq!(from_environment("ANTAM_PROVINCE_CODE", "01").unwrap().province_code, "01");
        assert_eq!(from_environment("ANTAM_MLLP_LAB_CODE", "123").unwrap().mllp_lab_code.as_deref(), Some("123"));
        assert_eq!(from_environment("ANTAM_RETENTION_DAYS", " 30").unwrap().retention_days, 30);
        assert_eq!(from_environment("ANTAM_RATE_LIMITS", "OFF").unwrap().rate_limits, Switch::Off);
        assert!(
            from_environment("ANTAM_DEMO", "1").unwrap().demo && !from_environment("ANTAM_DEMO", "off").unwrap().demo
        );
        let services = from_environment("ANTAM_SERVICES", "lab, f0").unwrap().services;
        assert_eq!(services, [Service::Lab, Service::F0].into());
        for (name, text) in [("ANTAM_RETENTION_DAYS", "x"), ("ANTAM_DEMO", "perhaps"), ("ANTAM_LISTEN", "here")] {
            let error = from_environment(name, text).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn options_win_over_the_file_and_demo_stays_on_loopback() {
        let directory = std::env::temp_dir().join(format!("antam-config-{}", std::process::id()));
        std::fs::write(&directory, "retention_days = 14\nlisten = \"127.0.0.1:9000\"\n").unwrap();
        let mut options = ServeOptions { config: Some(directory.clone()), ..ServeOptions::default() };
        assert_eq!(options.resolve().unwrap().retention_days, 14);
        options.listen = Some("0.0.0.0:80".parse().unwrap());
        assert_eq!(options.resolve().unwrap().listen.port(), 80);
        options.demo = true;
        assert!(matches!(options.resolve(), Err(ConfigError::DemoBeyondLoopback(_))));
        options.demo_unsafe = true;
        assert!(options.resolve().is_ok());
        std::fs::write(&directory, "retention_days = 0\n").unwrap();
        assert!(matches!(options.resolve(), Err(ConfigError::Retention(0))));
        std::fs::write(&directory, "retention = 3\n").unwrap();
        assert!(matches!(options.resolve(), Err(ConfigError::Value(_))));
        for (line, wrong) in [
            ("services = []", "services"),
            ("database_connections = 0", "database_connections"),
            ("public_url = \"javascript:alert(1)\"", "public_url"),
            ("client_certificate_header = \"a header\"", "client_certificate_header"),
            ("trusted_proxies = [\"the proxy\"]", "trusted_proxies"),
        ] {
            std::fs::write(&directory, line).unwrap();
            let options = ServeOptions { config: Some(directory.clone()), ..ServeOptions::default() };
            assert!(options.resolve().unwrap_err().to_string().contains(wrong), "{line}");
        }
        std::fs::remove_file(directory).unwrap();
    }

    #[test]
    fn passwords_in_addresses_do_not_print() {
        let url = Some("postgres://antam:secret@db/antam".to_owned());
        let config = Config { database_url: url.clone(), smtp_url: url.clone(), ..Config::default() };
        let options = ServeOptions { database_url: url.clone(), redis_url: url, ..ServeOptions::default() };
        assert!(!format!("{config:?} {options:?}").contains("secret"));
    }
}
