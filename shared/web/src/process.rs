//! A process from its options to its end: opens database, keys and bus, mounts the services, runs what runs beside the requests.

use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use shared::clock::Clock;
use shared_bus::delivery::Delivery;
use shared_bus::in_process::InProcessBus;
use shared_bus::redis_streams::RedisBus;
use shared_bus::relay::Relay;
use shared_bus::{Bus, Handler, Handlers};
use shared_notify::{Notifier, NotifyOptions, Sender};
use shared_store::keys::Keys;
use shared_store::migrate::Migrations;
use shared_store::runtime::{SharedRandom, SystemClock, spawn, system_random};
use shared_store::wake::{Topic, Wake};
use shared_store::{Database, DatabaseOptions};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::access::Row;
use crate::config::{self, Config, ServeOptions};
use crate::housekeeping;
use crate::platform::Platform;
use crate::server::{self, Mounted};
use crate::telemetry;

/// Something that runs beside the requests until the platform is told to stop.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A service that a process may serve.
#[derive(Clone, Copy)]
pub struct Service {
    /// Which.
    pub code: config::Service,
    /// Its tables.
    pub migrations: &'static Migrations,
    /// Makes it on a platform.
    pub build: fn(&Platform) -> Built,
}

/// What a service brings to the process.
pub struct Built {
    /// Its routes.
    pub mounted: Mounted,
    /// Those who listen to events.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// What runs beside the requests.
    pub tasks: Vec<Task>,
}

/// The bus of the process, before anybody listens.
enum Wire {
    InProcess(Arc<InProcessBus>),
    Redis(Arc<RedisBus>),
}

/// An open platform that does not serve yet.
pub struct Prepared {
    /// The ground.
    pub platform: Platform,
    wire: Wire,
}

/// Opens database, keys and bus, and brings the tables up to date.
///
/// # Errors
/// When one of them cannot be opened; the message says which.
pub async fn prepare(config: Config, services: &[Service]) -> anyhow::Result<Prepared> {
    prepare_with(config, services, Arc::new(SystemClock), SharedRandom::new(system_random())).await
}

/// The same with a clock and randomness of the caller's choice.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_with(
    config: Config,
    services: &[Service],
    clock: Arc<dyn Clock>,
    random: SharedRandom,
) -> anyhow::Result<Prepared> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("the data directory {} cannot be made", config.data_dir.display()))?;
    let keys_dir = config.keys_dir();
    let keys = Keys::open(&keys_dir, &mut random.clone())
        .with_context(|| format!("the key store {} cannot be opened", keys_dir.display()))?;
    let wake = Wake::default();
    let options = DatabaseOptions { url: config.database_url(), connections: config.database_connections };
    let database = Database::open(&options, keys, wake).await.context("the database cannot be opened")?;
    migrate(&database, services, clock.as_ref()).await?;
    let delivery = Delivery::new(database.shared(), Arc::clone(&clock));
    let (wire, bus): (Wire, Arc<dyn Bus>) = match &config.redis_url {
        None => {
            let bus = Arc::new(InProcessBus::new(delivery));
            (Wire::InProcess(Arc::clone(&bus)), bus)
        }
        Some(url) => {
            let bus = RedisBus::connect(url, &config.redis_prefix).await.context("Redis cannot be reached")?;
            let bus = Arc::new(bus);
            (Wire::Redis(Arc::clone(&bus)), bus)
        }
    };
    let stop = CancellationToken::new();
    let platform = Platform::new(Arc::new(config), database, bus, clock, random, stop);
    Ok(Prepared { platform, wire })
}

/// Brings the shared tables and those of the services up to date.
///
/// # Errors
/// When a migration fails or was edited after it was applied.
pub async fn migrate(database: &Database, services: &[Service], clock: &dyn Clock) -> anyhow::Result<Vec<String>> {
    let mut applied = Vec::new();
    let all = std::iter::once(&shared_store::MIGRATIONS).chain(services.iter().map(|service| service.migrations));
    for migrations in all {
        let fresh = database
            .migrate(migrations, clock.now())
            .await
            .with_context(|| format!("the tables of {} cannot be brought up to date", migrations.service))?;
        applied.extend(fresh.into_iter().map(|name| format!("{}/{name}", migrations.service)));
    }
    Ok(applied)
}

/// A process that is ready to serve.
pub struct Running {
    /// The ground.
    pub platform: Platform,
    /// The whole site.
    pub router: Router,
    /// The access table.
    pub rows: Vec<Row>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Tells everything to stop and waits until it has.
    pub async fn stop(self) {
        self.platform.stop.cancel();
        for task in self.tasks {
            let _ = tokio::time::timeout(Duration::from_secs(15), task).await;
        }
        self.platform.database.close().await;
    }
}

