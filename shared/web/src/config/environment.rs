//! The environment: `ANTAM_…`, a variable for each field of the configuration.

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

/// The fields that are lists; in the environment they are written as on the command line: `checkin,lab,f0`.
const LISTS: [&str; 3] = ["services", "trusted_proxies", "mllp_peers"];
/// The fields that are numbers.
const NUMBERS: [&str; 5] = ["database_connections", "demo_people", "retention_days", "body_limit", "upload_limit"];
/// The fields that are true or false.
const FLAGS: [&str; 3] = ["demo", "demo_unsafe", "mllp_enhanced"];
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
pub(super) struct Environment(Dict);

impl Environment {
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
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

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::Serialized;

    use super::*;
    use crate::config::{Config, Service, Switch};

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
        let peers = from_environment("ANTAM_MLLP_PEERS", "TG-CDC=10.20.0.0/16, *=127.0.0.1").unwrap().mllp_peers;
        assert_eq!(peers, ["*=127.0.0.1", "TG-CDC=10.20.0.0/16"].map(|peer| peer.parse().unwrap()).into());
        for (name, text) in [("ANTAM_RETENTION_DAYS", "x"), ("ANTAM_DEMO", "perhaps"), ("ANTAM_LISTEN", "here")] {
            let error = from_environment(name, text).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
