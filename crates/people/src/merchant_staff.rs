//! Staff of merchants: which persons act for a merchant, in which role, the one table of what each role may do, and
//! what persons asked to be done.

use base::{Field, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// Persons who are active staff of one merchant at once: far above any counter, and a bound all the same.
pub const STAFF_OF_SELLER_MAX: u32 = 200;

/// Persons who ever were staff of one merchant: a row stays when somebody goes, and rows are not made without end.
pub const STAFF_EVER_OF_SELLER_MAX: u32 = 1_000;

/// The role of a person at a merchant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Does everything, and alone says who the staff is and what signs for the merchant.
    Owner,
    /// Runs the business: everything but staff and keys.
    Manager,
    /// Looks at the money, downloads bills, and gives money back.
    Finance,
    /// Takes payments at the till.
    Till,
    /// Looks after the apps and their keys.
    Developer,
    /// Looks, and does nothing.
    Viewer,
}

/// What somebody does for a merchant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StaffAct {
    /// Looks at orders.
    SeeOrders,
    /// Looks at what came in, in sums.
    SeeTakings,
    /// Gives money back.
    Refund,
    /// Takes payments, and takes back those that wait.
    TakePayments,
    /// Looks at bills and settlements, and downloads them.
    SeeBills,
    /// Looks at apps, their keys, and what they were told.
    SeeApps,
    /// Sets the keys of apps.
    SetApps,
    /// Looks at who the staff is.
    SeeStaff,
    /// Says who the staff is.
    SetStaff,
    /// Opens and closes stores.
    SetStores,
    /// Stops acting for the merchant.
    Leave,
}

impl StaffRole {
    /// All roles.
    pub const ALL: [StaffRole; 6] = [
        StaffRole::Owner,
        StaffRole::Manager,
        StaffRole::Finance,
        StaffRole::Till,
        StaffRole::Developer,
        StaffRole::Viewer,
    ];

    /// Whether the role may do it: only what the table lists.
    pub fn may(self, act: StaffAct) -> bool {
        act.roles().contains(&self)
    }
}

impl StaffAct {
    /// All acts.
    pub const ALL: [StaffAct; 11] = [
        StaffAct::SeeOrders,
        StaffAct::SeeTakings,
        StaffAct::Refund,
        StaffAct::TakePayments,
        StaffAct::SeeBills,
        StaffAct::SeeApps,
        StaffAct::SetApps,
        StaffAct::SeeStaff,
        StaffAct::SetStaff,
        StaffAct::SetStores,
        StaffAct::Leave,
    ];

    /// The one table: who may do it. What is not listed is denied.
    pub const fn roles(self) -> &'static [StaffRole] {
        use StaffRole::{Developer, Finance, Manager, Owner, Till, Viewer};
        match self {
            StaffAct::SeeOrders | StaffAct::Leave => &[Owner, Manager, Finance, Till, Developer, Viewer],
            StaffAct::SeeTakings => &[Owner, Manager, Finance, Viewer],
            StaffAct::Refund | StaffAct::SeeBills => &[Owner, Manager, Finance],
            StaffAct::TakePayments => &[Owner, Manager, Till],
            StaffAct::SeeApps => &[Owner, Manager, Developer],
            StaffAct::SetApps => &[Owner, Developer],
            StaffAct::SeeStaff | StaffAct::SetStores => &[Owner, Manager],
            StaffAct::SetStaff => &[Owner],
        }
    }

    /// Its name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            StaffAct::SeeOrders => "see_orders",
            StaffAct::SeeTakings => "see_takings",
            StaffAct::Refund => "refund",
            StaffAct::TakePayments => "take_payments",
            StaffAct::SeeBills => "see_bills",
            StaffAct::SeeApps => "see_apps",
            StaffAct::SetApps => "set_apps",
            StaffAct::SeeStaff => "see_staff",
            StaffAct::SetStaff => "set_staff",
            StaffAct::SetStores => "set_stores",
            StaffAct::Leave => "leave",
        }
    }
}

