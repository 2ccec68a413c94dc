//! Risk rules in the decision that moves the money: in the payer's slot, after all other checks, with facts that are
//! rows and the stamp.
//!
//! What is looked at costs nothing while no rules were approved. What a rule said is written down with its facts, when
//! the payment goes on and when it is stopped: a refusal by risk is noted, unlike others.

use crate::transfer::used;
use crate::{DebitAsk, Fault, Rows};
use ::risk::{
    Channel, Facts, Finding, Payer, Proof, RiskCase, RiskCaseState, RiskDecision, RiskOutcome, RiskRefused,
    RuleId, RuleIds, Scene, Subject, Verdict, Wait,
};
use ::transfer::{CardTransfer, KnownPayee, Transfer, TransferWay, is_known};
use base::{HOUR_US, PartyId, Text};
use fund::BankOrder;
use money::Money;
use people::{Party, PartyKind, UsageKind};
use trade::Trade;

/// China is ahead of UTC by so many hours, all year.
const CHINA_AHEAD_HOURS: i64 = 8;

/// What is to be done with a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gate {
    /// It goes on.
    Open,
    /// It goes on, and the money waits.
    Wait(Wait),
    /// It is stopped.
    Shut(RiskRefused),
}

/// What was found of a payment, not written yet.
pub(crate) struct Look {
    /// What is to be done.
    pub(crate) gate: Gate,
    decision: Option<RiskDecision>,
    case: Option<RiskCase>,
}

/// A payment that is looked at.
struct Asked<'a> {
    payer: &'a Party,
    payee: PartyId,
    amount: Money,
    scene: Scene,
    channel: Channel,
    given: Given,
    subject: String,
}

/// What the payer gave to confirm a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Given {
    /// Nothing: a program asks.
    Nothing,
    /// The payment password.
    Password,
    /// A passkey, for this very act.
    Passkey,
}

impl Given {
    /// Whether it is the proof that a rule asks for, or more. A passkey is more than six digits; no code is asked for
    /// here, and nothing stands for one.
    const fn is(self, asked: Proof) -> bool {
        match (asked, self) {
            (Proof::Password, Given::Password | Given::Passkey) | (Proof::Passkey, Given::Passkey) => true,
            (Proof::Password | Proof::Passkey, Given::Nothing)
            | (Proof::Passkey, Given::Password)
            | (Proof::Otp, Given::Nothing | Given::Password | Given::Passkey) => false,
        }
    }
}

/// Looks at a payment of an order that its buyer confirmed, from the balance or by card.
pub(crate) fn of_order(
    rows: &mut Rows<'_>,
    payer: &Party,
    trade: &Trade,
    given: Given,
) -> Result<Look, Fault> {
    let subject = format!("order {}", trade.no);
    let asked = paying(payer, (trade.seller, trade.total()), Channel::Cashier, subject);
    look(rows, &Asked { given, ..asked })
}

/// Looks at a payment by a shown code: nobody gave a password.
pub(crate) fn of_code(rows: &mut Rows<'_>, payer: &Party, trade: &Trade) -> Result<Look, Fault> {
    let subject = format!("order {}", trade.no);
    look(rows, &paying(payer, (trade.seller, trade.total()), Channel::Program, subject))
}

/// Looks at a debit: no buyer is there. It is the same again under the merchant's number, since a refused one leaves no
/// order behind.
pub(crate) fn of_debit(rows: &mut Rows<'_>, payer: &Party, asked: &DebitAsk) -> Result<Look, Fault> {
    let DebitAsk { agreement_no, out_trade_no, seller, total, .. } = asked;
    let subject = format!("debit {agreement_no} {out_trade_no} {total}");
    look(rows, &paying(payer, (*seller, *total), Channel::Program, subject))
}

fn paying(payer: &Party, (payee, amount): (PartyId, Money), channel: Channel, subject: String) -> Asked<'_> {
    let given = Given::Nothing;
    Asked { payer, payee, amount, scene: Scene::Pay, channel, given, subject }
}

