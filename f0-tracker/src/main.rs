//! The service as a process of its own: `cargo run -p f0-tracker`.

fn main() -> anyhow::Result<()> {
    shared_web::process::main(f0_tracker::service())
}
