//! A real Chromium without a window, driven through ChromeDriver.
//!
//! Each [`Browser`] has its own driver, port and profile, so that tests run side by side and none sees the cookies or
//! the service worker of another. When it is dropped, also by a test that panics, no process of it is left.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver};

/// The environment variable with the path of ChromeDriver; without it, `chromedriver` is looked for on the PATH.
pub const CHROMEDRIVER: &str = "ANTAM_TEST_CHROMEDRIVER";

/// The environment variable with the path of Chromium; without it, ChromeDriver looks for the browser itself.
pub const CHROMIUM: &str = "ANTAM_TEST_CHROMIUM";

/// A phone's screen, in CSS pixels.
pub const PHONE: (u32, u32) = (390, 844);

/// A desktop's screen, in CSS pixels.
pub const DESKTOP: (u32, u32) = (1440, 900);

const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A running browser with one window.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    processes: Processes,
}

impl Browser {
    /// Starts a browser with a [`DESKTOP`] window.
    ///
    /// # Panics
    /// When ChromeDriver or Chromium is missing or does not start: `./dev test` installs both.
    pub async fn start() -> Self {
        Self::with_arguments(&[]).await
    }

    /// Starts a browser with further arguments for Chromium, such as `--use-fake-device-for-media-stream`.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub async fn with_arguments(arguments: &[&str]) -> Self {
        Self::start_in(None, arguments).await
    }

    /// Starts a browser on a profile that outlives it: what it kept there is there for the next one. Dropping the browser is a power
    /// cut, [`close`](Self::close) is closing it.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub async fn on_profile(profile: &Path, arguments: &[&str]) -> Self {
        Self::start_in(Some(profile), arguments).await
    }

    async fn start_in(profile: Option<&Path>, arguments: &[&str]) -> Self {
        match Self::try_start(profile, arguments).await {
            Ok(browser) => browser,
            Err(error) => panic!("no browser for this test (`./dev test` installs one): {error:#}"),
        }
    }

    async fn try_start(profile: Option<&Path>, arguments: &[&str]) -> anyhow::Result<Self> {
        let processes = Processes::start(profile)?;
        let port = processes.port().await?;
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in ARGUMENTS.iter().chain(arguments) {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--window-size={},{}", DESKTOP.0, DESKTOP.1))?;
        capabilities.add_arg(&format!("--user-data-dir={}", processes.profile.display()))?;
        if let Some(path) = std::env::var(CHROMIUM).ok().filter(|path| !path.is_empty()) {
            capabilities.set_binary(&path)?;
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .with_context(|| format!("ChromeDriver said: {}", processes.log()))?;
        Ok(Self { driver, processes })
    }

    /// The session, for everything that WebDriver can do.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Opens `url` and waits until the page is loaded.
    ///
    /// # Errors
    /// When the page cannot be reached.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.driver.goto(url).await?)
    }

    /// Makes the page `(width, height)` CSS pixels large, as [`PHONE`] or [`DESKTOP`]. A window cannot be as narrow as
    /// a phone, so the screen is emulated.
    ///
    /// # Errors
    /// When the browser has gone.
    pub async fn resize(&self, (width, height): (u32, u32)) -> anyhow::Result<()> {
        let metrics = serde_json::json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Writes what the window shows to `path`, as PNG.
    ///
    /// # Errors
    /// When the browser has gone or the file cannot be written.
    pub async fn screenshot(&self, path: &Path) -> anyhow::Result<()> {
        Ok(self.driver.screenshot(path).await?)
    }

    /// Closes the browser as a person does.
    ///
    /// # Errors
    /// When it has gone already.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.driver.clone().quit().await?)
    }

    /// Everything that the browser is running on: the directory with its profile and logs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.processes.directory.path()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The processes end with the field below; without this the session would first ask, and wait for, each of them.
        let _ = self.driver.clone().leak();
    }
}

/// ChromeDriver and what it started, in a directory of their own.
#[derive(Debug)]
struct Processes {
    driver: Child,
    directory: TempDir,
    profile: PathBuf,
}

