//! Real engines over ordered maps, one for each cell, and the network between them.

use crate::Dice;
use crate::model::{Answer, Model};
use base::{AppId, PartyId, Slot, SlotSet, Stamp, Stamper, Text};
use engine::{
    Acknowledge, Change, Command, Fault, Key, NewPassword, OpenApp, OpenParty, Parcel, Receive, Reply, Row,
    RunTimer, Workspace, run,
};
use money::{Currency, Money};
use people::{AppMode, PartyKind};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::Rulebook;

/// 2026-01-05 09:00 in China.
const BEGINNING_US: i64 = 1_767_574_800_000_000;

pub(super) fn yuan(fen: u64) -> Money {
    Money::from_minor(fen, Currency::Cny).expect("a small amount")
}

/// One cell's rows.
pub(super) struct Cell {
    pub(super) rows: BTreeMap<Key, Row>,
    stamper: Stamper,
    wall_us: i64,
    /// By how much its clock is wrong.
    skew_us: i64,
    home: SlotSet,
}

impl Workspace for Cell {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(self.rows.get(key).cloned())
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put { row, .. } => self.rows.insert(row.key(), row),
                Change::Delete { key } => self.rows.remove(&key),
            };
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.stamper.stamp(self.wall_us)
    }

    fn rules(&self, at_us: i64) -> Arc<Rulebook> {
        let all = self
            .rows
            .values()
            .filter_map(|row| if let Row::Rulebook(rules) = row { Some(rules) } else { None });
        let dated = all.rev().find(|rules| rules.effective_at_us <= at_us);
        dated.cloned().unwrap_or_else(|| Arc::new(Rulebook::first()))
    }

    fn screen_list(&self, _at_us: i64) -> Option<Arc<risk::ScreenList>> {
        None
    }

    fn risk(&self, _at_us: i64) -> Option<Arc<risk::RuleSet>> {
        None
    }

    fn home(&self) -> SlotSet {
        self.home
    }
}

pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) cells: Vec<Cell>,
    pub(super) model: Model,
    pub(super) wall_us: i64,
    /// Parcels under way; what was delivered may be there again.
    pub(super) air: Vec<Parcel>,
    pub(super) acknowledgements: Vec<Acknowledge>,
    pub(super) buyers: Vec<PartyId>,
    pub(super) sellers: Vec<PartyId>,
    pub(super) apps: Vec<AppId>,
}

impl World {
    /// Buyers and merchants in a few slots of so many cells; two of them share a slot.
    pub(super) fn new(seed: u64, cells: usize) -> World {
        let homes = (0..cells)
            .map(|cell| SlotSet::of(Slot::all().filter(|slot| usize::from(slot.number()) % cells == cell)));
        let cells = homes.map(|home| Cell {
            rows: BTreeMap::new(),
            stamper: Stamper::after(Stamp { at_us: 0, seq: 0 }),
            wall_us: BEGINNING_US,
            skew_us: 0,
            home: if cells == 1 { SlotSet::ALL } else { home },
        });
        let mut world = World {
            dice: Dice::new(seed),
            cells: cells.collect(),
            model: Model::new(),
            wall_us: BEGINNING_US,
            air: Vec::new(),
            acknowledgements: Vec::new(),
            buyers: Vec::new(),
            sellers: Vec::new(),
            apps: Vec::new(),
        };
        for cell in 1..world.cells.len() {
            world.cells[cell].skew_us = world.dice.range(-5 * base::MINUTE_US, 5 * base::MINUTE_US);
        }
        for (kind, slot, fen) in [
            (PartyKind::Merchant, 11, 1),
            (PartyKind::Merchant, 12, 1),
            (PartyKind::Person, 21, 200_000),
            (PartyKind::Person, 21, 200_000),
            (PartyKind::Person, 11, 200_000),
            (PartyKind::Person, 31, 200_000),
            (PartyKind::Person, 0, 200_000),
            // Never gets more.
            (PartyKind::Person, 32, 120),
        ] {
            world.settle(kind, slot, fen);
        }
        world
    }

    fn settle(&mut self, kind: PartyKind, slot: u8, fen: u64) {
        let taken = self.buyers.len() + self.sellers.len();
        let logins = (0..).map(|counter| format!("{taken}p{counter}@demo.example"));
        let login =
            logins.into_iter().find(|login| Slot::of_text(login).number() == slot).expect("some name fits");
        let password = NewPassword { verifier: text("$argon2id$"), pepper_version: 1 };
        let command =
            OpenParty { kind, login: text(&login), name: text("somebody"), password: Some(password) };
        let Some(Reply::OpenParty(Ok(party))) = self.ask(command) else { panic!("{login} is not opened") };
        let key = text("first");
        self.ask(engine::TopUp { party, amount: yuan(fen), key });
        if kind == PartyKind::Person {
            return self.buyers.push(party);
        }
        self.sellers.push(party);
        let app = OpenApp {
            seller: party,
            mode: AppMode::Key,
            public_key: vec![1],
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
        };
        let Some(Reply::OpenApp(Ok(app))) = self.ask(app) else { panic!("no app for {login}") };
        self.apps.push(app);
    }

