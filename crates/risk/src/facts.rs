//! What a rule may ask about: a closed list, each with a name and a kind. A name once given keeps its meaning, because
//! approved rules of the past are evaluated again when a day is decided again.

use std::fmt;

/// In what business money moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scene {
    /// A buyer pays an order.
    Pay,
    /// Money is sent to another account.
    Transfer,
    /// Money goes to a bank card of the payer.
    Withdraw,
}

/// By what way the payer, or who acts for it, reached the platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// A merchant's program.
    Program,
    /// The cashier page.
    Cashier,
    /// The wallet.
    Wallet,
}

/// What the payer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payer {
    /// A person.
    Person,
    /// A merchant.
    Merchant,
}

/// What is known when money is about to move. Sums are fen; counts and sums speak of what was before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The business.
    pub scene: Scene,
    /// The way.
    pub channel: Channel,
    /// Whether the payment password was given for this very payment.
    pub password: bool,
    /// What the payer is.
    pub payer_kind: Payer,
    /// The payer's id, 16 digits.
    pub payer: u64,
    /// The id of who is to have the money, 16 digits; of a withdrawal the payer's own.
    pub payee: u64,
    /// How much, fen.
    pub amount_minor: u64,
    /// How long ago the payer came to the platform, seconds.
    pub payer_age_s: u64,
    /// Whether a transfer of the payer reached this payee in the last 180 days; never in other scenes.
    pub payee_known: bool,
    /// Transfers of this day of China.
    pub transfers_day: u64,
    /// What they sent, fen.
    pub transfers_day_minor: u64,
    /// Transfers of this month of China.
    pub transfers_month: u64,
    /// What they sent, fen.
    pub transfers_month_minor: u64,
    /// The hour in China, 0 to 23.
    pub hour: u64,
}

/// What kind of value a fact or a part of a condition has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactKind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Text.
    Text,
}

impl FactKind {
    /// Its name in the expression language.
    pub const fn name(self) -> &'static str {
        match self {
            FactKind::Bool => "bool",
            FactKind::Int => "int",
            FactKind::Text => "string",
        }
    }
}

/// A value while a condition is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Value<'a> {
    Bool(bool),
    Int(i64),
    Text(&'a str),
}

/// No amount, count or age comes near the bound; one that did is as large as can be told.
fn int(number: u64) -> Value<'static> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

macro_rules! facts {
    ($($fact:ident = $name:literal, $kind:ident, |$facts:ident| $value:expr;)*) => {
        /// The name of a fact in conditions.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Fact { $(#[doc = concat!("`", $name, "`.")] $fact,)* }

        impl Fact {
            /// All facts.
            pub const ALL: &'static [Fact] = &[$(Fact::$fact,)*];

            /// As conditions call it.
            pub const fn name(self) -> &'static str { match self { $(Fact::$fact => $name,)* } }
            /// What kind of value it has.
            pub const fn kind(self) -> FactKind { match self { $(Fact::$fact => FactKind::$kind,)* } }
            /// The fact of this name.
            pub fn named(name: &str) -> Option<Fact> {
                match name { $($name => Some(Fact::$fact),)* _ => None }
            }
            pub(crate) fn of(self, facts: &Facts) -> Value<'static> {
                match self { $(Fact::$fact => { let $facts = facts; $value })* }
            }
        }
    };
}

facts! {
    Scene = "scene", Text, |facts| Value::Text(match facts.scene {
        Scene::Pay => "pay",
        Scene::Transfer => "transfer",
        Scene::Withdraw => "withdraw",
    });
    Channel = "channel", Text, |facts| Value::Text(match facts.channel {
        Channel::Program => "program",
        Channel::Cashier => "cashier",
        Channel::Wallet => "wallet",
    });
    Password = "password", Bool, |facts| Value::Bool(facts.password);
    PayerKind = "payer_kind", Text, |facts| Value::Text(match facts.payer_kind {
        Payer::Person => "person",
        Payer::Merchant => "merchant",
    });
    Payer = "payer", Int, |facts| int(facts.payer);
    Payee = "payee", Int, |facts| int(facts.payee);
    AmountMinor = "amount_minor", Int, |facts| int(facts.amount_minor);
    PayerAge = "payer_age_s", Int, |facts| int(facts.payer_age_s);
    PayeeKnown = "payee_known", Bool, |facts| Value::Bool(facts.payee_known);
    TransfersDay = "transfers_day", Int, |facts| int(facts.transfers_day);
    TransfersDayMinor = "transfers_day_minor", Int, |facts| int(facts.transfers_day_minor);
    TransfersMonth = "transfers_month", Int, |facts| int(facts.transfers_month);
    TransfersMonthMinor = "transfers_month_minor", Int, |facts| int(facts.transfers_month_minor);
    Hour = "hour", Int, |facts| int(facts.hour);
}

