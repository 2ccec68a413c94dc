//! Passkeys of a person, and what one of them confirmed.
//!
//! A row knows the public half of a key only, sealed like everything that is of a person, and how often the key says it
//! was used. What was signed is looked at by the rim; the decision holds the rest: the key was not removed, its counter
//! goes forwards, and what it confirmed is one act, told by everything that its page shows.

use base::{CardNo, Field, OrderNo, PartyId, Record, Slot};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// Passkeys of one person; a further one is refused until another was removed.
pub const PASSKEYS_MAX: u32 = 10;

/// Keyed digest of a credential's id: by it the same key is known again.
pub type PasskeyDigest = [u8; 16];

/// A passkey that a person signs in and pays with.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "passkey", key = 3)]
pub struct Passkey {
    /// The party's slot.
    pub slot: Slot,
    /// Whose it is.
    pub party: PartyId,
    /// Its place among the person's, below [`PASSKEYS_MAX`].
    pub place: u32,
    /// The sequence of the stamp that added it: what it is called in lists.
    pub no: u64,
    /// Digest of the credential's id.
    pub digest: PasskeyDigest,
    /// The credential: its id, its public key and how it was made; sealed.
    pub sealed_key: Vec<u8>,
    /// What the person calls it, sealed.
    pub sealed_name: Vec<u8>,
    /// The highest use that it told; zero for those that do not count.
    pub counter: u32,
    /// When it was added, microseconds UTC.
    pub added_at_us: i64,
    /// When it was used last, microseconds UTC.
    pub used_at_us: i64,
}

impl Passkey {
    /// After one more use. A key that counts goes forwards: one that does not has a copy somewhere, or is replayed.
    ///
    /// # Errors
    /// When the counter stands still or goes back.
    pub fn used(&self, counter: u32, now_us: i64) -> Result<Passkey, PasskeyRefused> {
        let counts = counter != 0 || self.counter != 0;
        if counts && counter <= self.counter {
            return Err(PasskeyRefused::CounterBack);
        }
        Ok(Passkey { counter, used_at_us: now_us, ..self.clone() })
    }
}

/// What somebody is asked to confirm.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum ActKind {
    /// Paying an order from the balance.
    PayFromBalance,
    /// Paying an order with a bank card.
    PayByCard,
    /// Sending money to somebody.
    Transfer,
    /// Filling the balance from a card.
    TopUp,
    /// Paying the balance out to a card.
    Withdraw,
    /// Signing an agreement.
    Sign,
    /// Agreeing to a pre-authorisation.
    Freeze,
}

/// One act as its page shows it: another one differs in at least one of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownAct {
    /// What is done.
    pub kind: ActKind,
    /// The order, or the number that stands for a transfer, a bank order, an agreement or a freeze: what else its page
    /// shows (a fee, the terms) does not change under a number.
    pub about: OrderNo,
    /// Who gets the money, or may take it; whoever moves it to or from an own card is that.
    pub payee: PartyId,
    /// How much; zero where an agreement names no amount.
    pub amount: Money,
    /// The card that pays, fills the balance or is paid out to.
    pub card: Option<CardNo>,
    /// How long the money waits for its payee, microseconds; zero for all but a delayed transfer.
    pub delay_us: i64,
}

/// An act that a passkey confirmed: worth that one act, once, as long as a right password.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "passkey_proof", key = 3)]
pub struct PasskeyProof {
    /// The party's slot.
    pub slot: Slot,
    /// Who confirmed.
    pub party: PartyId,
    /// The stamp's sequence: its number among the tries of the payment password.
    pub no: u64,
    /// The place of the passkey.
    pub place: u32,
    /// The passkey's number.
    pub passkey: u64,
    /// The order that was shown, or the number in the place of one.
    pub about: OrderNo,
    /// The payee that was shown.
    pub payee: PartyId,
    /// The currency of the amount.
    pub currency: Currency,
    /// The amount that was shown.
    pub amount_minor: Minor,
    /// When it is worth nothing any more, microseconds UTC.
    pub expires_at_us: i64,
    /// What was to be done.
    pub act: ActKind,
    /// The card that was shown.
    pub card: Option<CardNo>,
    /// The delay that was shown, microseconds, as [`ShownAct::delay_us`].
    pub delay_us: i64,
}

impl PasskeyProof {
    /// The act that was shown.
    pub fn shown(&self) -> ShownAct {
        let PasskeyProof { act: kind, about, payee, card, delay_us, .. } = *self;
        ShownAct { kind, about, payee, amount: self.amount_minor.of(self.currency), card, delay_us }
    }

    /// Whether it stands for this act at this moment.
    pub fn stands_for(&self, act: &ShownAct, now_us: i64) -> bool {
        self.shown() == *act && now_us < self.expires_at_us
    }
}

/// Why a passkey is not taken. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasskeyRefused {
    /// The account has none like it, or is nobody's who signs in.
    #[error("there is no such passkey")]
    NoSuchPasskey,
    /// The same key was added before.
    #[error("this passkey was added before")]
    Known,
    /// There are ten.
    #[error("an account has ten passkeys")]
    TooMany,
    /// The key told no later use than the last one.
    #[error("this passkey was used elsewhere: its counter does not go forwards")]
    CounterBack,
    /// A password was set after the login password was proven: whoever adds the key may not be the owner.
    #[error("who it is must be proven again")]
    ProofMissing,
    /// The operator froze the account: nobody signs in.
    #[error("the account is frozen")]
    Frozen,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passkey(counter: u32) -> Passkey {
        let party = PartyId::platform(Slot::PLATFORM);
        let (sealed_key, sealed_name) = (vec![1], vec![2]);
        let (slot, place, no, digest) = (party.slot(), 0, 1, [7; 16]);
        Passkey {
            slot,
            party,
            place,
            no,
            digest,
            sealed_key,
            sealed_name,
            counter,
            added_at_us: 1,
            used_at_us: 1,
        }
    }

    #[test]
    fn a_counter_goes_forwards_or_is_not_kept_at_all() {
        assert_eq!(passkey(0).used(0, 9), Ok(Passkey { used_at_us: 9, ..passkey(0) }));
        assert_eq!(passkey(0).used(5, 9).map(|row| row.counter), Ok(5));
        assert_eq!(passkey(4).used(5, 9).map(|row| row.counter), Ok(5));
        for counter in [0, 4, 5] {
            assert_eq!(passkey(5).used(counter, 9), Err(PasskeyRefused::CounterBack), "{counter}");
        }
    }
}
