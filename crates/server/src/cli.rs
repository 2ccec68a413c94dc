//! The command line.

use crate::{
    app_key, backup, bank, bench, certify, clock, close, doctor, doctor_system, fault, forward, recon,
    repair, risk_backtest, show, telemetry, up, vault_key, verify, watching, world,
};
use clap::{Args, Parser, Subcommand};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

/// The exit code of a command that could not do its work.
pub(crate) const FAILED: u8 = 2;
/// Rows that a list shows unless told otherwise.
const LIST_ROWS: usize = 50;

/// An open payment platform, compatible with the Alipay Open API.
#[derive(Debug, Parser)]
#[command(name = "tongbao", version, about, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the platform; the first start makes keys, a demo merchant and two buyers.
    Up(UpArgs),
    /// Recomputes the books and names each row that is wrong. Exit code: 0 clean, 1 findings, 2 not readable.
    Verify(VerifyArgs),
    /// People and merchants.
    #[command(subcommand)]
    Party(ShowCommand),
    /// Programs of merchants, and their keys.
    #[command(subcommand)]
    App(app_key::AppCommand),
    /// What merchants ask to be paid.
    #[command(subcommand)]
    Order(ShowCommand),
    /// Accounts and their balances.
    #[command(subcommand)]
    Account(ShowCommand),
    /// Takes notifications in the place of their addresses and carries them to a shop on this machine.
    Listen(ListenArgs),
    /// Copies a data folder, also while a server runs on it.
    Backup(BackupArgs),
    /// Makes a data folder from a backup.
    Restore(RestoreArgs),
    /// Makes damaged tables anew from the journal. The server must not run.
    Repair(RepairArgs),
    /// Makes and changes the key that the keys of persons' data are wrapped with.
    #[command(subcommand)]
    Vault(vault_key::VaultCommand),
    /// Tells what is wrong with the signature of a request, or (`doctor system`) with a running platform. Exit code:
    /// 0 right, 1 wrong, 2 not readable.
    Doctor(DoctorArgs),
    /// Shows or moves the clock of the world that a running server serves.
    #[command(subcommand)]
    Clock(clock::ClockCommand),
    /// Makes worlds, lets them begin anew, packs and unpacks them.
    #[command(subcommand)]
    World(world::WorldCommand),
    /// Faults on request of the world that a running server serves.
    #[command(subcommand)]
    Fault(fault::FaultCommand),
    /// What merchants' programs did about faults. Exit code: 0 nothing found, 1 findings, 2 not readable.
    Report(fault::ReportArgs),
    /// Plays scripted scenarios against a shop that uses a running server's sandbox, and tells by what it would
    /// lose money. Exit code: 0 clean, 1 findings, 2 not or not wholly judged.
    Certify(certify::CertifyArgs),
    /// Serves a simulated bank with its own books: a process of its own, for a platform to try money in and out with.
    Bank(BankArgs),
    /// Has a running server close business dates that are over, which it also does by itself.
    Close(close::CloseArgs),
    /// Reads statements of the bank into the books of a running server.
    #[command(subcommand)]
    Recon(recon::ReconCommand),
    /// Risk rules: what a set of them would have said of the past.
    #[command(subcommand)]
    Risk(risk_backtest::RiskCommand),
    /// Measures how fast this machine carries payments.
    Bench(bench::BenchArgs),
}

/// Which data folder is meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct DataArgs {
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "TONGBAO_DATA", default_value = "data/tongbao")]
    pub(crate) data: PathBuf,
}

