//! Events between the services: CloudEvents 1.0 in structured JSON.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::EventId;
use crate::random::Random;
use crate::time::Instant;

/// What an event type carries. Implemented by the payload structs in [`crate::events`].
pub trait EventData: Serialize + DeserializeOwned {
    /// The CloudEvents `type`, with its version, such as `antam.lab.result_reported.v1`.
    const TYPE: &'static str;
    /// The CloudEvents `source`: the service that tells.
    const SOURCE: &'static str;

    /// The CloudEvents `subject`: the id of the person or place that it is about.
    fn subject(&self) -> String;
}

/// One CloudEvent. Delivered at least once; every consumer is idempotent by `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// The id by which a consumer knows that it has seen the event.
    pub id: EventId,
    /// The service that tells, such as `/antam/lab-results`.
    pub source: String,
    /// The kind of event with its version.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the person or place that it is about.
    pub subject: String,
    /// When it happened.
    pub time: Instant,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// The payload.
    pub data: Value,
}

/// Why an event cannot be read as a payload.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The event is of another type.
    #[error("expected an event of type {expected}, got {got}")]
    Type {
        /// The type asked for.
        expected: &'static str,
        /// The type that it has.
        got: String,
    },
    /// The payload does not have the shape of its type.
    #[error("the payload of {kind} has another shape")]
    Data {
        /// The type of the event.
        kind: &'static str,
        /// What did not fit.
        source: serde_json::Error,
    },
}

impl CloudEvent {
    /// A new event about `data`.
    ///
    /// # Panics
    /// Never for the payloads of [`crate::events`]: they hold only strings, numbers and ids, which JSON can always say.
    pub fn new<T: EventData>(data: &T, now: Instant, random: &mut dyn Random) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: EventId::new(now, random),
            source: T::SOURCE.to_owned(),
            kind: T::TYPE.to_owned(),
            subject: data.subject(),
            time: now,
            datacontenttype: "application/json".to_owned(),
            data: serde_json::to_value(data).expect("an event payload holds only what JSON can say"),
        }
    }

    /// The payload, where the event is of type `T`.
    ///
    /// # Errors
    /// When the event has another type, or a payload of another shape.
    pub fn data<T: EventData>(&self) -> Result<T, EventError> {
        if self.kind != T::TYPE {
            return Err(EventError::Type { expected: T::TYPE, got: self.kind.clone() });
        }
        T::deserialize(&self.data).map_err(|source| EventError::Data { kind: T::TYPE, source })
    }
}
