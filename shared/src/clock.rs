//! The clock as a parameter.

use crate::time::Instant;

/// Tells what time it is. The only implementation that asks the machine is `shared_store::runtime::SystemClock`.
pub trait Clock: Send + Sync {
    /// The present instant, cut to microseconds.
    fn now(&self) -> Instant;
}