/// The options of `tongbao up`.
#[derive(Clone, Debug, Args)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    pub(crate) folder: DataArgs,
    /// Where to listen; may be given several times [default: 127.0.0.1:8080, and 127.0.0.1:80 if it can be had].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Vec<String>,
    /// Does not try 127.0.0.1:80 (the one port that the official Python SDK can reach).
    #[arg(long)]
    pub(crate) no_port_80: bool,
    /// Writes addresses, apps and buyers as JSON into this file once it serves.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready: Option<PathBuf>,
    /// For tests: a new world in memory on a free port. One line of JSON on standard output says when it serves and
    /// where; nothing is left when it ends. --data is not looked at.
    #[arg(long, conflicts_with = "adopt")]
    pub(crate) ephemeral: bool,
    /// For the first start: a file (TOML) that declares a seed, a clock, merchants with apps and buyers with money.
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// For the first start: takes the platform's and the demo apps' keys of this data folder, since drawing RSA keys
    /// takes longest. Both worlds then sign alike.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys_of: Option<PathBuf>,
    /// Keeps journal and tables in this PostgreSQL database (releases 15 to 18):
    /// postgres://user:password@host:5432/name. Chosen by the first start of a data folder, which keeps the keys and
    /// all else; later starts know it.
    #[arg(long, value_name = "URL", env = "TONGBAO_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Refuses a database that may lose what it acknowledged when its standby takes its place. Later starts know it.
    #[arg(long)]
    pub(crate) no_loss: bool,
    /// How browsers and merchants reach the platform, when it is not the first address it listens on.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The address of a proxy of ours; may be given several times. What it notes in X-Forwarded-For is believed, so
    /// that limits of clients count clients and not the proxy.
    #[arg(long, value_name = "IP")]
    pub(crate) trust_proxy: Vec<IpAddr>,
    /// Takes over a data folder that was copied or moved from elsewhere, for good. The one that it came from must never
    /// be used again: both would tell their own story of one world.
    #[arg(long)]
    pub(crate) adopt: bool,
    /// A bank in another process (`tongbao bank`) in the place of the one inside, in a world for trying out.
    #[arg(long, value_name = "URL", requires = "bank_secret")]
    pub(crate) bank: Option<String>,
    /// The file with the secret that the bank's process shares with us.
    #[arg(long, value_name = "FILE", requires = "bank")]
    pub(crate) bank_secret: Option<PathBuf>,
    /// A bank that is spoken with in messages of ISO 20022, in the place of the one inside, in a world for trying out:
    /// a file (TOML) with the way to it and our account there.
    #[arg(long, value_name = "FILE", conflicts_with = "bank")]
    pub(crate) bank_iso: Option<PathBuf>,
    /// The file (TOML) that says which mail server and which provider of text messages carry codes. Without it nothing
    /// leaves the machine, and a world for trying out shows what it would have sent.
    #[arg(long, value_name = "FILE")]
    pub(crate) messages: Option<PathBuf>,
    /// Tells figures to Prometheus at http://ADDR/metrics, on a listener of its own: a port of 127.0.0.1, or a private
    /// address. Nothing is told otherwise.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "9464",
        value_parser = watching::address)]
    pub(crate) metrics: Option<SocketAddr>,
    /// Writes logs as JSON lines.
    #[arg(long)]
    pub(crate) log_json: bool,
    /// For benches and tests only: the world's clock stands still at this moment (microseconds UTC), so that pay codes
    /// and signed calls stay valid.
    #[arg(long, value_name = "US", hide = true)]
    pub(crate) clock_frozen_at: Option<i64>,
    /// For benches and tests only: how many calls of the gateway may be under way at once; with 0 each is refused.
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) calls_max: Option<usize>,
    /// For benches only: forgets each call at once, in the place of the last 200 that developers may look at.
    #[arg(long, hide = true)]
    pub(crate) no_request_log: bool,
    /// For tests only: pages that wait in the tables' WAL before they are moved into the file.
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) checkpoint_pages: Option<u32>,
}

impl UpArgs {
    /// As when nothing is said.
    pub(crate) fn usual() -> anyhow::Result<UpArgs> {
        #[derive(Parser)]
        struct UpOnly {
            #[command(flatten)]
            args: UpArgs,
        }
        Ok(UpOnly::try_parse_from(["up"])?.args)
    }
}

/// The options of `tongbao verify`.
#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) folder: DataArgs,
    /// Decides journalled commands again, of all records or of some, and compares every row that comes out.
    #[arg(long, value_name = "FROM..TO", num_args = 0..=1, default_missing_value = "..")]
    pub(crate) replay: Option<audit::Replay>,
    /// Lets SQLite check every page, index and constraint of its file too; takes as long as all else.
    #[arg(long)]
    pub(crate) file: bool,
    /// Prints JSON for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `show` or `list`.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ShowCommand {
    /// One, by its number or another name of it.
    Show {
        /// Which one.
        #[arg(value_name = "ID")]
        which: String,
        #[command(flatten)]
        form: FormArgs,
    },
    /// Several.
    List {
        /// Only those of this party (its id or login).
        #[arg(long, value_name = "ID")]
        of: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = LIST_ROWS)]
        limit: usize,
        #[command(flatten)]
        form: FormArgs,
    },
}

/// From where and in which form.
#[derive(Clone, Debug, Args)]
pub(crate) struct FormArgs {
    #[command(flatten)]
    pub(crate) folder: DataArgs,
    /// Prints JSON for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The options of `tongbao listen`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListenArgs {
    /// Where letters go.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: String,
    /// The platform.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// Only those of this app.
    #[arg(long, value_name = "APP_ID")]
    pub(crate) app: Option<String>,
}

/// The options of `tongbao backup`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) folder: DataArgs,
    /// Where to write it: a folder that does not exist yet, or is empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

/// The options of `tongbao restore`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// The data folder to make: it does not exist yet, or is empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// The options of `tongbao repair`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    pub(crate) folder: DataArgs,
}

/// The options of `tongbao bank`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BankArgs {
    /// The bank's folder; made at the first start, with the secret that the platform needs.
    #[arg(long, value_name = "DIR", default_value = "data/bank")]
    pub(crate) data: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub(crate) listen: String,
    /// What faults are drawn from. Kept from the first start on; another one is refused later.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// A file (TOML) with the rate of each class of faults, parts per million. Without it those that are kept.
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
}

/// The options of `tongbao doctor`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct DoctorArgs {
    #[command(subcommand)]
    pub(crate) what: Option<DoctorCommand>,
    /// A file with the request: an HTTP request, an address, or the text of a query or form. `-` is standard input.
    #[arg(value_name = "REQUEST_FILE", required = true)]
    pub(crate) request: Option<PathBuf>,
    /// A file with the app's public key or certificate, in any form; the data folder is not looked at then. Without it
    /// the keys of the app and of the platform are taken from the folder.
    #[arg(long, value_name = "PUBLIC_KEY_FILE")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) folder: DataArgs,
}

