//! Orders.

use crate::{Goods, OrderState};
use base::{AppId, Day, Field, OrderNo, PartyId, Plant, Record, Slot, Text, TimerNo, planted};
use money::{Currency, Minor, Money};
use people::StoreName;
use serde::{Deserialize, Serialize};

/// The merchant's order number (`out_trade_no`): unique per merchant, chosen by the merchant, 1–64 characters.
pub type OutTradeNo = Text<64>;
/// The merchant's refund number (`out_request_no`), 1–64 characters.
pub type OutRequestNo = Text<64>;
/// What is sold, as the buyer reads it, 1–256 characters.
pub type Subject = Text<256>;
/// More about what is sold, up to 400 characters.
pub type Body = Text<400>;
/// A merchant's address, up to 1,024 characters.
pub type Url = Text<1024>;

/// How an order is brought before the buyer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Product {
    /// The merchant scans the buyer's code (`trade.pay`).
    FaceToFace,
    /// The buyer scans the order's code (`trade.precreate`).
    QrCode,
    /// A known buyer pays in a mini program (`trade.create`).
    MiniProgram,
    /// A phone app hands an order string to the wallet (`trade.app.pay`).
    App,
    /// A phone's browser is sent to the cashier (`trade.wap.pay`).
    Wap,
    /// A desktop browser is sent to the cashier (`trade.page.pay`).
    Page,
    /// Paid into escrow, for [`Goods::Physical`].
    EscrowPhysical,
    /// Paid into escrow, for [`Goods::Virtual`].
    EscrowVirtual,
    /// Paid into escrow, for [`Goods::AutoDelivery`].
    EscrowAutoDelivery,
    /// Paid into escrow, for [`Goods::TopUp`].
    EscrowTopUp,
    /// Paid into escrow, for [`Goods::Wholesale`].
    EscrowWholesale,
    /// Paid into escrow, for [`Goods::CrossBorder`].
    EscrowCrossBorder,
    /// A known buyer scanned the code that hangs on the merchant's counter, and said how much.
    StaticCode,
}

impl Product {
    /// Whether the order exists for the world only once a buyer takes it up.
    pub const fn is_offer(self) -> bool {
        match self {
            Product::QrCode | Product::App | Product::Wap | Product::Page => true,
            Product::FaceToFace | Product::MiniProgram | Product::StaticCode => false,
            Product::EscrowPhysical
            | Product::EscrowVirtual
            | Product::EscrowAutoDelivery
            | Product::EscrowTopUp
            | Product::EscrowWholesale
            | Product::EscrowCrossBorder => true,
        }
    }

    /// What is sold under escrow; absent when the merchant is paid at once.
    pub const fn goods(self) -> Option<Goods> {
        match self {
            Product::FaceToFace
            | Product::QrCode
            | Product::MiniProgram
            | Product::App
            | Product::Wap
            | Product::Page
            | Product::StaticCode => None,
            Product::EscrowPhysical => Some(Goods::Physical),
            Product::EscrowVirtual => Some(Goods::Virtual),
            Product::EscrowAutoDelivery => Some(Goods::AutoDelivery),
            Product::EscrowTopUp => Some(Goods::TopUp),
            Product::EscrowWholesale => Some(Goods::Wholesale),
            Product::EscrowCrossBorder => Some(Goods::CrossBorder),
        }
    }
}

/// In which charset the merchant is notified.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum WireCharset {
    /// UTF-8.
    Utf8,
    /// GBK.
    Gbk,
}

/// What an order means: a repeated request must agree in all of it, or it is refused naming the field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Meaning {
    /// How it is brought before the buyer.
    pub product: Product,
    /// What is to be paid.
    pub total: Money,
    /// What is sold.
    pub subject: Subject,
    /// More about it.
    pub body: Option<Body>,
    /// The only buyer who may pay, when the merchant named one.
    pub named_buyer: Option<PartyId>,
    /// Goods, as JSON text of the request.
    pub goods_detail: Option<Text<8000>>,
}

/// How the merchant hears of an order and where it was made: the first request's stands, later ones are ignored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// Where to notify.
    pub notify_url: Option<Url>,
    /// Where the browser goes after payment.
    pub return_url: Option<Url>,
    /// Where the browser goes when the buyer gives up.
    pub quit_url: Option<Url>,
    /// The charset of the request, used for notifications.
    pub charset: WireCharset,
    /// Whether notifications are signed with SHA-1, because the request was.
    pub rsa1: bool,
    /// The merchant's store.
    pub store_id: Option<Text<32>>,
    /// The merchant's till.
    pub terminal_id: Option<Text<32>>,
    /// The merchant's clerk.
    pub operator_id: Option<Text<32>>,
    /// Handed back in notifications and queries as it was given.
    pub passback_params: Option<Text<512>>,
    /// The merchant's own number beside the order number.
    pub merchant_order_no: Option<Text<64>>,
}

