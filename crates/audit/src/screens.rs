//! Lists of names: each version is of two people and in its turn; a hit is of a list that held then and reached its
//! threshold; each hit has its case and each case of a list its hit, and is released by two people; where a party
//! stands names hits of its own; and a list stops a party's balance when something stands that was found of it.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Slot, SlotSet};
use engine::{Row, Tabled};
use people::{Party, PartyKind};
use risk::{
    ABOUT_PERSON, RiskCase, RiskCaseState, ScreenHit, ScreenList, ScreenProposal, ScreenRelease, Screening,
};
use std::collections::{BTreeMap, BTreeSet};

/// All lists and what they found.
#[derive(Debug)]
pub(crate) struct Screens {
    /// The slots whose rows are here.
    home: SlotSet,
    /// Threshold of each version, and when it began to hold, microseconds UTC.
    versions: BTreeMap<u32, (u32, i64)>,
    /// Of each hit the number of its look and the moment.
    hits: BTreeMap<(PartyId, String), (u64, i64)>,
    cases: BTreeMap<(PartyId, String), RiskCase>,
    /// Cases that somebody proposed to release.
    proposed: BTreeSet<(PartyId, String)>,
    /// Merchants, by the login that their applications had.
    merchants: BTreeMap<PartyId, String>,
    /// Whose balance a list stops.
    stopped: BTreeSet<PartyId>,
    /// Of whom something stands that counts against the balance.
    found: BTreeSet<PartyId>,
}

fn wrong<R: Tabled>(row: &R, table: &'static str, findings: &mut Findings, checks: &[(bool, &str)]) {
    for (holds, message) in checks {
        if !holds {
            findings.add(FindingKind::ScreenWrong, table, text_of_key(&R::wrap_key(row.key())), *message);
        }
    }
}

impl Screens {
    pub(crate) fn new(home: SlotSet) -> Screens {
        Screens {
            home,
            versions: BTreeMap::new(),
            hits: BTreeMap::new(),
            cases: BTreeMap::new(),
            proposed: BTreeSet::new(),
            merchants: BTreeMap::new(),
            stopped: BTreeSet::new(),
            found: BTreeSet::new(),
        }
    }

