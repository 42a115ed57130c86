//! Medicine bags A, B and C: what is in them and who may have them, as dated data per province (`f0-tracker/bags/`).
//!
//! What is not known never counts as harmless: an order of a bag that somebody may not have asks for each answer that
//! the record cannot give.

mod question;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::time::Date;

pub use self::question::{Answers, Question};
pub use self::rules::{Candidate, Refusal};
use super::act::Item;

/// The files, those of provinces first.
const LISTS: [&str; 3] = [
    include_str!("../../bags/79-2021.json"),
    include_str!("../../bags/01-2021.json"),
    include_str!("../../bags/antam-2022.json"),
];

/// Which bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BagCode {
    /// Everyday medicine.
    A,
    /// Corticoid and anticoagulant.
    B,
    /// Molnupiravir.
    C,
}

impl BagCode {
    /// Every bag.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The bag that a code names; small letters do.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bag| bag.code().eq_ignore_ascii_case(code.trim()))
    }
}

/// In what state of the illness a bag is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indication {
    /// Feels short of breath: breathing above 20 a minute, or SpO2 below 95.
    ShortOfBreath,
    /// With symptoms, not severe, and with a risk factor.
    MildWithRisk,
}

/// A bag as a list defines it.
#[derive(Debug, Clone, Deserialize)]
pub struct Bag {
    /// Which.
    pub code: BagCode,
    /// What people call it.
    pub name: Bilingual,
    /// What is in it, as far as it could be read.
    pub contents: Vec<Item>,
    /// Whether only a doctor may order it.
    pub doctor_only: bool,
    /// Whether the patient must consent.
    pub consent: bool,
    /// Not for people younger than this, in years.
    pub min_age: Option<u32>,
    /// Not in pregnancy.
    pub not_pregnant: bool,
    /// Not for people who answer yes.
    pub ask: Vec<Question>,
    /// When it is meant.
    pub indication: Option<Indication>,
    /// To be begun within so many days of onset, or of the positive test where no onset is known.
    pub window_days: Option<i64>,
    /// Taken for so many days at most.
    pub max_days: Option<i64>,
    /// Where this stands.
    pub source: String,
}

/// A list of bags.
#[derive(Debug, Clone, Deserialize)]
pub struct BagList {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Bilingual,
    /// The province; none for all that have no list of their own.
    pub province_code: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day, where it has ended.
    pub until: Option<Date>,
    /// Whether it is a proposal of the product and not a decision.
    pub proposal: bool,
    /// What is to be known about it.
    pub note: Option<Bilingual>,
    /// The bags.
    pub bags: Vec<Bag>,
}

impl BagList {
    fn holds(&self, province: Option<&str>, on: Date) -> bool {
        let here = self.province_code.is_none() || self.province_code.as_deref() == province;
        here && self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// A bag of the list.
    #[must_use]
    pub fn bag(&self, code: BagCode) -> Option<&Bag> {
        self.bags.iter().find(|bag| bag.code == code)
    }
}

fn lists() -> &'static [BagList] {
    static ALL: OnceLock<Vec<BagList>> = OnceLock::new();
    ALL.get_or_init(|| {
        LISTS
            .iter()
            .map(|text| {
                serde_json::from_str(text).unwrap_or_else(|error| panic!("a list of bags cannot be read: {error}"))
            })
            .collect()
    })
}

/// The list that holds in a province on a day.
#[must_use]
pub fn list(province: Option<&str>, on: Date) -> Option<&'static BagList> {
    lists().iter().find(|list| list.holds(province, on))
}

/// A list by its id.
#[must_use]
pub fn list_by_id(id: &str) -> Option<&'static BagList> {
    lists().iter().find(|list| list.id == id)
}
