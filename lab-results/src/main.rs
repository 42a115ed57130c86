//! The service as a process of its own: `cargo run -p lab-results`.

fn main() -> anyhow::Result<()> {
    shared_web::process::main(lab_results::service())
}
