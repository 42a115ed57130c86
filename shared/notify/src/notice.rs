//! What an event means to somebody: pure, from the event to who is told what.

use shared::event::{CloudEvent, EventData, EventError};
use shared::events::{
    AlertEscalated, AlertRaised, CaseOpened, CaseVoided, ExposureFound, ExposureWithdrawn, ResultAmended,
    ResultReported, VenueAlerted,
};
use shared::ids::PersonId;

use crate::templates::{Arg, ResultChange, Template};

/// The event types that mean something to somebody.
pub const KINDS: &[&str] = &[
    ResultReported::TYPE,
    ResultAmended::TYPE,
    ExposureFound::TYPE,
    ExposureWithdrawn::TYPE,
    VenueAlerted::TYPE,
    CaseOpened::TYPE,
    CaseVoided::TYPE,
    AlertRaised::TYPE,
    AlertEscalated::TYPE,
];

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The person whom it is about.
    Person,
    /// Everybody who has a duty: a role or owner code as the event names it, such as `doctor_on_duty`. Which accounts
    /// that is now, only the service that keeps the duties knows.
    Duty(String),
}

/// One message that an event gives rise to, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who is told.
    pub audience: Audience,
    /// Whom it is about.
    pub about: PersonId,
    /// What is said.
    pub template: Template,
    /// The values in it.
    pub args: Vec<Arg>,
}

/// The messages that an event gives rise to; none for an event that means nothing to anybody.
///
/// `public_url` is where the pages are, with or without a slash at its end. A voided case tells nobody: the corrected
/// result that voided it does.
///
/// # Errors
/// When the payload does not have the shape of its type.
pub fn of(event: &CloudEvent, public_url: &str) -> Result<Vec<Notice>, EventError> {
    let pages = Pages(public_url.trim_end_matches('/'));
    let notices = match event.kind.as_str() {
        ResultReported::TYPE => vec![result(&event.data()?, ResultChange::New, pages)],
        ResultAmended::TYPE => amended(&event.data()?, pages),
        ExposureFound::TYPE => exposure(&event.data()?, pages).into_iter().collect(),
        ExposureWithdrawn::TYPE => {
            let person_id = event.data::<ExposureWithdrawn>()?.person_id;
            vec![to_person(person_id, Template::ExposureWithdrawn, vec![pages.link(MESSAGE_HELP)])]
        }
        VenueAlerted::TYPE => {
            let VenueAlerted { person_id, day, .. } = event.data()?;
            vec![to_person(person_id, Template::VenueAlert, vec![Arg::Day(day), pages.link(MESSAGE_HELP)])]
        }
        CaseOpened::TYPE => vec![opened(&event.data()?, pages)],
        AlertRaised::TYPE => vec![alert(&event.data()?, Template::AlertOnCall, pages)],
        AlertEscalated::TYPE => {
            vec![alert(&event.data::<AlertEscalated>()?.alert, Template::AlertEscalated, pages)]
        }
        _ => Vec::new(),
    };
    Ok(notices)
}

/// Where the front page says what to do after a message of An Tâm: for those who are told no more than the message.
const MESSAGE_HELP: &str = "/#message";

/// The addresses of pages (contract, "Pages").
#[derive(Clone, Copy)]
struct Pages<'a>(&'a str);

impl Pages<'_> {
    fn link(self, path: &str) -> Arg {
        Arg::Link(format!("{}{path}", self.0))
    }
}

fn to_person(person_id: PersonId, template: Template, args: Vec<Arg>) -> Notice {
    Notice { audience: Audience::Person, about: person_id, template, args }
}

fn result(result: &ResultReported, change: ResultChange, pages: Pages<'_>) -> Notice {
    let args = vec![Arg::Change(change), pages.link(&format!("/r/{}", result.link_code))];
    to_person(result.person_id, Template::ResultReady, args)
}

/// A result that was another person's before: that person must learn that it is not theirs, by a link that shows
/// nothing of the one whose it is; and for the one whose it is, it is the first that they hear of it.
fn amended(event: &ResultAmended, pages: Pages<'_>) -> Vec<Notice> {
    let Some(previous) = event.previous_person_id.filter(|previous| *previous != event.result.person_id) else {
        let change = if event.withdrawn { ResultChange::Withdrawn } else { ResultChange::Corrected };
        return vec![result(&event.result, change, pages)];
    };
    let args = vec![Arg::Change(ResultChange::Withdrawn), pages.link(MESSAGE_HELP)];
    let mut notices = vec![to_person(previous, Template::ResultReady, args)];
    if !event.withdrawn {
        notices.push(result(&event.result, ResultChange::New, pages));
    }
    notices
}

/// One message however many places there were: the nearest, and of those the newest, sets its words.
fn exposure(event: &ExposureFound, pages: Pages<'_>) -> Option<Notice> {
    let nearest = event.exposures.iter().max_by_key(|exposure| (exposure.level, exposure.day))?;
    let how_near = if event.household { Arg::Household } else { Arg::Exposure(nearest.level) };
    let args = vec![how_near, Arg::Day(nearest.day), pages.link(MESSAGE_HELP)];
    Some(to_person(event.person_id, Template::ExposureFound, args))
}

fn opened(event: &CaseOpened, pages: Pages<'_>) -> Notice {
    to_person(event.person_id, Template::CaseOpened, vec![pages.link("/care")])
}

