//! The binary `antam`: the suite in one process, and the operator's commands.

use std::process::ExitCode;

use antam::commands::{self, Command};
use clap::Parser;
use shared_web::process;

/// The COVID-19 suite of a province: check-in, laboratory results, care of confirmed cases.
#[derive(Debug, Parser)]
#[command(name = "antam", version, about)]
struct Antam {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    process::exit_code(commands::run(Antam::parse().command))
}
