//! Why a record waits for a person: what the record alone tells, and what the register adds.

use shared::bilingual::Bilingual;

use crate::domain::disposition::HoldReason;

/// Every reason that a record alone, or its versions, can give.
const OF_RECORD: [HoldReason; 14] = [
    HoldReason::Presumptive,
    HoldReason::Pooled,
    HoldReason::NotDone,
    HoldReason::NotAResult,
    HoldReason::AmbiguousTest,
    HoldReason::NotPresence,
    HoldReason::Preliminary,
    HoldReason::ContentDiffers,
    HoldReason::UnknownAccession,
    HoldReason::CodesDisagree,
    HoldReason::ResultsDisagree,
    HoldReason::StatusMissing,
    HoldReason::UnknownValue,
    HoldReason::LocalCode,
];

/// Reasons that fall away when the same or better is sent: what waited for them alone gives way to it.
const LIFTABLE: [&str; 9] = [
    "preliminary",
    "status_missing",
    "unknown_value",
    "local_code",
    "unknown_tube",
    "no_person",
    "similar_person",
    "licence_ended",
    "not_licensed",
];

/// Whether a reason falls away when the laboratory sends the same with what was missing.
#[must_use]
pub fn may_lift(code: &str) -> bool {
    LIFTABLE.contains(&code)
}

/// Why a record waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The record or the versions before it say so.
    Record(HoldReason),
    /// The tube holds specimens of several people.
    Pool,
    /// The record names another person than the one whose tube it is.
    OtherPerson,
    /// Somebody in the register resembles the person of the record, and nothing tells whether they are one.
    SimilarPerson,
    /// No tube has the code, and the record names nobody.
    UnknownTube,
    /// The record names neither a tube nor a person.
    NoPerson,
    /// The laboratory's licence had ended when the result was there.
    LicenceEnded,
    /// The laboratory is not registered for this kind of test.
    NotLicensed,
}

/// Every reason that the register can give.
const OF_REGISTER: [Reason; 7] = [
    Reason::Pool,
    Reason::OtherPerson,
    Reason::SimilarPerson,
    Reason::UnknownTube,
    Reason::NoPerson,
    Reason::LicenceEnded,
    Reason::NotLicensed,
];

impl Reason {
    /// The stable code in the row report and in the work queue.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Record(reason) => reason.code(),
            Self::Pool => "pool",
            Self::OtherPerson => "other_person",
            Self::SimilarPerson => "similar_person",
            Self::UnknownTube => "unknown_tube",
            Self::NoPerson => "no_person",
            Self::LicenceEnded => "licence_ended",
            Self::NotLicensed => "not_licensed",
        }
    }

    /// The reason that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let record = OF_RECORD.into_iter().map(Self::Record);
        record.chain(OF_REGISTER).find(|reason| reason.code() == code)
    }

    /// The field of a record that it is about, as a JSON Pointer.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Record(reason) => reason.pointer(),
            Self::Pool | Self::UnknownTube => "/barcode",
            Self::OtherPerson | Self::SimilarPerson | Self::NoPerson => "/person/full_name",
            Self::LicenceEnded => "/lab_code",
            Self::NotLicensed => "/test/loinc",
        }
    }

    /// What it means and what to do.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Record(reason) => reason.detail(),
            Self::Pool => Bilingual::new(
                "Ống này gộp mẫu của nhiều người: chờ người phụ trách xem",
                "This tube pools the specimens of several people: a person looks at it",
            ),
            Self::OtherPerson => Bilingual::new(
                "Người trong dòng này khác với người có mẫu trong ống: chờ người phụ trách đối chiếu",
                "The person of this row is not the one whose specimen is in the tube: a person compares them",
            ),
            Self::SimilarPerson => Bilingual::new(
                "Trong hệ thống đã có người giống người này mà chưa chắc là một: chờ người phụ trách đối chiếu. Có số \
                 CCCD hoặc mã ống thì không phải chờ",
                "Somebody in the register resembles this person and it is not certain that they are one: a person \
                 compares them. With an identity number or a tube's code nobody has to wait",
            ),
            Self::UnknownTube => Bilingual::new(
                "Không có ống mẫu nào mang mã này và không có họ tên: chờ người phụ trách tìm, hoặc gửi lại kèm họ tên",
                "No tube has this code and no name was sent: a person finds out, or send it again with the name",
            ),
            Self::NoPerson => Bilingual::new(
                "Không có họ tên và không có mã ống: chờ người phụ trách tìm người được lấy mẫu",
                "Neither a name nor a tube was sent: a person finds out whose specimen it was",
            ),
            Self::LicenceEnded => Bilingual::new(
                "Giấy phép của phòng xét nghiệm đã hết hạn vào ngày có kết quả: cán bộ y tế gia hạn rồi gửi lại, hoặc xem \
                 và trả từng kết quả",
                "The licence of the laboratory had ended on the day of the result: an officer renews it and it is sent \
                 again, or each result is looked at and released",
            ),
            Self::NotLicensed => Bilingual::new(
                "Phòng xét nghiệm chưa đăng ký loại xét nghiệm này: cán bộ y tế bổ sung rồi gửi lại, hoặc xem và trả từng \
                 kết quả",
                "The laboratory is not registered for this kind of test: an officer adds it and it is sent again, or each \
                 result is looked at and released",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_found_by_its_code() {
        let all = OF_RECORD.into_iter().map(Reason::Record).chain(OF_REGISTER);
        for reason in all {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_code("bored"), None);
    }
}
