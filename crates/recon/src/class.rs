//! What a line of a statement means for our books. Every line has exactly one class.

use crate::{LineRef, StatementLine};
use base::{Day, Field};
use money::Money;
use serde::{Deserialize, Serialize};

/// What a line is. In order of precedence: the first that holds is the line's class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Class {
    /// It names no order of ours.
    TheirsOnly,
    /// It names an order, in another currency.
    CurrencyDiffers,
    /// It names a transfer to a card that was paid, whole and with the money coming back: the bank returned it (退票).
    CameBack,
    /// It names an order, with the money going the other way.
    SignDiffers,
    /// It names an order, with another amount.
    AmountDiffers,
    /// It names an order that was never sent.
    NeverSent,
    /// It names an order whose movement has its line already, or another movement of an order that the bank did once.
    Duplicate,
    /// It names an order that had ended without money: the bank did it all the same.
    AgainstWord,
    /// It fits, and counts from an earlier day than the statement's.
    Late,
    /// It fits.
    Matched,
}

/// What we know of an order from the bank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Word {
    /// It was never sent.
    NeverSent,
    /// It was sent, and the last word is awaited.
    Awaited,
    /// The bank did it.
    Done,
    /// It ended without money.
    Ended,
}

/// What our books say of the order that a line names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderFacts {
    /// Whether its money comes in; else it goes out.
    pub is_in: bool,
    /// How much.
    pub amount: Money,
    /// What we heard of it.
    pub word: Word,
    /// What the bank called the movement when it answered.
    pub reference: Option<LineRef>,
    /// Whether a line was matched to it.
    pub settled: bool,
    /// Whether the bank may still return it: a transfer to a card that was done, whose line shows that it was paid, and
    /// of which neither a line nor the bank's answers ever said anything else. What a bank pays twice it takes back
    /// once, and that is no return: where a second payment is known, two people look.
    pub may_return: bool,
}

impl Class {
    /// All classes, by precedence.
    pub const ALL: [Class; 10] = [
        Class::TheirsOnly,
        Class::CurrencyDiffers,
        Class::CameBack,
        Class::SignDiffers,
        Class::AmountDiffers,
        Class::NeverSent,
        Class::Duplicate,
        Class::AgainstWord,
        Class::Late,
        Class::Matched,
    ];

    /// As reports write it.
    pub const fn code(self) -> &'static str {
        match self {
            Class::TheirsOnly => "theirs_only",
            Class::CurrencyDiffers => "currency_differs",
            Class::CameBack => "came_back",
            Class::SignDiffers => "sign_differs",
            Class::AmountDiffers => "amount_differs",
            Class::NeverSent => "never_sent",
            Class::Duplicate => "duplicate",
            Class::AgainstWord => "against_word",
            Class::Late => "late",
            Class::Matched => "matched",
        }
    }

    /// Whether the line settles the order that it names.
    pub const fn settles(self) -> bool {
        match self {
            Class::AgainstWord | Class::Late | Class::Matched => true,
            Class::TheirsOnly
            | Class::CurrencyDiffers
            | Class::CameBack
            | Class::SignDiffers
            | Class::AmountDiffers
            | Class::NeverSent
            | Class::Duplicate => false,
        }
    }

    /// Whether somebody has to look: money that nothing explains.
    pub const fn is_suspense(self) -> bool {
        match self {
            Class::Late | Class::Matched | Class::CameBack => false,
            Class::TheirsOnly
            | Class::CurrencyDiffers
            | Class::SignDiffers
            | Class::AmountDiffers
            | Class::NeverSent
            | Class::Duplicate
            | Class::AgainstWord => true,
        }
    }
}