/// What a merchant asks to be paid; lives in the merchant's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "orders", key = 2)]
pub struct Order {
    /// The merchant's slot.
    pub slot: Slot,
    /// Our number (`trade_no`).
    pub no: OrderNo,
    /// The merchant.
    pub seller: PartyId,
    /// The app that made it: the merchant's own, or one that the merchant authorised.
    pub app: AppId,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// How it is brought before the buyer.
    pub product: Product,
    /// Where it stands.
    pub state: OrderState,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// What is to be paid.
    pub total_minor: Minor,
    /// What was given back so far, at most the total.
    pub refunded_minor: Minor,
    /// The fee taken from the merchant when it was paid.
    pub fee_minor: Minor,
    /// How much of the fee was given back.
    pub fee_returned_minor: Minor,
    /// What is sold.
    pub subject: Subject,
    /// More about it.
    pub body: Option<Body>,
    /// Goods, as JSON text of the request.
    pub goods_detail: Option<Text<8000>>,
    /// The only buyer who may pay, when the merchant named one.
    pub named_buyer: Option<PartyId>,
    /// Who took it up.
    pub buyer: Option<PartyId>,
    /// The buyer's login as merchants may see it.
    pub buyer_login_masked: Option<Text<100>>,
    /// Where to notify.
    pub notify_url: Option<Url>,
    /// Where the browser goes after payment.
    pub return_url: Option<Url>,
    /// Where the browser goes when the buyer gives up.
    pub quit_url: Option<Url>,
    /// The charset of notifications.
    pub charset: WireCharset,
    /// Whether notifications are signed with SHA-1.
    pub rsa1: bool,
    /// The merchant's store.
    pub store_id: Option<Text<32>>,
    /// The merchant's till.
    pub terminal_id: Option<Text<32>>,
    /// The merchant's clerk.
    pub operator_id: Option<Text<32>>,
    /// Handed back as given.
    pub passback_params: Option<Text<512>>,
    /// The merchant's own second number.
    pub merchant_order_no: Option<Text<64>>,
    /// When the request came, microseconds UTC.
    pub opened_at_us: i64,
    /// When it came to exist for the world (`gmt_create`).
    pub created_at_us: Option<i64>,
    /// When it closes unpaid.
    pub expires_at_us: i64,
    /// When its QR code is worth nothing any more.
    pub code_expires_at_us: Option<i64>,
    /// When it was paid (`gmt_payment`).
    pub paid_at_us: Option<i64>,
    /// When it was closed (`gmt_close`).
    pub closed_at_us: Option<i64>,
    /// The timer that closes it.
    pub timer: Option<TimerNo>,
    /// The kind of card that paid it; absent when a balance paid.
    pub card: Option<CardChannel>,
    /// The bank of that card, as the payment world abbreviates it.
    pub card_bank: Option<Text<16>>,
    /// With the sales of which day its money is settled; absent when it was the merchant's at once.
    pub settled_with: Option<Day>,
    /// What the store was called when the order was opened; absent when its merchant has no open store of this number.
    pub store_name: Option<StoreName>,
}

impl Order {
    /// Where its money came from, as merchants are told (`fund_channel`).
    pub const fn fund_channel(&self) -> &'static str {
        match self.card {
            None => "ALIPAYACCOUNT",
            Some(CardChannel::DebitCard | CardChannel::CreditCard) => "BANKCARD",
        }
    }
}

/// The kind of card that an order was paid with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CardChannel {
    /// Its holder's own money.
    DebitCard,
    /// The bank's money.
    CreditCard,
}

impl CardChannel {
    /// As merchants are told (`fund_type`).
    pub const fn wire(self) -> &'static str {
        match self {
            CardChannel::DebitCard => "DEBIT_CARD",
            CardChannel::CreditCard => "CREDIT_CARD",
        }
    }
}

/// Finds an order by the merchant's number.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "order_number", key = 3)]
pub struct OrderNumber {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// Our number.
    pub no: OrderNo,
}

impl Order {
    /// What is to be paid.
    pub fn total(&self) -> Money {
        self.total_minor.of(self.currency)
    }

    /// What was given back so far.
    pub fn refunded(&self) -> Money {
        self.refunded_minor.of(self.currency)
    }

    /// The fee taken.
    pub fn fee(&self) -> Money {
        self.fee_minor.of(self.currency)
    }

    /// How much of the fee was given back.
    pub fn fee_returned(&self) -> Money {
        self.fee_returned_minor.of(self.currency)
    }

    /// Whether the order exists for the world: an offer that nobody took up does not.
    pub fn exists(&self) -> bool {
        self.created_at_us.is_some()
    }

    /// The first field in which a repeated request means something else, under its name on the wire.
    pub fn differs(&self, again: &Meaning) -> Option<&'static str> {
        // No `..`: a new part of the meaning does not compile until it is compared.
        let Meaning { product, total, subject, body, named_buyer, goods_detail } = again;
        if *product != self.product {
            return Some("product_code");
        }
        if *total != self.total() && !planted(Plant::OtherTotalTaken) {
            return Some("total_amount");
        }
        if *subject != self.subject {
            return Some("subject");
        }
        if *body != self.body {
            return Some("body");
        }
        if *named_buyer != self.named_buyer {
            return Some("buyer_id");
        }
        (*goods_detail != self.goods_detail).then_some("goods_detail")
    }
}
