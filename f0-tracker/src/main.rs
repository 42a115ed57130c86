//! The service as a process of its own: `cargo run -p f0-tracker`.

use std::process::ExitCode;

fn main() -> ExitCode {
    shared_web::process::main(f0_tracker::service())
}
