//! What a door asks of a visitor, and what it answers: green, amber or red with the reason in words.
//!
//! The rules are dated data (`policy/door.json`, or the file of a province in its place): for kinds of places and a
//! period, a health declaration, a vaccination or a negative test. An answer says what the place asks for and never what
//! somebody has.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::place::PlaceKind;
use shared::time::{Date, Instant, days, hours};

use super::declaration::Verdict;

static FILE: &str = include_str!("../../policy/door.json");

/// The answer at a door, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Come in.
    Green,
    /// Come in, and the staff look at something.
    Amber,
    /// Not now.
    Red,
}

/// What may be shown at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// A full course of a vaccine.
    Vaccination,
    /// A test that found no virus.
    NegativeTest,
}

impl ProofKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Vaccination, Self::NegativeTest];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vaccination => "vaccination",
            Self::NegativeTest => "negative_test",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What somebody has shown, and when it was: the last dose, or the specimen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// What.
    pub kind: ProofKind,
    /// When.
    pub at: Instant,
    /// A laboratory of ours reported it. What was scanned from a certificate is not verified.
    pub verified: bool,
}

/// What kinds of places ask for in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// The document that says so, or that it is a policy of one's own.
    pub source: String,
    /// The first day on which it holds.
    pub valid_from: Date,
    /// The last day; it holds until it is taken back where there is none.
    #[serde(default)]
    pub valid_until: Option<Date>,
    /// The kinds of places; all where the list is empty.
    #[serde(default)]
    pub kinds: Vec<PlaceKind>,
    /// Whether it asks for a health declaration.
    #[serde(default)]
    pub declaration: bool,
    /// What it asks to be shown: any of these is enough, an empty list asks for nothing.
    #[serde(default)]
    pub proof: Vec<ProofKind>,
    /// For how many hours after the specimen a negative test is good.
    #[serde(default)]
    pub test_hours: Option<i64>,
    /// For how many days after the last dose a vaccination is good.
    #[serde(default)]
    pub vaccination_days: Option<i64>,
    /// The answer where something is missing: amber or red.
    pub otherwise: Level,
}

impl Rule {
    fn holds(&self, kind: PlaceKind, day: Date) -> bool {
        let in_time = self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until);
        in_time && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    fn accepts(&self, proof: &Proof, at: Instant) -> bool {
        let longest = match proof.kind {
            ProofKind::NegativeTest => self.test_hours.map(hours),
            ProofKind::Vaccination => self.vaccination_days.map(days),
        };
        let age = at.since(proof.at);
        self.proof.contains(&proof.kind) && !age.is_negative() && longest.is_some_and(|longest| age <= longest)
    }

    /// What it asks to be shown, in words; nothing where it asks for none.
    fn proof_in_words(&self) -> Option<Bilingual> {
        let part = |kind: &ProofKind| match kind {
            ProofKind::Vaccination => Bilingual::new("tiêm đủ liều", "a full vaccination"),
            ProofKind::NegativeTest => {
                let hours = self.test_hours.unwrap_or_default();
                Bilingual::new(
                    format!("xét nghiệm âm tính trong {hours} giờ"),
                    format!("a negative test of the last {hours} hours"),
                )
            }
        };
        let parts: Vec<Bilingual> = self.proof.iter().map(part).collect();
        let joined = |or: &str, text: fn(&Bilingual) -> &str| parts.iter().map(text).collect::<Vec<_>>().join(or);
        let words = Bilingual::new(joined(" hoặc ", |part| &part.vi), joined(" or ", |part| &part.en));
        (!parts.is_empty()).then_some(words)
    }

    /// What it asks for, in words for a visitor.
    #[must_use]
    pub fn in_words(&self) -> Bilingual {
        let declaration = self.declaration.then(|| Bilingual::new("tờ khai y tế", "a health declaration"));
        let parts: Vec<Bilingual> = declaration.into_iter().chain(self.proof_in_words()).collect();
        let join = |and: &str, text: fn(&Bilingual) -> &str| parts.iter().map(text).collect::<Vec<_>>().join(and);
        Bilingual::new(
            format!("Nơi này cần: {}", join("; ", |part| &part.vi)),
            format!("This place asks for: {}", join("; ", |part| &part.en)),
        )
    }

