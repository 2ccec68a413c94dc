//! Persons: whose an account is, the evidence for it, its class, and what was paid from its balance.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{PartyId, SlotSet};
use engine::{Key, Row, Tabled};
use fund::{BankOrder, WITHDRAW_FREE_LIFE_FEN};
use money::Minor;
use people::{
    AccountClass, Evidence, IdentityDigest, Party, Person, Standing, Usage, UsageKind, class_of,
    slot_of_identity,
};
use std::collections::BTreeMap;
use trade::{Frozen, Trade};
use transfer::Transfer;

/// What was seen of persons.
#[derive(Debug)]
pub(crate) struct Persons {
    /// The slots whose rows are here.
    home: SlotSet,
    /// Registered persons and their classes.
    classes: BTreeMap<PartyId, AccountClass>,
    standings: BTreeMap<PartyId, (Standing, Vec<Evidence>)>,
    persons: BTreeMap<IdentityDigest, Person>,
    /// What left each person's balance and did not come back, by year.
    spent: BTreeMap<(PartyId, u32), i128>,
    /// What class I accounts withdrew, by account: it counts in their lives and in no year.
    withdrawn: BTreeMap<PartyId, i128>,
    counters: Vec<Usage>,
    /// What each account withdrew without a fee.
    free: BTreeMap<PartyId, i128>,
}

impl Persons {
    pub(crate) fn new(home: SlotSet) -> Persons {
        Persons {
            home,
            classes: BTreeMap::new(),
            standings: BTreeMap::new(),
            persons: BTreeMap::new(),
            spent: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            counters: Vec::new(),
            free: BTreeMap::new(),
        }
    }

