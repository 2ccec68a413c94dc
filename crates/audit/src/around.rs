//! What stands beside orders: top-ups, pay codes, codes sent to addresses, password tries, and the timers of these.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use base::{Day, PartyId, PostingNo, SLOTS, Slot, TimerNo};
use engine::{Key, Tabled};
use foldhash::fast::FixedState;
use ledger::{AccountId, Posting, PostingKind, Side};
use people::{
    Attempt, CHALLENGE_LIFE_US, CHALLENGE_PROOF_LIFE_US, CHALLENGE_TRIES_MAX, Challenge, ChallengeState,
    PasskeyProof, SENDS_A_DAY_MAX, forget_at_us, slot_of_address,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use trade::{PayCode, Timer, TimerTask, TopUpReceipt};

/// What was seen of them.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Postings of money that came in: whose account, how much. Those with a receipt are taken out.
    top_ups: HashMap<PostingNo, (AccountId, i64), FixedState>,
    codes: BTreeMap<(Slot, [u8; 16]), Code>,
    /// The same of what was sent to addresses.
    challenges: BTreeMap<(Slot, [u8; 16]), Code>,
    /// Tries without a timer so far.
    attempts: BTreeSet<(PartyId, u64)>,
    /// The same of payments that a passkey confirmed.
    confirmed: BTreeSet<(PartyId, u64)>,
}

#[derive(Debug)]
struct Code {
    expires_at_us: i64,
    timer: TimerNo,
    has_timer: bool,
}

impl Around {
    pub(crate) fn posting(&mut self, posting: &Posting) {
        if posting.kind != PostingKind::TopUp {
            return;
        }
        for entry in posting.entries().filter(|entry| entry.side == Side::Credit) {
            self.top_ups.insert(posting.no, (entry.account, entry.amount_minor.units()));
        }
    }

    pub(crate) fn top_up(&mut self, top_up: &TopUpReceipt, findings: &mut Findings) {
        // Both were written in one decision, so they carry one moment; a damaged one may be no moment at all.
        let number = top_up
            .at_us
            .checked_mul(i64::from(SLOTS))
            .and_then(|at| at.checked_add(top_up.slot.number().into()));
        let no = number.and_then(PostingNo::from_number);
        let booked = (balance_account(top_up.party, top_up.currency), top_up.amount_minor.units());
        if let Some(no) = no.filter(|no| self.top_ups.get(no) == Some(&booked)) {
            self.top_ups.remove(&no);
            return;
        }
        let key = TopUpReceipt::wrap_key((top_up.slot, top_up.party, top_up.key.clone()));
        let which = no.map_or_else(|| "no posting at all".to_owned(), |no| format!("posting {no}"));
        let message = format!("{which} does not book {} for {}", booked.1, top_up.party);
        findings.add(FindingKind::TopUpWrong, "top_up", text_of_key(&key), message);
    }

    pub(crate) fn code(&mut self, code: &PayCode) {
        let seen = Code { expires_at_us: code.expires_at_us, timer: code.timer, has_timer: false };
        self.codes.insert((code.slot, code.digest), seen);
    }

    /// What was sent to an address: its slot, its counts, and what follows from its state.
    pub(crate) fn challenge(&mut self, row: &Challenge, findings: &mut Findings) {
        let key = (row.slot, row.address);
        let seen = Code { expires_at_us: row.forget_at_us, timer: row.timer, has_timer: false };
        self.challenges.insert(key, seen);
        let life_us = match row.state {
            ChallengeState::Open => row.proof.is_none().then_some(CHALLENGE_LIFE_US),
            // The proof's time began with the right try, within the code's.
            ChallengeState::Proven | ChallengeState::Used => {
                row.proof.map(|_| CHALLENGE_LIFE_US + CHALLENGE_PROOF_LIFE_US)
            }
        };
        let lived_us = row.expires_at_us.checked_sub(row.sent_at_us);
        let life_fits = match row.state {
            ChallengeState::Open => lived_us == life_us,
            ChallengeState::Proven | ChallengeState::Used => {
                life_us.is_some() && lived_us.is_some_and(|lived| Some(lived) < life_us)
            }
        };
        let counted = row.tries <= CHALLENGE_TRIES_MAX && (1..=SENDS_A_DAY_MAX).contains(&row.sends);
        let dated = row.day == Day::of(row.sent_at_us) && row.forget_at_us == forget_at_us(row.sent_at_us);
        if slot_of_address(&row.address) == row.slot && life_fits && counted && dated {
            return;
        }
        let message = "its slot, its counts, its times and its state do not agree";
        findings.add(
            FindingKind::ChallengeWrong,
            "challenge",
            text_of_key(&Challenge::wrap_key(key)),
            message,
        );
    }

