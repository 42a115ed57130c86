//! The service as a process of its own: `cargo run -p checkin`.

fn main() -> anyhow::Result<()> {
    shared_web::process::main(checkin::service())
}
