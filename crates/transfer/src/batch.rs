//! Batches of transfers as they are stored, all in the payer's slot: the batch, its number, its details, and which
//! detail a transfer carries out.
//!
//! What was said of a payee is here as keyed digests only; of a card there are its bank, its last four digits and the
//! bank's own name of it.

use crate::{
    BatchProduct, BatchScene, BatchState, DetailFailure, DetailState, DetailUnknown, OutBizNo, Words,
};
use base::{AppId, BatchNo, DAY_US, PartyId, Record, Slot, Text, TimerNo, TransferNo};
use money::{Currency, Minor, Money};

/// Details of one batch at most (documentation of `alipay.fund.batch.create`, `trans_order_list`).
pub const BATCH_COUNT_MAX: u32 = 1_000;
/// How long a batch waits for its payer unless `time_expire` says otherwise, microseconds (a day): our choice, the
/// documentation names none.
pub const BATCH_LIFE_US: i64 = DAY_US;
/// How long `time_expire` may make it wait, microseconds (15 days): as long as an order may stand open.
pub const BATCH_LIFE_MAX_US: i64 = 15 * DAY_US;

/// The payer's number of a batch (`out_batch_no`).
pub type OutBatchNo = Text<32>;

/// A batch of transfers, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "transfer_batch", key = 2)]
pub struct TransferBatch {
    /// The payer's slot.
    pub slot: Slot,
    /// Our number of it (`batch_trans_id`).
    pub no: BatchNo,
    /// Who pays.
    pub payer: PartyId,
    /// The app that asked for it.
    pub app: AppId,
    /// The payer's number of it.
    pub out_batch_no: OutBatchNo,
    /// Keyed digest of all that was asked for: the same again is the same meaning.
    pub said: [u8; 16],
    /// The product.
    pub product: BatchProduct,
    /// The scene.
    pub scene: BatchScene,
    /// What it is in.
    pub currency: Currency,
    /// How many details it has.
    pub count: u32,
    /// What they come to, minor units.
    pub total_minor: Minor,
    /// Its title, and that of details without one.
    pub title: Option<Text<128>>,
    /// What the payer says to it, and to details of which nothing is said.
    pub remark: Option<Words>,
    /// What the merchant wants to hear again (`passback_params`).
    pub passback: Option<Text<512>>,
    /// Where it stands.
    pub state: BatchState,
    /// How many details had their turn; the others wait for theirs.
    pub started: u32,
    /// How many arrived.
    pub done: u32,
    /// What arrived, minor units.
    pub done_minor: Minor,
    /// How many failed.
    pub failed: u32,
    /// What they come to, minor units.
    pub failed_minor: Minor,
    /// Where the merchant hears how it ended.
    pub notify_url: Option<Text<1024>>,
    /// Whether the merchant reads GBK.
    pub gbk: bool,
    /// Whether the merchant checks SHA-1 signatures.
    pub rsa1: bool,
    /// When it was taken, microseconds UTC.
    pub opened_at_us: i64,
    /// When its payer agreed, or it needed nobody to, microseconds UTC.
    pub begun_at_us: Option<i64>,
    /// While it waits for its payer, when that is over; while details wait for their turn, when the next ones have it.
    /// Microseconds UTC.
    pub due_at_us: Option<i64>,
    /// When nothing could happen any more, microseconds UTC.
    pub ended_at_us: Option<i64>,
    /// The timer that is due at `due_at_us`.
    pub timer: Option<TimerNo>,
}

impl TransferBatch {
    /// What its details come to.
    pub fn total(&self) -> Money {
        self.total_minor.of(self.currency)
    }

    /// What arrived.
    pub fn done_total(&self) -> Money {
        self.done_minor.of(self.currency)
    }

    /// What the failed details come to.
    pub fn failed_total(&self) -> Money {
        self.failed_minor.of(self.currency)
    }
}

/// Makes a payer's number of a batch unique, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "transfer_batch_number", key = 3)]
pub struct TransferBatchNumber {
    /// The payer's slot.
    pub slot: Slot,
    /// Who pays.
    pub payer: PartyId,
    /// The payer's number.
    pub out_batch_no: OutBatchNo,
    /// The batch.
    pub no: BatchNo,
}

