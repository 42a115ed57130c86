//! The service as a process of its own: `cargo run -p checkin`.

use std::process::ExitCode;

/// Requests are made and dropped on different threads, where this one takes half the time of the system's. It keeps some
/// 20 MiB more at rest, which the one program of a commune has not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    shared_web::process::main(checkin::service())
}