/// What else is examined.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum DoctorCommand {
    /// A platform: says in words what is wrong with it, worst first, and where to read on. Exit code: 0 nothing is
    /// wrong now, 1 something is, 2 not readable.
    System(SystemArgs),
}

/// The options of `tongbao doctor system`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SystemArgs {
    /// Where a running server tells its figures (`tongbao up --metrics`); looked at twice, two seconds apart.
    #[arg(long, value_name = "URL")]
    pub(crate) metrics: Option<String>,
    /// A data folder, looked at beside the figures or without them: its disk, its journal, what waits in its tables
    /// [default: data/tongbao when no figures are named].
    #[arg(long, value_name = "DIR", env = "TONGBAO_DATA")]
    pub(crate) data: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let json_logs = matches!(&cli.command, Command::Up(args) if args.log_json);
    let quiet = !matches!(&cli.command, Command::Up(_) | Command::Bank(_));
    telemetry::begin(json_logs, quiet)?;
    match cli.command {
        Command::Up(args) => up::run(&args)?,
        Command::Verify(args) => return verify::run(&args),
        Command::Party(what) => show::run(show::Kind::Party, what)?,
        Command::App(what) => app_key::run(what)?,
        Command::Order(what) => show::run(show::Kind::Order, what)?,
        Command::Account(what) => show::run(show::Kind::Account, what)?,
        Command::Listen(args) => forward::run(&args)?,
        Command::Backup(args) => backup::back_up(&args)?,
        Command::Restore(args) => backup::restore(&args)?,
        Command::Repair(args) => repair::run(&args)?,
        Command::Vault(what) => vault_key::run(&what)?,
        Command::Doctor(DoctorArgs { what: Some(DoctorCommand::System(args)), .. }) => {
            return doctor_system::run(&args);
        }
        Command::Doctor(args) => return doctor::run(&args),
        Command::Clock(what) => clock::run(&what)?,
        Command::World(what) => world::run(&what)?,
        Command::Fault(what) => fault::run(&what)?,
        Command::Report(args) => return fault::report(&args),
        Command::Certify(args) => return certify::run(&args),
        Command::Bank(args) => bank::run(&args)?,
        Command::Close(args) => close::run(&args)?,
        Command::Recon(what) => recon::run(&what)?,
        Command::Risk(what) => risk_backtest::run(&what)?,
        Command::Bench(args) => bench::run(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let cli =
            Cli::try_parse_from(["tongbao", "up", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"]);
        let Command::Up(args) = cli.unwrap().command else { panic!("not up") };
        assert_eq!(args.listen, ["127.0.0.1:1", "127.0.0.1:2"]);
        assert!(Cli::try_parse_from(["tongbao", "backup"]).is_err(), "a backup needs a target");
        let replay = |args: &[&str]| {
            let cli = Cli::try_parse_from(["tongbao", "verify"].iter().chain(args)).ok()?;
            let Command::Verify(args) = cli.command else { panic!("not verify") };
            Some(args.replay)
        };
        assert_eq!(replay(&["--json"]), Some(None));
        assert_eq!(replay(&["--replay", "--json"]), Some(Some(audit::Replay::ALL)));
        assert_eq!(replay(&["--replay", "3..9"]), Some(Some(audit::Replay { from: 3, to: 9 })));
        assert_eq!(replay(&["--replay", "9..3"]), None);
    }

    #[test]
    fn a_platform_is_examined_where_a_request_may_be() {
        let examined = |args: &[&str]| {
            let cli = Cli::try_parse_from(["tongbao", "doctor"].iter().chain(args)).ok()?;
            let Command::Doctor(args) = cli.command else { panic!("not doctor") };
            Some(args)
        };
        let request = examined(&["request.txt", "--key", "app.pem"]).unwrap();
        assert!(request.what.is_none() && request.request == Some(PathBuf::from("request.txt")));
        assert!(examined(&[]).is_none(), "a request is needed");
        let Some(DoctorCommand::System(system)) = examined(&["system", "--metrics", "9464"]).unwrap().what
        else {
            panic!("no platform")
        };
        assert_eq!(system.metrics.as_deref(), Some("9464"));
    }

    #[test]
    fn figures_are_told_only_when_asked_for_and_never_to_strangers() {
        let metrics = |args: &[&str]| {
            let cli = Cli::try_parse_from(["tongbao", "up"].iter().chain(args)).ok()?;
            let Command::Up(args) = cli.command else { panic!("not up") };
            Some(args.metrics.map(|address| address.to_string()))
        };
        assert_eq!(metrics(&[]), Some(None));
        assert_eq!(metrics(&["--metrics"]), Some(Some("127.0.0.1:9464".to_owned())));
        assert_eq!(metrics(&["--metrics", "9100", "--log-json"]), Some(Some("127.0.0.1:9100".to_owned())));
        assert_eq!(metrics(&["--metrics", "0.0.0.0:9464"]), None);
    }
}