/// One transfer of a batch, in the payer's slot. It goes to an account, or to a card when `card_digest` is there; to
/// neither when nobody was known by what was said.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "transfer_batch_detail", key = 3)]
pub struct TransferBatchDetail {
    /// The payer's slot.
    pub slot: Slot,
    /// The batch.
    pub batch: BatchNo,
    /// Its place in the batch, from one; details have their turn in this order.
    pub line: u32,
    /// The payer's number of it, unique in the batch.
    pub out_biz_no: OutBizNo,
    /// Keyed digest of how the payee was named, with the name that was to be compared.
    pub named: [u8; 16],
    /// What it is in.
    pub currency: Currency,
    /// How much arrives, minor units, above zero.
    pub amount_minor: Minor,
    /// Its title.
    pub title: Option<Text<128>>,
    /// What the payer says to it.
    pub remark: Option<Words>,
    /// Who shall have it, when it goes to an account that is known.
    pub payee: Option<PartyId>,
    /// Keyed digest of the card's number and its holder's name, when it goes to a card that the bank knows.
    pub card_digest: Option<[u8; 16]>,
    /// The card's bank.
    pub card_bank: Option<Text<16>>,
    /// The last four digits of the card.
    pub card_last_four: Option<Text<4>>,
    /// The bank's own name of the card.
    pub card_agreement: Option<Text<64>>,
    /// Keyed digest of the card's number alone, when a card was named: by it wrong names are counted.
    pub card_number: Option<[u8; 16]>,
    /// The version of the list of names that the card's holder was held against; zero when there was none.
    pub screen_version: Option<u32>,
    /// Why nobody is known by what was said.
    pub unknown: Option<DetailUnknown>,
    /// Where it stands.
    pub state: DetailState,
    /// Why it failed.
    pub failure: Option<DetailFailure>,
    /// The transfer, to an account or to a card, that carries it out; absent while it waits, and when it was refused.
    pub transfer: Option<TransferNo>,
    /// When it ended, microseconds UTC.
    pub ended_at_us: Option<i64>,
}

impl TransferBatchDetail {
    /// How much arrives.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }

    /// The number under which its transfer is made. No merchant can give such a number, so that nothing but this detail
    /// takes it, and this detail takes it once.
    pub fn transfer_number(&self) -> OutBizNo {
        Text::new(&format!("{}:{}", self.batch, self.line)).expect("28 digits, a colon and 10 digits fit")
    }
}

/// Which detail a transfer carries out, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "transfer_batch_link", key = 2)]
pub struct TransferBatchLink {
    /// The payer's slot.
    pub slot: Slot,
    /// The transfer, to an account or to a card.
    pub no: TransferNo,
    /// The batch.
    pub batch: BatchNo,
    /// The detail's place in it.
    pub line: u32,
}

/// Our number of a detail (`detail_id`): that of its batch and its place in it, 32 digits.
pub fn detail_id(batch: BatchNo, line: u32) -> String {
    format!("{batch}{line:04}")
}

/// The batch and the place that [`detail_id`] wrote.
pub fn detail_of_id(text: &str) -> Option<(BatchNo, u32)> {
    let (batch, line) = text.split_at_checked(text.len().checked_sub(4)?)?;
    let (batch, line) = (batch.parse().ok()?, line.parse().ok()?);
    (detail_id(batch, line) == text).then_some((batch, line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Stamp;

    #[test]
    fn our_number_of_a_detail_names_its_batch_and_place() {
        let batch = BatchNo::of(Stamp { at_us: 1_767_283_200_000_007, seq: 1 }, Slot::new(42).unwrap());
        for line in [1, 17, BATCH_COUNT_MAX] {
            let text = detail_id(batch, line);
            assert_eq!((text.len(), detail_of_id(&text)), (32, Some((batch, line))));
        }
        for wrong in
            ["", "0001", "支付支", "2026010200004300000000000074200+1", "20260102000043000000000007421"]
        {
            assert_eq!(detail_of_id(wrong), None, "{wrong}");
        }
    }
}
