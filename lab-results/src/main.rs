//! The service as a process of its own: `cargo run -p lab-results`.

use std::process::ExitCode;

fn main() -> ExitCode {
    shared_web::process::main(lab_results::service())
}
