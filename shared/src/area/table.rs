//! The tables of units: text that is compiled in, indexed once by slices of that text.
//!
//! Every row is tab separated: code, the code of the unit above (for a province of 2022 the one of 2025 that it
//! became), name, first day, last day. An empty day is the first or last of the set of 2022 or of 2025.

use std::sync::OnceLock;

use super::{District, Province, Unit};
use crate::time::Date;

/// The first day that the tables know.
pub(super) const FIRST_DAY: Date = jiff::civil::date(2021, 11, 1);
/// The last day of the units before the merger.
const LAST_DAY_BEFORE_MERGER: Date = jiff::civil::date(2025, 6, 30);
/// The first day of the units after the merger (Decision 19/2025/QĐ-TTg).
pub(super) const MERGER: Date = jiff::civil::date(2025, 7, 1);

const PROVINCES_2022: &str = include_str!("data/provinces_2022.tsv");
const DISTRICTS_2022: &str = include_str!("data/districts_2022.tsv");
const WARDS_2022: &str = include_str!("data/wards_2022.tsv");
const PROVINCES_2025: &str = include_str!("data/provinces_2025.tsv");
const WARDS_2025: &str = include_str!("data/wards_2025.tsv");
const SUCCESSORS: &str = include_str!("data/successors.tsv");

/// Rows in both tables of wards; a hint, so that the index is allocated once and in its size.
const WARDS: usize = 13_950;

/// All units of all days: about 1.6 MB of index over 0.5 MB of text.
pub(super) struct Tables {
    /// By code, then by first day.
    pub(super) provinces: Vec<Province>,
    /// By code, then by first day.
    pub(super) districts: Vec<District>,
    /// By code, then by first day.
    pub(super) wards: Vec<Unit>,
}

impl Tables {
    /// The forms of the wards that ever had a code, oldest first.
    pub(super) fn wards_with(&self, code: &str) -> &[Unit] {
        let start = self.wards.partition_point(|unit| unit.code < code);
        let length = self.wards[start..].iter().take_while(|unit| unit.code == code).count();
        &self.wards[start..start + length]
    }
}

/// The tables, read when first asked for.
pub(super) fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(read)
}

/// The codes of the wards of 2025 that a ward of 2022 became, the main one first. Looks through the text: it is asked
/// for one old code at a time and needs no index.
pub(super) fn successors(code_2022: &str) -> impl Iterator<Item = &'static str> {
    let line = SUCCESSORS.lines().find(|line| line.split('\t').next() == Some(code_2022));
    line.unwrap_or_default().split('\t').skip(1)
}

fn read() -> Tables {
    let mut provinces: Vec<_> = rows(PROVINCES_2022, BEFORE).chain(rows(PROVINCES_2025, AFTER)).map(province).collect();
    provinces.sort_by_key(|p| (p.code, p.valid_from));
    let districts: Vec<_> = rows(DISTRICTS_2022, BEFORE).map(district).collect();
    let mut wards = Vec::with_capacity(WARDS);
    wards.extend(rows(WARDS_2022, BEFORE).map(|row| ward_of_district(row, &provinces, &districts)));
    wards.extend(rows(WARDS_2025, AFTER).map(|row| ward_of_province(row, &provinces)));
    wards.sort_by_key(|w: &Unit| (w.code, w.valid_from));
    Tables { provinces, districts, wards }
}

/// The first and last day of a set of units.
type Set = (Date, Option<Date>);
const BEFORE: Set = (FIRST_DAY, Some(LAST_DAY_BEFORE_MERGER));
const AFTER: Set = (MERGER, None);

/// One row of a table.
struct Row {
    fields: core::str::Split<'static, char>,
    set: Set,
}

impl Row {
    fn text(&mut self) -> &'static str {
        self.fields.next().unwrap_or_default()
    }

    fn days(&mut self) -> Set {
        let (first, last) = self.set;
        (self.text().parse().unwrap_or(first), self.text().parse().ok().or(last))
    }
}

fn rows(text: &'static str, set: Set) -> impl Iterator<Item = Row> {
    text.lines().map(move |line| Row { fields: line.split('\t'), set })
}

fn province(mut row: Row) -> Province {
    let (code, became, name) = (row.text(), row.text(), row.text());
    let (valid_from, valid_to) = row.days();
    Province { code, name, became: (!became.is_empty()).then_some(became), valid_from, valid_to }
}

fn district(mut row: Row) -> District {
    let (code, province_code, name) = (row.text(), row.text(), row.text());
    let (valid_from, valid_to) = row.days();
    District { code, name, province_code, valid_from, valid_to }
}

fn ward_of_district(mut row: Row, provinces: &[Province], districts: &[District]) -> Unit {
    let (code, district_code, name) = (row.text(), row.text(), row.text());
    let (valid_from, valid_to) = row.days();
    let start = districts.partition_point(|d| d.code < district_code);
    let district = districts[start..]
        .iter()
        .find(|d| d.code == district_code && d.in_force(valid_from))
        .expect("every ward of the table lies in a district of the table");
    Unit {
        code,
        name,
        district_code: Some(district.code),
        district_name: Some(district.name),
        province_code: district.province_code,
        province_name: province_name(provinces, district.province_code, valid_from),
        valid_from,
        valid_to,
    }
}

fn ward_of_province(mut row: Row, provinces: &[Province]) -> Unit {
    let (code, province_code, name) = (row.text(), row.text(), row.text());
    let (valid_from, valid_to) = row.days();
    Unit {
        code,
        name,
        district_code: None,
        district_name: None,
        province_code,
        province_name: province_name(provinces, province_code, valid_from),
        valid_from,
        valid_to,
    }
}

fn province_name(provinces: &[Province], code: &str, on: Date) -> &'static str {
    provinces
        .iter()
        .find(|p| p.code == code && p.in_force(on))
        .expect("every unit of the table lies in a province of the table")
        .name
}

/// The bytes that the index holds beside the text.
#[cfg(test)]
pub(super) fn heap_bytes() -> usize {
    let Tables { provinces, districts, wards } = tables();
    provinces.capacity() * size_of::<Province>()
        + districts.capacity() * size_of::<District>()
        + wards.capacity() * size_of::<Unit>()
}
