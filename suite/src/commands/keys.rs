//! `antam keys list` and `antam keys purge`.

use std::fs;

use clap::Subcommand;
use shared::time::days;
use shared_web::config::ServeOptions;

use super::{open, say};

/// What can be done with the keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the days whose keys are kept and those whose keys were destroyed
    List(Box<ServeOptions>),
    /// Destroy the keys of days whose retention has ended, as the running server does by itself
    Purge(Box<ServeOptions>),
}

pub(super) async fn run(command: KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::List(options) => list(&options).await,
        KeysCommand::Purge(options) => purge(&options).await,
    }
}

async fn list(options: &ServeOptions) -> anyhow::Result<()> {
    let prepared = open(options).await?;
    let directory = prepared.platform.keys().directory().join("days");
    let mut names: Vec<String> = fs::read_dir(directory)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".key") || name.ends_with(".destroyed"))
        .collect();
    names.sort_unstable();
    for name in names {
        let (day, state) = name.split_once('.').unwrap_or((&name, ""));
        say(&format!("{day}  {}", if state == "key" { "kept" } else { "destroyed" }))?;
    }
    prepared.platform.database.close().await;
    Ok(())
}

async fn purge(options: &ServeOptions) -> anyhow::Result<()> {
    let prepared = open(options).await?;
    let platform = prepared.platform;
    let first_kept = platform.now().minus(days(platform.config.retention_days)).local_date();
    for day in platform.keys().destroy_days_before(first_kept)? {
        say(&format!("{day}  destroyed"))?;
    }
    platform.database.close().await;
    Ok(())
}
