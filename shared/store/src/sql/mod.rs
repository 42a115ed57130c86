//! The shared SQL, written once and compiled for each engine (see the crate's documentation).

mod audit;
mod cards;
mod events;
mod identity;
mod messages;
mod migrate;
mod people;
mod places;
mod reading;
mod resembling;
mod reviews;
mod second_factors;
mod timers;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use shared::time::Instant;

use super::{Conn, Db, Engine, dialect};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::migrate::Migrations;
use crate::pace::Turn;
use crate::port::{SharedRead, SharedStore, SharedWrite};
use crate::wake::{Pending, Topic, Wake};

/// One open transaction. Dropped without a commit, nothing of it is kept.
pub struct Tx {
    inner: sqlx::Transaction<'static, Db>,
    keys: Arc<Keys>,
    wake: Wake,
    pending: Pending,
    /// Where it writes beside others: given back when it ends.
    _turn: Turn,
}

impl Tx {
    /// The connection of the transaction.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.inner
    }

    /// The key store.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// Tells those who wait for `topic` when this transaction commits.
    pub fn nudge(&mut self, topic: Topic) {
        self.pending.add(topic);
    }

    /// Holds off other transactions that take the same number, until this one ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock(&mut self, number: i64) -> Result<(), StoreError> {
        dialect::lock(&mut self.inner, number).await
    }
}

impl Engine {
    /// Begins a transaction that only reads.
    ///
    /// # Errors
    /// When the database fails or all connections are busy for too long.
    pub async fn begin_read(&self) -> Result<Tx, StoreError> {
        let inner = dialect::begin(self.read_pool(), dialect::BEGIN_READ).await?;
        Ok(self.tx(inner, Turn::default()))
    }

    /// Begins a transaction that may write, when it is its turn at the pace of this task. Whoever has one open must not begin
    /// another.
    ///
    /// # Errors
    /// When the database fails or all connections are busy for too long.
    pub async fn begin_write(&self) -> Result<Tx, StoreError> {
        let turn = self.turns.take().await?;
        let inner = dialect::begin(self.write_pool(), dialect::BEGIN_WRITE).await?;
        Ok(self.tx(inner, turn))
    }

    fn tx(&self, inner: sqlx::Transaction<'static, Db>, turn: Turn) -> Tx {
        let (keys, wake) = (Arc::clone(&self.keys), self.wake.clone());
        Tx { inner, keys, wake, pending: Pending::default(), _turn: turn }
    }

    /// The key store.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// Who is told of commits.
    #[must_use]
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Brings the tables of a service up to date.
    ///
    /// # Errors
    /// When an applied migration was edited, the database is newer than the program, or a statement fails.
    pub async fn migrate(&self, migrations: &Migrations, now: Instant) -> Result<Vec<&'static str>, StoreError> {
        migrate::run(self.write_pool(), migrations, now).await
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.read_pool().close().await;
        self.write_pool().close().await;
    }
}

#[async_trait]
impl SharedStore for Engine {
    async fn read(&self) -> Result<Box<dyn SharedRead>, StoreError> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn SharedWrite>, StoreError> {
        Ok(Box::new(self.begin_write().await?))
    }
}
