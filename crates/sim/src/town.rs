//! The people of a run: wallets and tills that call, merchants' servers that are told, and what each of them was told.

use crate::acts::top_up;
use crate::caller::{CallId, Callers, Calling, Outcome, Word};
use crate::counters::Counters;
use crate::courier::CallNo;
use crate::dice::Dice;
use crate::faults::Swarm;
use crate::merchant::Merchants;
use crate::network::CellNo;
use crate::plan::{MERCHANTS_FROM, Town};
use crate::told::{self, Heard};
use crate::world::{Event, World};
use base::{AppId, BankOrderNo, PartyId, SECOND_US, Slot, Text};
use cell::{Door, Inbox, NotDecided, Promise};
use engine::{BankAnswered, Command, ImportLine, Key, NewPassword, OpenApp, OpenParty, Row};
use notify::Failure;
use people::{App, AppMode, PartyKind, Verifier};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use trade::{Notice, NoticeEvent, Order};

/// Money that every buyer begins with, fen.
const PURSE_FEN: u64 = 30_000;
/// How long a program waits for an answer, microseconds.
const PATIENCE_US: i64 = 20 * SECOND_US;
/// From one look of a process to the next at least, microseconds.
const LOOK_AGAIN_US: i64 = 1_000;
/// How often that doubles while a clock stands still: up to a minute.
const STILL_LOOKS_MAX: u32 = 16;
/// Commands of one call that may wait at its door.
const DOOR_MAX: usize = 8;

/// Something of the town that happens later.
#[derive(Debug)]
pub(crate) enum TownEvent {
    /// A caller's patience ends.
    Late,
    /// A merchant's server answers a process's courier.
    Answered(CellNo, u64, CallNo, Result<(), Failure>),
    /// It is time to look whether a bank is to be asked about an order, for the so-maniest time in vain.
    AskBank(BankOrderNo, u32),
    /// The bank says something about an order.
    BankSays(BankAnswered),
    /// A line of the bank's statement is read.
    LineRead(ImportLine),
}

/// A call and what the cells said to its commands.
struct Open {
    method: String,
    inbox: Inbox,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// The people.
pub(crate) struct People {
    dice: Dice,
    callers: Callers<Word>,
    open: BTreeMap<CallId, Open>,
    merchants: Merchants,
    now_us: Arc<Mutex<i64>>,
    /// The command of the caller who was answered last.
    answered: Arc<Mutex<Option<Command>>>,
    shops: Vec<(PartyId, AppId)>,
    buyers: Vec<PartyId>,
    pub(crate) apps: BTreeMap<AppId, Arc<App>>,
    /// The slot that each code's last digits name.
    pub(crate) code_slots: BTreeMap<u8, Slot>,
    /// Whether the second buyer lives in the slot of the first.
    neighbours: bool,
}

impl People {
    pub(crate) fn new(_town: &Town, dice: &Dice) -> People {
        People {
            callers: Callers::new(dice),
            merchants: Merchants::new(dice),
            dice: dice.fork("people"),
            open: BTreeMap::new(),
            now_us: Arc::default(),
            answered: Arc::default(),
            shops: Vec::new(),
            buyers: Vec::new(),
            apps: BTreeMap::new(),
            code_slots: BTreeMap::new(),
            neighbours: dice.fork("neighbours").chance(300),
        }
    }

    /// The true time goes on.
    pub(crate) fn tick(&mut self, true_us: i64) {
        *self.now_us.lock().unwrap_or_else(PoisonError::into_inner) = true_us;
    }

    /// The command of the caller who was answered since this was last asked, if somebody was.
    pub(crate) fn take_answered(&mut self) -> Option<Command> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Hears of apps, which programs need before they can call.
    pub(crate) fn learn(&mut self, changes: &[(Key, Option<Row>)]) {
        for (_, row) in changes {
            if let Some(Row::App(app)) = row {
                self.apps.insert(app.id, app.clone());
            }
        }
    }

