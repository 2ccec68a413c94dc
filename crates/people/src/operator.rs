//! Operators: who acts for the platform, in which role, and the one table of what each role may do.

use base::{Field, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// What an operator is called, 1 to 64 characters, without blanks around it.
pub type OperatorName = Text<64>;

/// The role of an operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
#[serde(rename_all = "snake_case")]
pub enum OperatorRole {
    /// Looks, and does nothing. Sees no person unmasked.
    Viewer,
    /// Reviews applications, proposes contracts, dated rules and closings.
    Clerk,
    /// Sets the rules of risk and decides payments that wait.
    RiskOfficer,
    /// Agrees to contracts, to dated rules and to what becomes of suspense.
    Treasurer,
    /// Appoints operators. No money and no merchant: who gives roles away does not use them.
    Admin,
}

/// What an operator does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperatorAct {
    /// Looks at orders, books, queues and what is configured; persons are masked.
    Look,
    /// Looks at persons: names, addresses, evidence. Each look is noted.
    LookAtPersons,
    /// Moves the clock of a world for trying out, and makes things fail in it.
    MoveWorld,
    /// Reads what operators did.
    SeeTrail,
    /// Takes, passes or turns down an application of a merchant.
    ReviewMerchant,
    /// Suspends a merchant, lets it go on, or ends its contract.
    SuspendMerchant,
    /// Proposes terms of a contract.
    ProposeContract,
    /// Approves terms of a contract.
    ApproveContract,
    /// Proposes or approves rules of risk, or a list of names.
    SetRisk,
    /// Decides a payment that rules gave to a person.
    DecideRisk,
    /// Proposes how to close a suspense, or takes a proposal back.
    ProposeClosing,
    /// Closes a suspense as another proposed.
    ApproveClosing,
    /// Proposes and approves operators.
    Appoint,
    /// Proposes the dated rules: the fee without a contract, and the limit without a password.
    ProposeRules,
    /// Approves the dated rules.
    ApproveRules,
}

impl OperatorRole {
    /// All roles.
    pub const ALL: [OperatorRole; 5] = [
        OperatorRole::Viewer,
        OperatorRole::Clerk,
        OperatorRole::RiskOfficer,
        OperatorRole::Treasurer,
        OperatorRole::Admin,
    ];

    /// Whether the role may do it: only what the table lists.
    pub fn may(self, act: OperatorAct) -> bool {
        act.roles().contains(&self)
    }
}

impl OperatorAct {
    /// All acts.
    pub const ALL: [OperatorAct; 15] = [
        OperatorAct::Look,
        OperatorAct::LookAtPersons,
        OperatorAct::MoveWorld,
        OperatorAct::SeeTrail,
        OperatorAct::ReviewMerchant,
        OperatorAct::SuspendMerchant,
        OperatorAct::ProposeContract,
        OperatorAct::ApproveContract,
        OperatorAct::SetRisk,
        OperatorAct::DecideRisk,
        OperatorAct::ProposeClosing,
        OperatorAct::ApproveClosing,
        OperatorAct::Appoint,
        OperatorAct::ProposeRules,
        OperatorAct::ApproveRules,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            OperatorAct::Look => "look",
            OperatorAct::LookAtPersons => "look_at_persons",
            OperatorAct::MoveWorld => "move_world",
            OperatorAct::SeeTrail => "see_trail",
            OperatorAct::ReviewMerchant => "review_merchant",
            OperatorAct::SuspendMerchant => "suspend_merchant",
            OperatorAct::ProposeContract => "propose_contract",
            OperatorAct::ApproveContract => "approve_contract",
            OperatorAct::SetRisk => "set_risk",
            OperatorAct::DecideRisk => "decide_risk",
            OperatorAct::ProposeClosing => "propose_closing",
            OperatorAct::ApproveClosing => "approve_closing",
            OperatorAct::Appoint => "appoint",
            OperatorAct::ProposeRules => "propose_rules",
            OperatorAct::ApproveRules => "approve_rules",
        }
    }

    /// The one table: who may do it. What is not listed is denied.
    pub const fn roles(self) -> &'static [OperatorRole] {
        use OperatorRole::{Admin, Clerk, RiskOfficer, Treasurer};
        match self {
            OperatorAct::Look | OperatorAct::SeeTrail => &OperatorRole::ALL,
            OperatorAct::LookAtPersons => &[Clerk, RiskOfficer],
            OperatorAct::MoveWorld | OperatorAct::Appoint => &[Admin],
            OperatorAct::ReviewMerchant => &[Clerk],
            OperatorAct::SuspendMerchant => &[Clerk, RiskOfficer],
            OperatorAct::ProposeContract | OperatorAct::ProposeRules => &[Clerk, Treasurer],
            OperatorAct::ApproveContract | OperatorAct::ApproveRules => &[Treasurer],
            OperatorAct::SetRisk | OperatorAct::DecideRisk => &[RiskOfficer],
            OperatorAct::ProposeClosing => &[Clerk, Treasurer],
            OperatorAct::ApproveClosing => &[Treasurer],
        }
    }
}

