//! What staff do for a patient beside judging reports: advice, medicine, referral, calls and hand-overs. Each is one
//! record with a state, and every step from state to state is kept with who took it and when.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, AlertId, PersonId};
use shared::time::Instant;
use uuid::Uuid;

use super::bag::BagCode;

/// What kind of thing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Advice to the patient and the family, with a read receipt.
    Advice,
    /// Medicine: a bag, or items of a free prescription.
    Prescription,
    /// On the way to a hospital or another place of care.
    Referral,
    /// A telephone call, answered or not.
    Call,
    /// Passed on to somebody who must accept it.
    Handover,
}

impl ActKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Advice, Self::Prescription, Self::Referral, Self::Call, Self::Handover];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Prescription => "prescription",
            Self::Referral => "referral",
            Self::Call => "call",
            Self::Handover => "handover",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The states that may follow a state; none where it is the end.
    #[must_use]
    pub const fn next(self, from: ActStatus) -> &'static [ActStatus] {
        use ActStatus as S;
        match (self, from) {
            (Self::Advice, S::Given) => &[S::Read],
            (Self::Prescription, S::Ordered) => &[S::HandedOut, S::Cancelled],
            (Self::Prescription, S::HandedOut) => &[S::Finished, S::Cancelled],
            (Self::Referral, S::Requested) => &[S::Accepted, S::UnderWay, S::Cancelled],
            (Self::Referral, S::Accepted) => &[S::UnderWay, S::Cancelled],
            (Self::Referral, S::UnderWay) => &[S::Arrived, S::Cancelled],
            (Self::Call, S::Promised) => &[S::Kept, S::Cancelled],
            (Self::Handover, S::Offered) => &[S::Accepted, S::Cancelled],
            _ => &[],
        }
    }
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActStatus {
    /// Advice was given.
    Given,
    /// The patient or family confirmed that they read it.
    Read,
    /// Medicine was ordered.
    Ordered,
    /// The station handed it out.
    HandedOut,
    /// The course of medicine is over.
    Finished,
    /// Taken back.
    Cancelled,
    /// A referral was asked for.
    Requested,
    /// Whoever it was passed to accepted it.
    Accepted,
    /// The patient is on the way.
    UnderWay,
    /// The patient arrived.
    Arrived,
    /// A call was noted and nothing was promised.
    Noted,
    /// A call back was promised.
    Promised,
    /// The promise was kept.
    Kept,
    /// Passed on, not yet accepted.
    Offered,
}

impl ActStatus {
    /// Every state.
    pub const ALL: [Self; 14] = [
        Self::Given,
        Self::Read,
        Self::Ordered,
        Self::HandedOut,
        Self::Finished,
        Self::Cancelled,
        Self::Requested,
        Self::Accepted,
        Self::UnderWay,
        Self::Arrived,
        Self::Noted,
        Self::Promised,
        Self::Kept,
        Self::Offered,
    ];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Read => "read",
            Self::Ordered => "ordered",
            Self::HandedOut => "handed_out",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::UnderWay => "under_way",
            Self::Arrived => "arrived",
            Self::Noted => "noted",
            Self::Promised => "promised",
            Self::Kept => "kept",
            Self::Offered => "offered",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::Given => ("Đã gửi, chưa xác nhận đọc", "Sent, not yet confirmed as read"),
            Self::Read => ("Đã đọc", "Read"),
            Self::Ordered => ("Đã kê, chưa phát", "Ordered, not handed out"),
            Self::HandedOut => ("Đã phát", "Handed out"),
            Self::Finished => ("Đã dùng xong", "Course over"),
            Self::Cancelled => ("Đã hủy", "Cancelled"),
            Self::Requested => ("Đã đề nghị", "Requested"),
            Self::Accepted => ("Đã nhận", "Accepted"),
            Self::UnderWay => ("Đang trên đường", "On the way"),
            Self::Arrived => ("Đã đến nơi", "Arrived"),
            Self::Noted => ("Đã ghi", "Noted"),
            Self::Promised => ("Hẹn gọi lại", "Call back promised"),
            Self::Kept => ("Đã gọi lại", "Called back"),
            Self::Offered => ("Chờ nhận", "Waits to be accepted"),
        };
        Bilingual::new(vi, en)
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $code:literal, $vi:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$item])* $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code on the wire.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The one that a code names.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }

            /// What people call it.
            #[must_use]
            pub fn name(self) -> Bilingual {
                match self {
                    $(Self::$variant => Bilingual::new($vi, $en),)+
                }
            }
        }
    };
}

codes! {
    /// How pressing a referral is.
    Urgency {
        /// At once.
        Emergency = "emergency", "Cấp cứu, đi ngay", "Emergency, at once";
        /// Within hours.
        Urgent = "urgent", "Trong ngày", "Within the day";
        /// Planned.
        Routine = "routine", "Theo hẹn", "Planned";
    }
}

codes! {
    /// How the patient gets there.
    Transport {
        /// The ambulance service.
        #[serde(rename = "ambulance_115")]
        Ambulance = "ambulance_115", "Xe cấp cứu 115", "Ambulance 115";
        /// The health station's vehicle.
        Station = "station", "Xe của trạm y tế", "Vehicle of the health station";
        /// The family's own.
        Own = "own", "Gia đình tự đưa đi", "The family's own vehicle";
    }
}

