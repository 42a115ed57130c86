//! The lanes of the board and their cards.

use shared::events::AlertLevel;
use shared::ids::AccountId;
use shared::time::Instant;
use shared_web::page::Page;

use crate::app::look::{AlertCard, Alerts, Names};
use crate::pages::Moment;
use crate::pages::case::alert::{AlertLine, level_label};
use crate::pages::case::patient::Patient;
use crate::pages::case::values::{self, Value};

/// A card has room for so many reasons; the case's page tells all.
const REASONS_SHOWN: usize = 3;

/// One alert with its patient.
pub struct Card {
    /// The case, for its address.
    pub case: String,
    /// Who.
    pub patient: Patient,
    /// The alert.
    pub alert: AlertLine,
    /// The values of the newest report.
    pub values: Vec<Value>,
    /// When the newest report was made.
    pub reported: Option<Moment>,
    /// That there are more reasons than the card shows; empty where there are none.
    pub more: String,
}

/// The alerts of one level.
pub struct Lane {
    /// The level.
    pub level: &'static str,
    /// The level in a word.
    pub title: String,
    /// What an empty lane says.
    pub empty: String,
    /// The cards, those that wait first.
    pub cards: Vec<Card>,
}

/// The lanes, the most dangerous first.
pub struct Lanes {
    /// Emergency, urgent, watch.
    pub lanes: Vec<Lane>,
    /// Whether more alerts wait than are shown.
    pub more: bool,
}

impl Lanes {
    /// The lanes of alerts that nobody has and of those that somebody has, as `reader` sees them.
    pub fn new(page: &Page, open: &Alerts, taken: &Alerts, reader: Option<AccountId>, now: Instant) -> Self {
        let lane = |level: AlertLevel| {
            let of = |alerts: &Alerts| {
                let cards = alerts.cards.iter().filter(|card| card.alert.level == level);
                cards.map(|card| Card::new(page, card, &alerts.names, reader, now)).collect::<Vec<_>>()
            };
            let code = values::level_code(level);
            Lane {
                level: code,
                title: level_label(page, level),
                empty: page.t(&format!("board-none-{code}")),
                cards: of(open).into_iter().chain(of(taken)).collect(),
            }
        };
        Self {
            lanes: [AlertLevel::Emergency, AlertLevel::Urgent, AlertLevel::Watch].map(lane).into(),
            more: open.next.is_some(),
        }
    }
}

impl Card {
    fn new(page: &Page, card: &AlertCard, names: &Names, reader: Option<AccountId>, now: Instant) -> Self {
        let mut alert = AlertLine::new(page, &card.alert, names, reader, now);
        // One line a sign: a rule that fired on two symptoms gives two lines, two rules on one value the worse.
        alert.why.dedup_by(|next, before| next.what == before.what && !next.what.is_empty());
        let hidden = alert.why.len().saturating_sub(REASONS_SHOWN);
        alert.why.truncate(REASONS_SHOWN);
        let newest = card.reports.first();
        Self {
            case: card.case.id.to_string(),
            patient: Patient::new(page, &card.case, card.person.as_ref(), now.local_date()),
            alert,
            values: newest.map(|newest| values::compared(page, newest, card.reports.get(1))).unwrap_or_default(),
            reported: newest.map(|newest| Moment::new(page, newest.observed.at, now)),
            more: if hidden == 0 { String::new() } else { page.t_with("board-more", &[("count", hidden.into())]) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use crate::store::AlertRecord;
    use shared::bilingual::Lang;

    fn alerts(records: Vec<AlertRecord>) -> Alerts {
        let file = samples::file();
        let card = |alert| AlertCard {
            alert,
            case: file.case.clone(),
            person: file.person.clone(),
            reports: file.reports[..2].to_vec(),
        };
        Alerts { cards: records.into_iter().map(card).collect(), names: file.names.clone(), next: None }
    }

    fn lanes(open: Vec<AlertRecord>, taken: Vec<AlertRecord>) -> Vec<Lane> {
        let page = samples::page(Lang::Vi);
        Lanes::new(&page, &alerts(open), &alerts(taken), Some(samples::doctor()), samples::now()).lanes
    }

    #[test]
    fn an_alert_stands_in_the_lane_of_its_level_and_what_waits_stands_first() {
        let urgent = AlertRecord { level: AlertLevel::Urgent, ..samples::alert() };
        let lanes = lanes(vec![samples::alert(), urgent], vec![samples::taken(samples::other_doctor())]);
        let told: Vec<_> = lanes
            .iter()
            .map(|lane| (lane.level, lane.cards.iter().map(|card| card.alert.open).collect::<Vec<_>>()))
            .collect();
        assert_eq!(told, [("emergency", vec![true, false]), ("urgent", vec![true]), ("watch", vec![])]);
    }

    #[test]
    fn a_card_tells_each_sign_once() {
        let cards = &lanes(vec![samples::alert()], Vec::new())[0].cards;
        let told: Vec<_> = cards[0].alert.why.iter().map(|why| why.what.as_str()).collect();
        let once: std::collections::BTreeSet<_> = told.iter().collect();
        assert_eq!(once.len(), told.len(), "{told:?}");
        assert!(told.len() <= REASONS_SHOWN);
    }

    #[test]
    fn a_case_without_a_report_has_a_card_all_the_same() {
        let mut none = alerts(vec![samples::alert()]);
        none.cards[0].reports.clear();
        none.cards[0].person = None;
        let page = samples::page(Lang::Vi);
        let lanes = Lanes::new(&page, &none, &alerts(Vec::new()), None, samples::now());
        let card = &lanes.lanes[0].cards[0];
        assert!(card.values.is_empty() && card.reported.is_none());
        assert!(card.patient.tel.is_empty() && !card.patient.name.is_empty());
    }
}
