//! A table on standard output, and the same as an SVG.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::bail;

/// One measure beside its limit.
struct Measure {
    what: String,
    value: f64,
    limit: Limit,
    unit: &'static str,
}

/// What a measure may be.
#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Measure {
    /// The part of the limit that is used: over one is over the limit.
    fn used(&self) -> f64 {
        match self.limit {
            Limit::AtMost(limit) => self.value / limit,
            Limit::AtLeast(limit) => limit / self.value,
        }
    }
}

/// All measures of a run.
#[derive(Default)]
pub struct Report(Vec<Measure>);

impl Report {
    /// Adds a measure that is better the smaller it is, and prints it at once.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn add(&mut self, what: impl Into<String>, value: f64, limit: f64, unit: &'static str) -> anyhow::Result<()> {
        self.put(Measure { what: what.into(), value, limit: Limit::AtMost(limit), unit })
    }

    /// Adds a measure that is better the larger it is, and prints it at once.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn at_least(
        &mut self,
        what: impl Into<String>,
        value: f64,
        limit: f64,
        unit: &'static str,
    ) -> anyhow::Result<()> {
        self.put(Measure { what: what.into(), value, limit: Limit::AtLeast(limit), unit })
    }

    fn put(&mut self, measure: Measure) -> anyhow::Result<()> {
        let word = if measure.used() <= 1.0 { "ok" } else { "MISSED" };
        let (sign, limit) = match measure.limit {
            Limit::AtMost(limit) => ("at most", limit),
            Limit::AtLeast(limit) => ("at least", limit),
        };
        let Measure { what, value, unit, .. } = &measure;
        let line = format!("{what:<72} {value:>10.2} {unit:<4} {sign:>8} {limit:>8}  {word}");
        writeln!(std::io::stdout().lock(), "{line}")?;
        self.0.push(measure);
        Ok(())
    }

    /// Adds a line that has no limit.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn note(&self, text: &str) -> anyhow::Result<()> {
        Ok(writeln!(std::io::stdout().lock(), "    {text}")?)
    }

    /// Draws the picture; fails when a limit was broken.
    ///
    /// # Errors
    /// When the picture cannot be written, or a measure lies over its limit.
    pub fn finish(self) -> anyhow::Result<()> {
        let path = Path::new("target").join("bench.svg");
        std::fs::write(&path, self.svg())?;
        writeln!(std::io::stdout().lock(), "drawn in {}", path.display())?;
        // A measure that is no number is missed as well.
        let missed = self.0.iter().filter(|measure| measure.used() > 1.0 || measure.used().is_nan()).count();
        if missed > 0 {
            bail!("{missed} measure(s) miss their limit");
        }
        Ok(())
    }

    /// Bars as parts of their limits: the line at the right is the limit.
    fn svg(&self) -> String {
        let height = 40 + 44 * self.0.len();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {height}\" font-family=\"sans-serif\" font-size=\"13\">\
             <rect width=\"760\" height=\"{height}\" fill=\"#fff\"/><line x1=\"640\" y1=\"16\" x2=\"640\" y2=\"{}\" stroke=\"#b00\"/>\
             <text x=\"640\" y=\"12\" text-anchor=\"middle\" fill=\"#b00\">limit</text>",
            height - 12,
        );
        for (i, measure) in self.0.iter().enumerate() {
            let y = 24 + 44 * i;
            let width = (measure.used() * 620.0).min(720.0);
            let _ = write!(
                svg,
                "<text x=\"20\" y=\"{}\">{}: {:.2} {}</text>\
                 <rect x=\"20\" y=\"{}\" width=\"{width:.0}\" height=\"14\" fill=\"#0b6e75\"/>",
                y + 10,
                measure.what,
                measure.value,
                measure.unit,
                y + 15,
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// The value below which `part` of all values lie (nearest rank).
#[must_use]
pub fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (part * values.len() as f64).ceil() as usize;
    values.get(rank.clamp(1, values.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
}