fn alert(event: &AlertRaised, template: Template, pages: Pages<'_>) -> Notice {
    Notice {
        audience: Audience::Duty(event.owner.clone()),
        about: event.person_id,
        template,
        args: vec![Arg::Alert(event.level), pages.link("/board")],
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shared::events::{AlertLevel, ExposureAt, ExposureLevel};
    use shared_testkit::random::seeded;

    use super::*;
    use crate::testing::{self, ids};

    fn notices<T: EventData>(payload: &T) -> Vec<Notice> {
        of(&CloudEvent::new(payload, testing::noon(), &mut seeded(1)), "https://antam.example/").unwrap()
    }

    fn link(path: &str) -> Arg {
        Arg::Link(format!("https://antam.example{path}"))
    }

    fn at(level: ExposureLevel, day: i8) -> ExposureAt {
        let (exposure_id, venue_id) = (ids::exposure(1), ids::place(1));
        ExposureAt { exposure_id, venue_id, day: date(2022, 3, day), overlap_minutes: 0, level }
    }

    #[test]
    fn a_result_leads_to_its_own_page() {
        let told = notices(&testing::result(ids::person(1)));
        let args = vec![Arg::Change(ResultChange::New), link("/r/7ZK40QW9M3XT")];
        assert_eq!(told, [to_person(ids::person(1), Template::ResultReady, args)]);
    }

    #[test]
    fn a_corrected_or_withdrawn_result_is_told_to_whom_it_belongs() {
        for (withdrawn, change) in [(false, ResultChange::Corrected), (true, ResultChange::Withdrawn)] {
            for previous in [None, Some(ids::person(1))] {
                let told = notices(&testing::amended(ids::person(1), previous, withdrawn));
                let args = vec![Arg::Change(change), link("/r/7ZK40QW9M3XT")];
                assert_eq!(told, [to_person(ids::person(1), Template::ResultReady, args)]);
            }
        }
    }

    #[test]
    fn whose_result_it_was_by_mistake_learns_so_and_is_not_shown_the_other_persons() {
        let told = notices(&testing::amended(ids::person(1), Some(ids::person(2)), false));
        let [before, now] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((&before.audience, before.about), (&Audience::Person, ids::person(2)));
        assert_eq!(before.args, [Arg::Change(ResultChange::Withdrawn), link("/#message")]);
        assert_eq!((&now.audience, now.about), (&Audience::Person, ids::person(1)));
        assert_eq!(now.args, [Arg::Change(ResultChange::New), link("/r/7ZK40QW9M3XT")]);
        let withdrawn = notices(&testing::amended(ids::person(1), Some(ids::person(2)), true));
        assert_eq!(withdrawn, told[..1]);
    }

    #[test]
    fn several_exposures_are_one_message_about_the_nearest_and_newest() {
        let exposures = vec![
            at(ExposureLevel::SamePlace, 12),
            at(ExposureLevel::Close, 9),
            at(ExposureLevel::Close, 10),
            at(ExposureLevel::Brief, 11),
        ];
        let event = ExposureFound { case_id: ids::case(1), person_id: ids::person(1), exposures, household: false };
        let args = vec![Arg::Exposure(ExposureLevel::Close), Arg::Day(date(2022, 3, 10)), link("/#message")];
        assert_eq!(notices(&event), [to_person(ids::person(1), Template::ExposureFound, args)]);
        assert_eq!(notices(&ExposureFound { exposures: Vec::new(), ..event }), []);
    }

    #[test]
    fn whoever_was_at_an_alerted_place_learns_the_day_and_no_place() {
        let event = VenueAlerted {
            alert_id: uuid::Uuid::from_u128(7),
            case_id: ids::case(1),
            person_id: ids::person(1),
            venue_id: ids::place(1),
            day: date(2022, 3, 10),
        };
        let args = vec![Arg::Day(date(2022, 3, 10)), link("/#message")];
        assert_eq!(notices(&event), [to_person(ids::person(1), Template::VenueAlert, args)]);
    }

    #[test]
    fn an_opened_case_leads_to_the_care_page_and_a_voided_one_tells_nobody() {
        let told = notices(&testing::case_opened(ids::person(1)));
        assert_eq!(told, [to_person(ids::person(1), Template::CaseOpened, vec![link("/care")])]);
        let voided = CaseVoided { case_id: ids::case(1), person_id: ids::person(1), voided_at: testing::noon() };
        assert_eq!(notices(&voided), []);
    }

    #[test]
    fn an_alert_goes_to_its_owner_with_a_link_to_the_board() {
        for owner in ["doctor_on_duty", "doctor", "ward_station"] {
            let raised = testing::alert(ids::person(1), AlertLevel::Emergency, owner);
            let told = notices(&raised);
            assert_eq!(told[0].audience, Audience::Duty(owner.to_owned()));
            assert_eq!((told[0].about, told[0].template), (ids::person(1), Template::AlertOnCall));
            assert_eq!(told[0].args, [Arg::Alert(AlertLevel::Emergency), link("/board")]);
            let climbed = notices(&AlertEscalated { alert: raised, rung: 1 });
            assert_eq!((climbed[0].template, &climbed[0].args), (Template::AlertEscalated, &told[0].args));
        }
    }

    #[test]
    fn a_payload_of_another_shape_is_an_error() {
        let mut event = CloudEvent::new(&testing::case_opened(ids::person(1)), testing::noon(), &mut seeded(1));
        event.data = serde_json::json!({});
        assert!(matches!(of(&event, ""), Err(EventError::Data { .. })));
    }
}
