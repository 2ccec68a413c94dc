//! What a buyer asks its merchant to give back: said in words, answered by a refund or by a no with its reason. Asking
//! moves no money and binds nobody; guaranteed trades have cases instead.

use base::{Field, OrderNo, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// How often a buyer asks for a refund of one order at most.
pub const REFUND_WISHES_MAX: u32 = 3;

/// The key of a wish, by which one that is sent again is the same.
pub type WishKey = Text<64>;
/// Why a refund is asked for, or refused.
pub type WishReason = Text<200>;

/// Where a wish stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum RefundWishState {
    /// The merchant has not answered.
    Open,
    /// The merchant gave money back, all of it or a part.
    Met,
    /// The merchant said no, and why.
    Refused,
}

/// What the buyer of an order asks for: one row of each order, which the next asking takes over.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "refund_wish", key = 3)]
pub struct RefundWish {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// Who asks: whoever paid it.
    pub buyer: PartyId,
    /// Where it stands.
    pub state: RefundWishState,
    /// Which asking of this order it is, from 1.
    pub asking: u32,
    /// The key of the asking.
    pub key: WishKey,
    /// The key of the first asking, once there was a second one: sent again, it asks for nothing anew.
    pub first_key: Option<WishKey>,
    /// The key of the second asking, once there was a third one.
    pub second_key: Option<WishKey>,
    /// Why, in the buyer's words.
    pub reason: WishReason,
    /// When it was asked for, microseconds UTC.
    pub asked_at_us: i64,
    /// Why not, in the merchant's words.
    pub answer: Option<WishReason>,
    /// When it was answered, microseconds UTC.
    pub answered_at_us: Option<i64>,
}

impl RefundWish {
    /// Whether an asking before the last one had this key.
    pub fn was_asked_with(&self, key: &WishKey) -> bool {
        [&self.first_key, &self.second_key].into_iter().flatten().any(|before| before == key)
    }

    /// Whether state, answer, moments and keys belong together.
    pub fn is_whole(&self) -> bool {
        let is_answered = self.state != RefundWishState::Open;
        let is_refused = self.state == RefundWishState::Refused;
        self.answered_at_us.is_some() == is_answered
            && self.answered_at_us.is_none_or(|at_us| at_us >= self.asked_at_us)
            && self.answer.is_some() == is_refused
            && (1..=REFUND_WISHES_MAX).contains(&self.asking)
            && self.first_key.is_some() == (self.asking > 1)
            && self.second_key.is_some() == (self.asking > 2)
            && !self.was_asked_with(&self.key)
            && (self.first_key.is_none() || self.first_key != self.second_key)
    }
}

/// Why a wish is not taken. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RefundWishRefused {
    /// There is no such order of this buyer.
    #[error("there is no such order")]
    TradeNotFound,
    /// The key was used with another reason.
    #[error("the key was used with another reason")]
    KeyTaken,
    /// A guaranteed trade is disputed by a case.
    #[error("a guaranteed trade has cases, which also ask for refunds")]
    Guaranteed,
    /// Nothing was paid yet.
    #[error("the order is not paid")]
    NotPaid,
    /// All of it came back, or is on its way; or it was paid too long ago.
    #[error("the order is over: nothing of it can be refunded any more")]
    Over,
    /// The merchant has not answered yet.
    #[error("a refund was asked for already, and is not answered")]
    Open,
    /// It was asked for so often that the merchant has to be spoken with.
    #[error("a refund of one order is asked for {REFUND_WISHES_MAX} times at most")]
    TooOften,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_answered_as_its_state_says() {
        let slot = Slot::new(3).unwrap();
        let party = PartyId::issue(1, slot).unwrap();
        let text = |text: &str| Text::new(text).unwrap();
        let open = RefundWish {
            slot,
            seller: party,
            order_no: OrderNo::from_number(300).unwrap(),
            buyer: party,
            state: RefundWishState::Open,
            asking: 1,
            key: Text::new("k3").unwrap(),
            first_key: None,
            second_key: None,
            reason: text("broken"),
            asked_at_us: 5,
            answer: None,
            answered_at_us: None,
        };
        let met = RefundWish { state: RefundWishState::Met, answered_at_us: Some(5), ..open.clone() };
        let refused =
            RefundWish { state: RefundWishState::Refused, answer: Some(text("used")), ..met.clone() };
        let key = |key: &str| Some(Text::new(key).unwrap());
        let second = RefundWish { asking: 2, first_key: key("k1"), ..open.clone() };
        let third = RefundWish { asking: REFUND_WISHES_MAX, second_key: key("k2"), ..second.clone() };
        assert!(third.was_asked_with(&key("k1").unwrap()) && third.was_asked_with(&key("k2").unwrap()));
        assert!(!third.was_asked_with(&third.key) && !second.was_asked_with(&key("k2").unwrap()));
        for (wish, whole) in [
            (open.clone(), true),
            (met.clone(), true),
            (refused.clone(), true),
            (second.clone(), true),
            (third.clone(), true),
            (RefundWish { asking: 0, ..open.clone() }, false),
            (RefundWish { asking: REFUND_WISHES_MAX + 1, ..third.clone() }, false),
            (RefundWish { asking: 2, ..open.clone() }, false),
            (RefundWish { first_key: key("k1"), ..open.clone() }, false),
            (RefundWish { asking: REFUND_WISHES_MAX, ..second.clone() }, false),
            (RefundWish { second_key: key("k2"), ..second.clone() }, false),
            (RefundWish { first_key: key("k3"), ..second }, false),
            (RefundWish { second_key: key("k1"), ..third.clone() }, false),
            (RefundWish { second_key: key("k3"), ..third }, false),
            (RefundWish { answered_at_us: Some(5), ..open }, false),
            (RefundWish { answered_at_us: Some(4), ..met.clone() }, false),
            (RefundWish { answered_at_us: None, ..met.clone() }, false),
            (RefundWish { answer: Some(text("used")), ..met }, false),
            (RefundWish { answer: None, ..refused }, false),
        ] {
            assert_eq!(wish.is_whole(), whole, "{wish:?}");
        }
    }
}