    /// A row of a list or of what it found, or a party; cases come by themselves.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::Party(row) => self.party(row),
            Row::ScreenList(row) => self.list(row, findings),
            Row::ScreenProposal(row) => self.proposal(row, findings),
            Row::ScreenHit(row) => self.hit(row, findings),
            Row::ScreenRelease(row) => self.release(row, findings),
            Row::Screening(row) => self.screening(row, findings),
            _ => {}
        }
    }

    fn party(&mut self, row: &Party) {
        if row.kind == PartyKind::Merchant {
            self.merchants.insert(row.id, row.login.to_string());
        }
        if row.stop.is_listed() {
            self.stopped.insert(row.id);
        }
    }

    fn list(&mut self, row: &ScreenList, findings: &mut Findings) {
        let before =
            self.versions.last_key_value().map_or((0, i64::MIN), |(version, (_, at))| (*version, *at));
        let checks = [
            (row.version == before.0 + 1, "a version before it is missing"),
            (row.effective_at_us > before.1, "it holds from before the version before it"),
            (row.proposed_by != row.approved_by, "who proposed it approved it"),
            (
                [&row.proposed_by, &row.approved_by].iter().all(|name| people::names_operator(name.as_str())),
                "it was proposed or approved by nobody",
            ),
            (row.entries > 0, "it has no entry"),
        ];
        wrong(row, "screen_list", findings, &checks);
        self.versions.insert(row.version, (row.threshold, row.effective_at_us));
    }

    fn proposal(&self, row: &ScreenProposal, findings: &mut Findings) {
        let newest = self.versions.last_key_value().map_or(0, |(version, _)| *version);
        let checks = [
            (row.version == newest + 1, "it is not the next version"),
            (row.entries > 0 && (700..=1_000).contains(&row.threshold), "no such list can be proposed"),
        ];
        wrong(row, "screen_proposal", findings, &checks);
    }

    /// Whether a version held at a moment. The lists may lie in another cell.
    fn held(&self, version: u32, at_us: i64) -> bool {
        let from = self.versions.get(&version).is_some_and(|(_, from)| *from <= at_us);
        let next = self.versions.get(&version.saturating_add(1));
        !self.home.contains(Slot::PLATFORM) || from && next.is_none_or(|(_, from)| *from > at_us)
    }

    fn hit(&mut self, row: &ScreenHit, findings: &mut Findings) {
        let threshold = self.versions.get(&row.version).map_or(0, |(threshold, _)| *threshold);
        let name: String = row.name.iter().map(|byte| format!("{byte:02x}")).collect();
        let subject = format!("screen {} {} {name}", row.version, row.entry);
        let checks = [
            (row.party.slot() == row.slot, "its party is of another slot"),
            (self.held(row.version, row.at_us), "its list did not hold then"),
            (row.score >= threshold && row.score <= 1_000, "its score is none of a hit"),
            (row.subject.as_str() == subject, "its subject is not that of its entry and name"),
            (row.alias > 0, "it is of no name of its entry"),
        ];
        wrong(row, "screen_hit", findings, &checks);
        self.hits.insert((row.party, row.subject.to_string()), (row.no, row.at_us));
    }

    /// A case that a hit opened.
    pub(crate) fn case(&mut self, row: &RiskCase, findings: &mut Findings) {
        let hit = self.hits.get(&(row.party, row.subject.to_string()));
        let open = row.state == RiskCaseState::Open;
        let checks = [
            (hit == Some(&(row.decision, row.opened_at_us)), "no hit opened it"),
            (
                open == row.decided_by.is_none() && open == row.decided_at_us.is_none(),
                "who decided it, and when, is not of its state",
            ),
            (
                row.decided_at_us.is_none_or(|at_us| at_us >= row.opened_at_us),
                "it was decided before it was opened",
            ),
        ];
        wrong(row, "risk_case", findings, &checks);
        self.cases.insert((row.party, row.subject.to_string()), row.clone());
    }

    /// The word of the first of two who release a case.
    fn release(&mut self, row: &ScreenRelease, findings: &mut Findings) {
        let case = self.cases.get(&(row.party, row.subject.to_string()));
        let second = case.and_then(|case| case.decided_by.as_ref());
        let until_us = case.and_then(|case| case.decided_at_us).unwrap_or(i64::MAX);
        let checks = [
            (case.is_some_and(|case| case.state != RiskCaseState::Refused), "its case is kept, or not there"),
            (people::names_operator(row.proposed_by.as_str()), "nobody proposed it"),
            (second != Some(&row.proposed_by), "who proposed it agreed to it"),
            (
                case.is_none_or(|case| (case.opened_at_us..=until_us).contains(&row.proposed_at_us)),
                "it was proposed before the case was opened, or after it was decided",
            ),
        ];
        wrong(row, "screen_release", findings, &checks);
        self.proposed.insert((row.party, row.subject.to_string()));
    }

    fn screening(&mut self, row: &Screening, findings: &mut Findings) {
        // Also what was found of a name that the party gave before, and that nobody has released.
        let begin = format!("screen {} ", row.version);
        let own = |subject: &str| {
            let hit = self.hits.get(&(row.party, subject.to_owned()));
            let known = hit.is_some_and(|(_, at_us)| *at_us <= row.at_us);
            known && subject.starts_with(&begin)
        };
        let checks = [
            (row.party.slot() == row.slot, "its party is of another slot"),
            (self.held(row.version, row.at_us), "its list did not hold then"),
            (row.subjects.as_str().lines().all(own), "it names what was not found of it"),
        ];
        wrong(row, "screening", findings, &checks);
        let stands = |subject: &str| {
            let case = self.cases.get(&(row.party, subject.to_owned()));
            case.is_none_or(|case| case.state != RiskCaseState::Released)
        };
        if self.counts(row) && row.subjects.as_str().lines().any(stands) {
            self.found.insert(row.party);
        }
    }

    /// Whether what was looked at is of the party itself: its own name, or one that a merchant signed with. What it
    /// wrote in an application for a merchant is not.
    fn counts(&self, row: &Screening) -> bool {
        let about = row.about.as_str();
        let own = |login: &String| {
            let mut words = about.splitn(3, ' ');
            words.next() == Some("merchant") && words.next().is_some() && words.next() == Some(login)
        };
        about == ABOUT_PERSON || self.merchants.get(&row.party).is_some_and(own)
    }

    /// When all rows were seen: no hit is without its case, and no balance stopped without a hit, or the other way
    /// round.
    pub(crate) fn finish(self, findings: &mut Findings) {
        for party in self.stopped.symmetric_difference(&self.found) {
            let key = text_of_key(&Party::wrap_key((party.slot(), *party)));
            let message = match self.found.contains(party) {
                true => "a list found it, and its balance pays all the same",
                false => "a list stops its balance, and nothing stands that was found of it",
            };
            findings.add(FindingKind::ScreenWrong, "party", key, message);
        }
        for (place, case) in &self.cases {
            let alone = case.state == RiskCaseState::Released && !self.proposed.contains(place);
            wrong(case, "risk_case", findings, &[(!alone, "one operator alone released it")]);
        }
        for (party, subject) in self.hits.into_keys() {
            if !self.cases.contains_key(&(party, subject.clone())) {
                let subject = risk::Subject::new(&subject)
                    .unwrap_or_else(|_| risk::Subject::new("?").expect("one letter is within the bound"));
                let key = text_of_key(&ScreenHit::wrap_key((party.slot(), party, subject)));
                findings.add(FindingKind::ScreenWrong, "screen_hit", key, "it was given to nobody");
            }
        }
    }
}
