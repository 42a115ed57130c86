//! The geometry of the charts: pure functions from times and values to places in a box.
//!
//! Every chart of a case has the same width and the same time axis, so that what happened together stands in one
//! column.

use core::fmt;

use shared::events::AlertLevel;
use shared::time::{Date, Instant, days};

use crate::domain::protocol::Comparison;
use crate::domain::vital::Tenths;

/// The width of the box.
pub const WIDTH: f64 = 640.0;
/// The height of the box.
pub const HEIGHT: f64 = 120.0;
/// Points stand this far from the edges, so that they are not cut.
const PAD: f64 = 8.0;
/// Where the plot ends; thresholds are named beyond it, where no point hides them.
pub const PLOT_END: f64 = 592.0;
/// At most so many days are named on the axis.
const MAX_TICKS: usize = 7;

/// A place in the box, written with one decimal at most.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Px(pub f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 10.0).round() / 10.0)
    }
}

/// The time that all charts of a case share.
#[derive(Debug, Clone, Copy)]
pub struct TimeAxis {
    from: Instant,
    to: Instant,
}

/// A day that the axis names, at its midnight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Where.
    pub x: Px,
    /// Which day.
    pub day: Date,
}

impl TimeAxis {
    /// An axis from the beginning of the first day until `last`, one day long at least.
    pub fn over(first: Instant, last: Instant) -> Self {
        let from = Instant::start_of(first.local_date());
        Self { from, to: last.max(from.plus(days(1))) }
    }

    /// Where a moment stands; what lies beyond an end stands at that end.
    pub fn x(&self, at: Instant) -> Px {
        let span = self.to.since(self.from).as_secs_f64();
        let share = (at.since(self.from).as_secs_f64() / span).clamp(0.0, 1.0);
        Px(PAD + share * (PLOT_END - 2.0 * PAD))
    }

    /// The days to name: every one, or every second, third and so on where there are many.
    pub fn ticks(&self) -> Vec<Tick> {
        let first = self.from.local_date();
        let all: Vec<Date> =
            first.series(jiff::Span::new().days(1)).take_while(|day| Instant::start_of(*day) <= self.to).collect();
        let step = all.len().div_ceil(MAX_TICKS).max(1);
        all.into_iter().step_by(step).map(|day| Tick { x: self.x(Instant::start_of(day)), day }).collect()
    }
}

/// A threshold of the protocol in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How dangerous a value beyond it is.
    pub level: AlertLevel,
    /// Which side is beyond.
    pub comparison: Comparison,
    /// The value.
    pub threshold: Tenths,
}

/// One measured value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub at: Instant,
    /// What.
    pub value: Tenths,
    /// How dangerous, where a rule fired on it.
    pub level: Option<AlertLevel>,
    /// What is read when somebody points at it.
    pub label: String,
}

/// A coloured stretch of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Its colour.
    pub level: AlertLevel,
    /// Its upper edge.
    pub y: Px,
    /// How high it is.
    pub height: Px,
}

/// The line of a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Where.
    pub y: Px,
    /// Which.
    pub limit: Limit,
}

/// A point on the curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Where from left to right.
    pub x: Px,
    /// Where from top to bottom.
    pub y: Px,
    /// How dangerous, where a rule fired on it.
    pub level: Option<AlertLevel>,
    /// What is read when somebody points at it.
    pub label: String,
}

/// A chart, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The bands, the less dangerous first: a more dangerous one covers them.
    pub bands: Vec<Band>,
    /// The thresholds.
    pub edges: Vec<Edge>,
    /// The points, the earliest first.
    pub points: Vec<Point>,
    /// The curve, as the `points` of a polyline.
    pub line: String,
}

/// The values that a chart spans.
#[derive(Debug, Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// A scale over the usual values, every threshold and every reading, with room beyond the last two.
    fn over(usual: (i32, i32), limits: &[Limit], readings: &[Reading]) -> Self {
        let (low, high) = (f64::from(usual.0), f64::from(usual.1));
        let room = (high - low) / 12.0;
        let values = limits.iter().map(|limit| limit.threshold).chain(readings.iter().map(|reading| reading.value));
        values.map(Tenths::as_f64).fold(Self { low, high }, |scale, value| Self {
            low: scale.low.min(value - room),
            high: scale.high.max(value + room),
        })
    }

    fn y(self, value: f64) -> Px {
        let share = (value - self.low) / (self.high - self.low);
        Px(HEIGHT - PAD - share * (HEIGHT - 2.0 * PAD))
    }

    /// The band beyond a threshold, as far as the edge of the box.
    fn band(self, limit: &Limit) -> Band {
        let at = self.y(limit.threshold.as_f64());
        let (y, height) = if limit.comparison.looks_down() { (at.0, HEIGHT - at.0) } else { (0.0, at.0) };
        Band { level: limit.level, y: Px(y), height: Px(height) }
    }
}

