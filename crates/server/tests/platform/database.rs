//! Books in PostgreSQL: the same world, the same numbers, the same commands as with books in the folder.

use crate::postgres_server::new_database;
use crate::server::{Server, complaint, printed, tongbao, top_up, up};
use crate::worlds::{WORLD, balance, play, reset};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::Database;

struct Place {
    folder: tempfile::TempDir,
    address: String,
}

impl Place {
    /// `None`, with a line that says so, where no PostgreSQL is installed.
    fn new() -> Option<Place> {
        let address = new_database()?;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("world.toml"), WORLD).unwrap();
        Some(Place { folder, address })
    }

    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn start(&self, name: &str, options: &[&str]) -> Server {
        Server::start_with(Path::new(&self.at(name)), "info", options)
    }
}

#[test]
fn one_seed_gives_the_same_numbers_in_a_database_as_in_a_folder() {
    let Some(place) = Place::new() else { return };
    let world = place.at("world.toml");
    let files = place.start("files", &["--world", &world]);
    let base = place.start("base", &["--world", &world, "--database", &place.address]);
    let played = play(&files);
    assert_eq!(play(&base), played);
    reset(&base);
    assert_eq!(play(&base), played, "and again after it began anew");
    // Killed, and found again by the folder alone.
    base.kill();
    let base = place.start("base", &[]);
    assert_eq!(
        (balance(&files, "mei@example.com"), balance(&base, "mei@example.com")),
        ("48.51".into(), "48.51".into())
    );
    files.stop();
    base.stop();
    for kind in ["party", "app", "order", "account"] {
        let listed = |name: &str| printed(&[kind, "list", "--data", &place.at(name), "--json"]);
        // Real time goes on between two starts, and keys are drawn.
        let told = |name: &str| -> Vec<String> {
            let text = listed(name);
            let changing = |line: &&str| line.contains("_at\"") || kind == "app";
            text.lines().filter(|line| !changing(line)).map(str::to_owned).collect()
        };
        assert_eq!(told("files"), told("base"), "{kind}");
        assert_eq!(listed("files").lines().count(), listed("base").lines().count(), "{kind}");
    }
    let verified = printed(&["verify", "--data", &place.at("base"), "--replay"]);
    assert!(verified.contains("exact"), "{verified}");
    assert!(!Path::new(&place.at("base/worlds/default/journal")).exists());
    assert!(!Path::new(&place.at("base/worlds/default/tables.sqlite")).exists());
    // A backup is files, and is served from them.
    let said = printed(&["backup", "--data", &place.at("base"), "--to", &place.at("copy")]);
    assert!(said.contains("verified"), "{said}");
    let copy = place.start("copy", &[]);
    assert_eq!(balance(&copy, "mei@example.com"), "48.52");
    copy.stop();
    assert!(printed(&["verify", "--data", &place.at("copy"), "--replay"]).contains("exact"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let Some(place) = Place::new() else { return };
    let base = place.start("base", &["--database", &place.address]);
    let refused = |name: &str, options: &[&str]| {
        let data = place.at(name);
        let mut arguments = up(Path::new(&data));
        arguments.extend(options);
        complaint(&arguments)
    };
    let said = refused("other", &["--database", &place.address]);
    assert!(said.contains("holds the books of a world already"), "{said}");
    assert!(!said.contains("tongbao@"), "no user or password is told: {said}");
    // A copied folder is another platform on the same books.
    let copied = Command::new("cp").args(["-r", &place.at("base"), &place.at("twin")]).status().unwrap();
    assert!(copied.success());
    let said = refused("twin", &[]);
    assert!(said.contains("served by another process"), "{said}");
    assert_eq!(top_up(&base.address, &base.login(0), "still"), Some(200));
    base.stop();
    place.start("files", &[]).stop();
    let said = refused("files", &["--database", &place.address]);
    assert!(said.contains("do not move into a database yet"), "{said}");
    let said = refused("files", &["--no-loss"]);
    assert!(said.contains("--no-loss is about a database"), "{said}");
    let said = refused("base", &["--no-loss"]);
    assert!(said.contains("synchronous_standby_names is empty"), "{said}");
    let said = refused("third", &["--database", "postgres://nobody:secret@127.0.0.1:1/none"]);
    assert!(said.contains("cannot be reached") && !said.contains("secret"), "{said}");
    let said = complaint(&["repair", "--data", &place.at("base")]);
    assert!(said.contains("in a database"), "{said}");
}

/// A damaged row of the journal and a changed row of the tables are found.
#[test]
fn verify_names_what_is_wrong_in_a_database() {
    let Some(place) = Place::new() else { return };
    let base = place.start("base", &["--database", &place.address]);
    assert_eq!(top_up(&base.address, &base.login(0), "one"), Some(200));
    base.stop();
    let mut session = Database::parse(&place.address).unwrap().session().unwrap();
    let verify = || tongbao(&["verify", "--data", &place.at("base")]);
    assert_eq!(verify().status.code(), Some(0));
    let more =
        "UPDATE account SET balance_minor = balance_minor + 1 WHERE kind = 'balance' AND balance_minor > 0";
    session.run(more).unwrap();
    let found = verify();
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.status.code() == Some(1) && said.contains("account"), "{said}");
    session
        .run(
            "UPDATE journal SET record = set_byte(record, 80, get_byte(record, 80) # 255) WHERE sequence = 2",
        )
        .unwrap();
    let found = verify();
    let said = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(found.status.code() == Some(2) && said.contains("record 2"), "{said}");
}

/// The platform and the server's connections are killed again and again under load; what was answered is there once.
#[test]
fn kills_of_either_side_lose_and_double_nothing() {
    kills(6);
}

/// By hand: `KILLS=300 cargo test -p server --test platform -- --ignored --nocapture many_kills`
#[test]
#[ignore = "takes long"]
fn many_kills_of_either_side_lose_and_double_nothing() {
    kills(std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(300));
}

#[allow(clippy::print_stdout, reason = "a long run says what came of it")]
fn kills(rounds: u64) {
    let Some(place) = Place::new() else { return };
    let mut server = place.start("base", &["--database", &place.address]);
    let login = server.login(0);
    let (before, name) = place.address.rsplit_once('/').unwrap();
    let elsewhere = Database::parse(&format!("{before}/postgres")).unwrap();
    let (answered, asked) = (Mutex::new(Vec::new()), AtomicU64::new(0));
    let mut longest = Duration::ZERO;
    for round in 0..rounds {
        let stop = AtomicBool::new(false);
        std::thread::scope(|threads| {
            for client in 0..4 {
                let (server, login, stop) = (&server, &login, &stop);
                let (answered, asked) = (&answered, &asked);
                threads.spawn(move || {
                    for number in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let key = format!("{round}-{client}-{number}");
                        asked.fetch_add(1, Ordering::Relaxed);
                        if top_up(&server.address, login, &key) == Some(200) {
                            answered.lock().unwrap().push(key);
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(150 + round * 37 % 400));
            if round % 3 == 1 {
                let ends = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                );
                elsewhere.session().unwrap().run(&ends).unwrap();
                std::thread::sleep(Duration::from_millis(300));
            }
            server.signal("-KILL");
            stop.store(true, Ordering::Relaxed);
        });
        server.kill();
        let began = Instant::now();
        server = place.start("base", &[]);
        longest = longest.max(began.elapsed());
    }
    let (answered, asked) = (answered.into_inner().unwrap(), asked.into_inner());
    server.stop();
    let verified = printed(&["verify", "--data", &place.at("base")]);
    assert!(verified.contains("exact"), "{verified}");
    let mut session = Database::parse(&place.address).unwrap().session().unwrap();
    let rows = session.query("SELECT key FROM top_up WHERE amount_minor = 1", &[]).unwrap();
    let found: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let (count, there) = (answered.len(), found.len());
    println!("{rounds} kills: {asked} asked, {count} answered, {there} there; longest start {longest:?}");
    assert_eq!(rows.len(), there, "no key twice");
    let lost: Vec<&String> = answered.iter().filter(|key| !found.contains(*key)).collect();
    assert!(lost.is_empty() && count > 0, "answered and lost: {lost:?}");
}
