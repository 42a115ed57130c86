//! Who is on duty, and which one of them an alert belongs to.
//!
//! At every minute each open alert has exactly one owner. The roster says who it is; where nobody stands on it, somebody
//! whose account covers the ward stands in, so that an empty roster loses no alert either.

use serde::{Deserialize, Serialize};
use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, DutyId};
use shared::problem::FieldError;
use shared::time::{Date, Instant, days};

use super::entry::{given, id, keep};
use super::ladder::Owner;

/// The longest stretch of duty that is taken in: a limit of data entry.
pub const MAX_DUTY_DAYS: i64 = 31;

/// One stretch of somebody's duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The duty.
    pub id: DutyId,
    /// Whose.
    pub account: AccountId,
    /// As what: nurse of a station, doctor, officer.
    pub role: Role,
    /// For which area.
    pub area: AreaScope,
    /// From when.
    pub from: Instant,
    /// Until when; the duty does not hold at that time itself.
    pub to: Instant,
}

/// Somebody who may own an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The account.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// For which area.
    pub area: AreaScope,
    /// Whether the roster says so; otherwise somebody stands in.
    pub on_roster: bool,
    /// How many open alerts the account owns.
    pub load: i64,
}

/// Who an alert belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Responsible {
    /// The account.
    pub account: AccountId,
    /// Whether the roster says so.
    pub on_roster: bool,
}

/// The roles that may own a rung's alerts, the first choice first: where no nurse is on duty at night, the doctor on
/// duty comes before a nurse who is at home.
const fn roles(owner: Owner) -> [Role; 3] {
    match owner {
        Owner::WardStation => [Role::Nurse, Role::Doctor, Role::Officer],
        Owner::DoctorOnDuty | Owner::AllDoctors => [Role::Doctor, Role::Officer, Role::Nurse],
        Owner::ProvincialOfficer => [Role::Officer, Role::Doctor, Role::Nurse],
    }
}

/// How near an area is to what a rung means: 0 is right. The rung of all doctors has the doctor of the district as its
/// named owner.
const fn distance(owner: Owner, area: &AreaScope) -> u8 {
    match (owner, area) {
        (Owner::WardStation | Owner::DoctorOnDuty, AreaScope::Ward(_))
        | (Owner::AllDoctors, AreaScope::District(_))
        | (Owner::ProvincialOfficer, AreaScope::Province(_)) => 0,
        (Owner::WardStation | Owner::DoctorOnDuty | Owner::ProvincialOfficer, AreaScope::District(_))
        | (Owner::AllDoctors, AreaScope::Province(_)) => 1,
        _ => 2,
    }
}

/// Whether the area of a duty covers a ward. A record without a ward belongs to those who have a province.
#[must_use]
pub fn covers(area: &AreaScope, ward: Option<&str>, on: Date) -> bool {
    match ward {
        Some(ward) => shared::area::covers(area, ward, on),
        None => matches!(area, AreaScope::Province(_)),
    }
}

/// An alert, as far as its owner is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who owns the rung.
    pub owner: Owner,
    /// The ward of the case.
    pub ward: Option<&'a str>,
    /// The day.
    pub on: Date,
    /// Who owns the alert now: it stays theirs as long as they may own it.
    pub current: Option<AccountId>,
    /// Who did not answer on the rung before: another is asked where there is one.
    pub passed: Option<AccountId>,
    /// The doctor of the patient, who comes before others that stand on the same rung.
    pub own: Option<AccountId>,
}

/// The one whom an alert belongs to; none where nobody at all may own it.
#[must_use]
pub fn responsible(question: &Question<'_>, candidates: &[Candidate]) -> Option<Responsible> {
    let Question { owner, ward, on, current, passed, own } = *question;
    for on_roster in [true, false] {
        for role in roles(owner) {
            let may = |c: &&Candidate| c.on_roster == on_roster && c.role == role && covers(&c.area, ward, on);
            let best = candidates.iter().filter(may).min_by_key(|c| {
                let stays = current == Some(c.account);
                (passed == Some(c.account), !stays, own != Some(c.account), distance(owner, &c.area), c.load, c.account)
            });
            if let Some(best) = best {
                return Some(Responsible { account: best.account, on_roster });
            }
        }
    }
    None
}

