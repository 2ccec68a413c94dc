//! The bank of worlds for trying out. It keeps nothing: what it says follows from the order, the card and the world's
//! clock, so that it says the same after a crash, and a clock that is moved plays its answers.

use crate::bank::{
    Answering, Bank, BindAnswer, BindAsk, BindRefused, BindSaid, BoundCard, CodeAsk, OrderAsk, OrderSaid,
    PayeeAnswer, PayeeAsk, code_letter,
};
use base::{HOUR_US, MINUTE_US, Text};
use fund::{BankReason, CardKind};

/// How the bank treats a card, told by the last two digits of its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// Everything is done at once.
    Prompt,
    /// Refused at once.
    Refuses(BankReason),
    /// The first call is cut off; it was done, as the next question shows.
    Breaks,
    /// The first call is cut off; it was refused, as the next question shows.
    BreaksThenRefuses,
    /// The first call is lost on its way: the bank never saw it, and does it when it comes again.
    Loses,
    /// In process for so long, microseconds, then done.
    Slow(i64),
    /// In process for so long, microseconds, then refused.
    SlowThenRefuses(i64),
    /// Pays, and takes no money back.
    TakesNothing,
}

/// Longer than a top-up waits before it is given up.
const LATE_US: i64 = 25 * HOUR_US;

impl Manner {
    /// The manner of a card by its last four digits.
    pub fn of(last_four: &str) -> Manner {
        match last_four.get(last_four.len().saturating_sub(2)..).unwrap_or_default() {
            "01" => Manner::Refuses(BankReason::NoMoney),
            "02" => Manner::Refuses(BankReason::OverLimit),
            "03" => Manner::Refuses(BankReason::CardBlocked),
            "04" => Manner::Breaks,
            "05" => Manner::BreaksThenRefuses,
            "06" => Manner::Slow(10 * MINUTE_US),
            "07" => Manner::Slow(LATE_US),
            "08" => Manner::SlowThenRefuses(LATE_US),
            "09" => Manner::TakesNothing,
            "10" => Manner::Loses,
            _ => Manner::Prompt,
        }
    }

    fn says(self, ask: &OrderAsk, sending: bool) -> OrderSaid {
        let done = || OrderSaid::done(ask.amount, &format!("B{}", ask.key));
        let refused = |reason| OrderSaid::Refused { reason };
        let waited = |wait_us: i64| ask.now_us.saturating_sub(ask.asked_at_us) >= wait_us;
        let first = sending && ask.tries <= 1;
        match self {
            Manner::Prompt => done(),
            Manner::Refuses(reason) => refused(reason),
            Manner::Breaks | Manner::BreaksThenRefuses | Manner::Loses if first => OrderSaid::Silent,
            Manner::Breaks => done(),
            Manner::BreaksThenRefuses => refused(BankReason::NoMoney),
            Manner::Loses if !sending && ask.tries <= 2 => OrderSaid::NeverSeen,
            Manner::Loses => done(),
            Manner::Slow(wait_us) if waited(wait_us) => done(),
            Manner::SlowThenRefuses(wait_us) if waited(wait_us) => refused(BankReason::OverLimit),
            Manner::Slow(_) | Manner::SlowThenRefuses(_) => OrderSaid::InProcess,
            Manner::TakesNothing if ask.kind.is_in() => done(),
            Manner::TakesNothing => refused(BankReason::CardBlocked),
        }
    }
}

/// The bank of worlds for trying out.
#[derive(Clone, Copy, Debug, Default)]
pub struct SandboxBank;

/// Mobile numbers that end so are not those that the bank knows the holder by.
const UNKNOWN_MOBILE: &str = "0000";

/// Cards whose numbers end so have another holder than the one that a payer names.
const OTHER_HOLDER: &str = "11";
/// Of cards whose numbers end so the bank says nothing when it is asked whose they are.
const SILENT_HOLDER: &str = "12";

