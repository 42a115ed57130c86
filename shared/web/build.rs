//! Embeds the browser's files anew when they were built anew; the macro alone does not see a file that was added.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
