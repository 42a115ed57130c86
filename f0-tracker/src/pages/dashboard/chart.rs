//! The geometry of the officer's charts: bars by day, their average over a week, and the tiles of the districts. Pure.

use core::fmt;
use std::sync::OnceLock;

use serde::Deserialize;
use shared::bilingual::Bilingual;

/// The width of a chart's box.
pub const WIDTH: f64 = 640.0;
/// Its height.
pub const HEIGHT: f64 = 180.0;
/// Where the bars begin; the scale is named before.
const LEFT: f64 = 44.0;
/// Where they stand; the days are named below.
const BASE: f64 = 156.0;
/// Their highest.
const TOP: f64 = 12.0;
/// At most so many days are named.
const MAX_TICKS: usize = 7;

const TILES: [(&str, &str); 1] = [("82", include_str!("../../../maps/82.json"))];

/// A place in the box, written with one decimal at most.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Px(pub f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 10.0).round() / 10.0)
    }
}

/// One day's bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Its left edge.
    pub x: Px,
    /// Its upper edge.
    pub y: Px,
    /// Its width.
    pub width: Px,
    /// Its height.
    pub height: Px,
    /// The part of it that counts twice: positive tests among all.
    pub part: Option<(Px, Px)>,
    /// What is read when somebody points at it.
    pub label: String,
}

/// A named place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where.
    pub at: Px,
    /// What.
    pub text: String,
}

/// A chart, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// The bars, the earliest first.
    pub bars: Vec<Bar>,
    /// The average, as the `points` of a polyline; empty where no week is known.
    pub line: String,
    /// Values named at the left.
    pub scale: Vec<Tick>,
    /// Days named below.
    pub days: Vec<Tick>,
}

/// The least round number that is not below `value`: 1, 2 or 5 with zeros.
#[must_use]
pub fn round_up(value: i64) -> i64 {
    let mut step = 1;
    loop {
        for times in [1, 2, 5] {
            if times * step >= value {
                return times * step;
            }
        }
        step *= 10;
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a province lie far below 2^52")]
fn real(n: i64) -> f64 {
    n as f64
}

fn at(n: usize) -> f64 {
    real(i64::try_from(n).unwrap_or(0))
}

/// A chart of values by day. `parts` stand within the bars, `averages` in tenths above them.
#[must_use]
pub fn bars(
    values: &[i64],
    parts: Option<&[i64]>,
    averages: &[Option<i64>],
    names: &[String],
    label: impl Fn(usize) -> String,
    figure: impl Fn(i64) -> String,
) -> BarChart {
    let high = round_up(values.iter().copied().max().unwrap_or(0).max(1));
    let span = (WIDTH - LEFT) / at(values.len().max(1));
    let y = |value: f64| BASE - (BASE - TOP) * value / real(high);
    let gap = if span > 6.0 { 1.5 } else { 0.3 };
    let bar = |(n, value): (usize, &i64)| {
        let top = y(real(*value));
        let part = parts.and_then(|parts| parts.get(n)).map(|part| {
            let top = y(real(*part));
            (Px(top), Px(BASE - top))
        });
        Bar {
            x: Px(LEFT + at(n) * span + gap / 2.0),
            y: Px(top),
            width: Px(span - gap),
            height: Px(BASE - top),
            part,
            label: label(n),
        }
    };
    let point = |(n, average): (usize, &Option<i64>)| {
        let average = (*average)?;
        Some(format!("{},{}", Px(LEFT + (at(n) + 0.5) * span), Px(y(real(average) / 10.0))))
    };
    let step = names.len().div_ceil(MAX_TICKS).max(1);
    // Counted from the last day, which is the one that people look for.
    let named = names.iter().enumerate().rev().step_by(step);
    let days = named.map(|(n, text)| Tick { at: Px(LEFT + (at(n) + 0.5) * span), text: text.clone() });
    let halves = if high >= 2 { vec![0, high / 2, high] } else { vec![0, high] };
    BarChart {
        bars: values.iter().enumerate().map(bar).collect(),
        line: averages.iter().enumerate().filter_map(point).collect::<Vec<_>>().join(" "),
        scale: halves.into_iter().map(|value| Tick { at: Px(y(real(value))), text: figure(value) }).collect(),
        days: days.collect(),
    }
}

/// Where a district's tile lies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tile {
    /// The district.
    pub code: String,
    /// From west to east.
    pub column: i64,
    /// From north to south.
    pub row: i64,
}

/// The tiles of a province.
#[derive(Debug, Clone, Deserialize)]
pub struct Tiles {
    /// What a reader must know about them.
    pub note: Bilingual,
    /// So many from west to east.
    pub columns: i64,
    /// So many from north to south.
    pub rows: i64,
    /// One for each district.
    pub tiles: Vec<Tile>,
}

/// The tiles of the province that a district belongs to, where somebody drew them.
#[must_use]
pub fn tiles(district: &str) -> Option<&'static Tiles> {
    static ALL: OnceLock<Vec<Tiles>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let read = |(_, text): &(&str, &str)| {
            serde_json::from_str(text).expect("the compiled file never changes, and a test reads it")
        };
        TILES.iter().map(read).collect()
    });
    all.iter().find(|tiles| tiles.tiles.iter().any(|tile| tile.code == district))
}