codes! {
    /// Who called whom.
    Direction {
        /// Staff called.
        Outbound = "outbound", "Gọi đi", "Outbound";
        /// The patient or family called.
        Inbound = "inbound", "Gọi đến", "Inbound";
    }
}

codes! {
    /// How a call ended.
    Disposition {
        /// Spoken with.
        Reached = "reached", "Đã nói chuyện", "Spoken with";
        /// Nobody answered.
        NoAnswer = "no_answer", "Không nghe máy", "No answer";
        /// Busy, or switched off.
        Busy = "busy", "Máy bận, tắt máy", "Busy or switched off";
        /// Asked to be called later.
        CallLater = "call_later", "Xin gọi lại sau", "Asked to be called later";
        /// Not this person's number.
        WrongNumber = "wrong_number", "Sai số", "Wrong number";
        /// Does not want to talk.
        Refused = "refused", "Từ chối", "Refused";
    }
}

impl Disposition {
    /// Whether somebody who can speak for the patient was spoken with.
    #[must_use]
    pub const fn is_reached(self) -> bool {
        matches!(self, Self::Reached | Self::CallLater | Self::Refused)
    }
}

codes! {
    /// To whom something is passed on.
    HandTo {
        /// The health station of the patient's ward.
        Station = "station", "Trạm y tế xã, phường", "Ward health station";
        /// A doctor on advice duty.
        Doctor = "doctor", "Bác sĩ tư vấn", "Doctor on advice duty";
        /// The ambulance service; accepted once it said that it comes.
        #[serde(rename = "ambulance_115")]
        Ambulance = "ambulance_115", "Cấp cứu 115", "Ambulance 115";
    }
}

/// One medicine of a free prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The medicine.
    pub name: String,
    /// How much, how often, for how long.
    #[serde(default)]
    pub dose: String,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ActBody {
    /// Advice.
    Advice {
        /// What to do, in the words that the family reads.
        text: String,
    },
    /// Medicine.
    Prescription {
        /// The bag, where it is one.
        bag: Option<BagCode>,
        /// The list of the province that the bag is defined in.
        list: Option<String>,
        /// The medicines: those of the bag as that list has them, or those of a free prescription.
        items: Vec<Item>,
        /// Whether the patient consented, where the medicine asks for it.
        consent: bool,
        /// The most days that it is taken.
        max_days: Option<i64>,
        /// What else the station and the family are told.
        note: String,
    },
    /// A referral.
    Referral {
        /// Where to.
        to: String,
        /// Why.
        reason: String,
        /// How pressing.
        urgency: Urgency,
        /// How the patient gets there.
        transport: Transport,
    },
    /// A call.
    Call {
        /// Who called whom.
        direction: Direction,
        /// How it ended.
        disposition: Disposition,
        /// What was said.
        note: String,
    },
    /// Passed on.
    Handover {
        /// To whom.
        to: HandTo,
        /// To which account, where a shift is handed to one.
        account: Option<AccountId>,
        /// Why.
        reason: String,
        /// The alert that goes with it.
        alert: Option<AlertId>,
        /// The shift that it is a line of.
        shift: Option<Uuid>,
    },
}

impl ActBody {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> ActKind {
        match self {
            Self::Advice { .. } => ActKind::Advice,
            Self::Prescription { .. } => ActKind::Prescription,
            Self::Referral { .. } => ActKind::Referral,
            Self::Call { .. } => ActKind::Call,
            Self::Handover { .. } => ActKind::Handover,
        }
    }
}

/// Who took a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepBy {
    /// Somebody of the staff.
    Account(AccountId),
    /// The patient, or somebody of the family.
    Person(PersonId),
    /// The program itself.
    System,
}

/// One step from state to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActStep {
    /// The state that it led to.
    pub status: ActStatus,
    /// Who took it.
    pub by: StepBy,
    /// When.
    pub at: Instant,
    /// What they noted.
    #[serde(default)]
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_has_a_name() {
        for status in ActStatus::ALL {
            assert_eq!(ActStatus::from_code(status.code()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.code());
            assert!(!status.name().vi.is_empty());
        }
        for kind in ActKind::ALL {
            assert_eq!(ActKind::from_code(kind.code()), Some(kind));
        }
        for transport in Transport::ALL {
            assert_eq!(serde_json::to_value(transport).unwrap(), transport.code());
        }
        for to in HandTo::ALL {
            assert_eq!(serde_json::to_value(to).unwrap(), to.code());
        }
        for disposition in Disposition::ALL {
            assert_eq!(serde_json::to_value(disposition).unwrap(), disposition.code());
        }
    }

    #[test]
    fn nothing_comes_back_from_an_end() {
        for kind in ActKind::ALL {
            for from in ActStatus::ALL {
                for to in kind.next(from) {
                    assert!(!kind.next(*to).contains(&from), "{kind:?}: {from:?} and {to:?} lead to each other");
                }
            }
            assert!(kind.next(ActStatus::Cancelled).is_empty());
        }
    }

    #[test]
    fn a_body_says_its_kind_in_json() {
        let body = ActBody::Advice { text: "Uống đủ nước".to_owned() };
        assert_eq!(serde_json::to_value(&body).unwrap(), serde_json::json!({"kind": "advice", "text": "Uống đủ nước"}));
    }
}
