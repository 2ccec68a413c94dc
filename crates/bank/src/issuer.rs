//! Which bank issued a card: twelve Chinese banks by the first digits of their cards, and what each lets a card pay.
//!
//! The first digits are those printed on widely seen cards; real tables have thousands of rows, this one has what tests
//! and developers need. Amounts are fen.

/// Digits that a card number may have.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 16..=19;

/// Whose money a card spends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardKind {
    /// The holder's own.
    Debit,
    /// The bank's, to be paid back.
    Credit,
}

impl CardKind {
    /// As the wire writes it.
    pub const fn code(self) -> &'static str {
        match self {
            CardKind::Debit => "debit",
            CardKind::Credit => "credit",
        }
    }
}

/// What a bank lets one card pay through one agreement, in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// A single payment.
    pub single_minor: i64,
    /// All of one day in China.
    pub day_minor: i64,
    /// All of one calendar month in China.
    pub month_minor: i64,
}

const fn yuan(single: i64, day: i64, month: i64) -> Limits {
    Limits { single_minor: single * 100, day_minor: day * 100, month_minor: month * 100 }
}

/// For a bank that no published table names: the careful end of what such tables have.
const USUAL: Limits = yuan(10_000, 20_000, 100_000);
/// A published quick-pay table: 50,000 a payment and a day, 300,000 a month.
const ICBC: Limits = yuan(50_000, 50_000, 300_000);
/// The same table: 10,000 a payment and a day, 300,000 a month.
const ABC: Limits = yuan(10_000, 10_000, 300_000);

/// A bank and one range of its cards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Issuer {
    /// The bank's short code.
    pub code: &'static str,
    /// The first digits.
    prefix: &'static str,
    /// Whose money its cards spend.
    pub kind: CardKind,
    /// What it lets a card pay.
    pub limits: Limits,
}

const fn range(code: &'static str, prefix: &'static str, kind: CardKind, limits: Limits) -> Issuer {
    Issuer { code, prefix, kind, limits }
}

const ISSUERS: [Issuer; 20] = [
    range("ICBC", "622202", CardKind::Debit, ICBC),
    range("ICBC", "621226", CardKind::Debit, ICBC),
    range("ICBC", "622230", CardKind::Credit, ICBC),
    range("ABC", "622848", CardKind::Debit, ABC),
    range("ABC", "622841", CardKind::Debit, ABC),
    range("CCB", "621700", CardKind::Debit, USUAL),
    range("CCB", "622280", CardKind::Debit, USUAL),
    range("BOC", "621661", CardKind::Debit, USUAL),
    range("BOC", "621785", CardKind::Debit, USUAL),
    range("COMM", "622262", CardKind::Debit, USUAL),
    range("CMB", "622588", CardKind::Debit, USUAL),
    range("CMB", "622575", CardKind::Credit, USUAL),
    range("CITIC", "622690", CardKind::Debit, USUAL),
    range("CEB", "622662", CardKind::Debit, USUAL),
    range("SPDB", "622521", CardKind::Debit, USUAL),
    range("CIB", "622908", CardKind::Debit, USUAL),
    range("CMBC", "622622", CardKind::Debit, USUAL),
    range("PSBC", "621799", CardKind::Debit, USUAL),
    range("PSBC", "622188", CardKind::Debit, USUAL),
    range("HXB", "622632", CardKind::Debit, USUAL),
];

/// What a declared test card does. The four digits before the check digit declare it; any other card does no such
/// thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// An ordinary card.
    Usual,
    /// `9901`: the holder's name is another.
    OtherHolder,
    /// `9902`: the identity number is another.
    OtherIdentity,
    /// `9903`: the mobile number is another.
    OtherMobile,
    /// `9904`: reported lost, cannot be bound.
    Lost,
    /// `9905`: there is no money on it.
    Poor,
    /// `9906`: can be bound and pays, but nothing can be paid into it.
    TakesNothing,
}

impl Behaviour {
    /// What a card number declares.
    pub fn of(number: &str) -> Behaviour {
        let declared = number.len().checked_sub(5).and_then(|from| number.get(from..number.len() - 1));
        match declared {
            Some("9901") => Behaviour::OtherHolder,
            Some("9902") => Behaviour::OtherIdentity,
            Some("9903") => Behaviour::OtherMobile,
            Some("9904") => Behaviour::Lost,
            Some("9905") => Behaviour::Poor,
            Some("9906") => Behaviour::TakesNothing,
            _ => Behaviour::Usual,
        }
    }
}

/// The bank of a card number; `None` when no known range has it or it is no card number at all.
pub fn issuer_of(number: &str) -> Option<Issuer> {
    let known = ISSUERS.iter().find(|issuer| number.starts_with(issuer.prefix));
    known.filter(|_| is_card_number(number)).copied()
}

/// The limits of a bank by its code.
pub fn limits_of(code: &str) -> Limits {
    ISSUERS.iter().find(|issuer| issuer.code == code).map_or(USUAL, |issuer| issuer.limits)
}

/// 16 to 19 digits of which the last is the check digit (Luhn, ISO/IEC 7812).
pub fn is_card_number(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && NUMBER_DIGITS.contains(&text.len()) && luhn_sum(text).is_multiple_of(10)
}

/// The sum of the digits, every second from the right doubled, with the digits of a doubled one added.
fn luhn_sum(digits: &str) -> u32 {
    let weigh = |(index, byte): (usize, u8)| {
        let digit = u32::from(byte - b'0');
        if index % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    digits.bytes().rev().enumerate().map(weigh).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number with its check digit.
    fn card(body: &str) -> String {
        (0..10).map(|digit| format!("{body}{digit}")).find(|number| is_card_number(number)).unwrap()
    }

    #[test]
    fn twelve_banks_and_more_are_known_by_their_first_digits() {
        let mut codes: Vec<_> = ISSUERS.iter().map(|issuer| issuer.code).collect();
        codes.dedup();
        assert!(codes.len() >= 12, "{codes:?}");
        for issuer in ISSUERS {
            let number = card(&format!("{}123456789012", issuer.prefix));
            assert_eq!(issuer_of(&number), Some(issuer));
            assert_eq!(limits_of(issuer.code), issuer.limits);
        }
        assert_eq!(issuer_of(&card("999999123456789012")), None);
        assert_eq!(limits_of("nobody"), USUAL);
    }

    #[test]
    fn a_card_number_has_its_length_and_its_check_digit() {
        let good = card("622202123456789012");
        assert!(is_card_number(&good));
        assert!(is_card_number("4111111111111111"), "a number that everybody's documentation has");
        let other = if good.ends_with('1') { "2" } else { "1" };
        let wrong =
            [&format!("{}{other}", &good[..18]), "622202", "", "6222021234567890123456", "62220212345678９9"];
        for wrong in wrong {
            assert!(!is_card_number(wrong) && issuer_of(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn declared_cards_say_what_they_do() {
        for (digits, behaviour) in [
            ("9901", Behaviour::OtherHolder),
            ("9902", Behaviour::OtherIdentity),
            ("9903", Behaviour::OtherMobile),
            ("9904", Behaviour::Lost),
            ("9905", Behaviour::Poor),
            ("9906", Behaviour::TakesNothing),
            ("9907", Behaviour::Usual),
            ("0000", Behaviour::Usual),
        ] {
            assert_eq!(Behaviour::of(&card(&format!("62220212345678{digits}"))), behaviour);
        }
        assert_eq!(Behaviour::of("1"), Behaviour::Usual);
    }
}
