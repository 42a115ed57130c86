//! Memory at rest with the demo data, and start to ready on existing data.

use std::time::{Duration, Instant};

use tests::client::Client;
use tests::process::Embedded;

use crate::memory::mebibytes;
use crate::report::Report;

/// Measures both.
///
/// # Errors
/// When the suite does not start.
pub async fn run(report: &mut Report) -> anyhow::Result<()> {
    let mut suite = Embedded::with_people(2_000)?;
    suite.process.terminate()?;
    let begun = Instant::now();
    suite.restart()?;
    Client::new(&suite.process.url).get("/readyz").await?.expect(200)?;
    let ready = begun.elapsed().as_secs_f64() * 1_000.0;
    report.add("start to ready on existing demo data", ready, 1_000.0, "ms")?;
    let doctor = Client::signed_in(&suite.process.url, "doctor").await?;
    doctor.get("/api/v1/f0/cases").await?.expect(200)?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    report.add("idle memory of the embedded suite, demo data", mebibytes(suite.process.id(), "VmRSS")?, 60.0, "MiB")
}
