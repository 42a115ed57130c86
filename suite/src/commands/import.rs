//! `antam import venues FILE` and `antam import results FILE`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::Value;
use shared_web::config::ServeOptions;

use super::desk::{Desk, query, spinner};
use super::say;

/// What can be taken in from a file.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Register venues (CSV, XLSX); the account becomes their staff
    Venues(Box<VenuesOptions>),
    /// Take in results of laboratories (CSV, XLSX, HL7 v2, FHIR, JSON; told apart by content)
    Results(Box<ResultsOptions>),
}

/// A file, and who takes it in.
#[derive(Debug, Args)]
pub struct Source {
    /// The file
    file: PathBuf,
    /// The account that does it, with its rights; the audit log names it
    #[arg(long = "as", value_name = "ACCOUNT", required = true)]
    account: String,
    /// Judge every row and store nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `antam import venues`.
#[derive(Debug, Args)]
pub struct VenuesOptions {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    serve: ServeOptions,
}

/// Options of `antam import results`.
#[derive(Debug, Args)]
pub struct ResultsOptions {
    #[command(flatten)]
    source: Source,
    /// The laboratory, where neither the file nor the account says it
    #[arg(long, value_name = "CODE")]
    lab: Option<String>,
    #[command(flatten)]
    serve: ServeOptions,
}

pub(super) async fn run(command: ImportCommand) -> anyhow::Result<()> {
    match command {
        ImportCommand::Venues(options) => {
            let VenuesOptions { source, serve } = *options;
            take("/api/v1/checkin/venues/import", None, &source, &serve).await
        }
        ImportCommand::Results(options) => {
            let ResultsOptions { source, lab, serve } = *options;
            take("/api/v1/lab/uploads", lab.as_deref(), &source, &serve).await
        }
    }
}

async fn take(path: &str, lab: Option<&str>, source: &Source, serve: &ServeOptions) -> anyhow::Result<()> {
    let bytes = fs::read(&source.file).with_context(|| format!("{} cannot be read", source.file.display()))?;
    let name = source.file.file_name().and_then(|name| name.to_str()).unwrap_or("file");
    let path = format!("{path}{}", query(&[("dry_run", source.dry_run.then_some("true")), ("lab_code", lab)]));
    let desk = Desk::open(serve, &source.account, "operator.import").await?;
    let spinner = spinner(&format!("{name}: {} bytes", bytes.len()));
    let answer = desk.upload(&path, name, &bytes).await;
    spinner.finish_and_clear();
    desk.close().await?;
    tell(&answer?.json()?, &source.file)
}

/// Says what became of the rows, the bad ones one by one.
fn tell(report: &Value, file: &Path) -> anyhow::Result<()> {
    for row in report["rows"].as_array().into_iter().flatten() {
        for line in row_lines(row) {
            say(&line)?;
        }
    }
    let counts = ["received", "accepted", "duplicate", "amended", "held", "ignored", "rejected"];
    let counts: Vec<String> = counts.iter().map(|name| format!("{name} {}", report[*name])).collect();
    say(&counts.join(", "))?;
    let rejected = report["rejected"].as_u64().unwrap_or_default();
    if rejected > 0 {
        bail!("{rejected} row(s) of {} were not taken; correct them and send the file again", file.display());
    }
    Ok(())
}

/// A line for each fault of a row.
fn row_lines(row: &Value) -> Vec<String> {
    let accession = row["accession"].as_str().map(|text| format!(" ({text})")).unwrap_or_default();
    let status = row["status"].as_str().unwrap_or_default();
    let line = |error: &Value| {
        let (column, detail) =
            (error["column"].as_str().unwrap_or_default(), error["detail"].as_str().unwrap_or_default());
        format!("row {}{accession}: {status}: {column}: {detail}", row["row"])
    };
    row["errors"].as_array().into_iter().flatten().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_row_is_told_with_its_columns_and_a_good_one_is_not() {
        let bad = json!({"row": 3, "accession": "A-1", "status": "rejected", "errors": [
            {"column": "outcome", "code": "outcome", "detail": "One of …"},
            {"column": "loinc", "code": "required", "detail": "Is required"},
        ]});
        assert_eq!(
            row_lines(&bad),
            ["row 3 (A-1): rejected: outcome: One of …", "row 3 (A-1): rejected: loinc: Is required"]
        );
        assert!(row_lines(&json!({"row": 2, "status": "accepted", "errors": []})).is_empty());
    }

    #[test]
    fn rejected_rows_are_an_error_in_the_end() {
        let report = |rejected: u64| json!({"received": 2, "rejected": rejected, "rows": []});
        assert!(tell(&report(0), Path::new("x.csv")).is_ok());
        let error = tell(&report(1), Path::new("x.csv")).unwrap_err().to_string();
        assert!(error.contains("1 row(s) of x.csv"), "{error}");
    }
}
