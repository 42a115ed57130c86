//! The benchmarks, each beside its limit: `./dev bench [line|exposures|idle|upload]`.
//!
//! They run the real programs; PostgreSQL and Redis come from the servers that `./dev bench` starts. A measure is printed
//! with its limit and drawn in `target/bench.svg`.

mod exposures;
mod idle;
mod line;
mod memory;
mod report;
mod upload;

use clap::{Parser, ValueEnum};

use crate::report::Report;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// From the 200 of a positive result to `case.opened` on an open stream.
    Line,
    /// Matching a case with 20 visits among a million.
    Exposures,
    /// Memory at rest, and start to ready.
    Idle,
    /// An upload of 100,000 rows.
    Upload,
}

/// The benchmarks of An Tâm, each beside its limit.
#[derive(Debug, Parser)]
struct Options {
    /// Only these; all where none is named
    subjects: Vec<Subject>,
    /// Results a second on the line
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// Seconds that the line runs
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// Visits stored for the exposures
    #[arg(long, default_value_t = 1_000_000)]
    visits: usize,
    /// Rows of the uploaded file
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let wanted = |subject| options.subjects.is_empty() || options.subjects.contains(&subject);
    let mut report = Report::default();
    if wanted(Subject::Idle) {
        idle::run(&mut report).await?;
    }
    if wanted(Subject::Line) {
        line::run(&mut report, options.rate, options.seconds).await?;
    }
    if wanted(Subject::Exposures) {
        exposures::run(&mut report, options.visits).await?;
    }
    if wanted(Subject::Upload) {
        upload::run(&mut report, options.rows).await?;
    }
    report.finish()
}