impl Processes {
    fn start(profile: Option<&Path>) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("antam-browser-").tempdir()?;
        let profile = profile.map_or_else(|| directory.path().join("profile"), Path::to_owned);
        let log = File::create(directory.path().join("chromedriver.log"))?;
        let program = std::env::var(CHROMEDRIVER).ok().filter(|path| !path.is_empty());
        let program = program.unwrap_or_else(|| "chromedriver".to_owned());
        let driver = Command::new(&program)
            // Port 0: the system chooses a free one, and the driver says which.
            .arg("--port=0")
            // Also puts the directory into the command line, by which a driver that was left alone is found.
            .arg(format!("--log-path={}", directory.path().join("driver-warnings.log").display()))
            .env("TMPDIR", directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot run {program}"))?;
        Ok(Self { driver, directory, profile })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("chromedriver.log")).unwrap_or_default()
    }

    async fn port(&self) -> anyhow::Result<u16> {
        for _ in 0..200 {
            if let Some(port) = port_in(&self.log()) {
                return Ok(port);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("ChromeDriver did not say within ten seconds where it listens: {}", self.log())
    }

    /// The processes that were started for this browser: their command line names its directory or its profile.
    fn living(&self) -> Vec<String> {
        let Some(directory) = self.directory.path().to_str() else { return Vec::new() };
        let Some(profile) = self.profile.to_str() else { return Vec::new() };
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let numbers = names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
        let ours = |process: &String| {
            let command_line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            let command_line = String::from_utf8_lossy(&command_line);
            command_line.contains(directory) || command_line.contains(&format!("--user-data-dir={profile}"))
        };
        numbers.filter(ours).collect()
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        // Chromium forks while it starts, so one look can miss a process that is just being born.
        for _ in 0..10 {
            let living = self.living();
            if living.is_empty() {
                break;
            }
            // The shell has `kill` built in; a small system has no program of that name.
            let mut kill = Command::new("sh");
            kill.args(["-c", r#"kill -KILL "$@" 2>/dev/null"#, "kill"]).args(&living);
            let _ = kill.stderr(Stdio::null()).status();
        }
    }
}

/// The port in `ChromeDriver was started successfully on port 40123.`
fn port_in(log: &str) -> Option<u16> {
    let (_, after) = log.rsplit_once("started successfully on port ")?;
    let (port, _) = after.split_once('.')?;
    port.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "data:text/html;charset=utf-8,<title>An Tâm</title><h1>Xin chào</h1>";

    #[test]
    fn the_port_is_read_from_what_chromedriver_says() {
        let log =
            "Starting ChromeDriver 156.0.8078.79 on port 0\nChromeDriver was started successfully on port 40123.\n";
        assert_eq!(port_in(log), Some(40123));
        assert_eq!(port_in("Starting ChromeDriver 156.0.8078.79 on port 0\n"), None);
    }

    #[tokio::test]
    async fn a_page_is_shown_in_the_size_of_a_phone() {
        let browser = Browser::start().await;
        browser.resize(PHONE).await.unwrap();
        browser.open(PAGE).await.unwrap();
        assert_eq!(browser.driver().title().await.unwrap(), "An Tâm");
        let width = browser.driver().execute("return window.innerWidth", []).await.unwrap();
        assert_eq!(width.convert::<u32>().unwrap(), PHONE.0);
        let picture = browser.directory().join("page.png");
        browser.screenshot(&picture).await.unwrap();
        let png = std::fs::read(&picture).unwrap();
        assert_eq!(png[16..24], [0, 0, 1, 134, 0, 0, 3, 76], "390 by 844 pixels");
    }

    #[tokio::test]
    async fn no_process_outlives_its_browser() {
        let browser = Browser::start().await;
        browser.open(PAGE).await.unwrap();
        let directory = browser.directory().to_owned();
        let processes = browser.processes.living();
        assert!(!processes.is_empty());
        drop(browser);
        for process in processes {
            let command_line = std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            assert!(!command_line.contains(directory.to_str().unwrap()), "{command_line}");
        }
        assert!(!directory.exists());
    }
}
