//! How well a bank answers.

/// How well a bank answers. Tells in which order ways to pay are offered, and decides nothing about money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BankHealth {
    /// It answers.
    Up,
    /// Many of its answers are late or missing.
    Slow,
    /// It said that it works on its systems.
    Maintenance,
    /// It does not answer.
    Down,
}

impl BankHealth {
    /// All, the best first.
    pub const ALL: [BankHealth; 4] =
        [BankHealth::Up, BankHealth::Slow, BankHealth::Maintenance, BankHealth::Down];

    /// What calls name it.
    pub const fn name(self) -> &'static str {
        match self {
            BankHealth::Up => "up",
            BankHealth::Slow => "slow",
            BankHealth::Maintenance => "maintenance",
            BankHealth::Down => "down",
        }
    }
}