/// One line, `name=value` with spaces between, in the order of the list: as it is kept with a decision. Bounded, and
/// holds no more of persons than the two ids.
impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fact) in Fact::ALL.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            match fact.of(self) {
                Value::Bool(value) => write!(f, "{space}{}={value}", fact.name())?,
                Value::Int(value) => write!(f, "{space}{}={value}", fact.name())?,
                Value::Text(value) => write!(f, "{space}{}={value}", fact.name())?,
            }
        }
        Ok(())
    }
}

impl Facts {
    /// The facts of a line that [`Facts`] wrote; nothing for any other text.
    pub fn read(line: &str) -> Option<Facts> {
        let named: std::collections::BTreeMap<&str, &str> =
            line.split(' ').filter_map(|part| part.split_once('=')).collect();
        let text = |fact: Fact| named.get(fact.name()).copied();
        let int = |fact: Fact| text(fact)?.parse().ok();
        let holds = |fact: Fact| text(fact)?.parse().ok();
        let facts = Facts {
            scene: match text(Fact::Scene)? {
                "pay" => Scene::Pay,
                "transfer" => Scene::Transfer,
                "withdraw" => Scene::Withdraw,
                _ => return None,
            },
            channel: match text(Fact::Channel)? {
                "program" => Channel::Program,
                "cashier" => Channel::Cashier,
                "wallet" => Channel::Wallet,
                _ => return None,
            },
            password: holds(Fact::Password)?,
            payer_kind: match text(Fact::PayerKind)? {
                "person" => Payer::Person,
                "merchant" => Payer::Merchant,
                _ => return None,
            },
            payer: int(Fact::Payer)?,
            payee: int(Fact::Payee)?,
            amount_minor: int(Fact::AmountMinor)?,
            payer_age_s: int(Fact::PayerAge)?,
            payee_known: holds(Fact::PayeeKnown)?,
            transfers_day: int(Fact::TransfersDay)?,
            transfers_day_minor: int(Fact::TransfersDayMinor)?,
            transfers_month: int(Fact::TransfersMonth)?,
            transfers_month_minor: int(Fact::TransfersMonthMinor)?,
            hour: int(Fact::Hour)?,
        };
        (facts.to_string() == line).then_some(facts)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn facts() -> Facts {
        Facts {
            scene: Scene::Transfer,
            channel: Channel::Wallet,
            password: true,
            payer_kind: Payer::Person,
            payer: 2_088_010_000_000_011,
            payee: 2_088_010_000_000_022,
            amount_minor: 500_000,
            payer_age_s: 86_400,
            payee_known: false,
            transfers_day: 2,
            transfers_day_minor: 30_000,
            transfers_month: 3,
            transfers_month_minor: 40_000,
            hour: 23,
        }
    }

    #[test]
    fn every_fact_has_one_name_and_the_kind_of_its_value() {
        let facts = facts();
        for fact in Fact::ALL {
            assert_eq!(Fact::named(fact.name()), Some(*fact));
            let kind = match fact.of(&facts) {
                Value::Bool(_) => FactKind::Bool,
                Value::Int(_) => FactKind::Int,
                Value::Text(_) => FactKind::Text,
            };
            assert_eq!(kind, fact.kind(), "{}", fact.name());
        }
        assert_eq!(Fact::named("colour"), None);
        assert_eq!(int(u64::MAX), Value::Int(i64::MAX));
    }

    #[test]
    fn facts_are_written_in_one_line() {
        let written = "scene=transfer channel=wallet password=true payer_kind=person payer=2088010000000011 \
            payee=2088010000000022 amount_minor=500000 payer_age_s=86400 payee_known=false \
            transfers_day=2 transfers_day_minor=30000 transfers_month=3 transfers_month_minor=40000 hour=23";
        assert_eq!(facts().to_string(), written);
        assert_eq!(Facts::read(written), Some(facts()));
        for (from, to) in
            [("hour=23", "hour=x"), (" hour=23", ""), ("=pay", "=play"), ("hour=23", "hour=023")]
        {
            let other = written.replace("scene=transfer", "scene=pay").replace(from, to);
            assert_eq!(Facts::read(&other), None, "{other}");
        }
        let most = Facts { payer: u64::MAX, payee: u64::MAX, amount_minor: u64::MAX, ..facts() };
        assert!(most.to_string().len() < 500);
    }
}
