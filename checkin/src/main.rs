//! The service as a process of its own: `cargo run -p checkin`.

use std::process::ExitCode;

fn main() -> ExitCode {
    shared_web::process::main(checkin::service())
}
