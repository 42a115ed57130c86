//! What processes have used of the processors, from `/proc`.

use anyhow::{Context, ensure};

/// Seconds of processor that a program and the connections to its database have used so far.
///
/// # Errors
/// When the program is gone or the machine has no `/proc`.
pub fn seconds(program: u32, database_url: Option<&str>) -> anyhow::Result<f64> {
    let mut seconds = of_process(program)?;
    if let Some(url) = database_url {
        seconds += of_database(url)?;
    }
    Ok(seconds)
}

/// Seconds of processor that the open connections of a PostgreSQL database of this machine have used so far.
///
/// # Errors
/// When the address names no database or the machine has no `/proc`.
pub fn of_database(url: &str) -> anyhow::Result<f64> {
    let name = url.split('?').next().and_then(|url| url.rsplit('/').next()).context("a database has a name")?;
    let (mut seconds, mut connections) = (0.0, 0);
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let command = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if command.starts_with("postgres: ") && command.contains(name) {
            // One that has gone meanwhile has nothing to say.
            seconds += of_process(pid).unwrap_or(0.0);
            connections += 1;
        }
    }
    ensure!(connections > 0, "nobody is connected to {name}: the server runs on another machine, or as another user");
    Ok(seconds)
}

/// User and system time of a process, from `/proc` (proc(5), `utime` and `stime`, in hundredths of a second).
///
/// # Errors
/// When the process is gone or the machine has no `/proc`.
pub fn of_process(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit(')').next().context("a state")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / 100.0)
}
