//! What the laboratory service does about the events of the other services.

use async_trait::async_trait;
use shared::event::{CloudEvent, EventData as _};
use shared::events::CaseVoided;
use shared_bus::{Handler, HandlerError};

use crate::App;
use crate::app::undo;

/// The name in inbox, dead letters and consumer groups.
const NAME: &str = "lab-results";

/// Strikes off the list of what is still to undo what others have done.
pub struct Undone(pub App);

#[async_trait]
impl Handler for Undone {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[CaseVoided::TYPE]
    }

    async fn handle(&self, event: &CloudEvent) -> Result<(), HandlerError> {
        let Self(app) = self;
        let now = app.platform.now();
        let mut tx = app.store.write().await?;
        if tx.receive(NAME, event.id, now).await? {
            undo::case_voided(tx.as_mut(), &event.data()?, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
