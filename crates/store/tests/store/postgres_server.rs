//! Databases of PostgreSQL for tests. Tests of other rooms take this file in by its path.
//!
//! With `TONGBAO_TEST_POSTGRES=postgres://user@host:port/name` they are made in that server. Otherwise the first test
//! of a process starts a server from what Debian installs, on a free port in a folder of its own, and a shell that
//! holds the other end of a pipe ends it and removes the folder when the process is gone, however it went. Where
//! neither is to be had, tests are skipped with a line that says so, unless `TONGBAO_REQUIRE_POSTGRES` is set.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use store::Database;

/// Where Debian puts each release.
const RELEASES: &str = "/usr/lib/postgresql";
/// A file system in memory, where making things durable costs nothing.
const MEMORY: &str = "/dev/shm";

/// What the shell does: `$1` the programs, `$2` the folder, `$3` the port.
const SCRIPT: &str = r#"
trap '' INT TERM
as() {
    if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else exec "$@"; fi
}
[ "$(id -u)" = 0 ] && chown nobody "$2"
(as "$1/initdb" -D "$2/data" -U tongbao --auth=trust --encoding=UTF8 --locale=C --no-sync) \
    >"$2/initdb.log" 2>&1 || exit 1
(as "$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c max_prepared_transactions=0) \
    >"$2/server.log" 2>&1 &
server=$!
for _ in $(seq 200); do
    [ -S "$2/.s.PGSQL.$3" ] && "$1/pg_isready" -q -h 127.0.0.1 -p "$3" && echo ready && break
    sleep 0.05
done
read -r _ || true
kill -INT $server
wait $server
rm -rf "$2"
"#;

struct Server {
    /// An address in it.
    address: String,
    /// Lives as long as this process: the pipe to it closes then.
    _shell: Option<Child>,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a new database without tables; `None` where there is no server.
#[allow(clippy::print_stdout, reason = "whoever reads the output of a test must see that it was skipped")]
pub(crate) fn new_database() -> Option<String> {
    let Some(server) = SERVER.get_or_init(server) else {
        assert!(std::env::var_os("TONGBAO_REQUIRE_POSTGRES").is_none(), "no PostgreSQL is installed");
        println!("skipped: no PostgreSQL is installed (Debian: apt-get install postgresql)");
        return None;
    };
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let name = format!("tongbao_test_{}_{number}_{now}", std::process::id());
    let mut session = Database::parse(&server.address).unwrap().session().unwrap();
    session
        .run(&format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        ))
        .unwrap();
    let (before, _) = server.address.rsplit_once('/').unwrap();
    Some(format!("{before}/{name}"))
}

fn server() -> Option<Server> {
    if let Ok(address) = std::env::var("TONGBAO_TEST_POSTGRES") {
        return Some(Server { address, _shell: None });
    }
    start(&programs()?)
}

/// The programs of the newest release that is installed.
fn programs() -> Option<PathBuf> {
    let releases = std::fs::read_dir(RELEASES).ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let release = releases.filter_map(|entry| Some((number(&entry.path())?, entry.path()))).max()?;
    let programs = release.1.join("bin");
    programs.join("initdb").exists().then_some(programs)
}

fn start(programs: &Path) -> Option<Server> {
    let named = || tempfile::Builder::new().prefix("tongbao-postgres-").to_owned();
    let folder = named().tempdir_in(MEMORY).or_else(|_| named().tempdir()).unwrap().keep();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new("sh");
    command.arg("-c").arg(SCRIPT).arg("sh").arg(programs).arg(&folder).arg(port.to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    let mut shell = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
    if line != "ready\n" {
        let mut told = String::new();
        for log in ["initdb.log", "server.log"] {
            let _ = write!(told, "{}", std::fs::read_to_string(folder.join(log)).unwrap_or_default());
        }
        panic!("PostgreSQL did not start:\n{told}");
    }
    Some(Server { address: format!("postgres://tongbao@127.0.0.1:{port}/postgres"), _shell: Some(shell) })
}
