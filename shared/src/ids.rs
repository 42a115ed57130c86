//! The one registry of typed ids. Each is a UUIDv7 (RFC 9562) in a type of its own, so that a person's id cannot be given
//! where a place's id belongs. The store encodes them as BLOB 16 (SQLite) and UUID (PostgreSQL).

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::random::{self, Random};
use crate::time::Instant;

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct IdError;

/// Makes a UUIDv7 from an instant and randomness that are given.
#[must_use]
pub fn uuid_v7(now: Instant, random: &mut dyn Random) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes(random)).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id.
            #[must_use]
            pub fn new(now: Instant, random: &mut dyn Random) -> Self {
                Self(uuid_v7(now, random))
            }

            /// The id that this UUID is.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID behind it.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
    )*};
}

ids! {
    /// Somebody who may sign in.
    AccountId;
    /// One thing that staff did for a patient: advice, medicine, a referral, a call, a hand-over.
    ActId;
    /// One alert about one case.
    AlertId;
    /// One line of the audit log.
    AuditId;
    /// One F0 case.
    CaseId;
    /// One stretch of somebody's duty.
    DutyId;
    /// One CloudEvent.
    EventId;
    /// One exposure: one person, one place, one case.
    ExposureId;
    /// One laboratory.
    LabId;
    /// One message to a person (SMS, e-mail, Zalo, push).
    MessageId;
    /// One order of a laboratory test.
    OrderId;
    /// One message that a telephone sent us.
    InboundId;
    /// One paper that was issued: an isolation order, a certificate.
    PaperId;
    /// One person.
    PersonId;
    /// One place: a venue, a sampling site, a health station.
    PlaceId;
    /// One report of a patient's state.
    ReportId;
    /// One laboratory result, the same through all its versions.
    ResultId;
    /// One change of the protocols in force: tried on the past, signed, live from a minute on.
    ProtocolChangeId;
    /// One question to a human whether two records are one person.
    ReviewId;
    /// One signed-in session or bearer token.
    SessionId;
    /// One handing over of a shift.
    ShiftId;
    /// One specimen (tube).
    SpecimenId;
    /// One movement of the medicine bags of a health station: a delivery, a count, a bag handed out.
    StockMoveId;
    /// One test that a health station took or watched.
    TestId;
    /// One timer.
    TimerId;
    /// One uploaded file.
    UploadId;
    /// One visit of one person to one place.
    VisitId;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;
    impl rand_core::TryRng for Zeros {
        type Error = core::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(0)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(0)
        }
        fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Self::Error> {
            dest.fill(0);
            Ok(())
        }
    }

    #[test]
    fn ids_are_version_seven_and_sort_by_time() {
        let early = PersonId::new("2022-03-09T17:00:00Z".parse().unwrap(), &mut Zeros);
        let late = PersonId::new("2022-03-09T17:00:00.001Z".parse().unwrap(), &mut Zeros);
        assert_eq!(early.uuid().get_version_num(), 7);
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!("7".parse::<PersonId>(), Err(IdError));
    }
}
