//! What this service does with the events of others.

use async_trait::async_trait;
use shared::event::{CloudEvent, EventData};
use shared::events::{ExposureFound, PersonMerged, ResultAmended, ResultReported};
use shared_bus::{Handler, HandlerError};

use crate::App;
use crate::app::work::Work;
use crate::app::{exposures, merge, results};

/// The name in inbox, dead letters and consumer groups.
const NAME: &str = "f0";

/// Listens to results, exposures and joined people.
pub struct F0Handler {
    app: App,
}

impl F0Handler {
    /// A listener.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn effect(&self, work: &mut Work, event: &CloudEvent) -> Result<(), HandlerError> {
        match event.kind.as_str() {
            ResultReported::TYPE => results::reported(work, &event.data()?).await?,
            ResultAmended::TYPE => results::amended(work, &event.data()?).await?,
            PersonMerged::TYPE => merge::merged(work, &event.data()?).await?,
            ExposureFound::TYPE => {
                let found: ExposureFound = event.data()?;
                if !exposures::found(work, &found).await? {
                    return Err(HandlerError::Refused(format!("there is no case {}", found.case_id)));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[async_trait]
impl Handler for F0Handler {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[ResultReported::TYPE, ResultAmended::TYPE, ExposureFound::TYPE, PersonMerged::TYPE]
    }

    async fn handle(&self, event: &CloudEvent) -> Result<(), HandlerError> {
        let mut work = Work::for_system(&self.app).await?;
        if !work.tx.receive(NAME, event.id, work.now).await? {
            return Ok(());
        }
        self.effect(&mut work, event).await?;
        Ok(work.commit().await?)
    }
}
