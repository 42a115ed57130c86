//! Finding a ward by what somebody types.

use std::sync::OnceLock;

use super::Unit;
use super::table::tables;
use crate::fold::fold;
use crate::time::Date;

/// Bytes of a line of folded names, a little more than most: a hint, so that the text seldom moves while it grows.
const TYPICAL_LINE: usize = 64;

/// The wards of a day that a text means, the best first, at most `limit`.
///
/// With or without diacritics, in any order of words; the last word, like every other, may be unfinished. Every word
/// must begin a word of the ward, its district or its province. A word of the ward itself counts for more than one of
/// the units above it, and a whole word for more than a beginning; equals stand in the order of their codes.
#[must_use]
pub fn search(text: &str, on: Date, limit: usize) -> Vec<&'static Unit> {
    let query = fold(text);
    if query.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, &Unit)> = tables()
        .wards
        .iter()
        .zip(folded())
        .filter(|(unit, _)| unit.in_force(on))
        .filter_map(|(unit, names)| Some((distance(&query, names)?, unit)))
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(limit).map(|(_, unit)| unit).collect()
}

/// The names of a unit, folded: its own, and those of the units above it.
#[derive(Clone, Copy)]
struct Names {
    own: &'static str,
    above: &'static str,
}

/// How far a query is from the names; `None` when a word of it is nowhere.
fn distance(query: &str, names: Names) -> Option<u32> {
    query.split(' ').try_fold(0, |sum, word| Some(sum + word_distance(word, names)?))
}

fn word_distance(word: &str, names: Names) -> Option<u32> {
    let whole = |text: &str| text.split(' ').any(|w| w == word);
    let begun = |text: &str| text.split(' ').any(|w| w.starts_with(word));
    if whole(names.own) {
        Some(0)
    } else if begun(names.own) {
        Some(1)
    } else if whole(names.above) {
        Some(2)
    } else if begun(names.above) {
        Some(3)
    } else {
        None
    }
}

/// The folded names of every ward in the order of the table.
fn folded() -> impl Iterator<Item = Names> {
    folded_text().lines().map(|line| {
        let (own, above) = line.split_once('\t').unwrap_or((line, ""));
        Names { own, above }
    })
}

/// The folded names, a line for each ward, in one text that is made when first searched.
fn folded_text() -> &'static str {
    static NAMES: OnceLock<String> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut text = String::with_capacity(tables().wards.len() * TYPICAL_LINE);
        for unit in &tables().wards {
            let above = [unit.district_name.unwrap_or_default(), unit.province_name].join(" ");
            text.extend([&fold(unit.name), "\t", &fold(&above), "\n"]);
        }
        text.shrink_to_fit();
        text
    })
}

/// The bytes that the folded names hold.
#[cfg(test)]
pub(super) fn heap_bytes() -> usize {
    folded_text().len()
}