/// The class of a line in the statement of a day, given what we know of the order that it names.
pub fn classify(line: &StatementLine, day: Day, order: Option<&OrderFacts>) -> Class {
    let Some(order) = order else { return Class::TheirsOnly };
    let OrderFacts { is_in, amount, word, reference, settled, may_return } = order;
    if line.amount.currency() != amount.currency() {
        return Class::CurrencyDiffers;
    }
    let other_movement = reference.as_ref().is_some_and(|reference| *reference != line.reference);
    if line.is_credit != *is_in {
        // A return is a movement of its own; the first one's name with the wrong sign is a wrong line.
        let returned = *may_return && other_movement && line.amount == *amount;
        return if returned { Class::CameBack } else { Class::SignDiffers };
    }
    if line.amount != *amount {
        return Class::AmountDiffers;
    }
    let in_time = if line.value_day < day { Class::Late } else { Class::Matched };
    match (word, settled) {
        (Word::NeverSent, _) => Class::NeverSent,
        (Word::Awaited | Word::Done | Word::Ended, true) => Class::Duplicate,
        (Word::Done, false) if other_movement => Class::Duplicate,
        (Word::Done | Word::Awaited, false) => in_time,
        (Word::Ended, false) => Class::AgainstWord,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Text;
    use money::Currency;

    fn yuan(minor: u64, currency: Currency) -> Money {
        Money::from_minor(minor, currency).unwrap()
    }

    fn line() -> StatementLine {
        StatementLine {
            serial: 1,
            value_day: "2026-01-02".parse().unwrap(),
            order_key: Text::new("k").unwrap(),
            reference: Text::new("R1").unwrap(),
            is_credit: true,
            amount: yuan(100, Currency::Cny),
        }
    }

    fn facts(word: Word) -> OrderFacts {
        let reference = (word == Word::Done).then(|| Text::new("R1").unwrap());
        let (amount, settled, may_return) = (yuan(100, Currency::Cny), false, false);
        OrderFacts { is_in: true, amount, word, reference, settled, may_return }
    }

    #[test]
    fn each_line_has_the_first_class_that_holds() {
        let day: Day = "2026-01-02".parse().unwrap();
        let later = day.plus_days(3);
        let done = facts(Word::Done);
        let settled = |word| OrderFacts { settled: true, ..facts(word) };
        let dollars = StatementLine { amount: yuan(100, Currency::Usd), ..line() };
        let other_way = StatementLine { is_credit: false, ..line() };
        let other_amount = StatementLine { amount: yuan(101, Currency::Cny), ..line() };
        let other_ref = StatementLine { reference: Text::new("R2").unwrap(), ..line() };
        let all_wrong = StatementLine { is_credit: false, ..dollars.clone() };
        let paid = OrderFacts { is_in: false, may_return: true, ..settled(Word::Done) };
        let back = StatementLine { reference: Text::new("R2").unwrap(), ..line() };
        let part = StatementLine { amount: yuan(99, Currency::Cny), ..back.clone() };
        let wrong_and_less = StatementLine { is_credit: false, ..other_amount.clone() };
        for (line, day, order, class) in [
            (line(), day, None, Class::TheirsOnly),
            (all_wrong, day, Some(done.clone()), Class::CurrencyDiffers),
            (dollars, day, Some(facts(Word::NeverSent)), Class::CurrencyDiffers),
            (wrong_and_less, day, Some(done.clone()), Class::SignDiffers),
            (other_way, later, Some(done.clone()), Class::SignDiffers),
            (back.clone(), later, Some(paid.clone()), Class::CameBack),
            (line(), later, Some(paid.clone()), Class::SignDiffers),
            (part, later, Some(paid.clone()), Class::SignDiffers),
            (back, later, Some(OrderFacts { may_return: false, ..paid }), Class::SignDiffers),
            (other_amount.clone(), day, Some(done.clone()), Class::AmountDiffers),
            (other_amount, day, Some(settled(Word::Done)), Class::AmountDiffers),
            (line(), day, Some(facts(Word::NeverSent)), Class::NeverSent),
            (line(), day, Some(settled(Word::NeverSent)), Class::NeverSent),
            (line(), day, Some(settled(Word::Done)), Class::Duplicate),
            (line(), later, Some(settled(Word::Ended)), Class::Duplicate),
            (other_ref.clone(), day, Some(done.clone()), Class::Duplicate),
            (other_ref, day, Some(facts(Word::Awaited)), Class::Matched),
            (line(), later, Some(facts(Word::Ended)), Class::AgainstWord),
            (line(), later, Some(done.clone()), Class::Late),
            (line(), later, Some(facts(Word::Awaited)), Class::Late),
            (line(), day, Some(facts(Word::Awaited)), Class::Matched),
            (line(), day, Some(done), Class::Matched),
        ] {
            assert_eq!(classify(&line, day, order.as_ref()), class, "{line:?} {order:?}");
        }
    }

    #[test]
    fn a_line_settles_or_comes_back_or_is_suspense_and_only_a_success_against_the_word_is_both() {
        for class in Class::ALL {
            assert_eq!(crate::SuspenseOwner::of(class).is_some(), class.is_suspense(), "{class:?}");
            let known = class.settles() || class.is_suspense() || class == Class::CameBack;
            assert!(known, "{class:?} is forgotten");
            assert_eq!(class.settles() && class.is_suspense(), class == Class::AgainstWord);
        }
        let mut codes: Vec<_> = Class::ALL.iter().map(|class| class.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Class::ALL.len());
    }
}