    /// A row of any table, in the order of `READ_ORDER`: most say nothing of persons.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::Party(party) => self.party(party),
            Row::Standing(standing) => self.standing(standing),
            Row::Evidence(evidence) => self.evidence(evidence, findings),
            Row::Person(person) => self.person(person, findings),
            Row::Usage(usage) => self.usage(usage),
            Row::Trade(trade) => self.trade(trade),
            Row::Frozen(frozen) => self.frozen(frozen),
            Row::Transfer(transfer) => self.transfer(transfer),
            Row::BankOrder(order) => self.bank_order(order),
            _ => {}
        }
    }

    fn party(&mut self, party: &Party) {
        if party.class.is_person() {
            self.classes.insert(party.id, party.class);
        }
    }

    fn standing(&mut self, standing: &Standing) {
        self.standings.insert(standing.party, (standing.clone(), Vec::new()));
    }

    /// A piece of evidence, after whose it is.
    fn evidence(&mut self, evidence: &Evidence, findings: &mut Findings) {
        match self.standings.get_mut(&evidence.party).filter(|(row, _)| evidence.place < row.evidences) {
            Some((_, all)) => all.push(evidence.clone()),
            None => {
                let key = Evidence::wrap_key((evidence.slot, evidence.party, evidence.place));
                let message = "nobody counts it";
                findings.add(FindingKind::PersonWrong, "evidence", text_of_key(&key), message);
            }
        }
    }

    fn person(&mut self, person: &Person, findings: &mut Findings) {
        let whole = person.accounts.len().is_multiple_of(8)
            && person.accounts().count() * 8 == person.accounts.len()
            && person.accounts().count() <= people::ACCOUNTS_OF_PERSON_MAX;
        let own = |one: Option<PartyId>| one.is_none_or(|one| person.accounts().any(|known| known == one));
        if !whole
            || slot_of_identity(&person.identity) != person.slot
            || ![person.class_three, person.holder, person.moving_to].into_iter().all(own)
        {
            wrong(person, "its accounts, its slot and what single accounts have do not agree", findings);
        }
        self.persons.insert(person.identity, person.clone());
    }

    fn spend(&mut self, payer: PartyId, at_us: i64, minor: i128) {
        if self.classes.contains_key(&payer) {
            *self.spent.entry((payer, UsageKind::BalanceYear.period(at_us))).or_default() += minor;
        }
    }

    /// What was paid from the balance and did not come back. What a card pays is not counted.
    fn trade(&mut self, trade: &Trade) {
        if let Some(paid_at_us) = trade.paid_at_us.filter(|_| trade.bank_order.is_none()) {
            let kept = i128::from(trade.total_minor.units()) - i128::from(trade.refunded_minor.units());
            self.spend(trade.buyer, paid_at_us, kept);
        }
    }

    /// What is set aside counts in the year in which that was done.
    fn frozen(&mut self, frozen: &Frozen) {
        self.spend(frozen.payer, frozen.since_us, frozen.held_minor.units().into());
    }

    /// What of a class I account went to cards.
    fn bank_order(&mut self, order: &BankOrder) {
        if order.counted_at_us.is_some() && order.life_minor != Minor::ZERO {
            *self.withdrawn.entry(order.party).or_default() += i128::from(order.life_minor.units());
        }
    }

    fn transfer(&mut self, transfer: &Transfer) {
        if let Some(paid_at_us) = transfer.paid_at_us.filter(|_| transfer.state.counts()) {
            self.spend(transfer.payer, paid_at_us, transfer.amount_minor.units().into());
        }
    }

    fn usage(&mut self, usage: &Usage) {
        if matches!(usage.kind, UsageKind::BalanceYear | UsageKind::BalanceLife) {
            self.counters.push(usage.clone());
        }
        if usage.kind == UsageKind::WithdrawFree {
            self.free.insert(usage.party, usage.sum_minor.units().into());
        }
    }

    /// When all rows were seen.
    pub(crate) fn finish(mut self, findings: &mut Findings) {
        self.check_counters(findings);
        self.check_classes(findings);
        self.check_free(findings);
        for (party, (standing, all)) in &self.standings {
            let key = text_of_key(&Standing::wrap_key((standing.slot, *party)));
            let until = all.iter().filter_map(|one| one.expires_at_us).min();
            let early = match (standing.counts_until_us, until) {
                (Some(stored), Some(first)) => stored < first,
                (Some(_), None) => true,
                (None, _) => false,
            };
            let distinct: std::collections::BTreeSet<_> =
                all.iter().map(|one| (one.kind, one.provider.as_str())).collect();
            if all.len() != usize::try_from(standing.evidences).unwrap_or(usize::MAX)
                || distinct.len() != all.len()
                || early
                || !self.classes.contains_key(party)
            {
                let message = "it does not count its evidence, or is nobody's";
                findings.add(FindingKind::PersonWrong, "standing", key.clone(), message);
            }
            if !self.home.contains(slot_of_identity(&standing.identity)) {
                continue;
            }
            let person = self.persons.get(&standing.identity);
            let listed = person.is_some_and(|person| person.accounts().any(|known| known == *party));
            let holds = person.is_some_and(|person| person.holder == Some(*party));
            if !listed || holds != standing.holds_quota {
                let message = "its person does not list it, or says otherwise who has the yearly limit";
                findings.add(FindingKind::PersonWrong, "standing", key, message);
            }
        }
        for person in self.persons.values() {
            let three = person.class_three.filter(|three| self.home.contains(three.slot()));
            if three.is_some_and(|three| self.classes.get(&three) != Some(&AccountClass::Three)) {
                wrong(person, "the account of the highest class is of another", findings);
            }
            let at_home = person.accounts().filter(|account| self.home.contains(account.slot()));
            let known = |account: &PartyId| {
                self.standings.get(account).is_some_and(|(row, _)| row.identity == person.identity)
            };
            if !at_home.into_iter().all(|account| known(&account)) {
                wrong(person, "an account that it lists is another person's, or nobody's", findings);
            }
        }
    }

    /// The free sum of withdrawals is one person's, whichever account used it; what others used is with the account
    /// that has it.
    fn check_free(&self, findings: &mut Findings) {
        let free_of = |party: &PartyId| self.free.get(party).copied().unwrap_or_default();
        let most = i128::from(WITHDRAW_FREE_LIFE_FEN);
        let mut by_person: BTreeMap<IdentityDigest, i128> = BTreeMap::new();
        for (party, (standing, _)) in &self.standings {
            *by_person.entry(standing.identity).or_default() += free_of(party);
            let carried = i128::from(standing.carried_free_minor.units());
            if free_of(party) + carried > most {
                let key = text_of_key(&Standing::wrap_key((standing.slot, *party)));
                let message = format!("{carried} of the free sum carried and its own are above {most}");
                findings.add(FindingKind::PersonWrong, "standing", key, message);
            }
        }
        for (identity, used) in by_person.into_iter().filter(|(_, used)| *used > most) {
            let key = text_of_key(&Person::wrap_key((slot_of_identity(&identity), identity)));
            let message = format!("its accounts withdrew {used} without a fee, above {most}");
            findings.add(FindingKind::PersonWrong, "person", key, message);
        }
    }

    fn check_counters(&mut self, findings: &mut Findings) {
        let mut life = std::mem::take(&mut self.withdrawn);
        for ((party, _), minor) in &self.spent {
            *life.entry(*party).or_default() += minor;
        }
        for usage in &self.counters {
            let expected = match usage.kind {
                UsageKind::BalanceYear => self.spent.remove(&(usage.party, usage.period)),
                _ => life.remove(&usage.party),
            };
            let (expected, found) = (expected.unwrap_or_default(), i128::from(usage.sum_minor.units()));
            if expected != found || !self.classes.contains_key(&usage.party) {
                let key = Usage::wrap_key((usage.slot, usage.party, usage.kind, usage.period));
                let message = format!("it says {found}, but {expected} left the balance");
                findings.add(FindingKind::UsageWrong, "usage", text_of_key(&key), message);
            }
        }
        let missing = life.into_iter().chain(self.spent.iter().map(|((party, _), minor)| (*party, *minor)));
        for (party, minor) in missing.filter(|(_, minor)| *minor != 0) {
            let message = format!("{minor} left the balance, and no counter says so");
            let key = text_of_key(&Key::Party((party.slot(), party)));
            findings.add(FindingKind::UsageWrong, "party", key, message);
        }
    }

    /// A class is not above what all evidence there ever was is enough for, and the highest is one account's.
    fn check_classes(&self, findings: &mut Findings) {
        for (party, class) in &self.classes {
            let standing = self.standings.get(party);
            let most = standing.map_or(AccountClass::Unverified, |(_, all)| class_of(all, i64::MIN));
            let person = standing.and_then(|(row, _)| self.persons.get(&row.identity));
            let three = person.is_none_or(|person| person.class_three == Some(*party));
            let known = (*class == AccountClass::Unverified) == standing.is_none();
            if *class > most || !known || (*class == AccountClass::Three && !three) {
                let key = text_of_key(&Key::Party((party.slot(), *party)));
                let message =
                    format!("its class is {}, and its evidence is for {}", class.name(), most.name());
                findings.add(FindingKind::PersonWrong, "party", key, message);
            }
        }
    }
}

fn wrong(person: &Person, message: &str, findings: &mut Findings) {
    let key = text_of_key(&Person::wrap_key((person.slot, person.identity)));
    findings.add(FindingKind::PersonWrong, "person", key, message);
}
