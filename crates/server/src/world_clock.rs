//! The world's clock: real time, moved forwards or standing still, kept beside the world's note.
//!
//! Every move is durable before anybody sees it: a world that was killed after it never shows an earlier time than it
//! showed before. While somebody plays what falls due ([`crate::play`]), the clock is *held*, so that each thing
//! happens at the very moment it is due, however long it takes.

use crate::private_file;
use anyhow::{Context, ensure};
use base::SECOND_US;
use cell::Door;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::watch;
use world::ClockSetting;

/// The system's clock, microseconds UTC.
pub(crate) fn system_clock_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The clock of one world.
pub(crate) struct WorldClock {
    shown: RwLock<Shown>,
    /// Where moves are kept; absent when it stands by command, and then it is never moved.
    file: Option<PathBuf>,
    real: fn() -> i64,
    moved: watch::Sender<u64>,
    /// Tells what was stamped, once the cell is open.
    door: OnceLock<Door>,
}

#[derive(Clone, Copy)]
struct Shown {
    setting: ClockSetting,
    /// Shown instead, while what falls due is played.
    held_at_us: Option<i64>,
}

/// The file's form.
#[derive(Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
enum Note {
    Running { offset_us: i64 },
    Frozen { at_us: i64 },
}

impl WorldClock {
    /// The clock as it was left, or real time.
    pub(crate) fn open(file: &Path) -> anyhow::Result<WorldClock> {
        Ok(WorldClock::with(read(file)?, Some(file.to_path_buf()), system_clock_us))
    }

    /// Real time with nothing beside it.
    pub(crate) fn real() -> WorldClock {
        WorldClock::with(ClockSetting::REAL, None, system_clock_us)
    }

    /// Stands still for good. For benches and tests: their calls are signed long before they are sent.
    pub(crate) fn frozen_at(at_us: i64) -> WorldClock {
        tracing::warn!(at_us, "the world's clock stands still; this is for benches and tests only");
        WorldClock::with(ClockSetting::Standing { at_us }, None, system_clock_us)
    }

    fn with(setting: ClockSetting, file: Option<PathBuf>, real: fn() -> i64) -> WorldClock {
        let shown = RwLock::new(Shown { setting, held_at_us: None });
        WorldClock { shown, file, real, moved: watch::Sender::new(0), door: OnceLock::new() }
    }

    /// What the cell and the rim read.
    pub(crate) fn reading(self: &Arc<WorldClock>) -> cell::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now_us())
    }

    /// The cell is open. From now on a standing clock shows at least what was stamped: else what was decided a
    /// microsecond after it would never be due.
    pub(crate) fn follow(&self, door: Door) {
        // Only the cell that was opened first is followed; there is no second.
        let _first = self.door.set(door);
    }

    /// The world's time, microseconds UTC.
    pub(crate) fn now_us(&self) -> i64 {
        let Shown { setting, held_at_us } = self.shown();
        if let Some(at_us) = held_at_us {
            return at_us;
        }
        let shown_us = setting.now_us((self.real)());
        let stamped_us = if self.can_move() && !setting.runs() { self.stamped_us() } else { i64::MIN };
        shown_us.max(stamped_us)
    }

    fn stamped_us(&self) -> i64 {
        self.door.get().map_or(i64::MIN, Door::last_stamp_us)
    }

    /// Real time, microseconds UTC.
    pub(crate) fn real_us(&self) -> i64 {
        (self.real)()
    }

    /// How it goes.
    pub(crate) fn setting(&self) -> ClockSetting {
        self.shown().setting
    }

    /// Whether it may be moved at all.
    pub(crate) fn can_move(&self) -> bool {
        self.file.is_some()
    }

    /// Changes with each move, so that those who wait for time look at it.
    pub(crate) fn moves(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Holds it at a moment. A crash from here on goes on from there.
    pub(crate) fn hold(&self, at_us: i64) -> anyhow::Result<()> {
        let setting = self.setting().showing(at_us, (self.real)());
        self.keep(setting)?;
        self.show(Shown { setting, held_at_us: Some(at_us) });
        Ok(())
    }

    /// Lets it go on from where it was held, or stand there.
    pub(crate) fn let_go(&self) {
        let Shown { setting, held_at_us } = self.shown();
        let Some(at_us) = held_at_us else { return };
        // What passed meanwhile is not to be seen as a jump. If it cannot be kept, there is one after the next start.
        let exact = setting.showing(at_us, (self.real)());
        let setting = match self.keep(exact) {
            Ok(()) => exact,
            Err(error) => {
                tracing::warn!(%error, "the clock runs on from the last moment that was kept");
                setting
            }
        };
        self.show(Shown { setting, held_at_us: None });
    }

    /// Lets it stand a second after the moment at which the world began: filling its books has taken some microseconds,
    /// and how many is no part of what a seed promises.
    pub(crate) fn stand_after_seeding(&self, starts_at_us: i64) -> anyhow::Result<()> {
        let setting = ClockSetting::Standing { at_us: starts_at_us + SECOND_US };
        self.keep(setting)?;
        self.show(Shown { setting, held_at_us: None });
        Ok(())
    }

    /// Lets it run on from now, or stand still now.
    pub(crate) fn set_running(&self, runs: bool) -> anyhow::Result<()> {
        let setting = ClockSetting::from(self.now_us(), runs, (self.real)());
        self.keep(setting)?;
        self.show(Shown { setting, held_at_us: None });
        Ok(())
    }

    fn shown(&self) -> Shown {
        *self.shown.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, shown: Shown) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
        self.moved.send_modify(|moves| *moves += 1);
    }

    fn keep(&self, setting: ClockSetting) -> anyhow::Result<()> {
        let file = self.file.as_ref().context("this clock is not kept")?;
        let note = match setting {
            ClockSetting::Running { ahead_us } => Note::Running { offset_us: ahead_us },
            ClockSetting::Standing { at_us } => Note::Frozen { at_us },
        };
        private_file::write(file, serde_json::to_string(&note)?.as_bytes())
    }
}

