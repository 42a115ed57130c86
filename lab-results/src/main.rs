//! The service as a process of its own: `cargo run -p lab-results`.

use std::process::ExitCode;

/// The rows of a file are made and dropped on different threads, where the system's takes a quarter of the program's time. It keeps
/// some 20 MiB more at rest, which the one program of a commune has not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    shared_web::process::main(lab_results::service())
}
