//! The operator's commands.

mod audit;
mod demo;
mod desk;
mod export;
mod import;
mod keys;
mod serve;
mod user;

use clap::Subcommand;
use shared_web::config::{Config, ServeOptions};
use shared_web::process::{self, Prepared};

use crate::services;

/// What `antam` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the suite
    Serve(Box<ServeOptions>),
    /// Bring the database's tables up to date
    Migrate(Box<ServeOptions>),
    /// Fill the database with the synthetic demo province
    Demo(Box<demo::DemoOptions>),
    /// Take in what a file brings: venues, results of laboratories
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Take out what others ask for: numbers, exposures, results, cases
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Look after the keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look after the accounts
    #[command(subcommand)]
    User(user::UserCommand),
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot do what it was asked; the message says why.
pub fn run(command: Command) -> anyhow::Result<()> {
    let runtime = process::runtime()?;
    match command {
        Command::Serve(options) => runtime.block_on(serve::run(&options)),
        Command::Migrate(options) => runtime.block_on(migrate(&options)),
        Command::Demo(options) => runtime.block_on(demo::run(&options)),
        Command::Import(command) => runtime.block_on(import::run(command)),
        Command::Export(command) => runtime.block_on(export::run(command)),
        Command::Audit(command) => runtime.block_on(audit::run(command)),
        Command::Keys(command) => runtime.block_on(keys::run(command)),
        Command::User(command) => runtime.block_on(user::run(command)),
    }
}

async fn open(options: &ServeOptions) -> anyhow::Result<Prepared> {
    let config: Config = options.resolve()?;
    process::begin(&config);
    process::prepare(config, &services()).await
}

async fn migrate(options: &ServeOptions) -> anyhow::Result<()> {
    let prepared = open(options).await?;
    say("the tables are up to date")?;
    prepared.platform.database.close().await;
    Ok(())
}

/// A line for the operator on standard output.
fn say(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout().lock(), "{text}")
}
