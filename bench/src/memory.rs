//! The memory of a process, from `/proc`.

use anyhow::Context;

/// A line of `/proc/PID/status` in MiB, such as `VmRSS` (now) or `VmHWM` (the most so far).
///
/// # Errors
/// When the process is gone or the machine has no `/proc`.
pub fn mebibytes(process: u32, line: &str) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let value = text.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':')).context("no such line")?;
    let kibibytes: f64 = value.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kibibytes / 1024.0)
}
