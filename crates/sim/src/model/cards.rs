//! Bank cards: asked for, bound, given up; and looking at them and at bank orders.

use super::rows::Expected;
use super::{Model, Step};
use base::{BankOrderNo, CardNo, PartyId};
use engine::{AskCard, BankView, BindCard, Command, FindBankOrder, Reply, UnbindCard};
use fund::{
    AskCardRefused, BankOrder, BankOrderKey, BindCardRefused, Card, CardName, CardRefused, CardState,
    FindBankRefused,
};
use people::PartyStatus;
use std::sync::Arc;

impl Model {
    /// A command about cards and what banks are asked, or another. `None` when the answer comes at the end of a chain.
    pub(super) fn decide_banking(&mut self, step: &Step, command: &Command) -> Option<Reply> {
        Some(match command {
            Command::AskCard(asked) => Reply::AskCard(self.ask_card(step, asked)),
            Command::BindCard(asked) => Reply::BindCard(self.bind_card(step, asked)),
            Command::UnbindCard(asked) => Reply::UnbindCard(self.unbind_card(step, asked)),
            Command::PrepareBankOrder(asked) => Reply::PrepareBankOrder(self.prepare(step, asked)),
            Command::ConfirmBankOrder(asked) => Reply::ConfirmBankOrder(self.confirm_bank_order(step, asked)),
            Command::CloseBankOrder(asked) => Reply::CloseBankOrder(self.close_bank_order(step, asked)),
            Command::SendBankOrder(asked) => Reply::SendBankOrder(Ok(self.send_bank_order(step, asked))),
            Command::BankAnswered(asked) => Reply::BankAnswered(self.bank_answered(step, asked)),
            Command::PayByCard(asked) => Reply::PayByCard(self.pay_by_card(step, asked)),
            Command::FindCard(asked) => {
                let card = self.card_of(asked.party, asked.card);
                Reply::FindCard(card.cloned().map(Arc::new).ok_or(FindBankRefused::NotFound))
            }
            Command::FindBankOrder(asked) => Reply::FindBankOrder(self.find_bank_order(asked)),
            other => return self.decide_contract(step, other).or_else(|| self.decide_transfer(step, other)),
        })
    }

    pub(super) fn card_of(&self, party: PartyId, no: CardNo) -> Option<&Card> {
        self.cards.get(&no).filter(|card| card.party == party)
    }

    pub(super) fn bank_order_of(&self, party: PartyId, no: BankOrderNo) -> Option<&BankOrder> {
        self.bank_orders.get(&no).filter(|order| order.party == party)
    }

    fn ask_card(&mut self, step: &Step, asked: &AskCard) -> Result<Arc<Card>, AskCardRefused> {
        let AskCard { party, bank, kind, last_four, digest } = asked.clone();
        match self.status(party) {
            None => return Err(AskCardRefused::PartyNotFound),
            Some(PartyStatus::Frozen | PartyStatus::Closed) => return Err(AskCardRefused::PartyBlocked),
            Some(PartyStatus::Normal) => {}
        }
        let known = self.card_names.get(&(party, digest)).map(|no| &self.cards[no]);
        match known.map(|card| card.state) {
            Some(CardState::Bound) => return Err(AskCardRefused::AlreadyBound),
            Some(CardState::Asked) => {
                self.seen.count("the same card asked for again is the same card");
                return Ok(Arc::new(self.cards[&self.card_names[&(party, digest)]].clone()));
            }
            Some(CardState::Unbound | CardState::Payee) => {
                self.seen.count("a card that was given up is bound anew")
            }
            None => {}
        }
        let no = CardNo::of(step.stamp, step.slot);
        let card = Card {
            slot: step.slot,
            no,
            party,
            state: CardState::Asked,
            bank,
            kind,
            last_four,
            digest,
            agreement: None,
            asked_at_us: step.now(),
            changed_at_us: step.now(),
        };
        self.cards.insert(no, card.clone());
        self.card_names.insert((party, digest), no);
        Ok(Arc::new(card))
    }

    fn bind_card(&mut self, step: &Step, asked: &BindCard) -> Result<Arc<Card>, BindCardRefused> {
        let own = self.cards.get_mut(&asked.card).filter(|card| card.party == asked.party);
        let card = own.ok_or(BindCardRefused::CardNotFound)?;
        if card.state == CardState::Asked {
            (card.state, card.changed_at_us) = (CardState::Bound, step.now());
            card.agreement = Some(asked.agreement.clone());
        } else if card.state == CardState::Unbound || card.agreement.as_ref() != Some(&asked.agreement) {
            return Err(BindCardRefused::CardEnded);
        }
        Ok(Arc::new(card.clone()))
    }

    fn unbind_card(&mut self, step: &Step, asked: &UnbindCard) -> Result<Arc<Card>, CardRefused> {
        let own = self.cards.get_mut(&asked.card).filter(|card| card.party == asked.party);
        let card = own.ok_or(CardRefused::CardNotFound)?;
        if card.state != CardState::Unbound {
            (card.state, card.changed_at_us) = (CardState::Unbound, step.now());
        }
        Ok(Arc::new(card.clone()))
    }

    fn find_bank_order(&self, asked: &FindBankOrder) -> Result<BankView, FindBankRefused> {
        let order = self.bank_order_of(asked.party, asked.no).ok_or(FindBankRefused::NotFound)?;
        let card = self.cards[&order.card].clone();
        Ok(BankView { order: Arc::new(order.clone()), card: Arc::new(card) })
    }

    pub(super) fn rows_of_banks(&self, rows: &mut Expected) {
        for ((party, digest), no) in &self.card_names {
            rows.add(CardName { slot: party.slot(), party: *party, digest: *digest, no: *no });
        }
        self.cards.values().for_each(|card| rows.add(card.clone()));
        self.bank_orders.values().for_each(|order| rows.add(order.clone()));
        for ((party, kind, key), no) in &self.bank_keys {
            let (slot, key) = (party.slot(), key.clone());
            rows.add(BankOrderKey { slot, party: *party, kind: *kind, key, no: *no });
        }
        self.surprises.values().for_each(|surprise| rows.add(surprise.clone()));
    }
}
