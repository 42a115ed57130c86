//! The medicine bags of a health station: what came, what was counted, what went out, and when they run low.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::StockMoveId;
use shared::problem::FieldError;

use super::bag::BagCode;
use super::entry::{self, NumberInput, given, keep};

/// A station with fewer bags than this is told to get more, as is one that has fewer than wait to be handed out. The
/// product's policy: no source sets a number.
pub const LOW: i64 = 5;
/// The most bags of one entry: more is a slip of the finger.
const MOST: i64 = 10_000;
/// The most characters of a note.
const MAX_NOTE: usize = 500;

/// What moved a stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Bags came.
    Delivery,
    /// Somebody counted.
    Count,
    /// A patient was given one.
    HandedOut,
}

impl MoveKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Delivery, Self::Count, Self::HandedOut];
    /// What a station enters by hand.
    pub const ENTERED: [Self; 2] = [Self::Delivery, Self::Count];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Count => "count",
            Self::HandedOut => "handed_out",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How a station's bags of one kind stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nobody has counted yet.
    Unknown,
    /// More went out than there were: the count is wrong.
    BelowZero,
    /// None left.
    None,
    /// Few, or fewer than wait to be handed out.
    Low,
    /// Enough.
    Enough,
}

impl Level {
    /// How a quantity stands while so many bags wait to be handed out.
    #[must_use]
    pub const fn of(quantity: Option<i64>, waiting: i64) -> Self {
        match quantity {
            None => Self::Unknown,
            Some(quantity) if quantity < 0 => Self::BelowZero,
            Some(0) => Self::None,
            Some(quantity) if quantity < LOW || quantity < waiting => Self::Low,
            Some(_) => Self::Enough,
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::BelowZero => "below_zero",
            Self::None => "none",
            Self::Low => "low",
            Self::Enough => "enough",
        }
    }
}

/// A delivery or a count as somebody sends it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StockInput {
    /// The id that it will have; sent twice it counts once.
    pub id: Option<String>,
    /// The ward; none for the only one of the caller's duty.
    pub ward_code: Option<String>,
    /// Which bag.
    pub bag: Option<String>,
    /// `delivery` or `count`.
    pub kind: Option<String>,
    /// How many came, or how many there are.
    pub quantity: Option<NumberInput>,
    /// What else is to be known.
    pub note: Option<String>,
}

/// A delivery or a count that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockDraft {
    /// The id that the client chose.
    pub id: Option<StockMoveId>,
    /// Which bag.
    pub bag: BagCode,
    /// What it is.
    pub kind: MoveKind,
    /// How many.
    pub quantity: i64,
    /// What else is to be known.
    pub note: String,
}

impl StockInput {
    /// Reads it.
    ///
    /// # Errors
    /// Every field that is wrong, with what would be right.
    pub fn parse(&self) -> Result<StockDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = given(self.id.as_deref()).and_then(|text| keep(&mut errors, entry::id("/id", text)));
        let bag = keep(&mut errors, bag(self.bag.as_deref()));
        let kind = keep(&mut errors, kind(self.kind.as_deref()));
        let quantity = keep(&mut errors, quantity(self.quantity.as_ref(), kind));
        match (bag, kind, quantity) {
            (Some(bag), Some(kind), Some(quantity)) if errors.is_empty() => {
                let note = self.note.as_deref().unwrap_or_default().trim().chars().take(MAX_NOTE).collect();
                Ok(StockDraft { id, bag, kind, quantity, note })
            }
            _ => Err(errors),
        }
    }
}

fn bag(text: Option<&str>) -> Result<BagCode, FieldError> {
    let text = given(text).ok_or_else(|| FieldError::required("/bag"))?;
    BagCode::from_code(text).ok_or_else(|| {
        let codes = BagCode::ALL.map(BagCode::code).join(", ");
        FieldError::new(
            "/bag",
            "unknown_code",
            Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}")),
        )
    })
}

fn kind(text: Option<&str>) -> Result<MoveKind, FieldError> {
    let text = given(text).ok_or_else(|| FieldError::required("/kind"))?;
    MoveKind::ENTERED.into_iter().find(|kind| kind.code() == text).ok_or_else(|| {
        let detail = Bilingual::new("delivery (nhận thêm) hoặc count (kiểm kê)", "delivery or count");
        FieldError::new("/kind", "unknown_code", detail)
    })
}

/// A delivery brings at least one; a count may find none.
fn quantity(number: Option<&NumberInput>, kind: Option<MoveKind>) -> Result<i64, FieldError> {
    let number = number.filter(|number| !number.is_blank()).ok_or_else(|| FieldError::required("/quantity"))?;
    let least = i64::from(kind == Some(MoveKind::Delivery));
    number.whole().filter(|count| (least..=MOST).contains(count)).ok_or_else(|| {
        let detail = Bilingual::new(
            format!("Số túi là số nguyên từ {least} đến {MOST}"),
            format!("A whole number of bags from {least} to {MOST}"),
        );
        FieldError::new("/quantity", "out_of_range", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bag: &str, kind: &str, quantity: &str) -> StockInput {
        let some = |text: &str| Some(text.to_owned());
        let quantity = Some(NumberInput::Text(quantity.to_owned()));
        StockInput { bag: some(bag), kind: some(kind), quantity, ..StockInput::default() }
    }

    #[test]
    fn few_bags_are_low_and_so_are_fewer_than_wait() {
        let levels = [
            (None, 3, Level::Unknown),
            (Some(-1), 0, Level::BelowZero),
            (Some(0), 0, Level::None),
            (Some(LOW - 1), 0, Level::Low),
            (Some(LOW), 0, Level::Enough),
            (Some(LOW), LOW + 1, Level::Low),
            (Some(12), 12, Level::Enough),
        ];
        for (quantity, waiting, level) in levels {
            assert_eq!(Level::of(quantity, waiting), level, "{quantity:?} of {waiting}");
        }
    }

    #[test]
    fn a_delivery_brings_at_least_one_and_a_count_may_find_none() {
        let delivery = typed("a", "delivery", "12").parse().unwrap();
        assert_eq!((delivery.bag, delivery.kind, delivery.quantity), (BagCode::A, MoveKind::Delivery, 12));
        assert_eq!(typed("B", "count", "0").parse().unwrap().quantity, 0);
        let codes = |input: &StockInput| {
            let errors = input.parse().unwrap_err();
            errors.into_iter().map(|error| (error.pointer.clone(), error.code)).collect::<Vec<_>>()
        };
        for wrong in ["0", "-3", "1,5", "10001", "hai"] {
            assert_eq!(
                codes(&typed("A", "delivery", wrong)),
                [("/quantity".to_owned(), "out_of_range".to_owned())],
                "{wrong}"
            );
        }
        let all: Vec<_> = codes(&typed("D", "handed_out", " ")).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(all, ["/bag", "/kind", "/quantity"], "nobody hands out by hand: the bag's order does");
        assert_eq!(StockInput::default().parse().unwrap_err().len(), 3);
    }
}
