//! The service as a process of its own: `cargo run -p lab-results`.

use std::process::ExitCode;

/// Requests are made and dropped on different threads, where this one takes half the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    shared_web::process::main(lab_results::service())
}
