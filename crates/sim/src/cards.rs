//! What people do with bank cards: bind them, fill the balance, take money out, pay orders.

use crate::caller::{Calling, Word, ask};
use crate::plan::Act;
use crate::world::World;
use base::{BankOrderNo, CardNo, OrderNo, PartyId, Text};
use cell::Door;
use engine::{
    AskCard, BankWay, BindCard, CloseBankOrder, Command, ConfirmBankOrder, FindBankOrder, FindCard,
    JudgePassword, Key, LastTry, PayByCard, PrepareBankOrder, Reply, Row, TryPassword, UnbindCard,
};
use fund::{BankOrderKind, CardKind};
use money::{Currency, Money};

fn digest(card: u8) -> [u8; 16] {
    [card; 16]
}

/// Cards are of banks with other limits and of one with the usual ones.
fn bank(card: u8) -> &'static str {
    match card % 4 {
        1 => "ABC",
        2 => "ICBC",
        _ => "CMB",
    }
}

impl World {
    pub(crate) fn act_of_cards(&mut self, act: Act) {
        match act {
            Act::Bind { party, card } => {
                let ask = AskCard {
                    party: self.people.buyer(party),
                    bank: Text::new(bank(card)).expect("it is short"),
                    kind: if card % 4 == 3 { CardKind::Credit } else { CardKind::Debit },
                    last_four: Text::new(&format!("{:04}", u16::from(card))).expect("four digits"),
                    digest: digest(card),
                };
                self.begin("bind a card", |door| bind(door.clone(), ask));
            }
            Act::Unbind { party, card } => {
                let party = self.people.buyer(party);
                let Some(card) = self.card(party, card) else { return };
                self.command(UnbindCard { party, card }.into());
                self.command(FindCard { party, card }.into());
            }
            Act::PrepareBank { party, card, out, fen, key } => {
                let party = self.people.buyer(party);
                let Some(card) = self.card(party, card) else { return };
                let order = PrepareBankOrder {
                    party,
                    card,
                    way: if out { BankWay::Withdraw } else { BankWay::TopUp },
                    amount: Money::from_minor(fen, Currency::Cny).expect("amounts of a town are small"),
                    key: Text::new(&format!("K{key}")).expect("it is short"),
                };
                self.command(order.into());
            }
            Act::ConfirmBank { party, out, key, right } => {
                let party = self.people.buyer(party);
                let Some(no) = self.bank_order(party, out, key) else { return };
                let last = move |attempt| ConfirmBankOrder { party, no, attempt }.into();
                self.begin("confirm a bank order", |door| {
                    with_password(door.clone(), party, no.topic(), right, Box::new(last))
                });
            }
            Act::CloseBank { party, out, key } => {
                let party = self.people.buyer(party);
                let Some(no) = self.bank_order(party, out, key) else { return };
                self.command(CloseBankOrder { party, no }.into());
                self.command(FindBankOrder { party, no }.into());
            }
            Act::PayByCard { buyer, merchant, number, card, right } => {
                let buyer = self.people.buyer(buyer);
                let (Some(order_no), Some(card)) = (self.order(merchant, number), self.card(buyer, card))
                else {
                    return;
                };
                let last_try = LastTry::Unsaid;
                let last = move |attempt| PayByCard { buyer, order_no, card, attempt, last_try }.into();
                self.begin("pay by card", |door| {
                    with_password(door.clone(), buyer, order_no, right, Box::new(last))
                });
            }
            of_contracts => self.act_of_contracts(of_contracts),
        }
    }

    /// A party's card by what is printed on it.
    fn card(&self, party: PartyId, card: u8) -> Option<CardNo> {
        match self.mirror.get(&Key::CardName((party.slot(), party, digest(card)))) {
            Some(Row::CardName(name)) => Some(name.no),
            _ => None,
        }
    }

    fn bank_order(&self, party: PartyId, out: bool, key: u8) -> Option<BankOrderNo> {
        let kind = if out { BankOrderKind::Withdraw } else { BankOrderKind::TopUp };
        let key = Text::new(&format!("K{key}")).ok()?;
        match self.mirror.get(&Key::BankOrderKey((party.slot(), party, kind, key))) {
            Some(Row::BankOrderKey(found)) => Some(found.no),
            _ => None,
        }
    }
}

/// The bank agrees to what the holder asked for.
fn bind(door: Door, asked: AskCard) -> Calling<Word> {
    Box::pin(async move {
        let party = asked.party;
        let answer = ask(&door, asked.into()).await;
        let Ok(Reply::AskCard(Ok(card))) = &answer else { return Word::Cell(answer) };
        let agreement = Text::new(&format!("A{}", card.no)).expect("it is short");
        Word::Cell(ask(&door, BindCard { party, card: card.no, agreement }.into()).await)
    })
}

/// Gives the password, hears the verdict, and asks for what it was given for.
fn with_password(
    door: Door,
    party: PartyId,
    about: OrderNo,
    right: bool,
    last: Box<dyn FnOnce(u64) -> Command>,
) -> Calling<Word> {
    Box::pin(async move {
        let tried = ask(&door, TryPassword { party, about }.into()).await;
        let Ok(Reply::TryPassword(Ok(reserved))) = &tried else { return Word::Cell(tried) };
        let attempt = reserved.attempt;
        let judged = ask(&door, JudgePassword { party, attempt, right }.into()).await;
        if !right || !matches!(judged, Ok(Reply::JudgePassword(Ok(())))) {
            return Word::Cell(judged);
        }
        Word::Cell(ask(&door, last(attempt)).await)
    })
}
