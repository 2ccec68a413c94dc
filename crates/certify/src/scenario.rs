//! What a scenario is.

use crate::judge::Stop;
use crate::stage::Stage;
use crate::words::Said;
use std::future::Future;
use std::pin::Pin;

/// How a scenario ended: well, or why it stopped.
pub(crate) type Played = Result<(), Stop>;
/// A scenario that is being played.
pub(crate) type Playing<'a> = Pin<Box<dyn Future<Output = Played> + Send + 'a>>;

/// What a scenario is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Plain payments.
    Paying,
    /// A notification more than once.
    Duplicates,
    /// A notification that is not the platform's.
    Forged,
    /// A signed notification that does not fit the order.
    Content,
    /// Closing, and time that runs out.
    Closing,
    /// Money that goes back.
    Refunds,
    /// A notification that is lost, late or odd.
    Silence,
    /// The page on which the buyer lands.
    Returning,
    /// Codes that are scanned.
    Till,
    /// Faults of the platform.
    Trouble,
}

impl Group {
    /// All, in the order of the report.
    pub const ALL: [Group; 10] = [
        Group::Paying,
        Group::Duplicates,
        Group::Forged,
        Group::Content,
        Group::Closing,
        Group::Refunds,
        Group::Silence,
        Group::Returning,
        Group::Till,
        Group::Trouble,
    ];

    /// The name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Group::Paying => "paying",
            Group::Duplicates => "duplicates",
            Group::Forged => "forged",
            Group::Content => "content",
            Group::Closing => "closing",
            Group::Refunds => "refunds",
            Group::Silence => "silence",
            Group::Returning => "returning",
            Group::Till => "till",
            Group::Trouble => "trouble",
        }
    }

    /// The name for people.
    pub fn title(self) -> Said {
        match self {
            Group::Paying => said!("付款", "Payments"),
            Group::Duplicates => said!("重复通知", "Notifications that repeat"),
            Group::Forged => said!("伪造通知", "Forged notifications"),
            Group::Content => said!("内容不符的通知", "Notifications that do not fit"),
            Group::Closing => said!("关单与超时", "Closing and expiry"),
            Group::Refunds => said!("退款", "Refunds"),
            Group::Silence => said!("丢失、迟到或特殊的通知", "Notifications lost, late or odd"),
            Group::Returning => said!("同步跳转页", "The return page"),
            Group::Till => said!("付款码", "Scanned codes"),
            Group::Trouble => said!("平台故障", "Faults of the platform"),
        }
    }
}

/// How much a shop loses that fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Risk {
    /// Trouble and work by hand.
    Low,
    /// Money of single orders.
    Medium,
    /// As much as an attacker or a bad hour likes.
    High,
}

impl Risk {
    /// What it counts in the score.
    pub fn weight(self) -> u32 {
        match self {
            Risk::Low => 1,
            Risk::Medium => 2,
            Risk::High => 4,
        }
    }

    /// The name for people.
    pub fn title(self) -> Said {
        match self {
            Risk::Low => said!("低", "low"),
            Risk::Medium => said!("中", "medium"),
            Risk::High => said!("高", "high"),
        }
    }
}

/// What a scenario needs of the world besides a buyer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Needs {
    /// Nothing: notifications go to the shop as usual.
    Nothing,
    /// That the clock can be moved ahead.
    Clock,
    /// That notifications are held back: the script takes them in the shop's place, and hands them on.
    Mail,
    /// Both.
    MailAndClock,
}

impl Needs {
    /// Whether the clock is moved.
    pub fn clock(self) -> bool {
        matches!(self, Needs::Clock | Needs::MailAndClock)
    }

    /// Whether notifications are held back.
    pub fn mail(self) -> bool {
        matches!(self, Needs::Mail | Needs::MailAndClock)
    }
}

/// One scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name, the same for ever: lists of known failures hold it.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it guards against.
    pub guards: Said,
    /// How much is at risk.
    pub risk: Risk,
    /// Which money is at risk.
    pub stake: Said,
    /// What is done.
    pub steps: Said,
    /// What a right shop does.
    pub expected: Said,
    /// What it needs.
    pub needs: Needs,
    /// The script.
    pub(crate) play: for<'a> fn(&'a Stage) -> Playing<'a>,
}