/// An operator. The first one of a world is appointed by nobody; every other one by two people.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "operator", key = 2)]
pub struct Operator {
    /// The platform's slot.
    pub slot: Slot,
    /// The name that calls give.
    pub name: OperatorName,
    /// The role.
    pub role: OperatorRole,
    /// Whether the operator may act at all.
    pub active: bool,
    /// Who proposed this role; nobody for the first one.
    pub proposed_by: Option<OperatorName>,
    /// Who approved it; nobody for the first one.
    pub approved_by: Option<OperatorName>,
    /// Since when it is so, microseconds UTC.
    pub since_us: i64,
}

/// What an admin proposes an operator to be, until another one approves.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "operator_proposal", key = 2)]
pub struct OperatorProposal {
    /// The platform's slot.
    pub slot: Slot,
    /// Whom it is about.
    pub name: OperatorName,
    /// The role.
    pub role: OperatorRole,
    /// Whether the operator may act at all.
    pub active: bool,
    /// Who proposes.
    pub proposed_by: OperatorName,
    /// When, microseconds UTC.
    pub proposed_at_us: i64,
}

/// How many operators there are; one row, since the first operator.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "operator_book", key = 1)]
pub struct OperatorBook {
    /// The platform's slot.
    pub slot: Slot,
    /// All operators, active or not.
    pub operators: u32,
    /// Admins that are active; one at least.
    pub admins: u32,
}

/// Whether a text names an operator: it says something, has no blanks around it, and nothing in it that is not seen.
/// A name that looks like another would make two of one person where two have to agree.
pub fn names_operator(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(is_unseen)
}

/// Letters that take no room, turn the direction of others, or only choose their form.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

impl Operator {
    /// Whether the operator may do it now.
    pub fn may(&self, act: OperatorAct) -> bool {
        self.active && self.role.may(act)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_table_lists_and_nothing_else() {
        use OperatorAct as A;
        use OperatorRole as R;
        let listed = [
            (R::Viewer, A::Look),
            (R::Clerk, A::Look),
            (R::RiskOfficer, A::Look),
            (R::Treasurer, A::Look),
            (R::Admin, A::Look),
            (R::Viewer, A::SeeTrail),
            (R::Clerk, A::SeeTrail),
            (R::RiskOfficer, A::SeeTrail),
            (R::Treasurer, A::SeeTrail),
            (R::Admin, A::SeeTrail),
            (R::Clerk, A::LookAtPersons),
            (R::RiskOfficer, A::LookAtPersons),
            (R::Admin, A::MoveWorld),
            (R::Clerk, A::ReviewMerchant),
            (R::Clerk, A::SuspendMerchant),
            (R::RiskOfficer, A::SuspendMerchant),
            (R::Clerk, A::ProposeContract),
            (R::Treasurer, A::ProposeContract),
            (R::Treasurer, A::ApproveContract),
            (R::RiskOfficer, A::SetRisk),
            (R::RiskOfficer, A::DecideRisk),
            (R::Clerk, A::ProposeClosing),
            (R::Treasurer, A::ProposeClosing),
            (R::Treasurer, A::ApproveClosing),
            (R::Admin, A::Appoint),
            (R::Clerk, A::ProposeRules),
            (R::Treasurer, A::ProposeRules),
            (R::Treasurer, A::ApproveRules),
        ];
        for role in R::ALL {
            for act in A::ALL {
                assert_eq!(role.may(act), listed.contains(&(role, act)), "{role:?} {act:?}");
            }
        }
    }

    #[test]
    fn each_act_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> =
            OperatorAct::ALL.into_iter().map(OperatorAct::name).collect();
        assert_eq!(names.len(), OperatorAct::ALL.len(), "{names:?}");
    }

    #[test]
    fn a_name_is_what_everybody_sees() {
        for right in ["ada", "李雷", "O'Neil Jr.", "a-1"] {
            assert!(names_operator(right), "{right:?}");
        }
        for wrong in
            ["", " ", "ada ", "\tada", "ad\na", "ad\u{200b}a", "ada\u{2060}", "\u{feff}ada", "\u{202e}ada"]
        {
            assert!(!names_operator(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn who_is_not_active_may_do_nothing() {
        let name = || Text::new("li").unwrap();
        for role in OperatorRole::ALL {
            let (proposed_by, approved_by) = (None, None);
            let (slot, active, since_us) = (Slot::PLATFORM, false, 0);
            let row = Operator { slot, name: name(), role, active, proposed_by, approved_by, since_us };
            assert!(OperatorAct::ALL.into_iter().all(|act| !row.may(act)), "{role:?}");
        }
    }
}
