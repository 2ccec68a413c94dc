//! `cargo xtask demo`: from a fresh clone to a paid order, then a running platform to play with.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::demo_shop::{self, WebShop};
use crate::process;
use crate::tools::{self, Needs};
use crate::web;

const BUILD_LIMIT: Duration = Duration::from_secs(45 * 60);
const SHOP_LIMIT: Duration = Duration::from_secs(5 * 60);
/// The server starts in under a second; a first start on a slow disk makes keys too.
const READY_LIMIT: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);
const PORT: u16 = 8080;
/// The official Python SDK ignores the port of its gateway address and speaks to this one.
const SDK_PORT: u16 = 80;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// Where the data folder is. None: data/demo, made anew each time.
    data: Option<PathBuf>,
    port: u16,
    /// Continue with what an earlier demo left in data/demo.
    keep: bool,
    /// Stop after the sample shop.
    once: bool,
}

/// Builds, starts, shops, and waits for Ctrl-C.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let options = options(arguments)?;
    can_listen(options.port)?;
    // Without Node the rest is worth seeing all the same, as with the web shop.
    let apps = tools::node_is_new_enough();
    tools::prepare(root, Needs { python: true, web: apps, ..Needs::default() })?;
    let (mut build, tongbao) = if apps {
        web::build("npm", root)?;
        tools::whole_release_build(root)
    } else {
        println!("The apps are left out: building them needs {}.", tools::node_wanted());
        tools::release_build(root)
    };
    println!("building: {}", process::shown(&build));
    if let Some(trouble) = process::run(&mut build, BUILD_LIMIT).trouble {
        return Err(format!("the build {trouble}"));
    }
    let data = data_folder(root, &options)?;
    let work = root.join("target/demo");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let (ready_file, log) = (work.join("ready.json"), work.join("server.log"));
    let mut server = start(&tongbao, &data, options.port, &ready_file, &log)?;
    let done = serve(root, &mut server, &ready_file, &log, &data, options.once);
    process::stop(&mut server);
    done
}

fn serve(
    root: &Path,
    server: &mut Child,
    ready_file: &Path,
    log: &Path,
    data: &Path,
    once: bool,
) -> Result<(), String> {
    let ready = wait_until_ready(server, ready_file, log)?;
    let shopped = shop(root, &ready, ready_file);
    if once {
        return shopped;
    }
    // After Ctrl-C everything fails, and the reason is known.
    if let (Err(message), false) = (shopped, process::stopping()) {
        println!("\nThe sample shop did not finish: {message}");
    }
    // First what is there already: the web shop's packages may take a minute to fetch.
    println!("{}", places(&ready, ready_file, log, data));
    // Kept until the end: it stops when it is dropped.
    let web = web_shop(root, ready_file);
    match &web {
        Ok(shop) => println!("\n{}", shop_line(shop)),
        Err(_) if process::stopping() => {}
        Err(message) => println!("\nThe web shop does not run: {message}"),
    }
    while !process::stopping() {
        if let Ok(Some(status)) = server.try_wait() {
            return Err(format!("tongbao ended with {status}; its last words:\n{}", tail(log)));
        }
        std::thread::sleep(LOOK);
    }
    println!("stopping tongbao");
    Ok(())
}

fn web_shop(root: &Path, ready_file: &Path) -> Result<WebShop, String> {
    if process::stopping() {
        return Err("interrupted".to_owned());
    }
    tools::web_shop(root)?;
    demo_shop::start("node", root, ready_file, &root.join("target/demo"))
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let usage = "cargo xtask demo [--data DIR] [--port N] [--keep] [--once]";
    let mut options = Options { data: None, port: PORT, keep: false, once: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--keep" => options.keep = true,
            "--once" => options.once = true,
            "--data" => options.data = Some(rest.next().ok_or(usage)?.into()),
            "--port" => {
                let port = rest.next().ok_or(usage)?.parse().ok().filter(|port| *port > 0);
                options.port = port.ok_or("--port takes a number from 1 to 65535")?;
            }
            _ => return Err(usage.to_owned()),
        }
    }
    Ok(options)
}

/// Says early, in plain words, what would otherwise be an error of the server after a long build.
fn can_listen(port: u16) -> Result<(), String> {
    match TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))) {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(format!("127.0.0.1:{port} is not free ({error}); choose another one with --port N"))
        }
    }
}

