//! What the fields and answers that methods of trades share are, for their facts.

use crate::facts::{Field, Kind, Member, Part, Shape};
use crate::order_fields::NOT_SIMULATED;
use crate::{agreement_facts, goods, order_name};

/// The fields of every method that opens an order, but for `product_code`.
pub(crate) const ORDER: Part = Part::Read(&[
    Field::must("out_trade_no", Kind::Number(64, "_")),
    Field::must("total_amount", Kind::Amount).note("within the limits of one order"),
    Field::must("subject", Kind::Without(256, "/=&")),
    Field::may("body", Kind::Lines(400)),
    Field::may("goods_detail", Kind::List(goods::FACTS, goods::GOODS_MAX)).note("8000 characters in all"),
    Field::may("goods_type", Kind::OneOf(&["0", "1"])).note("checked, and changes nothing"),
    Field::may("seller_id", Kind::Party).note("the merchant that the app acts for"),
    Field::may("discountable_amount", Kind::AmountOrZero)
        .note("at most the total; both parts together are the total"),
    Field::may("undiscountable_amount", Kind::AmountOrZero).note("as `discountable_amount`"),
    Field::may("enable_pay_channels", Kind::Line(128)).note("must have `balance`; not beside the next one"),
    Field::may("disable_pay_channels", Kind::Line(128)).note("must not have `balance`"),
    Field::may("trans_currency", Kind::Cny),
    Field::may("settle_currency", Kind::Cny),
    Field::may("timeout_express", Kind::Timeout),
    Field::may("time_expire", Kind::Moment).note("goes before `timeout_express`"),
    Field::may("quit_url", Kind::Address),
    Field::may("store_id", Kind::Line(32)),
    Field::may("terminal_id", Kind::Line(32)),
    Field::may("operator_id", Kind::Line(32)),
    Field::may("passback_params", Kind::Line(512)).note("given back in notifications and queries"),
    Field::may("merchant_order_no", Kind::Line(64)),
    Field::may("extend_params", Kind::ObjectOrText).note("`royalty_freeze` `true` holds what may be split"),
]);

/// Features of orders that are refused.
pub(crate) const ORDER_REFUSED: Part = Part::Refused(&NOT_SIMULATED);

/// Fields of orders that change nothing.
pub(crate) const ORDER_IGNORED: Part = Part::Ignored(&[
    "alipay_store_id",
    "business_params",
    "ext_user_info",
    "invoice_info",
    "promo_params",
    "query_options",
    "specified_channel",
]);

/// What is refused where nothing is debited under an agreement or paid from frozen money.
pub(crate) const NO_DEBIT: Part = Part::Refused(&["agreement_params", "auth_no", "auth_confirm_mode"]);

/// What is refused where no payment is held.
pub(crate) const NO_ESCROW: Part = Part::Refused(&["escrow_goods"]);

/// What is refused where nothing is signed by paying.
pub(crate) const NO_SIGNING: Part = Part::Refused(&["agreement_sign_params"]);

/// What the buyer signs by paying.
pub(crate) const SIGNING: Part = Part::Read(&[Field::may(
    "agreement_sign_params",
    Kind::Object(&[
        agreement_facts::OFFER,
        Part::Read(&[Field::may("sign_notify_url", Kind::Address)]),
        agreement_facts::OFFER_REFUSED,
    ]),
)
.note("an agreement that is signed by paying; `product_code` may be its")]);

/// How an order that is there is named.
pub(crate) const ORDER_NAME: Part = Part::Read(&[
    Field::when("out_trade_no", Kind::Number(64, "_"), "unless `trade_no` is there"),
    Field::when(
        "trade_no",
        Kind::Number(order_name::TRADE_NO_LENGTH_MAX, ""),
        "unless `out_trade_no` is there",
    )
    .note("goes before `out_trade_no`"),
]);

/// The two names of an order that was made.
pub(crate) const OPENED: &[Member] = &[Member::text("out_trade_no"), Member::text("trade_no")];

/// Where money came from or went back to.
pub(crate) const BILL: Shape = Shape::List(&[
    Member::text("amount"),
    Member::text("fund_channel"),
    Member::text("bank_code").when("a card paid"),
    Member::text("fund_type").when("a card paid"),
]);

/// What orders for a browser or the wallet say to a program.
pub(crate) const OFFERED: &[Member] = &[
    Member::text("out_trade_no"),
    Member::text("seller_id"),
    Member::text("total_amount"),
    Member::text("merchant_order_no").when("it was given"),
];
