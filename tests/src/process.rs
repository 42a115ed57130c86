//! The program as people run it: real binaries, real ports, killed when the test ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// A running program of the suite.
pub struct Process {
    child: Child,
    /// Its address, such as `http://127.0.0.1:41234`.
    pub url: String,
}

/// A binary of this workspace, built beside the test.
///
/// # Errors
/// When it is not there: `./dev test` builds everything first.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("a program lies in a folder")?;
    // A test lies in target/PROFILE/deps, a program of ours in target/PROFILE.
    let folder = if folder.ends_with("deps") { folder.parent().context("deps lies in a profile")? } else { folder };
    let path = folder.join(name);
    if !path.exists() {
        bail!("{} is missing: run `cargo build --workspace --bins` or ./dev test", path.display());
    }
    Ok(path)
}

impl Process {
    /// Starts a program and waits until it listens.
    ///
    /// # Errors
    /// When it ends or says nothing within a minute.
    pub fn start(program: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::start_with(program, arguments, &[])
    }

    /// The same with more variables in its environment.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn start_with(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut child = Command::new(binary(program)?)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .env("ANTAM_LOG", "error")
            .env("ANTAM_RATE_LIMITS", "off")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("{program} does not start"))?;
        let lines = BufReader::new(child.stdout.take().context("standard output is piped")?);
        let (found, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if let Some(url) = line.strip_prefix("listening on ") {
                    let _ = found.send(url.trim().to_owned());
                }
            }
        });
        match told.recv_timeout(Duration::from_secs(60)) {
            Ok(url) => Ok(Self { child, url }),
            Err(_) => {
                let _ = child.kill();
                bail!("{program} did not say where it listens");
            }
        }
    }

    /// Kills it as a power cut would (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end (SIGTERM) and gives its exit code.
    ///
    /// # Errors
    /// When it does not end within 20 seconds.
    pub fn terminate(&mut self) -> anyhow::Result<Option<i32>> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code());
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        bail!("it did not end within 20 seconds of SIGTERM")
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The embedded suite with the demo accounts and nobody in it, in a directory of its own.
pub struct Embedded {
    /// The program.
    pub process: Process,
    /// Its data.
    pub directory: TempDir,
}

impl Embedded {
    /// Starts it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> anyhow::Result<Self> {
        Self::with_people(0)
    }

    /// Starts it with a demo province of so many people.
    ///
    /// # Errors
    /// When it does not start.
    pub fn with_people(people: u32) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let process = serve(directory.path(), people)?;
        Ok(Self { process, directory })
    }

    /// Starts it again on the same data.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.process = serve(self.directory.path(), 0)?;
        Ok(())
    }
}

fn serve(directory: &Path, people: u32) -> anyhow::Result<Process> {
    let directory = directory.to_str().context("a temporary directory has a plain name")?;
    Process::start("antam", &["serve", "--demo", "--demo-people", &people.to_string(), "--data-dir", directory])
}