    fn door(&self) -> (Door, Inbox) {
        let now_us = self.now_us.clone();
        Door::detached(DOOR_MAX, Arc::new(move || *now_us.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    pub(crate) fn begin(
        &mut self,
        now_us: i64,
        method: &str,
        swarm: &Swarm,
        counters: &mut Counters,
        calling: impl FnOnce(&Door) -> Calling<Word>,
    ) -> i64 {
        let (door, inbox) = self.door();
        let calling = calling(&door);
        let id = self.callers.begin(now_us, 0, PATIENCE_US, calling, swarm, counters);
        self.open.insert(id, Open { method: method.to_owned(), inbox, heard: Arc::default() });
        self.callers.next_deadline_us().unwrap_or(now_us)
    }

    pub(crate) fn shop(&self, merchant: u8) -> (PartyId, AppId) {
        self.shops[usize::from(merchant) % self.shops.len()]
    }

    /// Which shop a party has.
    pub(crate) fn merchant(&self, seller: PartyId) -> Option<u8> {
        let at = self.shops.iter().position(|(party, _)| *party == seller)?;
        u8::try_from(at).ok()
    }

    /// A buyer's login. In some towns the second lives in the slot of the first, so that they share its drawer.
    fn login_of(&self, buyer: u8) -> String {
        if !self.neighbours || buyer != 1 {
            return format!("buyer{buyer}@town");
        }
        let first = Slot::of_text("buyer0@town");
        let logins = (0..).map(|no| format!("buyer1-{no}@town"));
        logins.into_iter().find(|login| Slot::of_text(login) == first).expect("one in a hundred lies there")
    }

    pub(crate) fn buyer(&self, buyer: u8) -> PartyId {
        match buyer.checked_sub(MERCHANTS_FROM) {
            Some(merchant) => self.shop(merchant).0,
            None => self.buyers[usize::from(buyer) % self.buyers.len()],
        }
    }

    /// The digits of a code: they end in its buyer's slot, as they do in the product.
    pub(crate) fn code(&self, code: u8) -> Option<String> {
        self.code_slots.get(&code).map(|slot| format!("28{code:014}{slot}"))
    }
}

impl World {
    /// Opens parties and apps and gives everybody money, while nothing goes wrong.
    pub(crate) fn settle_town(&mut self, town: &Town) -> Result<(), String> {
        for merchant in 0..town.merchants {
            self.command(open_party(PartyKind::Merchant, format!("shop{merchant}@town")).into());
        }
        for buyer in 0..town.buyers {
            let login = self.people.login_of(buyer);
            self.command(open_party(PartyKind::Person, login).into());
        }
        self.serve_people()?;
        self.run_out()?;
        let parties: BTreeMap<String, PartyId> = self.mirror.rows().filter_map(login).collect();
        let of = |login: String| parties.get(&login).copied().ok_or(format!("{login} was not opened"));
        for merchant in 0..town.merchants {
            let seller = of(format!("shop{merchant}@town"))?;
            self.command(open_app(seller).into());
        }
        for buyer in 0..town.buyers {
            let party = of(self.people.login_of(buyer))?;
            self.people.buyers.push(party);
            self.command(top_up(party, PURSE_FEN, "purse").into());
        }
        self.serve_people()?;
        self.run_out()?;
        let apps = self.people.apps.values().map(|app| (app.seller, app.id));
        self.people.shops = apps.collect();
        if self.people.shops.len() == usize::from(town.merchants) {
            Ok(())
        } else {
            Err("not every shop has its app".to_owned())
        }
    }

    /// Lets callers go on and brings their commands on the way, until nobody can go on.
    pub(crate) fn serve_people(&mut self) -> Result<(), String> {
        let now_us = self.schedule.now_us();
        for (id, outcome) in self.people.callers.poll(now_us) {
            self.ended(id, outcome)?;
        }
        self.serve_bank();
        let mut asked: Vec<(Command, Promise)> = Vec::new();
        for open in self.people.open.values() {
            while let Some((command, promise)) = open.inbox.take() {
                let (heard, copy) = (open.heard.clone(), command.clone());
                let last = self.people.answered.clone();
                let overheard = Promise::new(move |answer| {
                    *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy.clone());
                    heard.lock().unwrap_or_else(PoisonError::into_inner).push((copy, answer.clone()));
                    promise.keep(answer);
                });
                asked.push((command, overheard));
            }
        }
        for (command, promise) in asked {
            let cell = self.cell_of(command.slot());
            let wait_us = self.people.dice.range(50, 3_000);
            self.schedule.after(wait_us, Event::Ask(cell, Box::new(command), promise));
        }
        Ok(())
    }

    fn ended(&mut self, id: CallId, outcome: Outcome<Word>) -> Result<(), String> {
        let Some(open) = self.people.open.remove(&id) else { return Ok(()) };
        let heard = open.heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let method = open.method;
        match outcome {
            Outcome::Heard(Word::Gateway(said)) => {
                self.note(format_args!("{method} is told {} {}", said.code, said.sub_code));
                self.trace.bytes(said.body.as_bytes());
                self.counters.hit(&format!(
                    "told.{}",
                    if said.sub_code.is_empty() { &said.code } else { &said.sub_code }
                ));
                told::check(&method, &heard, &said)
            }
            Outcome::Heard(Word::Cell(answer)) => {
                let word = match &answer {
                    Ok(reply) if reply.is_accepted() => "done",
                    Ok(_) => "refused",
                    Err(NotDecided::Busy) => "busy",
                    Err(NotDecided::Unknown) => "unknown",
                };
                self.note(format_args!("{method} is {word}"));
                self.counters.hit(&format!("wallet.{word}"));
                Ok(())
            }
            Outcome::Unknown(why) => {
                self.note(format_args!("{method} hears nothing: {why:?}"));
                self.counters.hit(&format!("silence.{why:?}"));
                Ok(())
            }
        }
    }

    /// A process looks for what is due: timers and notices.
    pub(crate) fn look(&mut self, cell: CellNo, no: u64) -> Result<(), String> {
        let now_us = self.schedule.now_us();
        if self.stumbles(cell, no) {
            return Ok(());
        }
        let machine = &mut self.machines[cell];
        let (wall_us, store) = (machine.clock.now_us(), machine.store.clone());
        let Some(process) = machine.process(no) else { return Ok(()) };
        if process.look_at_us != Some(now_us) {
            // An earlier look was entered after this one.
            return Ok(());
        }
        process.look_at_us = None;
        let reader = || store::Store::reader(&store);
        let timers = process.clerk.step(now_us, wall_us, reader);
        let wants = process.courier.step(now_us, wall_us, reader);
        let busy = !timers.is_empty() || !wants.commands.is_empty();
        process.queue.extend(timers);
        process.queue.extend(wants.commands);
        if busy {
            self.schedule.after(1, Event::Decide(cell, no));
        }
        for call in wants.calls {
            let seen = self.people.merchants.seen.len();
            let answer = self.people.merchants.ring(now_us, &call, &self.swarm, &mut self.counters)?;
            self.check_heard(seen)?;
            self.note(format_args!("cell {cell} tells of notice {}: {answer:?}", call.notice));
            if let Some(answer) = answer {
                let event = TownEvent::Answered(cell, no, call.no, answer.outcome);
                self.schedule.after(answer.after_us, Event::Town(event));
            }
        }
        self.look_again(cell, no);
        Ok(())
    }

    /// Whatever a merchant has heard of since is durable, and so.
    fn check_heard(&self, since: usize) -> Result<(), String> {
        for heard in &self.people.merchants.seen[since..] {
            let notice = self.mirror.get(&Key::Notice((heard.notice.slot(), heard.notice)));
            let order = self.mirror.get(&Key::Order((heard.order_no.slot(), heard.order_no)));
            let notice = if let Some(Row::Notice(notice)) = notice { Some(notice.as_ref()) } else { None };
            let order = if let Some(Row::Order(order)) = order { Some(order.as_ref()) } else { None };
            heard.check(notice, order)?;
        }
        Ok(())
    }

    /// Enters the next look of a process, when there is one and none earlier is entered.
    pub(crate) fn look_again(&mut self, cell: CellNo, no: u64) {
        let now_us = self.schedule.now_us();
        let machine = &mut self.machines[cell];
        let wall_us = machine.clock.now_us();
        let Some(process) = machine.process(no) else { return };
        let news = process.clerk.has_news() || process.courier.has_news();
        let wakes = [process.clerk.wake_at_us(now_us, wall_us), process.courier.wake_at_us(now_us, wall_us)];
        let next_us = if news { Some(now_us) } else { wakes.into_iter().flatten().min() };
        let Some(mut next_us) = next_us else { return };
        // A clock that stands still before something is due must not make the world turn on the spot.
        let still = process.looked_wall_us.replace(wall_us) == Some(wall_us);
        process.still_looks = if still && !news { (process.still_looks + 1).min(STILL_LOOKS_MAX) } else { 0 };
        next_us = next_us.max(now_us + (LOOK_AGAIN_US << process.still_looks));
        if process.look_at_us.is_none_or(|entered_us| entered_us > next_us) {
            process.look_at_us = Some(next_us);
            self.schedule.at(next_us, Event::Look(cell, no));
        }
    }

    pub(crate) fn happen_in_town(&mut self, event: TownEvent) -> Result<(), String> {
        match event {
            TownEvent::Late => Ok(()),
            TownEvent::AskBank(no, waits) => {
                self.ask_bank(no, waits);
                Ok(())
            }
            TownEvent::LineRead(line) => self.read_line(line),
            TownEvent::BankSays(word) => {
                self.command(word.into());
                Ok(())
            }
            TownEvent::Answered(cell, no, call, outcome) => {
                if let Some(process) = self.machines[cell].process(no) {
                    process.courier.answered(call, outcome);
                    self.look_again(cell, no);
                }
                Ok(())
            }
        }
    }

    /// What merchants and callers still wait for, or believe wrongly.
    pub(crate) fn open_in_town(&self) -> Vec<String> {
        let mut open = Vec::new();
        if !self.people.callers.is_empty() {
            open.push(format!("{} callers still wait", self.people.callers.len()));
        }
        let notices: Vec<&Notice> = self
            .mirror
            .rows()
            .filter_map(|row| if let Row::Notice(notice) = row { Some(&**notice) } else { None })
            .collect();
        let orders = self
            .mirror
            .rows()
            .filter_map(|row| if let Row::Order(order) = row { Some(&**order) } else { None });
        let messages = notices.iter().filter(|notice| notice.event == NoticeEvent::Message);
        open.extend(messages.filter_map(|notice| self.people.merchants.check_delivered(notice).err()));
        for order in orders.collect::<Vec<&Order>>() {
            let of_order = notices.iter().copied().filter(|notice| notice.order_no == order.no);
            open.extend(self.people.merchants.check_order(order, of_order).err());
        }
        open
    }
}

fn login(row: &Row) -> Option<(String, PartyId)> {
    if let Row::Login(login) = row { Some((login.login.to_string(), login.party)) } else { None }
}

pub(crate) fn open_party(kind: PartyKind, login: String) -> OpenParty {
    let verifier = Verifier::new("$argon2id$rehearsed").expect("a short text");
    let password = Some(NewPassword { verifier, pepper_version: 1 });
    OpenParty {
        kind,
        login: Text::new(&login).expect("logins are short"),
        name: Text::new("somebody").expect("names are short"),
        password,
    }
}

pub(crate) fn open_app(seller: PartyId) -> OpenApp {
    OpenApp {
        seller,
        mode: AppMode::Key,
        public_key: vec![1],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    }
}
