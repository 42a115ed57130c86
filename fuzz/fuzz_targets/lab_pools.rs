//! Any bytes as a map of pools and as an analyser's table: rows or one refusal, never a panic.

#![no_main]

use lab_results::app::{pool_files, pool_table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let now = "2022-03-10T01:00:00Z".parse().expect("an instant");
    let Ok(table) = pool_table::read_bytes(bytes) else { return };
    if let Ok(pools) = pool_files::pools_of(&table) {
        assert!(pools.iter().all(|(pool, members)| !pool.is_empty() && !members.is_empty()));
    }
    if let Ok(runs) = pool_files::runs(&table, now) {
        assert!(runs.iter().all(|run| !run.code.is_empty()));
    }
});