/// Mounts the services that the configuration names and starts what runs beside the requests.
///
/// # Errors
/// When the listeners cannot be told to the bus.
pub async fn start(prepared: Prepared, services: &[Service]) -> anyhow::Result<Running> {
    let Prepared { platform, wire } = prepared;
    let config = Arc::clone(&platform.config);
    let mut mounted = Vec::new();
    let mut handlers: Vec<Arc<dyn Handler>> = Vec::new();
    let mut tasks = Vec::new();
    for service in services.iter().filter(|service| config.serves(service.code)) {
        let built = (service.build)(&platform);
        mounted.push(built.mounted);
        handlers.extend(built.handlers);
        tasks.extend(built.tasks.into_iter().map(spawn));
    }
    let notify = NotifyOptions {
        public_url: config.public_url(),
        smtp_url: config.smtp_url.clone(),
        smtp_from: config.smtp_from.clone(),
        demo: config.demo,
    };
    handlers.push(Arc::new(Notifier::new(
        &notify,
        Arc::clone(&platform.shared),
        Arc::clone(&platform.clock),
        platform.random(),
    )));
    let sender = Sender::new(&notify, Arc::clone(&platform.shared), Arc::clone(&platform.clock), platform.wake())
        .context("the channels for messages cannot be opened")?;
    tasks.push(spawn(sender.run(platform.stop.clone())));
    let handlers: Handlers = handlers.into();
    match wire {
        Wire::InProcess(bus) => bus.listen(handlers),
        Wire::Redis(bus) => {
            let delivery = Delivery::new(Arc::clone(&platform.shared), Arc::clone(&platform.clock));
            tasks.extend(bus.listen(handlers, delivery, &platform.stop).await.context("the stream cannot be joined")?);
        }
    }
    let relay = Relay::new(
        Arc::clone(&platform.shared),
        Arc::clone(&platform.bus),
        Arc::clone(&platform.clock),
        platform.wake(),
    );
    tasks.push(spawn(relay.run(platform.stop.clone())));
    tasks.push(spawn(chain_audit(platform.clone())));
    let metrics = telemetry::start_metrics();
    tasks.push(spawn(housekeeping::run(platform.clone(), metrics.clone())));
    let (router, rows) = server::site(&platform, mounted, metrics);
    Ok(Running { platform, router, rows, tasks })
}

/// The routes alone, for a command beside the processes that serve. Nothing runs beside them: what they begin is told, sent
/// and timed by the processes that serve, by the next one where there is none now.
#[must_use]
pub fn routes_alone(prepared: Prepared, services: &[Service]) -> Running {
    let platform = prepared.platform;
    let served = services.iter().filter(|service| platform.config.serves(service.code));
    let mounted = served.map(|service| (service.build)(&platform).mounted).collect();
    let (router, rows) = server::site(&platform, mounted, None);
    Running { platform, router, rows, tasks: Vec::new() }
}

/// How long the lines of many requests are gathered into one link-laying transaction.
const GATHER: Duration = Duration::from_millis(500);
/// After how long it is tried again where the database or the key store failed.
const AGAIN: Duration = Duration::from_secs(5);
/// How often the audit log is looked at without a nudge, for what another process left behind when it died.
const LOOK: Duration = Duration::from_secs(60);

/// Chains the audit log just behind its writers, and remembers its end beside the keys.
async fn chain_audit(platform: Platform) {
    let mut nudged = platform.wake().subscribe(Topic::Audit);
    loop {
        let sealed = shared_store::audit::seal(platform.shared.as_ref(), &platform.keys()).await;
        if let Err(error) = &sealed {
            tracing::warn!(error = error as &dyn std::error::Error, "the audit chain could not be extended");
        }
        if platform.stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = platform.stop.cancelled() => {}
            () = async {
                match sealed {
                    Ok(Some(_)) => drop(tokio::time::timeout(LOOK, nudged.changed()).await),
                    // Another process was at it, and our own lines may have come too late for it.
                    Ok(None) => {}
                    Err(_) => tokio::time::sleep(AGAIN).await,
                }
                tokio::time::sleep(GATHER).await;
            } => {}
        }
    }
}

/// Opens the listener, and notes in the configuration which port it got: posters and messages name it.
///
/// # Errors
/// When the address is taken or not ours.
pub async fn bind(config: &mut Config) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; another program may use the port", config.listen))?;
    config.listen = listener.local_addr()?;
    Ok(listener)
}

/// Serves until SIGTERM or Ctrl-C, then drains.
///
/// # Errors
/// When the listener fails.
pub async fn serve(running: Running, listener: TcpListener) -> anyhow::Result<()> {
    announce(&listener)?;
    spawn(stop_on_signal(running.platform.stop.clone()));
    let served = server::serve(&running.platform, listener, running.router.clone()).await;
    running.stop().await;
    served.context("the listener failed")
}

/// Says on standard output where the process listens.
fn announce(listener: &TcpListener) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    Ok(())
}

async fn stop_on_signal(stop: CancellationToken) {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
    tracing::info!("draining");
    stop.cancel();
}

/// Starts the log and says what is legal and dangerous in a configuration.
pub fn begin(config: &Config) {
    telemetry::start_log(config);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
}

/// The options of a service's own program.
#[derive(Debug, clap::Parser)]
#[command(version, about = "One service of An Tâm as a process of its own.")]
struct Program {
    #[command(flatten)]
    options: ServeOptions,
}

/// The whole life of a service's own program: reads the options, serves this service alone, ends with the exit code.
#[must_use]
pub fn main(service: Service) -> ExitCode {
    exit_code(alone(service))
}

/// How a program ends: 0, or 1 with what failed and why on standard error, in one line and without a trace of the stack.
/// A reader that has seen enough (`antam keys list | head`) is no failure.
#[must_use]
pub fn exit_code(ended: anyhow::Result<()>) -> ExitCode {
    let Err(error) = ended else { return ExitCode::SUCCESS };
    let enough = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(enough)) {
        return ExitCode::SUCCESS;
    }
    // There is nobody to tell where standard error is closed too.
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
    ExitCode::FAILURE
}

fn alone(service: Service) -> anyhow::Result<()> {
    let mut config = <Program as clap::Parser>::parse().options.resolve()?;
    config.services = [service.code].into();
    begin(&config);
    runtime()?.block_on(async {
        let listener = bind(&mut config).await?;
        let prepared = prepare(config, &[service]).await?;
        serve(start(prepared, &[service]).await?, listener).await
    })
}

/// The runtime of a process: one thread a core, and a small pool for hashing and files.
///
/// # Errors
/// When the machine gives no threads.
pub fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(16).build()
}