/// The one with the fewest patients; of several the one whose account is the oldest. Who has none stands in no row of
/// `loads`.
#[must_use]
pub fn fewest(doctors: &[AccountId], loads: &[(AccountId, i64)]) -> Option<AccountId> {
    let load = |id: &AccountId| loads.iter().find(|(of, _)| of == id).map_or(0, |(_, load)| *load);
    doctors.iter().copied().min_by_key(|id| (load(id), *id))
}

/// A duty as somebody sent it: nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DutyInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// Whose: the name that the account signs in with, or its id.
    pub account: Option<String>,
    /// As what: `nurse`, `doctor`, `officer`.
    pub role: Option<String>,
    /// For which area: a code of 2, 3 or 5 digits.
    pub area_code: Option<String>,
    /// From when, RFC 3339.
    pub from: Option<String>,
    /// Until when, RFC 3339.
    pub to: Option<String>,
}

/// A duty that is well-formed; whose it is stands in the register of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyDraft {
    /// The id that the client chose, where it did.
    pub id: Option<DutyId>,
    /// Whose, by name or id.
    pub account: String,
    /// As what.
    pub role: Role,
    /// For which area.
    pub area: AreaScope,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
}

impl DutyInput {
    /// Understands the duty.
    ///
    /// # Errors
    /// Every field at fault: `id`, `required`, `unknown_code`, `area`, `time`, `not_after`, `too_long`, `over`.
    pub fn parse(&self, now: Instant) -> Result<DutyDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = given(self.id.as_deref()).and_then(|text| keep(&mut errors, id("/id", text)));
        let needed = |text: &Option<String>, pointer: &str| {
            given(text.as_deref()).map(str::to_owned).ok_or_else(|| FieldError::required(pointer))
        };
        let account = keep(&mut errors, needed(&self.account, "/account"));
        let role = keep(&mut errors, needed(&self.role, "/role").and_then(|code| role(&code)));
        let area = keep(&mut errors, needed(&self.area_code, "/area_code").and_then(|code| area(&code)));
        let from = keep(&mut errors, needed(&self.from, "/from").and_then(|text| time("/from", &text)));
        let to = keep(&mut errors, needed(&self.to, "/to").and_then(|text| time("/to", &text)));
        if let (Some(from), Some(to)) = (from, to) {
            keep(&mut errors, stretch(from, to, now));
        }
        match (account, role, area, from, to) {
            (Some(account), Some(role), Some(area), Some(from), Some(to)) if errors.is_empty() => {
                Ok(DutyDraft { id, account, role, area, from, to })
            }
            _ => Err(errors),
        }
    }
}

fn role(code: &str) -> Result<Role, FieldError> {
    let found = [Role::Nurse, Role::Doctor, Role::Officer].into_iter().find(|role| role.code() == code);
    found.ok_or_else(|| {
        let detail = Bilingual::new("Một trong: nurse, doctor, officer", "One of nurse, doctor, officer");
        FieldError::new("/role", "unknown_code", detail)
    })
}

fn area(code: &str) -> Result<AreaScope, FieldError> {
    AreaScope::from_code(code).ok_or_else(|| {
        let detail = Bilingual::new(
            "Mã địa bàn có 2 chữ số (tỉnh), 3 (huyện) hoặc 5 (xã, phường)",
            "A code of 2 digits (province), 3 (district) or 5 (ward)",
        );
        FieldError::new("/area_code", "area", detail)
    })
}

fn time(pointer: &str, text: &str) -> Result<Instant, FieldError> {
    text.parse().map_err(|_| {
        let detail = Bilingual::new(
            "Thời điểm viết kèm múi giờ, như 2022-03-10T07:00:00+07:00",
            "A time with its offset, such as 2022-03-10T07:00:00+07:00",
        );
        FieldError::new(pointer, "time", detail)
    })
}