/// How dark a tile is, from 0 to 4, by its share of the highest.
#[must_use]
pub fn shade(value: i64, highest: i64) -> i64 {
    if value <= 0 || highest <= 0 { 0 } else { (4 * value + highest - 1) / highest }.clamp(0, 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::area::{FIRST_DAY, districts_of_province};

    fn chart(values: &[i64]) -> BarChart {
        let names: Vec<String> = (0..values.len()).map(|n| n.to_string()).collect();
        let averages = crate::domain::curve::averages(values);
        bars(values, Some(values), &averages, &names, |n| n.to_string(), |n| n.to_string())
    }

    #[test]
    fn the_highest_bar_stays_in_the_box_and_an_empty_day_has_no_height() {
        let chart = chart(&[0, 120, 60]);
        assert_eq!(chart.bars[0].height, Px(0.0));
        assert!(chart.bars[1].y.0 >= TOP && chart.bars[1].height.0 > chart.bars[2].height.0);
        assert_eq!(chart.scale.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(), ["0", "100", "200"]);
        assert!(chart.line.is_empty(), "three days are no week");
    }

    #[test]
    fn the_last_day_is_always_named_and_not_too_many_are() {
        let chart = chart(&[1; 90]);
        assert!(chart.days.len() <= MAX_TICKS && chart.days.iter().any(|tick| tick.text == "89"));
        assert!(chart.bars.iter().all(|bar| bar.x.0 + bar.width.0 <= WIDTH + 0.1));
        assert_eq!(chart.line.split(' ').count(), 84);
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        assert_eq!([0, 1, 3, 7, 11, 120, 2_471].map(round_up), [1, 1, 5, 10, 20, 200, 5_000]);
    }

    #[test]
    fn every_district_of_the_province_has_one_tile_of_its_own() {
        let tiles = tiles("815").unwrap();
        let codes: std::collections::BTreeSet<_> = tiles.tiles.iter().map(|tile| tile.code.as_str()).collect();
        let known: std::collections::BTreeSet<_> =
            districts_of_province("82", FIRST_DAY).iter().map(|district| district.code).collect();
        assert_eq!(codes, known);
        let places: std::collections::BTreeSet<_> = tiles.tiles.iter().map(|tile| (tile.column, tile.row)).collect();
        assert_eq!(places.len(), tiles.tiles.len());
        assert!(tiles.tiles.iter().all(|tile| tile.column < tiles.columns && tile.row < tiles.rows));
        assert!(super::tiles("999").is_none());
    }

    #[test]
    fn shades_go_from_nothing_to_the_darkest() {
        assert_eq!([0, 1, 25, 26, 50, 99, 100].map(|value| shade(value, 100)), [0, 1, 1, 2, 2, 4, 4]);
        assert_eq!(shade(0, 0), 0);
    }
}
