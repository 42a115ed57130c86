//! The access table of the whole suite.

use shared_web::access::Row;
use shared_web::config::Config;
use shared_web::process;

/// Every route, as its row says who may call it.
///
/// # Errors
/// When the suite does not start.
pub async fn table() -> anyhow::Result<Vec<Row>> {
    let directory = tempfile::tempdir()?;
    let config = Config { data_dir: directory.path().to_owned(), demo: true, ..Config::default() };
    let services = antam::services();
    let running = process::start(process::prepare(config, &services).await?, &services).await?;
    let rows = running.rows.clone();
    running.stop().await;
    Ok(rows)
}
