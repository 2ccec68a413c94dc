//! A world for one run: one line when it serves, nothing left when it ends.

use crate::server::call;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Run(Child);

impl Drop for Run {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}

fn start() -> (Run, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tongbao"))
        .args(["up", "--ephemeral"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Run(child), serde_json::from_str(&line).unwrap())
}

#[test]
fn one_line_says_that_it_serves_and_nothing_is_left() {
    let (mut first, ready) = start();
    let (_second, other) = start();
    assert_ne!(ready["base_url"], other["base_url"], "several run beside each other");
    let address = ready["base_url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let body = json!({ "kind": "buyer", "login": "mei@example.com", "pay_password": "246810" });
    let (status, said) = call(address, "POST", "/sandbox/party", &body.to_string()).unwrap();
    assert_eq!(status, 200, "{said}");
    let data = Path::new(ready["data"].as_str().unwrap());
    let key = ready["apps"][0]["private_key_pkcs8"].as_str().unwrap();
    assert!(Path::new(key).starts_with(data) && Path::new(key).exists());
    let stopped = Command::new("kill").args(["-TERM", &first.0.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert_eq!(first.0.wait().unwrap().code(), Some(0));
    assert!(!data.parent().unwrap().exists(), "its folder is gone");
    assert!(Path::new(other["data"].as_str().unwrap()).exists(), "and the other's is not");
}
