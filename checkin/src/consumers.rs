//! What check-in does about the events of the other services.

use async_trait::async_trait;
use shared::event::{CloudEvent, EventData as _};
use shared::events::{CaseClosed, CaseOpened, CaseUpdated, CaseVoided, PersonMerged, ResultAmended, ResultReported};
use shared_bus::{Handler, HandlerError};

use crate::App;
use crate::app::{cases, proofs};

/// The name in inbox, dead letters and consumer groups.
const NAME: &str = "checkin";

/// Finds the contacts of cases that open or change, withdraws those of cases that were none, and matches again when two records
/// turn out to be one person. Of results it keeps what a door may ask for, which is that somebody tested negative.
pub struct Cases(pub App);

#[async_trait]
impl Handler for Cases {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[
            CaseOpened::TYPE,
            CaseUpdated::TYPE,
            CaseClosed::TYPE,
            CaseVoided::TYPE,
            PersonMerged::TYPE,
            ResultReported::TYPE,
            ResultAmended::TYPE,
        ]
    }

    async fn handle(&self, event: &CloudEvent) -> Result<(), HandlerError> {
        let Self(app) = self;
        let now = app.platform.now();
        let mut tx = app.store.write().await?;
        if !tx.receive(NAME, event.id, now).await? {
            return Ok(());
        }
        match event.kind.as_str() {
            CaseOpened::TYPE => {
                cases::opened(app, tx.as_mut(), &event.data()?, now).await?;
            }
            CaseUpdated::TYPE => {
                cases::opened(app, tx.as_mut(), &event.data::<CaseUpdated>()?.case, now).await?;
            }
            CaseClosed::TYPE => cases::closed(app, tx.as_mut(), &event.data()?, now).await?,
            ResultReported::TYPE => proofs::reported(app, tx.as_mut(), &event.data()?).await?,
            ResultAmended::TYPE => proofs::amended(app, tx.as_mut(), &event.data()?).await?,
            CaseVoided::TYPE => cases::voided(app, tx.as_mut(), &event.data()?, now).await?,
            _ => cases::merged(app, tx.as_mut(), &event.data()?, now).await?,
        }
        tx.commit().await?;
        Ok(())
    }
}
