//! The use-cases. Each takes the platform or a transaction, who acts and a command, and appends its events and audit
//! lines itself, in the transaction of its effect.

pub mod batch;
pub mod bench;
pub mod citizen;
pub mod custody;
pub mod decision;
pub mod folded;
pub mod follow;
pub mod held;
pub mod home;
pub mod intake;
pub mod known;
pub mod labels;
pub mod labs;
pub mod lanes;
pub mod ledger;
pub mod list;
pub mod mapping;
pub mod messages;
pub mod mllp;
pub mod naming;
pub mod orders;
pub mod paging;
pub mod pool_files;
pub mod pool_table;
pub mod pools;
pub mod progress;
pub mod raw;
pub mod reader;
pub mod reason;
pub mod record;
pub mod rejudge;
pub mod reread;
pub mod row;
pub mod row_cells;
pub mod sampled;
pub mod sampling;
pub mod sender;
pub mod shares;
pub mod slip;
pub mod specimens;
pub mod tubes;
pub mod undo;
pub(crate) mod unicode;
pub mod upload;
pub mod versions;
pub mod waiting;
pub mod whose;
pub mod workbooks;

use std::sync::Arc;

use shared_web::Platform;
use tokio::sync::Semaphore;

use self::progress::Progress;
use crate::store::{self, LabStore, Together};

/// The name under which the service stands in the audit log.
pub const SERVICE: &str = "lab";

/// What every use-case of the service stands on.
#[derive(Clone)]
pub struct App {
    /// The ground of the process.
    pub platform: Platform,
    /// The laboratory's tables.
    pub store: Arc<dyn LabStore>,
    /// How far the uploads of this process are.
    pub progress: Progress,
    /// How many rows of an upload are stored together.
    pub together: Together,
    /// How many chunks are stored at once, of all uploads: their people are locked one by one, and the server has room for
    /// some thousand locks.
    pub gate: Arc<Semaphore>,
}

/// Chunks at once.
const CHUNKS: usize = 2;

impl App {
    /// The service on a platform.
    #[must_use]
    pub fn new(platform: &Platform) -> Self {
        let store = store::open(&platform.database);
        let together = store.together();
        Self {
            platform: platform.clone(),
            store,
            progress: Progress::default(),
            together,
            gate: Arc::new(Semaphore::new(CHUNKS)),
        }
    }
}
