//! What a server must be before books are kept in it.

use super::session::Session;
use crate::StoreError;

/// The oldest and the newest release of PostgreSQL that books were kept in.
const OLDEST: i32 = 15;
const NEWEST: i32 = 18;

/// Refuses a server that is of another release, is a standby, holds text that is not UTF-8, may lose what it
/// acknowledged when it crashes, or, if nothing may be lost ever, when it is replaced by its standby.
pub(super) fn check(session: &mut Session, place: &str, no_loss: bool) -> Result<(), StoreError> {
    let found = Settings::read(session)?;
    match found.wrong(no_loss) {
        Some(why) => Err(StoreError::Server { place: place.to_owned(), why }),
        None => Ok(()),
    }
}

/// What matters of a server.
#[derive(Clone, Debug)]
struct Settings {
    version: i32,
    encoding: String,
    is_standby: bool,
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
    synchronous_standby_names: String,
}

impl Settings {
    fn read(session: &mut Session) -> Result<Settings, StoreError> {
        let sql = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
            pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes'),
            current_setting('synchronous_commit'), current_setting('synchronous_standby_names')";
        let rows = session.query(sql, &[])?;
        let row = rows.first().ok_or(StoreError::ConnectionGone)?;
        Ok(Settings {
            version: row.try_get(0)?,
            encoding: row.try_get(1)?,
            is_standby: row.try_get(2)?,
            fsync: row.try_get(3)?,
            full_page_writes: row.try_get(4)?,
            synchronous_commit: row.try_get(5)?,
            synchronous_standby_names: row.try_get(6)?,
        })
    }

    /// The first thing that is wrong, in words.
    fn wrong(&self, no_loss: bool) -> Option<String> {
        let release = self.version / 10_000;
        if !(OLDEST..=NEWEST).contains(&release) {
            return Some(format!("it is PostgreSQL {release}; releases {OLDEST} to {NEWEST} are supported"));
        }
        if self.is_standby {
            return Some("it is a standby, which cannot be written; name the primary".to_owned());
        }
        if self.encoding != "UTF8" {
            return Some(format!(
                "its encoding is {}, not UTF8; make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
                self.encoding
            ));
        }
        for (name, value) in [("fsync", &self.fsync), ("full_page_writes", &self.full_page_writes)] {
            if value != "on" {
                return Some(format!(
                    "{name} is {value}: a crash of the machine can destroy it; set {name} = on"
                ));
            }
        }
        if self.synchronous_commit == "off" {
            return Some(
                "synchronous_commit is off: it acknowledges what a crash takes back; set it to on, for the \
                 server or for our role"
                    .to_owned(),
            );
        }
        if no_loss {
            return self.may_lose();
        }
        None
    }

    /// Why a failover may lose what was acknowledged.
    fn may_lose(&self) -> Option<String> {
        if self.synchronous_standby_names.trim().is_empty() {
            return Some(
                "no loss is asked for, but synchronous_standby_names is empty: what it acknowledges is on no \
                 standby yet, and is lost when one takes its place"
                    .to_owned(),
            );
        }
        if !matches!(self.synchronous_commit.as_str(), "on" | "remote_apply") {
            return Some(format!(
                "no loss is asked for, but synchronous_commit is {}: the standby has not made durable what is \
                 acknowledged; set it to on",
                self.synchronous_commit
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Settings {
        let on = || "on".to_owned();
        Settings {
            version: 150_018,
            encoding: "UTF8".to_owned(),
            is_standby: false,
            fsync: on(),
            full_page_writes: on(),
            synchronous_commit: on(),
            synchronous_standby_names: "ANY 1 (*)".to_owned(),
        }
    }

    #[test]
    fn each_thing_that_is_wrong_has_its_own_words() {
        type Change = fn(&mut Settings);
        let cases: [(&str, bool, Change); 12] = [
            ("PostgreSQL 14", false, |server| server.version = 140_022),
            ("PostgreSQL 19", false, |server| server.version = 190_000),
            ("is a standby", false, |server| server.is_standby = true),
            ("encoding is SQL_ASCII", false, |server| server.encoding = "SQL_ASCII".to_owned()),
            ("fsync is off", false, |server| server.fsync = "off".to_owned()),
            ("full_page_writes is off", false, |server| server.full_page_writes = "off".to_owned()),
            ("synchronous_commit is off", false, |server| server.synchronous_commit = "off".to_owned()),
            ("synchronous_commit is off", true, |server| server.synchronous_commit = "off".to_owned()),
            ("synchronous_standby_names is empty", true, |server| server.synchronous_standby_names.clear()),
            ("synchronous_standby_names is empty", true, |server| {
                server.synchronous_standby_names = " ".to_owned();
            }),
            ("synchronous_commit is local", true, |server| server.synchronous_commit = "local".to_owned()),
            ("synchronous_commit is remote_write", true, |server| {
                server.synchronous_commit = "remote_write".to_owned();
            }),
        ];
        for (told, no_loss, change) in cases {
            let mut server = good();
            change(&mut server);
            let wrong = server.wrong(no_loss).unwrap_or_default();
            assert!(wrong.contains(told), "{told}: {wrong}");
        }
    }

    #[test]
    fn what_keeps_what_it_acknowledges_is_taken() {
        for version in [150_000, 160_004, 170_002, 189_999] {
            assert_eq!(Settings { version, ..good() }.wrong(true), None);
        }
        for synchronous_commit in ["local", "remote_write", "on", "remote_apply"] {
            let server = Settings {
                synchronous_commit: synchronous_commit.to_owned(),
                synchronous_standby_names: String::new(),
                ..good()
            };
            assert_eq!(server.wrong(false), None);
        }
    }
}
