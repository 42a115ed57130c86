//! The benchmarks, each beside its limit: `./dev bench [SUBJECT…]`.
//!
//! They run the real programs; PostgreSQL and Redis come from the servers that `./dev bench` starts. A measure is printed
//! with its limit and drawn in `target/bench.svg`.

mod aside;
mod columns;
mod cpu;
mod doors;
mod exposures;
mod f0;
mod idle;
mod lab;
mod line;
mod load;
mod memory;
mod posters;
mod report;
mod town;
mod upload;
mod venues;

use clap::{Parser, ValueEnum};

use crate::exposures::Size;
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
    /// Check-in: doors, crowd, posters and venues.
    Checkin,
    /// Durable check-ins against other ways of storing them.
    Doors,
    /// Matching among 20 million visits, and how it grows from 2 million.
    Crowd,
    /// Posters in each format.
    Posters,
    /// A file of 10,000 places, and their posters.
    Venues,
    /// The laboratory: messages, files against COPY, boards, positives during an upload.
    Lab,
    /// Of the laboratory only the files, and only on PostgreSQL.
    Files,
    /// F0 care: rules, reports, board and work lists over many open cases.
    F0,
}

/// The benchmarks of An Tâm, each beside its limit.
#[derive(Debug, Parser)]
struct Options {
    /// Only these; where none is named all but the crowd, which takes a quarter of an hour to fill
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
    /// Visits stored for the crowd
    #[arg(long, default_value_t = 20_000_000)]
    crowd: usize,
    /// How often each of the twenty cases is looked for
    #[arg(long, default_value_t = 10)]
    finds: usize,
    /// Rows of the uploaded file
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Rounds at the doors, and seconds of each way in a round
    #[arg(long, num_args = 2, default_values_t = [3, 4])]
    rounds: Vec<u32>,
    /// HL7 messages read
    #[arg(long, default_value_t = 100_000)]
    messages: usize,
    /// Open cases stored for F0 care
    #[arg(long, default_value_t = 200_000)]
    cases: usize,
}

impl Options {
    fn wants(&self, subject: Subject) -> bool {
        let part_of_checkin = matches!(subject, Subject::Doors | Subject::Crowd | Subject::Posters | Subject::Venues);
        match self.subjects.as_slice() {
            [] => !matches!(subject, Subject::Crowd | Subject::Files),
            named => named.contains(&subject) || part_of_checkin && named.contains(&Subject::Checkin),
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let wanted = |subject| options.wants(subject);
    let mut report = Report::default();
    if wanted(Subject::Idle) {
        idle::run(&mut report).await?;
    }
    if wanted(Subject::Line) {
        line::run(&mut report, options.rate, options.seconds).await?;
    }
    if wanted(Subject::Exposures) {
        let visits = options.visits;
        let (rounds, find) = (options.finds, Some(100.0));
        let size = Size { people: 20_000, places: 1_000, first: visits, visits, rounds, find, whole: true };
        exposures::run(&mut report, size).await?;
    }
    if wanted(Subject::Upload) {
        upload::run(&mut report, options.rows).await?;
    }
    if wanted(Subject::Posters) {
        posters::run(&mut report)?;
    }
    if wanted(Subject::Venues) {
        venues::run(&mut report).await?;
    }
    if wanted(Subject::Doors) {
        doors::run(&mut report, options.rounds[0], options.rounds[1].into()).await?;
    }
    if wanted(Subject::Crowd) {
        let visits = options.crowd;
        let (rounds, find) = (options.finds, Some(50.0));
        let size = Size { people: 400_000, places: 2_500, first: visits / 10, visits, rounds, find, whole: false };
        exposures::run(&mut report, size).await?;
    }
    if wanted(Subject::Lab) {
        lab::run(&mut report, options.rows, options.messages).await?;
    }
    if wanted(Subject::Files) {
        lab::files_alone(&mut report, options.rows).await?;
    }
    if wanted(Subject::F0) {
        f0::run(&mut report, f0::Size { cases: options.cases, seconds: options.seconds }).await?;
    }
    report.finish()
}
