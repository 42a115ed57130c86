//! `antam export numbers`, `exposures`, `results` and `cases`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use shared_web::config::ServeOptions;

use super::desk::{Desk, query, spinner};

/// The largest page of a list.
const PAGE: &str = "200";

/// What can be taken out.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// The province's numbers by day and district, nobody's name (CSV)
    Numbers(Box<NumbersOptions>),
    /// Who shared the air with a case (CSV)
    Exposures(Box<ExposuresOptions>),
    /// Results of laboratories, one JSON object a line
    Results(Box<ResultsOptions>),
    /// F0 cases with their last vitals and open alerts, one JSON object a line
    Cases(Box<CasesOptions>),
}

/// Who takes it out, and where to.
#[derive(Debug, Args)]
pub struct Target {
    /// The account that does it, with its rights and area; the audit log names it
    #[arg(long = "as", value_name = "ACCOUNT", required = true)]
    account: String,
    /// The file to write; standard output where it is missing
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Options of `antam export numbers`.
#[derive(Debug, Args)]
pub struct NumbersOptions {
    #[command(flatten)]
    target: Target,
    /// The code of a district; everything of the account's area where it is missing
    #[arg(long)]
    district: Option<String>,
    /// The first day, such as 2022-03-01
    #[arg(long)]
    from: Option<String>,
    /// The last day
    #[arg(long)]
    to: Option<String>,
    #[command(flatten)]
    serve: ServeOptions,
}

/// Options of `antam export exposures`.
#[derive(Debug, Args)]
pub struct ExposuresOptions {
    #[command(flatten)]
    target: Target,
    /// The case
    #[arg(long, value_name = "ID")]
    case: String,
    #[command(flatten)]
    serve: ServeOptions,
}

/// Options of `antam export results`.
#[derive(Debug, Args)]
pub struct ResultsOptions {
    #[command(flatten)]
    target: Target,
    /// From this day or time on
    #[arg(long)]
    from: Option<String>,
    /// Until this day or time
    #[arg(long)]
    to: Option<String>,
    /// Only of this laboratory
    #[arg(long, value_name = "CODE")]
    lab: Option<String>,
    /// Only detected, `not_detected`, inconclusive or invalid
    #[arg(long)]
    outcome: Option<String>,
    #[command(flatten)]
    serve: ServeOptions,
}

/// Options of `antam export cases`.
#[derive(Debug, Args)]
pub struct CasesOptions {
    #[command(flatten)]
    target: Target,
    /// Only open, closed or voided
    #[arg(long)]
    status: Option<String>,
    /// Only of this ward
    #[arg(long, value_name = "CODE")]
    ward: Option<String>,
    #[command(flatten)]
    serve: ServeOptions,
}

/// What is asked for.
enum Wanted {
    /// A file as it is.
    File(String),
    /// A list to its end, from a path and what is asked of it.
    List(&'static str, Vec<(&'static str, Option<String>)>),
}

pub(super) async fn run(command: ExportCommand) -> anyhow::Result<()> {
    let (wanted, target, serve) = match command {
        ExportCommand::Numbers(options) => {
            let NumbersOptions { target, district, from, to, serve } = *options;
            let asked = [("area", district.as_deref()), ("from", from.as_deref()), ("to", to.as_deref())];
            (Wanted::File(format!("/dashboard.csv{}", query(&asked))), target, serve)
        }
        ExportCommand::Exposures(options) => {
            let ExposuresOptions { target, case, serve } = *options;
            let path = format!("/api/v1/checkin/exposures/export.csv{}", query(&[("case_id", Some(&case))]));
            (Wanted::File(path), target, serve)
        }
        ExportCommand::Results(options) => {
            let ResultsOptions { target, from, to, lab, outcome, serve } = *options;
            let asked = vec![("from", from), ("to", to), ("lab_code", lab), ("outcome", outcome)];
            (Wanted::List("/api/v1/lab/results", asked), target, serve)
        }
        ExportCommand::Cases(options) => {
            let CasesOptions { target, status, ward, serve } = *options;
            (Wanted::List("/api/v1/f0/cases", vec![("status", status), ("ward_code", ward)]), target, serve)
        }
    };
    let desk = Desk::open(&serve, &target.account, "operator.export").await?;
    let written = write(&desk, &wanted, target.out.as_ref()).await;
    desk.close().await?;
    written
}

async fn write(desk: &Desk, wanted: &Wanted, out: Option<&PathBuf>) -> anyhow::Result<()> {
    // What is refused leaves no empty file behind.
    let first = match wanted {
        Wanted::File(path) => desk.get(path).await?,
        Wanted::List(path, asked) => desk.get(&page(path, asked, None)).await?,
    };
    let mut out: Box<dyn Write> = match out {
        Some(path) => Box::new(File::create(path).with_context(|| format!("{} cannot be written", path.display()))?),
        None => Box::new(io::stdout().lock()),
    };
    match wanted {
        Wanted::File(_) => out.write_all(&first.body)?,
        Wanted::List(path, asked) => {
            let mut out = BufWriter::new(&mut out);
            let spinner = spinner("records");
            let mut list = first.json()?;
            loop {
                let items = list["items"].as_array().context("a list has items")?;
                for item in items {
                    writeln!(out, "{item}")?;
                }
                spinner.inc(items.len() as u64);
                spinner.set_message(format!("{} records", spinner.position()));
                let Some(cursor) = list["next_cursor"].as_str() else { break };
                list = desk.get(&page(path, asked, Some(cursor))).await?.json()?;
            }
            out.flush()?;
            spinner.finish_and_clear();
        }
    }
    out.flush()?;
    Ok(())
}

/// The address of a page of a list.
fn page(path: &str, asked: &[(&'static str, Option<String>)], cursor: Option<&str>) -> String {
    let mut pairs: Vec<(&str, Option<&str>)> = asked.iter().map(|(name, value)| (*name, value.as_deref())).collect();
    pairs.extend([("limit", Some(PAGE)), ("cursor", cursor)]);
    format!("{path}{}", query(&pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_carries_what_was_asked_and_where_it_begins() {
        let asked = [("status", Some("open".to_owned())), ("ward_code", None)];
        assert_eq!(page("/x", &asked, None), "/x?status=open&limit=200");
        assert_eq!(page("/x", &asked, Some("200")), "/x?status=open&limit=200&cursor=200");
    }
}
