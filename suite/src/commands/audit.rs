//! `antam audit verify`.

use anyhow::bail;
use clap::Subcommand;
use shared_web::config::ServeOptions;

use super::{open, say};

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no line was changed, added or removed since it was written
    Verify(Box<ServeOptions>),
}

pub(super) async fn run(command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify(options) = command;
    let prepared = open(&options).await?;
    let platform = prepared.platform;
    let found = shared_store::audit::verify(platform.shared.as_ref(), &platform.keys()).await?;
    platform.database.close().await;
    say(&format!("{} lines chained, {} waiting to be chained", found.chained, found.waiting))?;
    for fault in &found.faults {
        say(&format!("FAULT: {fault}"))?;
    }
    if !found.faults.is_empty() {
        bail!("the audit log has {} fault(s)", found.faults.len());
    }
    say("the audit log is whole")?;
    Ok(())
}