    fn fault(&self, kept: &KeptDays) -> Option<&'static str> {
        let asks = |kind| self.proof.contains(&kind);
        let within = |length: Option<i64>, most: i64| length.is_some_and(|length| 0 < length && length <= most);
        if self.otherwise == Level::Green {
            return Some("otherwise is amber or red");
        }
        if !self.declaration && self.proof.is_empty() {
            return Some("it asks for nothing");
        }
        if asks(ProofKind::NegativeTest) && !within(self.test_hours, 24 * kept.negative_test) {
            return Some("test_hours is missing, or tests are not kept for so long");
        }
        if asks(ProofKind::Vaccination) && !within(self.vaccination_days, kept.vaccination) {
            return Some("vaccination_days is missing, or vaccinations are not kept for so long");
        }
        (self.source.trim().is_empty()).then_some("its source is missing")
    }
}

/// For how many days what was shown is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptDays {
    #[serde(rename = "source")]
    _source: String,
    negative_test: i64,
    vaccination: i64,
}

/// The rules of all doors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorRules {
    #[serde(rename = "source")]
    _source: String,
    kept_days: KeptDays,
    rules: Vec<Rule>,
}

/// Why a file holds no rules.
#[derive(Debug, thiserror::Error)]
pub enum DoorRulesError {
    /// It is no such JSON.
    #[error("not a file of door rules: {0}")]
    Json(#[from] serde_json::Error),
    /// A rule asks for what cannot be.
    #[error("rule {0}: {1}")]
    Rule(String, &'static str),
}

impl DoorRules {
    /// The rules that the program brings.
    ///
    /// # Panics
    /// Never: a test reads the file that is compiled in.
    #[must_use]
    pub fn ours() -> Self {
        Self::read(FILE).expect("policy/door.json is compiled in, and a test reads it")
    }

    /// Reads a file of rules.
    ///
    /// # Errors
    /// When it is no such file, or a rule of it cannot be.
    pub fn read(json: &str) -> Result<Self, DoorRulesError> {
        let rules: Self = serde_json::from_str(json)?;
        let mut ids = HashSet::new();
        for rule in &rules.rules {
            let twice = (!ids.insert(rule.id.as_str())).then_some("another rule has the same id");
            if let Some(fault) = rule.fault(&rules.kept_days).or(twice) {
                return Err(DoorRulesError::Rule(rule.id.clone(), fault));
            }
        }
        Ok(rules)
    }

    /// The rules that hold for a kind of place on a day.
    #[must_use]
    pub fn in_force(&self, kind: PlaceKind, day: Date) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.holds(kind, day)).collect()
    }

    /// Before then nothing of a kind is kept.
    #[must_use]
    pub fn kept_since(&self, kind: ProofKind, now: Instant) -> Instant {
        now.minus(days(match kind {
            ProofKind::NegativeTest => self.kept_days.negative_test,
            ProofKind::Vaccination => self.kept_days.vaccination,
        }))
    }
}

/// One reason of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The declaration says to stay away.
    DeclarationStop,
    /// The declaration says to take care.
    DeclarationAdvise,
    /// There is no declaration that holds.
    DeclarationDue,
    /// What the place asks for was not shown, in words.
    ProofMissing(Bilingual),
    /// What was shown is not verified.
    ProofUnverified,
    /// The rule was looked at for the visitor alone.
    Companions,
    /// The place holds so many, or what it lies within does, and with these visitors there are more inside.
    Full {
        /// How many.
        capacity: u32,
        /// The name of what the place lies within, where that is what is full.
        whole: Option<String>,
    },
}

