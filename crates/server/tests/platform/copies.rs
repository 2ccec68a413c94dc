//! Backup and restore.

use crate::server::{Server, complaint, printed, top_up};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[test]
fn a_backup_of_a_busy_server_is_whole_and_can_be_served() {
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name);
    let server = Server::start(&path("data"));
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let before = std::thread::scope(|threads| {
        for client in 0..3 {
            let (server, stop, acknowledged) = (&server, &stop, &acknowledged);
            threads.spawn(move || {
                for number in 0..20_000 {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let key = format!("{client}-{number}");
                    assert_eq!(top_up(&server.address, &server.login(0), &key), Some(200));
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while acknowledged.load(Ordering::Relaxed) < 50 {
            std::thread::yield_now();
        }
        let before = acknowledged.load(Ordering::Relaxed);
        for name in ["one", "two"] {
            let said = printed(&[
                "backup",
                "--data",
                path("data").to_str().unwrap(),
                "--to",
                path(name).to_str().unwrap(),
            ]);
            assert!(said.contains("verified"), "{said}");
        }
        stop.store(true, Ordering::Relaxed);
        before
    });
    let apps = server.ready["apps"].clone();
    server.stop();

    let (backup, new) = (path("one"), path("new"));
    let (backup, new_text) = (backup.to_str().unwrap(), new.to_str().unwrap());
    let said = complaint(&["restore", "--from", backup, "--data", path("data").to_str().unwrap()]);
    assert!(said.contains("not empty"), "{said}");
    assert!(printed(&["restore", "--from", backup, "--data", new_text]).contains("verified"));
    let restored = Server::start(&new);
    let balance =
        restored.ready["buyers"][0]["balance"].as_str().unwrap().replace('.', "").parse::<usize>().unwrap();
    let (least, most) = (1_000_000 + before, 1_000_000 + acknowledged.load(Ordering::Relaxed));
    assert!((least..=most).contains(&balance), "{balance}: {least} to {most}");
    assert_eq!(restored.ready["apps"][0]["app_id"], apps[0]["app_id"]);
    // The keys came along: a key of the old app is the same file.
    let key = |app: &serde_json::Value| fs::read(app["private_key_pkcs8"].as_str().unwrap()).unwrap();
    assert_eq!(key(&restored.ready["apps"][0]), key(&apps[0]));
    assert_eq!(top_up(&restored.address, &restored.login(0), "after"), Some(200));
    restored.stop();
    assert!(printed(&["verify", "--data", new_text]).contains("exact"));
}

#[test]
fn a_backup_of_wrong_books_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, to) = (temporary.path().join("data"), temporary.path().join("to"));
    let (data_text, to_text) = (data.to_str().unwrap(), to.to_str().unwrap());
    Server::start(&data).stop();
    let segment = data.join("worlds/default/journal/00000001.journal");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[4096 + 100] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let said = complaint(&["backup", "--data", data_text, "--to", to_text]);
    assert!(said.contains("journal"), "{said}");
    assert!(!to.join("VERSION").exists(), "what is not whole is no data folder");
    assert!(complaint(&["restore", "--from", to_text, "--data", data_text]).contains("no data folder"));
}