/// The folder named by the caller is never touched; data/demo is ours, and is made anew unless it is to be kept.
fn data_folder(root: &Path, options: &Options) -> Result<PathBuf, String> {
    if let Some(data) = &options.data {
        return Ok(std::path::absolute(data).unwrap_or_else(|_| data.clone()));
    }
    let data = root.join("data/demo");
    if !options.keep && data.exists() {
        fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    }
    fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    Ok(data)
}

fn start(tongbao: &Path, data: &Path, port: u16, ready: &Path, log: &Path) -> Result<Child, String> {
    if ready.exists() {
        fs::remove_file(ready).map_err(|error| format!("{}: {error}", ready.display()))?;
    }
    let out = fs::File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let err = out.try_clone().map_err(|error| format!("{}: {error}", log.display()))?;
    let mut command = Command::new(tongbao);
    command.arg("up").arg("--data").arg(data);
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    if port != SDK_PORT {
        command.arg("--listen").arg(format!("127.0.0.1:{SDK_PORT}"));
    }
    command.arg("--ready").arg(ready);
    println!("starting: {}", process::shown(&command));
    command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
    command.spawn().map_err(|error| format!("{}: {error}", tongbao.display()))
}

fn wait_until_ready(server: &mut Child, ready: &Path, log: &Path) -> Result<Value, String> {
    let begun = Instant::now();
    while begun.elapsed() < READY_LIMIT {
        // The file may be seen half written: then it does not parse, and we look again.
        if let Some(value) = fs::read(ready).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(value);
        }
        if let Ok(Some(status)) = server.try_wait() {
            return Err(format!(
                "tongbao ended with {status} before it served; its last words:\n{}",
                tail(log)
            ));
        }
        if process::stopping() {
            return Err("interrupted".to_owned());
        }
        std::thread::sleep(LOOK);
    }
    Err(format!("tongbao did not serve within {} s; its last words:\n{}", READY_LIMIT.as_secs(), tail(log)))
}

fn shop(root: &Path, ready: &Value, ready_file: &Path) -> Result<(), String> {
    if !ready["gateway_port_80"].is_string() {
        return Err(format!(
            "tongbao could not listen on 127.0.0.1:{SDK_PORT}, the only port that the official Python SDK speaks to. \
             Free it, run as root, or allow it once: sudo sysctl net.ipv4.ip_unprivileged_port_start={SDK_PORT}"
        ));
    }
    let mut command = Command::new(tools::venv_python(root));
    command
        .current_dir(root)
        .arg("examples/shop_python/shop.py")
        .arg(ready_file)
        .env("PYTHONUNBUFFERED", "1");
    println!("\nA sample shop, with the official SDK: examples/shop_python/shop.py\n");
    match process::run(&mut command, SHOP_LIMIT).trouble {
        None => Ok(()),
        Some(trouble) => Err(format!("shop.py {trouble}")),
    }
}

/// Where to go from here, from the ready file.
fn places(ready: &Value, ready_file: &Path, log: &Path, data: &Path) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let gateway = text(&ready["gateway"]);
    let site = gateway.trim_end_matches("/gateway.do");
    let mut lines = vec![
        String::new(),
        line("Gateway", &gateway),
        line("Start page", &format!("{site}/")),
        line("Sandbox API", &text(&ready["sandbox"])),
        line("Wallet, pay code", &format!("{site}/wallet/paycode")),
        line("Wallet app", &format!("{site}/app/wallet/")),
        line("Merchant desk", &format!("{site}/app/merchant/")),
        line("Operations console", &format!("{site}/app/console/")),
        line("Sandbox page", &format!("{site}/app/sandbox/")),
        line(
            "To enter the apps",
            "sign up in the wallet app, which shows the code; on the sandbox page, Desks",
        ),
        line("", "makes you owner of the demo merchant; the console takes whoever signed up"),
        line("Demo buyers", "pay at the cashier and on /wallet, and do not sign in to the apps"),
    ];
    for buyer in ready["buyers"].as_array().into_iter().flatten() {
        let (login, password, balance) = (&buyer["login"], &buyer["pay_password"], &buyer["balance"]);
        let told = format!("{}, payment password {}, {} yuan", text(login), text(password), text(balance));
        lines.push(line("Buyer", &told));
    }
    for app in ready["apps"].as_array().into_iter().flatten() {
        let (app_id, mode, key) = (&app["app_id"], &app["mode"], &app["private_key_pkcs8"]);
        let told = format!("{} ({} mode), private key {}", text(app_id), text(mode), text(key));
        lines.push(line("App", &told));
    }
    for (label, path) in [("All this", ready_file), ("Data", data), ("Log", log)] {
        lines.push(line(label, &path.display().to_string()));
    }
    lines.push(
        "The cashier opens at the address that an order returns; examples/shop tells how to play both sides."
            .to_owned(),
    );
    lines.push("Ctrl-C stops it.".to_owned());
    lines.join("\n")
}