/// Six digits that follow from the key.
fn code_of(key: &str) -> String {
    let hash = blake3::hash(format!("code of {key}").as_bytes());
    let number = hash.as_bytes().iter().take(4).fold(0_u64, |sum, byte| sum * 256 + u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

impl Bank for SandboxBank {
    fn bind(&self, ask: BindAsk) -> Answering<'_, BindSaid> {
        let known = bank_of(ask.number.reveal()).is_some();
        let said = if known && !ask.mobile.reveal().ends_with(UNKNOWN_MOBILE) {
            BindSaid::CodeSent { shown: Some(code_letter(&code_of(&ask.key))) }
        } else {
            BindSaid::Refused(BindRefused::DetailsDiffer)
        };
        Box::pin(std::future::ready(said))
    }

    fn confirm_bind(&self, ask: CodeAsk) -> Answering<'_, Result<BindAnswer, BindRefused>> {
        let right = *ask.code.reveal() == code_of(&ask.key);
        let agreement = Text::new(&format!("SB{}", ask.key)).map_err(|_| BindRefused::DetailsDiffer);
        let answer = if right {
            agreement.map(|agreement| BindAnswer { agreement })
        } else {
            Err(BindRefused::CodeWrong)
        };
        Box::pin(std::future::ready(answer))
    }

    fn payee(&self, ask: PayeeAsk) -> Answering<'_, Result<PayeeAnswer, BindRefused>> {
        let number = ask.number.reveal();
        let answer = if bank_of(number).is_none() || number.ends_with(OTHER_HOLDER) {
            Err(BindRefused::DetailsDiffer)
        } else if number.ends_with(SILENT_HOLDER) {
            Err(BindRefused::Silent)
        } else {
            let agreement = Text::new(&format!("SP{}", ask.key)).map_err(|_| BindRefused::DetailsDiffer);
            agreement.map(|agreement| PayeeAnswer { agreement, card: None })
        };
        Box::pin(std::future::ready(answer))
    }

    fn send(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(std::future::ready(Manner::of(ask.last_four.as_str()).says(&ask, true)))
    }

    fn query(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(std::future::ready(Manner::of(ask.last_four.as_str()).says(&ask, false)))
    }

    fn revoke(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        let manner = Manner::of(ask.last_four.as_str());
        let said = match (manner, manner.says(&ask, false)) {
            // Those that take a day cannot be stopped: their money comes late, and goes back.
            (Manner::Slow(LATE_US) | Manner::SlowThenRefuses(_), said @ OrderSaid::InProcess) => said,
            (_, OrderSaid::InProcess | OrderSaid::NeverSeen) => {
                OrderSaid::Refused { reason: BankReason::Other }
            }
            (_, said @ (OrderSaid::Done { .. } | OrderSaid::Refused { .. } | OrderSaid::Silent)) => said,
        };
        Box::pin(std::future::ready(said))
    }
}

