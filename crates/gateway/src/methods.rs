//! One file per method: what it asks, what it does, what it says.

mod before;
pub(crate) mod data_bill_accountlog_query;
pub(crate) mod data_bill_balance_query;
pub(crate) mod data_bill_balancehis_query;
pub(crate) mod data_bill_buy_query;
pub(crate) mod data_bill_sell_query;
pub(crate) mod data_dataservice_bill_downloadurl_query;
pub(crate) mod fund_account_query;
pub(crate) mod fund_auth_operation_cancel;
pub(crate) mod fund_auth_operation_detail_query;
pub(crate) mod fund_auth_order_app_freeze;
pub(crate) mod fund_auth_order_freeze;
pub(crate) mod fund_auth_order_unfreeze;
pub(crate) mod fund_auth_order_voucher_create;
pub(crate) mod fund_batch_create;
pub(crate) mod fund_batch_detail_query;
pub(crate) mod fund_quota_query;
pub(crate) mod fund_trans_common_query;
pub(crate) mod fund_trans_order_query;
pub(crate) mod fund_trans_toaccount_transfer;
pub(crate) mod fund_trans_uni_transfer;
pub(crate) mod offline_market_shop_category_query;
pub(crate) mod open_app_alipaycert_download;
pub(crate) mod open_app_qrcode_create;
pub(crate) mod open_auth_appauth_invite_create;
pub(crate) mod open_auth_token_app;
pub(crate) mod open_auth_token_app_query;
pub(crate) mod open_auth_userauth_relationship_query;
pub(crate) mod open_file_upload;
pub(crate) mod security_risk_content_analyze;
pub(crate) mod system_oauth_token;
pub(crate) mod trade_advance_consult;
pub(crate) mod trade_app_pay;
pub(crate) mod trade_cancel;
pub(crate) mod trade_close;
pub(crate) mod trade_create;
pub(crate) mod trade_fastpay_refund_query;
pub(crate) mod trade_order_onsettle_query;
pub(crate) mod trade_order_settle;
pub(crate) mod trade_order_settle_query;
pub(crate) mod trade_orderinfo_sync;
pub(crate) mod trade_page_pay;
pub(crate) mod trade_pay;
pub(crate) mod trade_pay_frozen;
pub(crate) mod trade_precreate;
pub(crate) mod trade_query;
pub(crate) mod trade_refund;
pub(crate) mod trade_royalty_rate_query;
pub(crate) mod trade_royalty_relation_batchquery;
pub(crate) mod trade_royalty_relation_bind;
pub(crate) mod trade_royalty_relation_unbind;
pub(crate) mod trade_wap_pay;
pub(crate) mod user_agreement_executionplan_modify;
pub(crate) mod user_agreement_page_sign;
pub(crate) mod user_agreement_query;
pub(crate) mod user_agreement_unsign;
pub(crate) mod user_certify_open_certify;
pub(crate) mod user_certify_open_initialize;
pub(crate) mod user_certify_open_query;
pub(crate) mod user_deloauth_detail_query;
pub(crate) mod user_info_share;

use wire::envelope::ObjectWriter;

/// The amounts of a trade that nothing was paid for.
pub(crate) fn no_amounts(members: &mut ObjectWriter) {
    for name in ["buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount"] {
        members.text(name, "0.00");
    }
}

/// The amounts of a trade paid from balance: no points, no discount, so each is the total.
fn paid_amounts(members: &mut ObjectWriter, total: money::Money) {
    let total = total.to_string();
    for name in ["buyer_pay_amount", "invoice_amount", "receipt_amount"] {
        members.text(name, &total);
    }
    members.text("point_amount", "0.00");
}

/// Who pays, as merchants may see it.
fn buyer(members: &mut ObjectWriter, order: &trade::Order) {
    members.text_some("buyer_logon_id", order.buyer_login_masked.as_ref().map(|login| login.as_str()));
    members.text_some("buyer_user_id", order.buyer.map(|buyer| buyer.to_string()).as_deref());
}

/// Where an order's money came from, or went back to: the balance, or one card.
fn funds_of(order: &trade::Order, amount: money::Money) -> [ObjectWriter; 1] {
    let mut bill = ObjectWriter::new();
    bill.text("amount", &amount.to_string()).text("fund_channel", order.fund_channel());
    bill.text_some("bank_code", order.card_bank.as_ref().map(|bank| bank.as_str()));
    bill.text_some("fund_type", order.card.map(trade::CardChannel::wire));
    [bill]
}