/// A person who is or was staff of a merchant.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "merchant_staff", key = 3)]
pub struct MerchantStaff {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// The person.
    pub user: PartyId,
    /// The role.
    pub role: StaffRole,
    /// Whether the person acts for the merchant at all.
    pub active: bool,
    /// The owner who said so; nobody when the platform did, as it does for whoever signed the merchant's application.
    pub set_by: Option<PartyId>,
    /// Since when it is so, microseconds UTC.
    pub since_us: i64,
}

/// How many persons act for a merchant and how much they did; one row, since the first of them.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "staff_book", key = 2)]
pub struct StaffBook {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// Those who are active.
    pub staff: u32,
    /// Owners among them; one at least.
    pub owners: u32,
    /// Those who are or were: the rows of [`MerchantStaff`].
    pub ever: u32,
    /// The number of the last [`StaffNote`]; none is left out.
    pub acts: u64,
}

/// What a person asked to be done for a merchant. It is written before it is done, or with it, and never changed.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "staff_act", key = 3)]
pub struct StaffNote {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// 1 for the merchant's first note.
    pub number: u64,
    /// When it was asked, microseconds UTC.
    pub at_us: i64,
    /// The person.
    pub user: PartyId,
    /// What, as `order.refund`.
    pub act: Text<32>,
    /// What it is done to: ids alone, nothing personal.
    pub subject: Text<128>,
}

/// Where a person is staff: the person's own copy of [`MerchantStaff`], so that somebody who signs in finds the
/// merchants to act for.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "staff_place", key = 3)]
pub struct StaffPlace {
    /// The person's slot.
    pub slot: Slot,
    /// The person.
    pub user: PartyId,
    /// The merchant.
    pub seller: PartyId,
    /// The role.
    pub role: StaffRole,
    /// Whether the person acts for the merchant at all.
    pub active: bool,
}

impl MerchantStaff {
    /// The role of somebody who is active.
    pub fn acts_as(&self) -> Option<StaffRole> {
        self.active.then_some(self.role)
    }

    /// Whether it is an owner who is active.
    pub fn is_owner(&self) -> bool {
        self.acts_as() == Some(StaffRole::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_table_lists_and_nothing_else() {
        use StaffAct as A;
        use StaffRole as R;
        let listed: [(R, &[A]); 6] = [
            (R::Owner, &A::ALL),
            (
                R::Manager,
                &[
                    A::SeeOrders,
                    A::SeeTakings,
                    A::Refund,
                    A::TakePayments,
                    A::SeeBills,
                    A::SeeApps,
                    A::SeeStaff,
                    A::SetStores,
                    A::Leave,
                ],
            ),
            (R::Finance, &[A::SeeOrders, A::SeeTakings, A::SeeBills, A::Refund, A::Leave]),
            (R::Till, &[A::SeeOrders, A::TakePayments, A::Leave]),
            (R::Developer, &[A::SeeApps, A::SetApps, A::SeeOrders, A::Leave]),
            (R::Viewer, &[A::SeeOrders, A::SeeTakings, A::Leave]),
        ];
        assert_eq!(listed.map(|(role, _)| role), R::ALL);
        for (role, acts) in listed {
            for act in A::ALL {
                assert_eq!(role.may(act), acts.contains(&act), "{role:?} {act:?}");
            }
        }
    }

    #[test]
    fn names_are_those_of_programs() {
        for act in StaffAct::ALL {
            let camel = format!("{act:?}");
            let plain: String = act.as_str().split('_').collect();
            assert_eq!(camel.to_lowercase(), plain);
        }
        assert_eq!(StaffRole::Till.as_str(), "till");
    }

    #[test]
    fn who_is_not_active_acts_as_nothing() {
        let party = PartyId::platform(Slot::PLATFORM);
        for role in StaffRole::ALL {
            let (slot, set_by, since_us) = (Slot::PLATFORM, None, 0);
            let mut row =
                MerchantStaff { slot, seller: party, user: party, role, active: true, set_by, since_us };
            assert_eq!((row.acts_as(), row.is_owner()), (Some(role), role == StaffRole::Owner));
            row.active = false;
            assert_eq!((row.acts_as(), row.is_owner()), (None, false));
        }
    }
}