/// Draws readings on an axis. `usual` are the lowest and the highest value that the chart shows in any case.
pub fn draw(axis: &TimeAxis, usual: (i32, i32), limits: &[Limit], readings: &[Reading]) -> Chart {
    let scale = Scale::over(usual, limits, readings);
    let mut limits = limits.to_vec();
    limits.sort_by_key(|limit| limit.level);
    let mut readings: Vec<&Reading> = readings.iter().collect();
    readings.sort_by_key(|reading| reading.at);
    let points: Vec<Point> = readings
        .into_iter()
        .map(|reading| Point {
            x: axis.x(reading.at),
            y: scale.y(reading.value.as_f64()),
            level: reading.level,
            label: reading.label.clone(),
        })
        .collect();
    let line = points.iter().map(|point| format!("{},{}", point.x, point.y)).collect::<Vec<_>>().join(" ");
    let edge = |limit: &Limit| Edge { y: scale.y(limit.threshold.as_f64()), limit: *limit };
    Chart {
        bands: limits.iter().map(|limit| scale.band(limit)).collect(),
        edges: limits.iter().map(edge).collect(),
        points,
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn axis() -> TimeAxis {
        TimeAxis::over(at("2022-03-05T03:00:00Z"), at("2022-03-10T01:00:00Z"))
    }

    fn limit(level: AlertLevel, comparison: Comparison, units: i32) -> Limit {
        Limit { level, comparison, threshold: Tenths::whole(units) }
    }

    fn reading(at: Instant, value: Tenths) -> Reading {
        Reading { at, value, level: None, label: value.to_string() }
    }

    #[test]
    fn the_axis_begins_with_a_day_and_names_each_midnight() {
        let ticks = axis().ticks();
        let days: Vec<i8> = ticks.iter().map(|tick| tick.day.day()).collect();
        assert_eq!(days, [5, 6, 7, 8, 9, 10]);
        assert_eq!(ticks[0].x, Px(PAD));
        let gaps: Vec<f64> = ticks.windows(2).map(|pair| pair[1].x.0 - pair[0].x.0).collect();
        assert!(gaps.iter().all(|gap| (gap - gaps[0]).abs() < 1e-9), "{gaps:?}");
    }

    #[test]
    fn a_long_course_names_few_days_and_a_short_one_still_has_a_day_of_room() {
        let long = TimeAxis::over(at("2022-03-01T03:00:00Z"), at("2022-03-30T03:00:00Z"));
        assert!(long.ticks().len() <= MAX_TICKS);
        let now = at("2022-03-10T01:00:00Z");
        let short = TimeAxis::over(now, now);
        assert!(short.x(now) < Px(PLOT_END / 2.0));
        assert_eq!(short.ticks().len(), 2);
    }

    #[test]
    fn a_band_begins_at_its_threshold_and_reaches_the_edge_on_its_own_side() {
        let limits = [limit(AlertLevel::Emergency, Comparison::Lt, 94), limit(AlertLevel::Urgent, Comparison::Le, 96)];
        let chart = draw(&axis(), (88, 100), &limits, &[]);
        let levels: Vec<AlertLevel> = chart.bands.iter().map(|band| band.level).collect();
        assert_eq!(levels, [AlertLevel::Urgent, AlertLevel::Emergency], "the more dangerous covers the other");
        for (band, edge) in chart.bands.iter().zip(&chart.edges) {
            assert_eq!(band.y, edge.y);
            assert!((band.y.0 + band.height.0 - HEIGHT).abs() < 1e-9);
        }
        let fast = draw(&axis(), (10, 34), &[limit(AlertLevel::Urgent, Comparison::Ge, 20)], &[]);
        assert_eq!((fast.bands[0].y, fast.bands[0].height), (Px(0.0), fast.edges[0].y));
    }

    #[test]
    fn a_value_beyond_a_threshold_lies_in_its_band() {
        let limits = [limit(AlertLevel::Emergency, Comparison::Lt, 94)];
        let now = at("2022-03-09T01:00:00Z");
        let chart = draw(&axis(), (88, 100), &limits, &[reading(now, Tenths::whole(91))]);
        assert!(chart.points[0].y > chart.bands[0].y);
        let chart = draw(&axis(), (88, 100), &limits, &[reading(now, Tenths::whole(97))]);
        assert!(chart.points[0].y < chart.bands[0].y);
    }

    #[test]
    fn the_curve_goes_from_the_earliest_to_the_latest() {
        let readings = [
            reading(at("2022-03-09T01:00:00Z"), Tenths::whole(91)),
            reading(at("2022-03-06T01:00:00Z"), Tenths::whole(98)),
        ];
        let chart = draw(&axis(), (88, 100), &[], &readings);
        assert!(chart.points[0].x < chart.points[1].x);
        let [first, last] = [0, 1].map(|n: usize| format!("{},{}", chart.points[n].x, chart.points[n].y));
        assert_eq!(chart.line, format!("{first} {last}"));
    }

    #[test]
    fn places_are_written_with_one_decimal_at_most() {
        assert_eq!(Px(12.0).to_string(), "12");
        assert_eq!(Px(12.345).to_string(), "12.3");
    }

    proptest! {
        #[test]
        fn every_point_lies_inside_the_box(
            readings in prop::collection::vec((-400_000_i64..900_000, 0_i32..3_000), 1..40),
            thresholds in prop::collection::vec(0_i32..200, 0..4),
        ) {
            let start = at("2022-03-05T03:00:00Z");
            let readings: Vec<Reading> = readings
                .into_iter()
                .map(|(seconds, tenths)| {
                    reading(start.plus(jiff::SignedDuration::from_secs(seconds)), Tenths::new(tenths))
                })
                .collect();
            let limits: Vec<Limit> =
                thresholds.into_iter().map(|units| limit(AlertLevel::Urgent, Comparison::Gt, units)).collect();
            let chart = draw(&axis(), (40, 130), &limits, &readings);
            for point in &chart.points {
                prop_assert!((0.0..=PLOT_END).contains(&point.x.0) && (0.0..=HEIGHT).contains(&point.y.0));
            }
            for band in &chart.bands {
                prop_assert!(band.y.0 >= 0.0 && band.height.0 >= 0.0 && band.y.0 + band.height.0 <= HEIGHT + 1e-9);
            }
        }
    }
}