fn stretch(from: Instant, to: Instant, now: Instant) -> Result<(), FieldError> {
    let error = |code, vi: String, en: String| Err(FieldError::new("/to", code, Bilingual::new(vi, en)));
    if to <= from {
        return error(
            "not_after",
            "Giờ hết trực phải sau giờ bắt đầu".to_owned(),
            "The end is after the start".to_owned(),
        );
    }
    if to > from.plus(days(MAX_DUTY_DAYS)) {
        let (vi, en) = (format!("Tối đa {MAX_DUTY_DAYS} ngày một ca trực"), format!("At most {MAX_DUTY_DAYS} days"));
        return error("too_long", vi, en);
    }
    if to <= now {
        return error("over", "Ca trực này đã qua".to_owned(), "This stretch of duty is over already".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: Date = Date::constant(2022, 3, 10);
    const WARD: &str = "28252";

    fn id(n: u128) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn on_duty(n: u128, role: Role, area: &str) -> Candidate {
        let area = AreaScope::from_code(area).unwrap();
        Candidate { account: id(n), role, area, on_roster: true, load: 0 }
    }

    fn ask(owner: Owner, candidates: &[Candidate]) -> Option<(u128, bool)> {
        let question = Question { owner, ward: Some(WARD), on: DAY, current: None, passed: None, own: None };
        responsible(&question, candidates).map(|r| (r.account.uuid().as_u128(), r.on_roster))
    }

    #[test]
    fn each_rung_belongs_to_whom_its_name_says() {
        let all = [
            on_duty(1, Role::Nurse, WARD),
            on_duty(2, Role::Doctor, WARD),
            on_duty(3, Role::Doctor, "815"),
            on_duty(4, Role::Doctor, "82"),
            on_duty(5, Role::Officer, "82"),
            on_duty(6, Role::Nurse, "28249"),
        ];
        assert_eq!(ask(Owner::WardStation, &all), Some((1, true)));
        assert_eq!(ask(Owner::DoctorOnDuty, &all), Some((2, true)));
        assert_eq!(ask(Owner::AllDoctors, &all), Some((3, true)));
        assert_eq!(ask(Owner::ProvincialOfficer, &all), Some((5, true)));
    }

    #[test]
    fn who_is_on_duty_comes_before_who_is_at_home_and_somebody_always_stands_in() {
        let home = Candidate { on_roster: false, ..on_duty(1, Role::Nurse, WARD) };
        let doctor = on_duty(4, Role::Doctor, "82");
        assert_eq!(ask(Owner::WardStation, &[home.clone(), doctor]), Some((4, true)));
        assert_eq!(ask(Owner::DoctorOnDuty, std::slice::from_ref(&home)), Some((1, false)));
        assert_eq!(ask(Owner::WardStation, &[on_duty(6, Role::Nurse, "28249")]), None, "another ward's station");
    }

    #[test]
    fn an_owner_keeps_an_alert_and_who_did_not_answer_is_not_asked_again() {
        let busy = Candidate { load: 9, ..on_duty(2, Role::Doctor, "82") };
        let free = on_duty(3, Role::Doctor, "82");
        let all = [busy, free];
        assert_eq!(ask(Owner::DoctorOnDuty, &all), Some((3, true)), "fair by load");
        let current = Some(id(2));
        let question =
            Question { owner: Owner::DoctorOnDuty, ward: Some(WARD), on: DAY, current, passed: None, own: None };
        assert_eq!(responsible(&question, &all).unwrap().account, id(2));
        let climbed = Question { owner: Owner::AllDoctors, passed: Some(id(3)), current: None, ..question };
        assert_eq!(responsible(&climbed, &all).unwrap().account, id(2));
        assert_eq!(responsible(&climbed, &all[1..]).unwrap().account, id(3), "there is nobody else");
    }

    #[test]
    fn the_patients_own_doctor_is_asked_before_one_who_is_nearer_or_has_less_to_do() {
        let own = Candidate { load: 9, ..on_duty(2, Role::Doctor, "82") };
        let near = on_duty(3, Role::Doctor, WARD);
        let question = Question {
            owner: Owner::DoctorOnDuty,
            ward: Some(WARD),
            on: DAY,
            current: None,
            passed: None,
            own: Some(id(2)),
        };
        assert_eq!(responsible(&question, &[own.clone(), near.clone()]).unwrap().account, id(2));
        let at_home = Candidate { on_roster: false, ..own.clone() };
        assert_eq!(responsible(&question, &[at_home, near.clone()]).unwrap().account, id(3), "on duty comes first");
        let passed = Question { passed: Some(id(2)), ..question };
        assert_eq!(responsible(&passed, &[own, near]).unwrap().account, id(3));
    }

    #[test]
    fn a_case_without_a_ward_belongs_to_the_province() {
        let question =
            Question { owner: Owner::WardStation, ward: None, on: DAY, current: None, passed: None, own: None };
        let all = [on_duty(1, Role::Nurse, WARD), on_duty(5, Role::Officer, "82")];
        assert_eq!(responsible(&question, &all).unwrap().account, id(5));
    }

    #[test]
    fn every_fault_of_a_duty_is_told() {
        let now: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        let codes = |json: &str| {
            let input: DutyInput = serde_json::from_str(json).unwrap();
            input.parse(now).unwrap_err().into_iter().map(|e| format!("{} {}", e.pointer, e.code)).collect::<Vec<_>>()
        };
        assert_eq!(
            codes(r#"{"id":"7","role":"lab","area_code":"1","from":"today"}"#),
            ["/id id", "/account required", "/role unknown_code", "/area_code area", "/from time", "/to required"]
        );
        let span = |from: &str, to: &str| {
            codes(&format!(r#"{{"account":"doctor","role":"doctor","area_code":"82","from":"{from}","to":"{to}"}}"#))
        };
        assert_eq!(span("2022-03-10T07:00:00Z", "2022-03-10T07:00:00Z"), ["/to not_after"]);
        assert_eq!(span("2022-03-10T07:00:00Z", "2022-05-10T07:00:00Z"), ["/to too_long"]);
        assert_eq!(span("2022-03-09T07:00:00Z", "2022-03-09T19:00:00Z"), ["/to over"]);
    }

    proptest! {
        #[test]
        fn patients_that_are_given_to_the_one_with_the_fewest_never_lie_more_than_one_apart(
            doctors in 1_u128..9, patients in 0_usize..60,
        ) {
            let doctors: Vec<AccountId> = (1..=doctors).map(id).collect();
            let mut loads: Vec<(AccountId, i64)> = Vec::new();
            for _ in 0..patients {
                let chosen = fewest(&doctors, &loads).unwrap();
                match loads.iter_mut().find(|(of, _)| *of == chosen) {
                    Some((_, load)) => *load += 1,
                    None => loads.push((chosen, 1)),
                }
            }
            let load = |id: &AccountId| loads.iter().find(|(of, _)| of == id).map_or(0, |(_, load)| *load);
            let (least, most) = (doctors.iter().map(load).min().unwrap(), doctors.iter().map(load).max().unwrap());
            prop_assert!(most - least <= 1, "{loads:?}");
        }

        #[test]
        fn exactly_one_owns_an_alert_whoever_is_known_in_whatever_order(
            picks in proptest::collection::vec((0_u128..6, 0_usize..3, 0_usize..4, any::<bool>(), 0_i64..3), 0..8),
            owner in proptest::sample::select(vec![
                Owner::WardStation, Owner::DoctorOnDuty, Owner::AllDoctors, Owner::ProvincialOfficer,
            ]),
        ) {
            let roles = [Role::Nurse, Role::Doctor, Role::Officer];
            let areas = [WARD, "28249", "815", "82"];
            let mut all: Vec<Candidate> = picks
                .into_iter()
                .map(|(n, role, area, on_roster, load)| Candidate { on_roster, load, ..on_duty(n, roles[role], areas[area]) })
                .collect();
            let told = ask(owner, &all);
            let any = all.iter().any(|c| covers(&c.area, Some(WARD), DAY));
            prop_assert_eq!(told.is_some(), any);
            let on_roster = all.iter().any(|c| c.on_roster && covers(&c.area, Some(WARD), DAY));
            prop_assert!(told.is_none_or(|(_, rostered)| rostered == on_roster));
            all.reverse();
            prop_assert_eq!(told, ask(owner, &all));
        }
    }
}
