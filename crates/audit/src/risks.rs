//! Risk rules: each version is of two people, in its turn and of the text that was approved; what was found of a
//! payment is of a version that held then; what was to be looked at went to a person of the platform, and went on when
//! that person released it; and a case is of a finding that asked for it.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use crate::transfers::whole::OFFER_US;
use base::{PartyId, Record, SlotSet, TransferNo};
use engine::Tabled;
use risk::{
    Channel, Facts, Proof, RiskCase, RiskCaseState, RiskDecision, RiskOutcome, RiskProposal, RiskRules,
    RuleId, Verdict,
};
use std::collections::{BTreeMap, BTreeSet};
use transfer::{Transfer, TransferState};

/// How long an offer lasts from when somebody looks at it, microseconds. Written down again here on purpose.
const REVIEWED_OFFER_US: i64 = 259_200_000_000;

/// Whether the payer gave the proof that was asked for, by the facts of the finding: a program gives none, and a page
/// that was not given the password was confirmed by a passkey.
fn was_given(facts: &str, asked: Proof) -> bool {
    let Some(facts) = Facts::read(facts) else { return false };
    let on_page = matches!(facts.channel, Channel::Cashier | Channel::Wallet);
    match asked {
        Proof::Password => on_page,
        Proof::Passkey => on_page && !facts.password,
        Proof::Otp => false,
    }
}

/// Whether what was looked at is a detail of a batch of transfers: its transfer has the batch's number and its place,
/// with a colon that no merchant can give. That number never comes again, so that nobody could release it.
fn is_detail(subject: &str) -> bool {
    let of = subject.strip_prefix("card transfer ").or_else(|| subject.strip_prefix("transfer uni "));
    of.and_then(|rest| rest.split(' ').next()).is_some_and(|number| number.contains(':'))
}

/// What is kept of a finding: enough to hold its case against it.
#[derive(Debug)]
struct Found {
    subject: String,
    at_us: i64,
    outcome: RiskOutcome,
    /// Whether a person of the platform was to look at it, before it goes on at once.
    to_look_at: bool,
    /// Whether it may have been stopped for a proof, which comes first.
    proof_first: bool,
}

/// What is kept of a case.
#[derive(Debug)]
struct Given {
    opened_at_us: i64,
    released_at_us: Option<i64>,
    refused_at_us: Option<i64>,
}

/// All rules and findings.
#[derive(Debug)]
pub(crate) struct Risks {
    /// The slots whose rows are here.
    home: SlotSet,
    /// When each version began to hold, microseconds UTC.
    versions: BTreeMap<u32, i64>,
    /// The proofs that rules ask for, by version.
    proofs: BTreeMap<u32, BTreeMap<RuleId, Proof>>,
    found: BTreeMap<(PartyId, u64), Found>,
    cases: BTreeMap<(PartyId, String), Given>,
    /// The findings that cases name.
    named: BTreeSet<(PartyId, u64)>,
    /// Offers that last longer than others: until when, microseconds UTC.
    long: Vec<(TransferNo, PartyId, String, i64)>,
}

impl Risks {
    pub(crate) fn new(home: SlotSet) -> Risks {
        let (versions, proofs, found) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (cases, named, long) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        Risks { home, versions, proofs, found, cases, named, long }
    }