/// Looks at a withdrawal that its party confirmed.
pub(crate) fn of_withdrawal(
    rows: &mut Rows<'_>,
    payer: &Party,
    order: &BankOrder,
    given: Given,
) -> Result<Look, Fault> {
    look(
        rows,
        &Asked {
            payer,
            payee: payer.id,
            amount: order.amount(),
            scene: Scene::Withdraw,
            channel: Channel::Wallet,
            given,
            subject: format!("withdraw {}", order.no),
        },
    )
}

/// Looks at a transfer that is about to be paid: by a program, which gives no proof, or in the wallet.
pub(crate) fn of_transfer(
    rows: &mut Rows<'_>,
    payer: &Party,
    transfer: &Transfer,
    given: Given,
) -> Result<Look, Fault> {
    let by_person = transfer.way == TransferWay::Wallet;
    let Transfer { way, out_biz_no, payee, .. } = transfer;
    let amount = transfer.amount();
    look(
        rows,
        &Asked {
            payer,
            payee: *payee,
            amount,
            scene: Scene::Transfer,
            channel: if by_person { Channel::Wallet } else { Channel::Program },
            given,
            subject: format!("transfer {} {out_biz_no} {amount} {payee}", way.as_str()),
        },
    )
}

/// Looks at a transfer to a card. Nobody here has it, so the payer stands for the payee, as in a withdrawal; the card
/// is told by the digest of what was said of it.
pub(crate) fn of_card_transfer(
    rows: &mut Rows<'_>,
    payer: &Party,
    transfer: &CardTransfer,
) -> Result<Look, Fault> {
    let amount = transfer.amount();
    let named: String = transfer.named.iter().map(|byte| format!("{byte:02x}")).collect();
    look(
        rows,
        &Asked {
            payer,
            payee: payer.id,
            amount,
            scene: Scene::Transfer,
            channel: Channel::Program,
            given: Given::Nothing,
            subject: format!("card transfer {} {amount} {named}", transfer.out_biz_no),
        },
    )
}

fn look(rows: &mut Rows<'_>, asked: &Asked<'_>) -> Result<Look, Fault> {
    let silent = Look { gate: Gate::Open, decision: None, case: None };
    let Some(rules) = rows.risk() else { return Ok(silent) };
    let (slot, party) = (rows.slot(), asked.payer.id);
    let subject = Subject::new(&asked.subject).map_err(|error| Fault(format!("a risk subject: {error}")))?;
    // What a person of the platform decided holds, whatever rules say today: they are laxer now, or facts have changed.
    let known = rows.get::<RiskCase>((slot, party, subject.clone()))?;
    let decided = known.as_ref().map(|case| case.state);
    if decided == Some(RiskCaseState::Refused) {
        return Ok(Look { gate: Gate::Shut(RiskRefused::Refused), ..silent });
    }
    if rules.is_empty() {
        return Ok(silent);
    }
    let facts = facts(rows, asked)?;
    let finding = rules.evaluate(&facts, rows.now_us());
    if finding.is_silent() {
        return Ok(silent);
    }
    let gate = match gate_of(&finding, asked) {
        Gate::Shut(RiskRefused::UnderReview) if decided == Some(RiskCaseState::Released) => Gate::Open,
        gate => gate,
    };
    let reviewed = gate == Gate::Shut(RiskRefused::UnderReview);
    if reviewed && known.is_some() {
        // It was stopped before; its case and the decision that opened it say why.
        return Ok(Look { gate, ..silent });
    }
    let decision = decision(rows, party, &subject, rules.version(), &facts, finding, gate)?;
    let case = reviewed.then_some(RiskCase {
        slot,
        party,
        subject,
        decision: decision.no,
        state: RiskCaseState::Open,
        opened_at_us: decision.at_us,
        decided_by: None,
        decided_at_us: None,
    });
    Ok(Look { gate, decision: Some(decision), case })
}

