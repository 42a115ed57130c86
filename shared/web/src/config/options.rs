//! The options of the command, and how everything is joined to one configuration.

use core::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};

use super::environment::Environment;
use super::{Config, LogFormat, MllpPeer, Service, Switch};

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
    /// Which networks may send over MLLP for which laboratory: `TG-CDC=10.20.0.0/16,*=127.0.0.1`.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub mllp_peers: Option<Vec<MllpPeer>>,
    /// Answers over MLLP with CA, CE or CR where a message asks for it (the enhanced mode of HL7 v2).
    #[arg(long)]
    pub mllp_enhanced: bool,
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
        if let Some(peers) = &self.mllp_peers {
            config.mllp_peers = peers.iter().cloned().collect();
        }
        if let Some(services) = &self.services {
            config.services = services.iter().copied().collect();
        }
        config.mllp_enhanced |= self.mllp_enhanced;
        config.demo |= self.demo;
        config.demo_unsafe |= self.demo_unsafe;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("mllp_peers = [\"10.0.0.1\"]", "mllp_peers"),
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