    pub(crate) fn rules(&mut self, rules: &RiskRules, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                findings.add(
                    FindingKind::RiskWrong,
                    "risk_rules",
                    text_of_key(&RiskRules::wrap_key(rules.key())),
                    message,
                );
            }
        };
        let before = self.versions.last_key_value().map_or((0, i64::MIN), |(version, at)| (*version, *at));
        check(rules.version == before.0 + 1, "a version before it is missing");
        check(rules.effective_at_us > before.1, "it holds from before the version before it");
        check(rules.proposed_by != rules.approved_by, "who proposed it approved it");
        check(rules.digest == risk::digest(rules.text.as_str()), "its text is not what was approved");
        check(risk::compile(rules.version, rules.text.as_str()).is_ok(), "its rules cannot be read");
        self.versions.insert(rules.version, rules.effective_at_us);
        let set = rules.compiled();
        let proofs = set.rules().filter_map(|rule| Some((rule.id.clone(), rule.verdict.proof()?)));
        self.proofs.insert(rules.version, proofs.collect());
    }

    pub(crate) fn proposal(&mut self, proposal: &RiskProposal, findings: &mut Findings) {
        let newest = self.versions.last_key_value().map_or(0, |(version, _)| *version);
        let right = proposal.version == newest + 1
            && proposal.digest == risk::digest(proposal.text.as_str())
            && risk::compile(proposal.version, proposal.text.as_str()).is_ok();
        if !right {
            let key = text_of_key(&RiskProposal::wrap_key(proposal.key()));
            let message = "it is not the next version, or not of its digest, or cannot be read";
            findings.add(FindingKind::RiskWrong, "risk_proposal", key, message);
        }
    }

    pub(crate) fn decision(&mut self, row: &RiskDecision, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&RiskDecision::wrap_key(row.key()));
                findings.add(FindingKind::RiskWrong, "risk_decision", key, message);
            }
        };
        let held = self.versions.range(..=row.version).next_back();
        let held = held.is_some_and(|(version, from)| *version == row.version && *from <= row.at_us)
            && self.versions.get(&row.version.saturating_add(1)).is_none_or(|from| *from > row.at_us);
        // The rules may lie in another cell.
        check(held || !self.home.contains(base::Slot::PLATFORM), "its rules did not hold then");
        check(row.party.slot() == row.slot, "its payer is of another slot");
        let silent =
            row.fired.as_str().is_empty() && row.shadow.as_str().is_empty() && row.failed.as_str().is_empty();
        check(!silent, "no rule spoke");
        let done = match row.verdict {
            Verdict::Allow => row.outcome == RiskOutcome::Passed,
            Verdict::Verify(Proof::Password | Proof::Passkey) | Verdict::Review => {
                row.outcome != RiskOutcome::Delayed
            }
            Verdict::Verify(Proof::Otp) => row.outcome == RiskOutcome::Stopped,
            Verdict::Delay(_) => true,
            Verdict::Refuse => row.outcome == RiskOutcome::Stopped,
        };
        check(done, "what was done is not what its rules said");
        let proofs = self.proofs.get(&row.version);
        let asked = |id: &str| Some(*proofs?.get(&RuleId::new(id).ok()?)?);
        let asked: Vec<Proof> = row.fired.as_str().split(' ').filter_map(asked).collect();
        let facts = row.facts.as_str();
        check(
            row.outcome == RiskOutcome::Stopped || asked.iter().all(|asked| was_given(facts, *asked)),
            "it went on without a proof that its rules ask for",
        );
        let found = Found {
            subject: row.subject.to_string(),
            at_us: row.at_us,
            outcome: row.outcome,
            to_look_at: matches!(row.verdict, Verdict::Review | Verdict::Delay(_)),
            proof_first: !asked.is_empty() || proofs.is_none(),
        };
        self.found.insert((row.party, row.no), found);
    }

    pub(crate) fn case(&mut self, case: &RiskCase, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&RiskCase::wrap_key(case.key()));
                findings.add(FindingKind::RiskWrong, "risk_case", key, message);
            }
        };
        let found = self.found.get(&(case.party, case.decision));
        check(
            found.is_some_and(|found| {
                let stopped = found.outcome == RiskOutcome::Stopped && found.to_look_at;
                stopped && found.subject == case.subject.as_str()
            }),
            "no finding of its payment opened it",
        );
        check(!is_detail(case.subject.as_str()), "it is of a detail of a batch, which nobody can release");
        let open = case.state == RiskCaseState::Open;
        check(
            open == case.decided_by.is_none() && open == case.decided_at_us.is_none(),
            "who decided it, and when, is not of its state",
        );
        check(
            case.decided_at_us.is_none_or(|at_us| at_us >= case.opened_at_us),
            "it was decided before it was opened",
        );
        let released_at_us = case.decided_at_us.filter(|_| case.state == RiskCaseState::Released);
        let refused_at_us = case.decided_at_us.filter(|_| case.state == RiskCaseState::Refused);
        let given = Given { opened_at_us: case.opened_at_us, released_at_us, refused_at_us };
        self.cases.insert((case.party, case.subject.to_string()), given);
        self.named.insert((case.party, case.decision));
    }

    /// A transfer that was offered lasts longer when somebody looks at it.
    pub(crate) fn transfer(&mut self, row: &Transfer) {
        let Some(due_at_us) = row.due_at_us.filter(|_| row.state == TransferState::Offered) else { return };
        if row.opened_at_us.checked_add(OFFER_US) != Some(due_at_us) {
            let Transfer { no, payer, payee, way, out_biz_no, .. } = row;
            let subject = format!("transfer {} {out_biz_no} {} {payee}", way.as_str(), row.amount());
            self.long.push((*no, *payer, subject, due_at_us));
        }
    }

    /// When all rows were seen: what went on was released, and what was stopped was given to somebody.
    pub(crate) fn finish(self, findings: &mut Findings) {
        for ((party, no), found) in &self.found {
            let given = self.cases.get(&(*party, found.subject.clone()));
            let refused_at_us = given.and_then(|given| given.refused_at_us);
            let refused = refused_at_us.is_some_and(|at_us| at_us <= found.at_us);
            let message = match found.outcome {
                RiskOutcome::Passed if found.to_look_at => {
                    let released = given.and_then(|given| given.released_at_us);
                    let in_time = released.is_some_and(|at_us| at_us <= found.at_us);
                    (!in_time).then_some("it went on, and nobody had released it")
                }
                RiskOutcome::Stopped
                    if found.to_look_at && !found.proof_first && !is_detail(&found.subject) =>
                {
                    (!self.named.contains(&(*party, *no)))
                        .then_some("it was stopped to be looked at, and was given to nobody")
                }
                // What a person said holds, whatever rules say later.
                RiskOutcome::Passed | RiskOutcome::Delayed if refused => {
                    Some("it went on after it was refused")
                }
                RiskOutcome::Passed | RiskOutcome::Stopped | RiskOutcome::Delayed => None,
            };
            if let Some(message) = message {
                let key = text_of_key(&RiskDecision::wrap_key((party.slot(), *party, *no)));
                findings.add(FindingKind::RiskWrong, "risk_decision", key, message);
            }
        }
        for (no, payer, subject, due_at_us) in self.long {
            let given = self.cases.get(&(payer, subject));
            let right = given.and_then(|given| given.opened_at_us.checked_add(REVIEWED_OFFER_US));
            if right != Some(due_at_us) {
                let key = text_of_key(&Transfer::wrap_key((no.slot(), no)));
                let message = "it is offered for longer than it may be";
                findings.add(FindingKind::TransferWrong, "transfer", key, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use risk::{Payer, Scene};

    /// What is noted of a payment by this way, and whether the payment password was given for it.
    fn facts(channel: Channel, password: bool) -> String {
        let facts = Facts {
            scene: Scene::Pay,
            channel,
            password,
            payer_kind: Payer::Person,
            payer: 1,
            payee: 2,
            amount_minor: 999,
            payer_age_s: 0,
            payee_known: false,
            transfers_day: 0,
            transfers_day_minor: 0,
            transfers_month: 0,
            transfers_month_minor: 0,
            hour: 0,
        };
        facts.to_string()
    }

    #[test]
    fn a_passkey_stands_for_the_password_and_nothing_for_a_code() {
        for channel in [Channel::Cashier, Channel::Wallet] {
            for password in [true, false] {
                let facts = facts(channel, password);
                assert!(was_given(&facts, Proof::Password), "{facts}");
                assert_eq!(was_given(&facts, Proof::Passkey), !password, "{facts}");
                assert!(!was_given(&facts, Proof::Otp), "{facts}");
            }
        }
    }

    #[test]
    fn a_program_gives_no_proof_nor_do_facts_that_cannot_be_read() {
        let of_programs = [true, false].map(|password| facts(Channel::Program, password));
        for facts in of_programs.iter().map(String::as_str).chain(["", "channel=wallet password=true"]) {
            for asked in [Proof::Password, Proof::Otp, Proof::Passkey] {
                assert!(!was_given(facts, asked), "{asked:?}: {facts}");
            }
        }
    }
}
