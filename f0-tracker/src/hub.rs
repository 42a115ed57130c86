//! The live feed of a process: one reader of the table for all open streams.
//!
//! Numbers become visible in order, so whoever has read up to `n` misses nothing by asking for what follows `n`. A
//! stream reads the table first and the broadcast afterwards; where the broadcast leaves a gap, it reads the table
//! again.

use std::sync::Arc;
use std::time::Duration;

use async_stream::stream;
use futures::Stream;
use shared_store::StoreError;
use shared_store::wake::Topic;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::App;
use crate::store::{F0Store, FeedEntry};

/// How many lines a slow stream may lag behind before it reads the table again.
const CAPACITY: usize = 1_024;
/// How many lines are read at once.
const BATCH: i64 = 500;
/// How often the table is read for what other processes wrote.
const EVERY: Duration = Duration::from_millis(300);

/// Brings new lines of the feed to the open streams of this process.
#[derive(Debug, Clone)]
pub struct Hub {
    lines: broadcast::Sender<Arc<FeedEntry>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { lines: broadcast::Sender::new(CAPACITY) }
    }
}

impl Hub {
    /// Every line after `seq`, for as long as somebody reads.
    pub fn follow(&self, store: Arc<dyn F0Store>, seq: i64) -> impl Stream<Item = Arc<FeedEntry>> + Send + use<> {
        let mut lines = self.lines.subscribe();
        let mut last = seq;
        stream! {
            loop {
                match after(&store, last).await {
                    Ok(batch) if batch.is_empty() => {}
                    Ok(batch) => {
                        for entry in batch {
                            last = entry.seq;
                            yield Arc::new(entry);
                        }
                        continue;
                    }
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "a stream could not read the feed");
                        return;
                    }
                }
                loop {
                    match lines.recv().await {
                        Ok(entry) if entry.seq <= last => {}
                        Ok(entry) if entry.seq == last + 1 => {
                            last = entry.seq;
                            yield entry;
                        }
                        Ok(_) | Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return,
                    }
                }
            }
        }
    }
}

async fn after(store: &Arc<dyn F0Store>, seq: i64) -> Result<Vec<FeedEntry>, StoreError> {
    store.read().await?.feed_after(seq, BATCH).await
}

/// Reads the feed until the platform is told to stop.
pub async fn run(app: App) {
    let stop = app.platform.stop.clone();
    let mut nudged = app.platform.wake().subscribe(Topic::Feed);
    let mut last = None;
    while !stop.is_cancelled() {
        if let Err(error) = bring(&app, &mut last).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the feed could not be read; it will be tried again"
            );
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(EVERY, nudged.changed()) => {}
        }
    }
}

/// Brings what came since `last`. The first time it begins with the last line that is there: a stream that opened
/// earlier and has not seen it learns that it must read the table.
async fn bring(app: &App, last: &mut Option<i64>) -> Result<(), StoreError> {
    let mut from = match *last {
        Some(seq) => seq,
        None => app.store.read().await?.feed_head().await?.saturating_sub(1).max(0),
    };
    loop {
        let batch = after(&app.store, from).await?;
        if batch.is_empty() {
            *last = Some(from);
            return Ok(());
        }
        for entry in batch {
            from = entry.seq;
            // An error says that nobody listens.
            let _ = app.hub.lines.send(Arc::new(entry));
        }
        *last = Some(from);
    }
}