    pub(crate) fn attempt(&mut self, attempt: &Attempt) {
        self.attempts.insert((attempt.party, attempt.no));
    }

    pub(crate) fn confirmed(&mut self, proof: &PasskeyProof) {
        self.confirmed.insert((proof.party, proof.no));
    }

    /// A timer, after everything that may own one; those of orders are looked at elsewhere.
    pub(crate) fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        let whole = match timer.task {
            TimerTask::ExpireOrder
            | TimerTask::EndAgreement
            | TimerTask::EscrowStep
            | TimerTask::ExpireFreeze
            | TimerTask::EndFreeze
            | TimerTask::FreeSplits
            | TimerTask::TransferClock
            | TimerTask::GiveUpBankOrder
            | TimerTask::BatchClock => {
                timer.code.is_none() && timer.party.is_none() && timer.attempt.is_none()
            }
            TimerTask::SettleSales => {
                timer.code.is_none() && timer.order_no.is_none() && timer.attempt.is_none()
            }
            TimerTask::ForgetCode => {
                let code = timer.code.and_then(|digest| {
                    let key = (timer.slot, digest);
                    self.codes.get_mut(&key).or_else(|| self.challenges.get_mut(&key))
                });
                match code {
                    Some(code) => {
                        code.has_timer |= code.timer == timer.no && code.expires_at_us == timer.due_at_us;
                        timer.order_no.is_none() && timer.party.is_none() && timer.attempt.is_none()
                    }
                    None => false,
                }
            }
            TimerTask::ForgetAttempt => match (timer.party, timer.attempt) {
                (Some(party), Some(attempt)) => {
                    // A try that was used is gone before its timer.
                    self.attempts.remove(&(party, attempt));
                    self.confirmed.remove(&(party, attempt));
                    party.slot() == timer.slot && timer.order_no.is_none() && timer.code.is_none()
                }
                _ => false,
            },
        };
        if !whole || timer.no.slot() != timer.slot {
            let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
            let message = format!("its task {} has nothing to act on", timer.task.as_str());
            findings.add(FindingKind::TimerWrong, "timer", key, message);
        }
    }

    pub(crate) fn finish(self, findings: &mut Findings) {
        for (no, (account, amount)) in &self.top_ups {
            let message = format!("no top_up row books {amount} for account {account}");
            findings.add(
                FindingKind::TopUpWrong,
                "posting",
                text_of_key(&Key::Posting((no.slot(), *no))),
                message,
            );
        }
        for ((slot, digest), _) in self.codes.iter().filter(|(_, code)| !code.has_timer) {
            let key = text_of_key(&PayCode::wrap_key((*slot, *digest)));
            findings.add(FindingKind::TimerWrong, "pay_code", key, "no timer will remove it");
        }
        for ((slot, digest), _) in self.challenges.iter().filter(|(_, code)| !code.has_timer) {
            let key = text_of_key(&Challenge::wrap_key((*slot, *digest)));
            findings.add(FindingKind::TimerWrong, "challenge", key, "no timer will remove it");
        }
        for (party, attempt) in &self.attempts {
            let key = text_of_key(&Attempt::wrap_key((party.slot(), *party, *attempt)));
            findings.add(FindingKind::TimerWrong, "password_attempt", key, "no timer will remove it");
        }
        for (party, no) in &self.confirmed {
            let key = text_of_key(&PasskeyProof::wrap_key((party.slot(), *party, *no)));
            findings.add(FindingKind::TimerWrong, "passkey_proof", key, "no timer will remove it");
        }
    }
}