    pub(super) fn home_of(&self, slot: Slot) -> SlotSet {
        let mut homes = self.cells.iter().map(|cell| cell.home);
        homes.find(|home| home.contains(slot)).expect("every slot is somebody's")
    }

    /// By how much the clock of this slot's cell is wrong.
    pub(super) fn skew_of(&self, slot: Slot) -> i64 {
        let cell = self.cells.iter().find(|cell| cell.home.contains(slot));
        cell.expect("every slot is somebody's").skew_us
    }

    /// Decides a command in its cell and by the rules; they must agree.
    pub(super) fn ask(&mut self, command: impl Into<Command>) -> Option<Reply> {
        let command = command.into();
        let home = self.home_of(command.slot());
        let cell = self.cells.iter_mut().find(|cell| cell.home == home).expect("just found");
        cell.wall_us = self.wall_us + cell.skew_us;
        let ran = run(cell, &command).unwrap_or_else(|fault| panic!("{fault}: {command:?}"));
        let answer = Answer { reply: ran.reply.as_ref(), steps: ran.steps };
        // Now and then an answer is lost: the model keeps up without it.
        let answer = (!self.dice.chance(50)).then_some(answer);
        if let Err(mismatch) = self.model.decided(&home, &command, ran.stamp, answer) {
            panic!("{mismatch}");
        }
        if let Some((origin, reply)) = &ran.answered {
            self.model.answered_elsewhere(origin, reply).unwrap_or_else(|mismatch| panic!("{mismatch}"));
        }
        self.air.extend(ran.parcels);
        ran.reply
    }

    pub(super) fn advance(&mut self, span_us: i64) {
        self.wall_us += span_us;
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.cells.iter().flat_map(|cell| cell.rows.values())
    }

    /// One parcel of those under way arrives, perhaps not for the last time, or one word that parcels have arrived.
    pub(super) fn deliver(&mut self) {
        if !self.acknowledgements.is_empty() && self.dice.chance(300) {
            let place = self.dice.index(self.acknowledgements.len());
            let acknowledgement = self.acknowledgements.swap_remove(place);
            self.ask(acknowledgement);
            return;
        }
        if self.air.is_empty() {
            return;
        }
        // Mostly the oldest: what comes too early is thrown away and sent again.
        let early = self.dice.chance(150);
        let place = if early { self.dice.index(self.air.len()) } else { 0 };
        let parcel = self.air[place].clone();
        let reply = self.ask(Receive { parcel: parcel.clone() });
        let Some(Reply::Receive(Ok(up_to))) = reply else { return };
        self.acknowledgements.push(Acknowledge { from: parcel.from, to: parcel.to, up_to });
        let again = self.dice.chance(100);
        let parcel = self.air.remove(place);
        if again {
            self.air.push(parcel);
        }
    }

    /// Whatever is in an outbox arrives and is acknowledged.
    pub(super) fn deliver_all(&mut self) {
        loop {
            let kept =
                self.rows().filter_map(|row| if let Row::Outbox(kept) = row { Some(kept) } else { None });
            let parcels: Vec<Parcel> = kept.map(|kept| kept.open().expect("it was written whole")).collect();
            if parcels.is_empty() {
                break;
            }
            for parcel in parcels {
                let (from, to) = (parcel.from, parcel.to);
                let reply = self.ask(Receive { parcel });
                let Some(Reply::Receive(Ok(up_to))) = reply else { panic!("in order: {reply:?}") };
                self.ask(Acknowledge { from, to, up_to });
            }
        }
        self.air.clear();
    }

    /// Every parcel arrives, every timer runs, every merchant listens.
    pub(super) fn heal(&mut self) {
        self.deliver_all();
        self.advance(16 * base::DAY_US);
        let timers: Vec<RunTimer> =
            self.timers().map(|(due_at_us, timer)| RunTimer { due_at_us, timer }).collect();
        for timer in timers {
            self.ask(timer);
        }
        self.deliver_all();
        super::cards::settle(self);
        let due = self
            .rows()
            .filter_map(|row| if let Row::Notice(notice) = row { Some(notice.clone()) } else { None });
        let due: Vec<_> = due.filter(|notice| notice.state == trade::NoticeState::Due).collect();
        for notice in due {
            let attempts_before = notice.attempts;
            self.ask(engine::NoticeTried {
                notice: notice.no,
                attempts_before,
                delivered: true,
                error: None,
            });
        }
        self.check();
    }

    pub(super) fn timers(&self) -> impl Iterator<Item = (i64, base::TimerNo)> {
        let timers =
            self.rows().filter_map(|row| if let Row::Timer(timer) = row { Some(timer) } else { None });
        timers.filter(|timer| timer.due_at_us <= self.wall_us).map(|timer| (timer.due_at_us, timer.no))
    }

    pub(super) fn check(&self) {
        if let Err(mismatch) = self.model.check_books(self.rows()) {
            panic!("{mismatch}");
        }
    }
}

pub(super) fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("it is short")
}
