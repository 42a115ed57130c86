//! `antam serve`.

use shared_web::config::{Config, ServeOptions};
use shared_web::process;

use super::say;
use crate::{load, services};

pub(super) async fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let mut config: Config = options.resolve()?;
    process::begin(&config);
    let listener = process::bind(&mut config).await?;
    let services = services();
    let prepared = process::prepare(config, &services).await?;
    if prepared.platform.config.demo {
        let people = prepared.platform.config.demo_people;
        load::demo_unless_filled(&prepared.platform, load::SEED, people).await?;
    }
    let running = process::start(prepared, &services).await?;
    if running.platform.config.demo {
        guide(&running.platform.config)?;
    }
    process::serve(running, listener).await
}

/// Where to click, and as whom.
fn guide(config: &Config) -> std::io::Result<()> {
    let url = config.public_url();
    say(&format!(
        "An Tâm, demo province Tiền Giang: {url}\n\
         \n\
         accounts (password: demo)      first\n\
         doctor, doctor2                {url}/board      take an alert; open both to see it change hands\n\
         lab                            {url}/lab        upload results; a positive opens a case on the board\n\
         venue                          {url}/venue      print a poster, open its address on a phone\n\
         officer                        {url}/dashboard  the curve and each district; /exposures traces a case\n\
         nurse (ward 28252)             {url}/station    the station's work of today\n\
         hotline                        {url}/hotline    find a caller by a name without accents\n\
         sampler                        {url}/sampling   register people and label their tubes\n\
         admin                          {url}/operations\n\
         every message that would leave {url}/messages\n\
         the API                        {url}/api/docs"
    ))
}
