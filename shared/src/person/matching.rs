//! When two records are one person.
//!
//! Joining two people shows one of them the other's results; keeping one person twice costs a human a minute. So only
//! strong agreement joins, doubt makes a second record and a question to a human, and a phone alone says nothing.

use core::cmp::Reverse;
use core::fmt;

use super::{Birth, PersonDraft};
use crate::bilingual::Bilingual;
use crate::identity::NationalId;
use crate::ids::PersonId;
use crate::phone::Phone;

/// Reason of a review: name and birth agree, and no common phone confirms them.
pub const SAME_NAME_AND_BIRTH: &str = "same_name_and_birth";
/// Reason of a review: name and phone agree, and one of the births is not known.
pub const SAME_NAME_AND_PHONE: &str = "same_name_and_phone";
/// Reason of a review: the identity number agrees, the name differs, and no birth confirms the number.
pub const SAME_ID_OTHER_NAME: &str = "same_id_other_name";

/// Somebody in the registry who may be the person at hand. `Debug` shows the id and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Their id.
    pub id: PersonId,
    /// Their name, folded by [`crate::fold::fold`].
    pub full_name_fold: String,
    /// When they were born.
    pub birth: Option<Birth>,
    /// Where they can be reached.
    pub phone: Option<Phone>,
    /// The number of their CCCD or CMND.
    pub national_id: Option<NationalId>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Who the person at hand is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchDecision {
    /// Somebody in the registry.
    Same(PersonId),
    /// Nobody in the registry, for all that is certain.
    New {
        /// Whom a human should compare them with, and the code of the reason, in the order of the ids.
        review: Vec<(PersonId, &'static str)>,
    },
}

/// Decides who a person is.
///
/// The same: their identity number agrees, and their name or their birth with it; or name, birth (day or year) and
/// phone agree all together. In doubt, a new person and a review: the identity number agrees and neither name nor birth
/// does; name and birth agree without a common phone; name and phone agree and one of the births is not known. A year
/// alone, with two different phones, is coincidence: names repeat a great deal. Two different identity numbers of one
/// kind are proof of two people; a CMND and a CCCD contradict nothing, because one person has had both.
///
/// Where several are the same, the one who agrees most wins, then the oldest id; the order of candidates says nothing.
#[must_use]
pub fn match_person(draft: &PersonDraft, candidates: &[Candidate]) -> MatchDecision {
    let name = draft.full_name.folded();
    let compared: Vec<_> =
        candidates.iter().map(|candidate| (candidate.id, Agreement::new(draft, &name, candidate))).collect();
    let same = compared.iter().filter(|(_, agreement)| agreement.verdict() == Verdict::Same);
    if let Some((id, _)) = same.max_by_key(|(id, agreement)| (agreement.strength(), Reverse(*id))) {
        return MatchDecision::Same(*id);
    }
    let mut review: Vec<_> = compared
        .iter()
        .filter_map(|(id, agreement)| match agreement.verdict() {
            Verdict::Doubt(reason) => Some((*id, reason)),
            Verdict::Same | Verdict::Different => None,
        })
        .collect();
    review.sort_unstable();
    review.dedup_by_key(|(id, _)| *id);
    MatchDecision::New { review }
}

/// What a human reads beside a review: why the two records may be one person. An unknown code is given back as it is.
#[must_use]
pub fn review_reason(code: &str) -> Bilingual {
    match code {
        SAME_NAME_AND_BIRTH => Bilingual::new("Trùng họ tên và ngày hoặc năm sinh", "Same name and birth"),
        SAME_NAME_AND_PHONE => {
            Bilingual::new("Trùng họ tên và số điện thoại, chưa rõ ngày sinh", "Same name and phone, birth not known")
        }
        SAME_ID_OTHER_NAME => {
            Bilingual::new("Trùng số CCCD/CMND nhưng khác họ tên", "Same identity number, another name")
        }
        other => Bilingual::new(other, other),
    }
}

/// What comparing with one candidate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Doubt(&'static str),
    Different,
}

/// Whether one attribute is the same on both sides. `None`: one side does not have it.
type Agrees = Option<bool>;

/// Which attributes of a draft and a candidate agree.
#[derive(Debug, Clone, Copy)]
struct Agreement {
    national_id: Agrees,
    name: bool,
    birth: Agrees,
    /// The births agree, and both are known to the day.
    birth_day: bool,
    phone: Agrees,
}

impl Agreement {
    fn new(draft: &PersonDraft, name: &str, candidate: &Candidate) -> Self {
        let national_id = draft
            .national_id
            .as_ref()
            .zip(candidate.national_id.as_ref())
            .filter(|(a, b)| a.kind() == b.kind())
            .map(|(a, b)| a == b);
        let births = draft.birth.zip(candidate.birth);
        Self {
            national_id,
            name: name == candidate.full_name_fold,
            birth: births.map(|(a, b)| a.agrees_with(b)),
            birth_day: births.is_some_and(|(a, b)| a.date().is_some() && a.date() == b.date()),
            phone: draft.phone.as_ref().zip(candidate.phone.as_ref()).map(|(a, b)| a == b),
        }
    }

    fn verdict(self) -> Verdict {
        match (self.national_id, self.name, self.birth, self.phone) {
            (Some(false), ..) => Verdict::Different,
            (Some(true), name, birth, _) if name || birth == Some(true) => Verdict::Same,
            (Some(true), ..) => Verdict::Doubt(SAME_ID_OTHER_NAME),
            (None, false, ..) => Verdict::Different,
            (None, true, Some(true), Some(true)) => Verdict::Same,
            (None, true, Some(true), Some(false)) if !self.birth_day => Verdict::Different,
            (None, true, Some(true), _) => Verdict::Doubt(SAME_NAME_AND_BIRTH),
            (None, true, None, Some(true)) => Verdict::Doubt(SAME_NAME_AND_PHONE),
            (None, true, ..) => Verdict::Different,
        }
    }

    /// How much agrees, the identity number first.
    fn strength(self) -> (bool, usize) {
        let others = [self.name, self.birth == Some(true), self.birth_day, self.phone == Some(true)];
        (self.national_id == Some(true), others.into_iter().filter(|agrees| *agrees).count())
    }
}

#[cfg(test)]
mod tests;