impl Reason {
    /// A stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DeclarationStop => "declaration_stop",
            Self::DeclarationAdvise => "declaration_advise",
            Self::DeclarationDue => "declaration_due",
            Self::ProofMissing(_) => "proof_missing",
            Self::ProofUnverified => "proof_unverified",
            Self::Companions => "companions",
            Self::Full { .. } => "full",
        }
    }

    /// The field of a visit that it is about.
    #[must_use]
    pub const fn pointer(&self) -> &'static str {
        match self {
            Self::DeclarationStop | Self::DeclarationAdvise | Self::DeclarationDue => "/declaration",
            Self::ProofMissing(_) | Self::ProofUnverified => "/visitor",
            Self::Companions => "/party",
            Self::Full { .. } => "/venue_code",
        }
    }

    /// One line for the door: what to do, never why in medical words.
    #[must_use]
    pub fn detail(&self) -> Bilingual {
        match self {
            Self::DeclarationStop => Bilingual::new(
                "Theo tờ khai y tế, hôm nay chưa vào được. Hãy gọi trạm y tế phường, xã",
                "By the health declaration, you cannot come in today. Call the ward health station",
            ),
            Self::DeclarationAdvise => Bilingual::new(
                "Theo tờ khai y tế: đeo khẩu trang, giữ khoảng cách",
                "By the health declaration: wear a mask, keep a distance",
            ),
            Self::DeclarationDue => Bilingual::new(
                "Nơi này cần tờ khai y tế. Hãy khai rồi vào",
                "This place asks for a health declaration. Declare, then come in",
            ),
            Self::ProofMissing(words) => {
                Bilingual::new(format!("Nơi này cần: {}", words.vi), format!("This place asks for: {}", words.en))
            }
            Self::ProofUnverified => Bilingual::new(
                "Chứng nhận chưa được xác minh. Hãy so tên với giấy tờ",
                "The certificate is not verified. Compare the name with an identity card",
            ),
            Self::Companions => {
                Bilingual::new("Hãy xem giấy tờ của người đi cùng", "Look at what those who came along have to show")
            }
            Self::Full { capacity, whole } => {
                let (vi, en) = match whole {
                    Some(name) => (name.as_str(), name.as_str()),
                    None => ("Nơi này", "This place"),
                };
                Bilingual::new(
                    format!("{vi} đã đủ {capacity} người. Hãy chờ nhân viên mời vào"),
                    format!("{en} holds {capacity} people and is full. Wait until the staff let you in"),
                )
            }
        }
    }
}

/// What a door answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The colour.
    pub level: Level,
    /// Why, the strictest first; nothing where it is green.
    pub reasons: Vec<Reason>,
}

impl Door {
    /// Come in.
    pub const GREEN: Self = Self { level: Level::Green, reasons: Vec::new() };

    /// The same answer with one more reason, after those that are stricter.
    #[must_use]
    pub fn and(mut self, level: Level, reason: Reason) -> Self {
        let at = if level > self.level { 0 } else { self.reasons.len() };
        self.reasons.insert(at, reason);
        Self { level: self.level.max(level), ..self }
    }

    /// Whether the visitor is not let in.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.level == Level::Red
    }
}

/// What is known of a visitor when they stand at a door.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standing<'a> {
    /// The verdict of the declaration that came with the visit.
    pub declared: Option<Verdict>,
    /// The verdict of the newest declaration before, while it holds.
    pub on_record: Option<Verdict>,
    /// What was shown, now or before.
    pub proofs: &'a [Proof],
    /// How many came along.
    pub companions: usize,
}

/// What the door answers to a visitor at an instant. A declaration that came with the visit counts whatever the rules ask.
#[must_use]
pub fn judge(rules: &[&Rule], standing: &Standing<'_>, at: Instant) -> Door {
    let mut found: Vec<(Level, Reason)> = Vec::new();
    let asked = rules.iter().filter(|rule| rule.declaration);
    let verdict = match standing.declared {
        Some(verdict) => Some(verdict),
        None => asked.clone().next().and(standing.on_record),
    };
    match verdict {
        Some(Verdict::Stop) => found.push((Level::Red, Reason::DeclarationStop)),
        Some(Verdict::Advise) => found.push((Level::Amber, Reason::DeclarationAdvise)),
        Some(Verdict::Clear) => {}
        None => found.extend(asked.map(|rule| (rule.otherwise, Reason::DeclarationDue))),
    }
    for rule in rules {
        let Some(words) = rule.proof_in_words() else { continue };
        let mut good = standing.proofs.iter().filter(|proof| rule.accepts(proof, at)).peekable();
        if good.peek().is_none() {
            found.push((rule.otherwise, Reason::ProofMissing(words)));
        } else if !good.any(|proof| proof.verified) {
            found.push((Level::Amber, Reason::ProofUnverified));
        }
    }
    if standing.companions > 0 && !rules.is_empty() {
        found.push((Level::Amber, Reason::Companions));
    }
    let level = found.iter().map(|(level, _)| *level).max().unwrap_or(Level::Green);
    found.sort_by_key(|(level, _)| core::cmp::Reverse(*level));
    let mut reasons: Vec<Reason> = Vec::new();
    for (_, reason) in found {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Door { level, reasons }
}

#[cfg(test)]
mod tests;
