//! `antam user add`, `antam user list` and `antam user second-factor-off`.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use shared::access::{Account, AreaScope, Role};
use shared::area;
use shared::ids::AccountId;
use shared::time::Date;
use shared_store::audit::{Actor, AuditEntry};
use shared_store::people::StoredAccount;
use shared_web::auth::password;
use shared_web::config::ServeOptions;

use super::{open, say};

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create an account, or replace the one with this name; the password is read from standard input
    Add(Box<AddOptions>),
    /// List the accounts
    List(Box<ServeOptions>),
    /// Turn the second factor of an account off, for somebody who lost the phone; ends its sessions
    SecondFactorOff(Box<FactorOptions>),
}

/// A new account.
#[derive(Debug, Args)]
pub struct AddOptions {
    /// The name to sign in with
    username: String,
    /// The name that people see
    #[arg(long)]
    name: String,
    /// What it may do: admin, officer, doctor, nurse, lab, sampler, venue, hotline, gateway
    #[arg(long, required = true, value_delimiter = ',')]
    roles: Vec<Role>,
    /// Where: the code of the province (2 digits), district (3) or ward (5)
    #[arg(long)]
    area: String,
    /// The code of its laboratory
    #[arg(long)]
    lab: Option<String>,
    #[command(flatten)]
    serve: ServeOptions,
}

/// Whose second factor.
#[derive(Debug, Args)]
pub struct FactorOptions {
    /// The name that the account signs in with
    username: String,
    #[command(flatten)]
    serve: ServeOptions,
}

pub(super) async fn run(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(options) => add(*options).await,
        UserCommand::List(options) => list(&options).await,
        UserCommand::SecondFactorOff(options) => second_factor_off(&options).await,
    }
}

fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        say("Password (at least 10 characters, it will be shown):")?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.chars().count() < 10 {
        bail!("the password must have at least 10 characters");
    }
    Ok(password)
}

/// The day from which on the provinces and wards of 2025 are in force.
const MERGED: Date = Date::constant(2025, 7, 1);

/// Whether there is such a unit on a day.
fn exists(scope: &AreaScope, on: Date) -> bool {
    match scope {
        AreaScope::Province(code) => area::province(code, on).is_some(),
        AreaScope::District(code) => area::district(code, on).is_some(),
        AreaScope::Ward(code) => area::ward_any(code).is_some(),
    }
}

async fn add(options: AddOptions) -> anyhow::Result<()> {
    let no_area =
        || format!("--area {} is no code of a province (2 digits), a district (3) or a ward (5)", options.area);
    // A unit of 2022 stays a duty after it was merged into another in 2025.
    let of_either_map = |scope: &AreaScope| [area::FIRST_DAY, MERGED].into_iter().any(|on| exists(scope, on));
    let scope = AreaScope::from_code(&options.area).filter(of_either_map).with_context(no_area)?;
    if options.roles.contains(&Role::Lab) && options.lab.is_none() {
        bail!("--lab must say the code of the laboratory that an account with the role lab belongs to");
    }
    let password = read_password()?;
    let prepared = open(&options.serve).await?;
    let platform = prepared.platform;
    let now = platform.now();
    let mut random = platform.random();
    let account = Account {
        id: AccountId::new(now, &mut random),
        username: options.username,
        display_name: options.name,
        roles: options.roles,
        area: scope,
        lab_code: options.lab,
    };
    let entry = AuditEntry {
        service: "operator",
        actor: Actor::System,
        action: "account.put",
        subject: Some(format!("account:{}", account.id)),
        detail: json!({"username": account.username, "roles": account.roles, "area": account.area.code()}),
        request_id: None,
    };
    let password_hash = password::hash(&password, &mut random);
    let mut tx = platform.shared.write().await?;
    // Who has a new password, other roles or another area signs in anew: an old session knows nothing of it.
    tx.end_sessions(&account.username, now).await?;
    tx.put_account(&StoredAccount { account, password_hash, active: true }, now).await?;
    tx.audit(&entry, now, &mut random).await?;
    tx.commit().await?;
    platform.database.close().await;
    say("the account is ready")?;
    Ok(())
}

async fn second_factor_off(options: &FactorOptions) -> anyhow::Result<()> {
    let platform = open(&options.serve).await?.platform;
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    let stored = tx.account_by_username(&options.username).await?;
    let account = stored.with_context(|| format!("there is no account {}", options.username))?.account;
    let had_one = tx.remove_second_factor(account.id).await?;
    if had_one {
        tx.end_sessions(&account.username, now).await?;
        let entry = AuditEntry {
            service: "operator",
            actor: Actor::System,
            action: "second_factor.off",
            subject: Some(format!("account:{}", account.id)),
            detail: json!({"username": account.username}),
            request_id: None,
        };
        tx.audit(&entry, now, &mut platform.random()).await?;
    }
    tx.commit().await?;
    platform.database.close().await;
    say(if had_one { "the account signs in with its password alone" } else { "the account has no second factor" })?;
    Ok(())
}

async fn list(options: &ServeOptions) -> anyhow::Result<()> {
    let prepared = open(options).await?;
    for stored in prepared.platform.shared.read().await?.accounts().await? {
        let roles: Vec<&str> = stored.account.roles.iter().map(|role| role.code()).collect();
        let state = if stored.active { "" } else { "  (inactive)" };
        let Account { username, display_name, area, .. } = &stored.account;
        say(&format!("{username:<16} {:<24} {:<6} {display_name}{state}", roles.join(","), area.code()))?;
    }
    prepared.platform.database.close().await;
    Ok(())
}