/// Whether text is a card's number: 16 to 19 digits of which the last is the check digit (Luhn).
pub fn sound_number(number: &str) -> bool {
    if !(16..=19).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// What is known of a card by its number, without asking anybody; `None` when it is none. Numbers that begin with 625
/// are of credit cards.
pub fn bank_of(number: &str) -> Option<BoundCard> {
    if !sound_number(number) {
        return None;
    }
    let bank = match &number[..6] {
        "622202" | "621226" | "625330" => "ICBC",
        "622848" | "625996" => "ABC",
        "621700" | "622700" | "625362" => "CCB",
        "621661" | "625905" => "BOC",
        "622588" | "625802" => "CMB",
        _ => "SANDBOX",
    };
    let kind = if number.starts_with("625") { CardKind::Credit } else { CardKind::Debit };
    let last_four = Text::new(&number[number.len() - 4..]).ok()?;
    Some(BoundCard { bank: Text::new(bank).ok()?, kind, last_four })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{DAY_US, Secret};
    use fund::BankOrderKind;
    use money::{Currency, Money};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn now<T>(answer: Answering<'_, T>) -> T {
        match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(said) => said,
            Poll::Pending => panic!("this bank answers at once"),
        }
    }

    fn ask(last_four: &str, kind: BankOrderKind, tries: u32, after_us: i64) -> OrderAsk {
        OrderAsk {
            key: "w-1".to_owned(),
            kind,
            amount: Money::from_minor(5, Currency::Cny).unwrap(),
            bank: Text::new("ICBC").unwrap(),
            agreement: None,
            last_four: Text::new(last_four).unwrap(),
            asked_at_us: 7,
            now_us: 7 + after_us,
            tries,
        }
    }

    fn told(said: &OrderSaid) -> &'static str {
        match said {
            OrderSaid::Done { .. } => "done",
            OrderSaid::Refused { .. } => "refused",
            OrderSaid::InProcess => "in process",
            OrderSaid::NeverSeen => "never seen",
            OrderSaid::Silent => "silent",
        }
    }

    #[test]
    fn every_manner_is_played_as_the_table_says() {
        use BankOrderKind::{Return, TopUp, Withdraw};
        for (last_four, kind, tries, after_us, sent, asked) in [
            ("1234", TopUp, 1, 0, "done", "done"),
            ("0001", TopUp, 1, 0, "refused", "refused"),
            ("0004", TopUp, 1, 0, "silent", "done"),
            ("0004", TopUp, 2, 0, "done", "done"),
            ("0005", Withdraw, 1, 0, "silent", "refused"),
            ("0006", TopUp, 9, 10 * MINUTE_US - 1, "in process", "in process"),
            ("0006", TopUp, 9, 10 * MINUTE_US, "done", "done"),
            ("0007", TopUp, 9, DAY_US, "in process", "in process"),
            ("0007", TopUp, 9, DAY_US + HOUR_US, "done", "done"),
            ("0008", Withdraw, 9, DAY_US + HOUR_US, "refused", "refused"),
            ("0009", TopUp, 1, 0, "done", "done"),
            ("0009", Return, 1, 0, "refused", "refused"),
            ("0010", TopUp, 1, 0, "silent", "never seen"),
            ("0010", TopUp, 2, 0, "done", "never seen"),
            ("0010", TopUp, 3, 0, "done", "done"),
        ] {
            let order = ask(last_four, kind, tries, after_us);
            let (said, found) = (now(SandboxBank.send(order.clone())), now(SandboxBank.query(order)));
            assert_eq!((told(&said), told(&found)), (sent, asked), "{last_four} {kind:?} {tries} {after_us}");
        }
    }

    #[test]
    fn what_was_not_done_can_be_revoked_unless_it_takes_a_day() {
        for (last_four, tries, after_us, expected) in [
            ("1234", 1, 0, "done"),
            ("0001", 1, 0, "refused"),
            ("0004", 1, 0, "done"),
            ("0006", 9, 10 * MINUTE_US - 1, "refused"),
            ("0006", 9, 10 * MINUTE_US, "done"),
            ("0007", 9, 0, "in process"),
            ("0007", 9, DAY_US + HOUR_US, "done"),
            ("0008", 9, 0, "in process"),
            ("0010", 2, 0, "refused"),
        ] {
            let said = now(SandboxBank.revoke(ask(last_four, BankOrderKind::Pay, tries, after_us)));
            assert_eq!(told(&said), expected, "{last_four} {tries} {after_us}");
        }
    }

    #[test]
    fn one_key_has_one_name_at_the_bank() {
        let first = now(SandboxBank.send(ask("1234", BankOrderKind::TopUp, 1, 0)));
        assert_eq!(first, now(SandboxBank.query(ask("1234", BankOrderKind::TopUp, 5, 9))));
    }

    #[test]
    fn what_a_bank_is_asked_and_says_has_a_form_in_json() {
        let asked = ask("1234", BankOrderKind::Withdraw, 1, 0);
        let text = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<OrderAsk>(&text).unwrap(), asked);
        let said = now(SandboxBank.send(asked));
        let text = serde_json::to_string(&said).unwrap();
        assert_eq!(serde_json::from_str::<OrderSaid>(&text).unwrap(), said);
    }

    #[test]
    fn a_card_is_bound_with_the_code_of_its_own_binding() {
        let bind = |mobile: &str| {
            now(SandboxBank.bind(BindAsk {
                key: "7".to_owned(),
                number: Secret::new("6222021234567894".to_owned()),
                holder: Secret::new("somebody".to_owned()),
                identity: None,
                mobile: Secret::new(mobile.to_owned()),
            }))
        };
        assert_eq!(bind("13800000000"), BindSaid::Refused(BindRefused::DetailsDiffer));
        let BindSaid::CodeSent { shown: Some(shown) } = bind("13812345678") else { panic!("no code") };
        assert!(shown.contains("验证码") && shown.contains("Your code"), "{shown}");
        let code: String = shown.chars().filter(char::is_ascii_digit).collect();
        let confirm = |key: &str| {
            let (last_four, code) = (Text::new("7894").unwrap(), Secret::new(code.clone()));
            now(SandboxBank.confirm_bind(CodeAsk { key: key.to_owned(), last_four, code }))
        };
        assert!(confirm("7").is_ok());
        assert_eq!(confirm("8"), Err(BindRefused::CodeWrong));
    }

    #[test]
    fn a_payees_card_is_named_by_the_key_unless_its_holder_is_another() {
        let payee = |body: &str| {
            let mut numbers = (0..10).map(|digit| format!("{body}{digit}"));
            let number = numbers.find(|number| sound_number(number)).unwrap();
            let holder = Secret::new("somebody".to_owned());
            let ask = PayeeAsk { key: "P1".to_owned(), number: Secret::new(number.clone()), holder };
            (number, now(SandboxBank.payee(ask)).map(|said| said.agreement.to_string()))
        };
        let bodies = (0..100).map(|end| payee(&format!("6222021234567{end:02}")));
        let told: Vec<_> = bodies.collect();
        assert!(told.iter().all(|(number, said)| match &number[14..] {
            "11" => *said == Err(BindRefused::DetailsDiffer),
            "12" => *said == Err(BindRefused::Silent),
            _ => *said == Ok("SPP1".to_owned()),
        }));
        for end in ["11", "12", "01"] {
            assert!(told.iter().any(|(number, _)| number.ends_with(end)), "{end}");
        }
        let wrong = PayeeAsk {
            key: "P1".to_owned(),
            number: Secret::new("6222021234567893".to_owned()),
            holder: Secret::new("somebody".to_owned()),
        };
        assert_eq!(now(SandboxBank.payee(wrong)), Err(BindRefused::DetailsDiffer));
    }

    #[test]
    fn numbers_are_told_from_what_looks_like_them() {
        let card = bank_of("6222021234567894").unwrap();
        assert_eq!(
            (card.bank.as_str(), card.kind, card.last_four.as_str()),
            ("ICBC", CardKind::Debit, "7894")
        );
        assert_eq!(bank_of("6253301234567892").map(|card| card.kind), Some(CardKind::Credit));
        for wrong in ["", "6222021234567893", "622202123456789", "62220212345678a4", "62220212345678940000"] {
            assert_eq!(bank_of(wrong), None, "{wrong}");
        }
    }
}
