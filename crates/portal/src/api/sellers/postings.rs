//! How the merchant's books moved by an order.

use super::super::moment;
use base::PartyId;
use bill::yuan;
use ledger::{AccountKind, Entry, Posting, PostingKind, Side};
use serde::Serialize;
use utoipa::ToSchema;

/// A posting of an order in the merchant's books.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SellerPosting {
    /// What it is made by.
    template: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// Its lines.
    lines: Vec<SellerPostingLine>,
}

/// A line of a posting.
#[derive(Debug, Serialize, ToSchema)]
struct SellerPostingLine {
    /// The kind of account.
    account: &'static str,
    /// Whether it is the merchant's own.
    own: bool,
    /// `debit` or `credit`.
    side: &'static str,
    /// How much, yuan.
    amount: String,
    /// The balance after it, yuan; of the merchant's own account alone.
    balance_after: Option<String>,
}

/// The name of the template of a posting in a merchant's books; the others are not told.
const fn template_of(kind: PostingKind) -> &'static str {
    match kind {
        PostingKind::PayIn => "pay_in",
        PostingKind::RefundOut => "refund_out",
        PostingKind::RefundReturn => "refund_return",
        PostingKind::EscrowIn => "escrow_in",
        PostingKind::EscrowRelease => "escrow_release",
        PostingKind::EscrowOut => "escrow_out",
        PostingKind::EscrowReturn => "escrow_return",
        PostingKind::SplitOut => "split_out",
        PostingKind::SplitReturn => "split_return",
        _ => "other",
    }
}

const fn account_of(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Balance => "balance",
        AccountKind::Transit => "transit",
        AccountKind::FeeIncome => "fee_income",
        AccountKind::BankReserve => "bank_reserve",
        AccountKind::Escrow => "escrow",
        AccountKind::Delayed => "delayed",
        AccountKind::ClearingIn => "clearing_in",
        AccountKind::ClearingOut => "clearing_out",
        AccountKind::SuspenseOwed => "suspense_owed",
        AccountKind::SuspenseDue => "suspense_due",
    }
}

impl SellerPosting {
    /// A posting as it is told to this merchant.
    pub(super) fn of(posting: &Posting, seller: PartyId) -> SellerPosting {
        let line = |entry: &Entry| {
            let own = entry.account.owner() == Some(seller);
            SellerPostingLine {
                account: entry.account.kind().map_or("other", account_of),
                own,
                side: match entry.side {
                    Side::Debit => "debit",
                    Side::Credit => "credit",
                },
                amount: posting.amount(entry).to_string(),
                balance_after: own.then(|| yuan(entry.balance_after_minor)),
            }
        };
        SellerPosting {
            template: template_of(posting.kind),
            at: moment(posting.no.at_us()),
            lines: posting.entries().map(line).collect(),
        }
    }
}