/// Writes down that a world's clock stands at this moment, microseconds UTC. Nobody may have it open.
pub(crate) fn stand(file: &Path, at_us: i64) -> anyhow::Result<()> {
    private_file::write(file, serde_json::to_string(&Note::Frozen { at_us })?.as_bytes())
}

fn read(file: &Path) -> anyhow::Result<ClockSetting> {
    if !file.exists() {
        return Ok(ClockSetting::REAL);
    }
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let damaged = || {
        format!(
            "{} is damaged. It says how the world's clock was moved; restore it from a backup",
            file.display()
        )
    };
    let setting = match serde_json::from_str(&text).with_context(damaged)? {
        Note::Running { offset_us } => ClockSetting::Running { ahead_us: offset_us },
        Note::Frozen { at_us } => ClockSetting::Standing { at_us },
    };
    ensure!(setting.is_sound(), "{}: no clock was ever moved so far", damaged());
    Ok(setting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::DAY_US;

    const REAL_US: i64 = 1_767_283_200_000_000;

    fn clock(file: &Path) -> WorldClock {
        WorldClock::with(read(file).unwrap(), Some(file.to_path_buf()), || REAL_US)
    }

    #[test]
    fn a_move_is_kept_and_a_held_clock_stands() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock.json");
        let one = clock(&file);
        assert_eq!((one.now_us(), one.setting()), (REAL_US, ClockSetting::REAL));
        let moves = one.moves();
        one.hold(REAL_US + DAY_US).unwrap();
        assert!(moves.has_changed().unwrap());
        assert_eq!(one.now_us(), REAL_US + DAY_US);
        assert_eq!(clock(&file).now_us(), REAL_US + DAY_US, "a crash while it is held");
        one.let_go();
        assert_eq!(one.setting(), ClockSetting::Running { ahead_us: DAY_US });
        one.set_running(false).unwrap();
        assert_eq!(clock(&file).setting(), ClockSetting::Standing { at_us: REAL_US + DAY_US });
        one.hold(REAL_US + 2 * DAY_US).unwrap();
        one.let_go();
        assert_eq!(clock(&file).setting(), ClockSetting::Standing { at_us: REAL_US + 2 * DAY_US });
        one.set_running(true).unwrap();
        assert_eq!(clock(&file).setting(), ClockSetting::Running { ahead_us: 2 * DAY_US });
    }

    #[test]
    fn a_standing_clock_shows_what_was_stamped() {
        let folder = tempfile::tempdir().unwrap();
        let one = clock(&folder.path().join("clock.json"));
        one.set_running(false).unwrap();
        let (door, _inbox) = Door::detached(1, Arc::new(|| 0));
        door.stats().last_stamp_us.store(REAL_US + 5, std::sync::atomic::Ordering::Release);
        one.follow(door);
        assert_eq!(one.now_us(), REAL_US + 5);
        one.hold(REAL_US + 3).unwrap();
        assert_eq!(one.now_us(), REAL_US + 3, "a held one shows what it is held at");
    }

    #[test]
    fn a_damaged_note_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock.json");
        for text in [
            "",
            "{",
            "{}",
            r#"{"mode":"running"}"#,
            r#"{"mode":"back","offset_us":1}"#,
            r#"{"mode":"running","offset_us":1,"at_us":2}"#,
            r#"{"mode":"running","offset_us":9223372036854775807}"#,
            r#"{"mode":"frozen","at_us":-1}"#,
        ] {
            fs::write(&file, text).unwrap();
            let error = WorldClock::open(&file).err().map(|error| format!("{error:#}")).unwrap_or_default();
            assert!(error.contains("clock.json is damaged"), "{text}: {error}");
        }
    }

    #[test]
    fn a_clock_that_stands_by_command_is_never_moved() {
        let one = WorldClock::frozen_at(7);
        assert!(!one.can_move() && one.hold(8).is_err() && one.set_running(true).is_err());
        assert_eq!(one.now_us(), 7);
    }
}