/// A line of what one needs next.
fn line(label: &str, value: &str) -> String {
    format!("{label:<20}{value}")
}

fn shop_line(shop: &WebShop) -> String {
    line("Web shop", &format!("{}  (open it in a browser and buy something)", shop.url))
}

fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, String> {
        options(&arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read() {
        assert_eq!(read(&[]).unwrap(), Options { data: None, port: PORT, keep: false, once: false });
        let all = read(&["--data", "x", "--port", "9000", "--keep", "--once"]).unwrap();
        assert_eq!(all, Options { data: Some("x".into()), port: 9000, keep: true, once: true });
        assert!(read(&["--port", "0"]).is_err());
        assert!(read(&["--data"]).is_err());
        assert!(read(&["--fast"]).is_err());
    }

    #[test]
    fn only_our_own_folder_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (root, theirs) = (folder.path(), folder.path().join("theirs"));
        let left = |data: &Path| data.join("left").exists();
        for data in [&root.join("data/demo"), &theirs] {
            fs::create_dir_all(data).unwrap();
            fs::write(data.join("left"), "").unwrap();
        }
        let options =
            |data: Option<&Path>, keep| Options { data: data.map(Into::into), port: PORT, keep, once: false };
        assert!(left(&data_folder(root, &options(Some(&theirs), false)).unwrap()));
        assert!(left(&data_folder(root, &options(None, true)).unwrap()));
        assert!(!left(&data_folder(root, &options(None, false)).unwrap()));
    }

    #[test]
    fn a_taken_port_is_told_before_the_build() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(can_listen(taken.local_addr().unwrap().port()).is_err());
    }

    #[test]
    fn a_server_that_ends_early_is_told_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        fs::write(&log, "the data folder is in use").unwrap();
        let mut server = Command::new("sh").args(["-c", "exit 4"]).spawn().unwrap();
        let error = wait_until_ready(&mut server, &folder.path().join("ready"), &log).unwrap_err();
        assert!(error.contains("in use") && error.contains('4'), "{error}");
    }

    fn script(path: &Path, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_server_is_started_shopped_at_and_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let ready_as = |ready: &str| {
            let text =
                format!("#!/bin/sh\nfor last; do :; done\necho '{ready}' > \"$last\"\nexec sleep 30\n");
            script(&root.join("tongbao"), &text);
        };
        let once = || {
            let (ready, log) = (root.join("ready.json"), root.join("log"));
            let mut server = start(&root.join("tongbao"), root, 8080, &ready, &log).unwrap();
            let done = serve(root, &mut server, &ready, &log, root, true);
            process::stop(&mut server);
            assert!(server.try_wait().unwrap().is_some(), "nothing is left running");
            done
        };
        ready_as("{\"gateway_port_80\": \"http://127.0.0.1/gateway.do\"}");
        script(&tools::venv_python(root), "#!/bin/sh\ntest -f \"$2\"\n");
        assert_eq!(once(), Ok(()));
        script(&tools::venv_python(root), "#!/bin/sh\nexit 7\n");
        assert!(once().unwrap_err().contains('7'));
        ready_as("{\"gateway_port_80\": null}");
        assert!(once().unwrap_err().contains("ip_unprivileged_port_start"));
    }

    #[test]
    fn everything_that_one_needs_next_is_printed() {
        let ready = serde_json::json!({
            "gateway": "http://127.0.0.1:8080/gateway.do", "sandbox": "http://127.0.0.1:8080/sandbox",
            "apps": [{ "app_id": "2021", "mode": "key", "private_key_pkcs8": "keys/a.pem" }],
            "buyers": [{ "login": "amy", "pay_password": "123456", "balance": "100.00" }],
        });
        let text = places(&ready, Path::new("ready.json"), Path::new("server.log"), Path::new("data"));
        for part in [
            "Start page          http://127.0.0.1:8080/\n",
            "To enter the apps",
            "8080/wallet/paycode",
            "http://127.0.0.1:8080/app/wallet/",
            "http://127.0.0.1:8080/app/merchant/",
            "http://127.0.0.1:8080/app/console/",
            "http://127.0.0.1:8080/app/sandbox/",
            "amy",
            "123456",
            "2021",
            "keys/a.pem",
            "server.log",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}
