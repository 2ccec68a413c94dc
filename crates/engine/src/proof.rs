//! What confirms an act: the payment password that was given for it, or a passkey for exactly what was shown. Every
//! page that takes the one takes the other, with the same refusals in the same order.

use crate::risk_check::Given;
use crate::{Fault, Rows, passkey, password};
use ::transfer::Transfer;
use base::{AgreementNo, CardNo, FreezeNo, OrderNo, PartyId, Slot};
use fund::{BankOrder, BankOrderKind};
use money::{Currency, Money};
use people::{ActKind, Attempt, PasskeyProof, ShownAct};
use trade::Terms;

/// Paying an order, from the balance or with this card.
pub const fn act_of_paying(
    order_no: OrderNo,
    payee: PartyId,
    amount: Money,
    card: Option<CardNo>,
) -> ShownAct {
    let kind = if card.is_some() { ActKind::PayByCard } else { ActKind::PayFromBalance };
    ShownAct { kind, about: order_no, payee, amount, card, delay_us: 0 }
}

/// Sending money to somebody, with the delay that the payer chose.
pub fn act_of_transfer(transfer: &Transfer) -> ShownAct {
    ShownAct {
        kind: ActKind::Transfer,
        about: transfer.no.topic(),
        payee: transfer.payee,
        amount: transfer.amount(),
        card: None,
        delay_us: transfer.asked_arrival().wait_us().unwrap_or(0),
    }
}

/// Moving money to or from an own card; `None` of a bank order that its party does not confirm.
pub fn act_of_bank_order(order: &BankOrder) -> Option<ShownAct> {
    let kind = match order.kind {
        BankOrderKind::TopUp => ActKind::TopUp,
        BankOrderKind::Withdraw => ActKind::Withdraw,
        BankOrderKind::Pay | BankOrderKind::Return | BankOrderKind::Transfer => return None,
    };
    let (about, payee, card) = (order.no.topic(), order.party, Some(order.card));
    Some(ShownAct { kind, about, payee, amount: order.amount(), card, delay_us: 0 })
}

/// Signing an agreement on these terms.
pub fn act_of_signing(no: AgreementNo, payee: PartyId, terms: &Terms) -> ShownAct {
    let amount = terms.rule.map_or(Money::zero(Currency::Cny), |rule| rule.single);
    ShownAct { kind: ActKind::Sign, about: no.topic(), payee, amount, card: None, delay_us: 0 }
}

/// Agreeing to a pre-authorisation.
pub fn act_of_freezing(no: FreezeNo, payee: PartyId, amount: Money) -> ShownAct {
    ShownAct { kind: ActKind::Freeze, about: no.topic(), payee, amount, card: None, delay_us: 0 }
}

/// A proof that stands.
#[derive(Clone, Copy)]
pub(crate) struct Proven {
    /// What it is, as risk rules see it.
    pub(crate) given: Given,
    key: (Slot, PartyId, u64),
}

/// The proof of this number, when it confirms this act of this party. `any` takes a password whatever it was given for:
/// a planted bug.
pub(crate) fn of(
    rows: &mut Rows<'_>,
    party: PartyId,
    no: u64,
    act: &ShownAct,
    any: bool,
) -> Result<Option<Proven>, Fault> {
    let (key, now_us) = ((rows.slot(), party, no), rows.now_us());
    let fits =
        |tried: &Attempt| tried.proven && (any || tried.about == act.about) && now_us < tried.expires_at_us;
    if password::standing(rows, party, no)?.is_some_and(|tried| fits(&tried)) {
        return Ok(Some(Proven { given: Given::Password, key }));
    }
    let by_passkey = passkey::confirms(rows, party, no, act)?;
    Ok(by_passkey.then_some(Proven { given: Given::Passkey, key }))
}

impl Proven {
    /// What was given confirms once, also when risk rules stop what it was given for.
    pub(crate) fn use_up(self, rows: &mut Rows<'_>) {
        match self.given {
            Given::Passkey => rows.delete::<PasskeyProof>(self.key),
            Given::Password | Given::Nothing => rows.delete::<Attempt>(self.key),
        }
    }
}