/// What a verdict comes to. Only a person's transfer can wait: a program, a shop and a bank are answered at once, so
/// what should wait there is given to a person of the platform. Every proof that a rule asks for comes before all but a
/// no; the highest that was not given is told.
fn gate_of(finding: &Finding, asked: &Asked<'_>) -> Gate {
    let missing = finding.proofs.iter().rev().copied().find(|proof| !asked.given.is(*proof));
    if let Some(proof) = missing.filter(|_| finding.verdict != Verdict::Refuse) {
        return Gate::Shut(RiskRefused::ProofMissing(proof));
    }
    let can_wait = asked.scene == Scene::Transfer && asked.channel == Channel::Wallet;
    match (finding.verdict, can_wait) {
        (Verdict::Allow | Verdict::Verify(_), _) => Gate::Open,
        (Verdict::Delay(wait), true) => Gate::Wait(wait),
        (Verdict::Delay(_), false) | (Verdict::Review, _) => Gate::Shut(RiskRefused::UnderReview),
        (Verdict::Refuse, _) => Gate::Shut(RiskRefused::Refused),
    }
}

fn minor(amount: Money) -> u64 {
    amount.minor().units().unsigned_abs()
}

fn facts(rows: &mut Rows<'_>, asked: &Asked<'_>) -> Result<Facts, Fault> {
    let (now_us, payer) = (rows.now_us(), asked.payer);
    let known = match asked.scene {
        Scene::Pay | Scene::Withdraw => None,
        Scene::Transfer => rows.get::<KnownPayee>((rows.slot(), payer.id, asked.payee))?,
    };
    let day = used(rows, payer.id, UsageKind::TransferDay, now_us)?;
    let month = used(rows, payer.id, UsageKind::TransferMonth, now_us)?;
    let age_us = now_us.saturating_sub(payer.opened_at_us);
    Ok(Facts {
        scene: asked.scene,
        channel: asked.channel,
        password: asked.given == Given::Password,
        payer_kind: match payer.kind {
            PartyKind::Person => Payer::Person,
            PartyKind::Merchant => Payer::Merchant,
        },
        payer: payer.id.number(),
        payee: asked.payee.number(),
        amount_minor: minor(asked.amount),
        payer_age_s: u64::try_from(age_us / 1_000_000).unwrap_or(0),
        payee_known: is_known(known.as_deref(), now_us),
        transfers_day: u64::from(day.count),
        transfers_day_minor: minor(day.sum()),
        transfers_month: u64::from(month.count),
        transfers_month_minor: minor(month.sum()),
        hour: u64::try_from((now_us.div_euclid(HOUR_US) + CHINA_AHEAD_HOURS).rem_euclid(24)).unwrap_or(0),
    })
}

fn decision(
    rows: &Rows<'_>,
    party: PartyId,
    subject: &Subject,
    version: u32,
    facts: &Facts,
    finding: Finding,
    gate: Gate,
) -> Result<RiskDecision, Fault> {
    let odd = |error| Fault(format!("a risk decision: {error}"));
    let ids = |ids: &[RuleId]| -> Result<RuleIds, Fault> {
        let ids: Vec<&str> = ids.iter().map(Text::as_str).collect();
        Text::new(&ids.join(" ")).map_err(odd)
    };
    let (reason_zh, reason_en) = finding.reason.clone().unzip();
    Ok(RiskDecision {
        slot: rows.slot(),
        party,
        no: rows.stamp().seq,
        at_us: rows.now_us(),
        subject: subject.clone(),
        version,
        facts: Text::new(&facts.to_string()).map_err(odd)?,
        verdict: finding.verdict,
        outcome: match gate {
            Gate::Open => RiskOutcome::Passed,
            Gate::Wait(_) => RiskOutcome::Delayed,
            Gate::Shut(_) => RiskOutcome::Stopped,
        },
        fired: ids(&finding.fired)?,
        shadow: ids(&finding.shadow)?,
        failed: ids(&finding.failed)?,
        reason_zh,
        reason_en,
    })
}

impl Look {
    /// What was found, and no person of the platform is given it: for what cannot be asked for again, so that its
    /// release would be worth nothing. It stays stopped.
    pub(crate) fn without_case(self) -> Look {
        Look { case: None, ..self }
    }

    /// Whether a person of the platform is given the payment now, for the first time.
    pub(crate) fn opens_case(&self) -> bool {
        self.case.is_some()
    }

    /// Writes down what was found; the only thing that is written when the payment is stopped.
    pub(crate) fn note(self, rows: &mut Rows<'_>) {
        if let Some(decision) = self.decision {
            rows.put(decision);
        }
        if let Some(case) = self.case {
            rows.put(case);
        }
    }
}
