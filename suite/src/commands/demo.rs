//! `antam demo`.

use clap::Args;
use shared_web::config::ServeOptions;

use super::{open, say};
use crate::load;

/// How large the demo province is.
#[derive(Debug, Args)]
pub struct DemoOptions {
    /// How many people
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// The seed; the same seed gives the same province
    #[arg(long, default_value_t = load::SEED)]
    seed: u64,
    #[command(flatten)]
    serve: ServeOptions,
}

pub(super) async fn run(options: &DemoOptions) -> anyhow::Result<()> {
    let prepared = open(&options.serve).await?;
    load::demo(&prepared.platform, options.seed, options.people).await?;
    prepared.platform.database.close().await;
    say(&format!("the demo province has {} people; sign in with `antam serve --demo`", options.people))?;
    Ok(())
}
