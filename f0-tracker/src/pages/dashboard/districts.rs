//! The districts of the dashboard: a tile of the map and a row of the table for each.

use shared_web::page::Page;

use super::chart;
use super::figures::percent;
use crate::app::dashboard::{DistrictCount, Overview};
use crate::domain::curve::share;
use crate::pages::Moment;

/// The side of a tile.
const TILE: i64 = 116;
/// How high a tile is.
const TILE_HIGH: i64 = 64;

/// A tile of the map.
pub struct TileView {
    /// The district's code, for the address.
    pub code: String,
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Its middle.
    pub middle: i64,
    /// Where the name stands.
    pub name_y: i64,
    /// Where the number stands.
    pub value_y: i64,
    /// How dark, from 0 to 4.
    pub shade: i64,
    /// The district without "Huyện".
    pub name: String,
    /// The number.
    pub value: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The tiles.
pub struct MapView {
    /// What a reader must know.
    pub note: String,
    /// The width of the box.
    pub width: i64,
    /// Its height.
    pub height: i64,
    /// The side of a tile, with its gap.
    pub side: i64,
    /// How high a tile is, with its gap.
    pub high: i64,
    /// One for each district.
    pub tiles: Vec<TileView>,
}

/// A row of the districts' table.
pub struct DistrictRow {
    /// The code; empty for those whose ward is not known.
    pub code: String,
    /// The name.
    pub name: String,
    /// New cases of seven days.
    pub new: String,
    /// How that stands to the seven days before, in words.
    pub change: String,
    /// The picture of that.
    pub arrow: &'static str,
    /// Open cases.
    pub open: String,
    /// Urgent or an emergency.
    pub serious: i64,
    /// At very high risk.
    pub very_high: String,
    /// Missed a report.
    pub silent: String,
    /// Alerts that nobody has.
    pub alerts: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Moment>,
    /// Positive ones of a hundred tests.
    pub positivity: String,
    /// New cases by day, small.
    pub spark: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The name of a district without its kind, so that it fits a tile.
fn short(name: &str) -> String {
    let kinds = ["Thành phố ", "Thị xã ", "Huyện ", "Quận "];
    match kinds.into_iter().find_map(|kind| Some((kind, name.strip_prefix(kind)?))) {
        Some(("Thị xã ", rest)) => format!("TX {rest}"),
        Some((_, rest)) => rest.to_owned(),
        None => name.to_owned(),
    }
}

pub(super) fn map(page: &Page, overview: &Overview) -> Option<MapView> {
    let known: Vec<&DistrictCount> = overview.districts.iter().filter(|one| !one.code.is_empty()).collect();
    let tiles = known.first().and_then(|one| chart::tiles(&one.code))?;
    let highest = known.iter().map(|one| one.newest(7)).max().unwrap_or(0);
    let view = |tile: &chart::Tile| {
        let district = known.iter().find(|one| one.code == tile.code)?;
        let (x, y) = (tile.column * TILE, tile.row * TILE_HIGH);
        Some(TileView {
            code: tile.code.clone(),
            x,
            y,
            middle: x + (TILE - 4) / 2,
            name_y: y + 24,
            value_y: y + 46,
            shade: chart::shade(district.newest(7), highest),
            name: short(&district.name),
            value: page.figure(district.newest(7)),
            chosen: overview.window.district.as_deref() == Some(tile.code.as_str()),
        })
    };
    Some(MapView {
        note: tiles.note.get(page.language()).to_owned(),
        width: tiles.columns * TILE,
        height: tiles.rows * TILE_HIGH,
        side: TILE - 4,
        high: TILE_HIGH - 4,
        tiles: tiles.tiles.iter().filter_map(view).collect(),
    })
}

/// New cases by day as the `points` of a polyline in a box of 96 by 28.
fn spark(new: &[i64]) -> String {
    let highest = new.iter().copied().max().unwrap_or(0).max(1);
    let last = i64::try_from(new.len()).unwrap_or(1).max(2) - 1;
    let point = |(n, value): (usize, &i64)| {
        let n = i64::try_from(n).unwrap_or(0);
        format!("{},{}", 96 * n / last, 26 - 24 * value / highest)
    };
    new.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

impl DistrictRow {
    pub(super) fn new(page: &Page, one: &DistrictCount, overview: &Overview) -> Self {
        let (now, before) = (one.newest(7), one.before(7));
        let (arrow, key) = match now.cmp(&before) {
            core::cmp::Ordering::Less => ("arrow-down", "dash-down"),
            core::cmp::Ordering::Equal => ("steady", "dash-steady"),
            core::cmp::Ordering::Greater => ("arrow-up", "dash-up"),
        };
        Self {
            code: one.code.clone(),
            name: if one.name.is_empty() { page.t("dash-no-district") } else { one.name.clone() },
            new: page.figure(now),
            change: page.t_with(key, &[("count", page.figure((now - before).abs()).into())]),
            arrow,
            open: page.figure(one.open),
            serious: one.serious,
            very_high: page.figure(one.very_high),
            silent: page.figure(one.silent),
            alerts: one.alerts,
            oldest: one.oldest.map(|at| Moment::new(page, at, overview.as_of)),
            positivity: percent(page, share(one.positive, one.tests)),
            spark: spark(&one.new),
            chosen: overview.window.district.as_deref() == Some(one.code.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_a_tile_and_towns_stay_apart_from_districts() {
        assert_eq!(short("Thành phố Mỹ Tho"), "Mỹ Tho");
        assert_eq!((short("Thị xã Cai Lậy"), short("Huyện Cai Lậy")), ("TX Cai Lậy".to_owned(), "Cai Lậy".to_owned()));
    }

    #[test]
    fn a_spark_stays_in_its_box() {
        assert_eq!(spark(&[0, 5, 10]), "0,26 48,14 96,2");
        assert_eq!(spark(&[]), "");
    }
}
