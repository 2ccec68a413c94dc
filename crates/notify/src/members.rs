//! What a notification says: the members of `trade_status_sync`, made of the order and of the notice.
//!
//! The notice keeps what changes (how much was refunded, whether the order was closed), so that a late attempt still
//! tells what happened then and not what the order has become since. No member is ever empty: verifiers disagree
//! about empty values.

use base::{AppId, PartyId, Plant, planted};
use money::Money;
use std::borrow::Cow;
use std::collections::BTreeMap;
use trade::{Notice, NoticeEvent, Order, WireCharset};
use wire::charset::Charset;
use wire::sign::SignType;
use wire::timestamp::{format_cn, format_cn_millis};
use world::World;

/// Name and value of each member, without `sign` and `sign_type`.
pub type Members = Vec<(Cow<'static, str>, String)>;

/// Members of which all names are known here.
type Named = Vec<(&'static str, String)>;

/// What one attempt says, not signed yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// The members.
    pub members: Members,
    /// In which charset they are written.
    pub charset: Charset,
    /// How they are signed.
    pub sign_type: SignType,
}

/// Members that are numbers of users, and what stands in their place for an app in open_id mode.
const USERS: [(&str, &str); 3] =
    [("buyer_id", "buyer_open_id"), ("payer_user_id", "payer_open_id"), ("alipay_user_id", "alipay_open_id")];

impl Letter {
    /// As its app knows users: by number, or by open_id.
    pub(crate) fn for_app(mut self, world: &World) -> Letter {
        let app = self.members.iter().find(|(name, _)| name == "app_id");
        let Some(app) = app.and_then(|(_, id)| id.parse::<AppId>().ok()) else { return self };
        if !world.apps.of(app).open_id {
            return self;
        }
        for (name, value) in &mut self.members {
            let open = USERS.iter().find(|(number, _)| *number == name.as_ref());
            let Some(((_, open), user)) = open.zip(value.parse::<PartyId>().ok()) else { continue };
            (*name, *value) = (Cow::Borrowed(*open), world.secrets.open_id(app, user));
        }
        self
    }

    /// The members as the writers of forms take them.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect()
    }
}

/// The letter of an attempt at `sent_at_us` (microseconds UTC). `seller_login` is the merchant's own, `own_app` the
/// merchant's app, which is not the one that is told when that one acted for the merchant.
pub(crate) fn letter(
    order: &Order,
    notice: &Notice,
    seller_login: Option<&str>,
    own_app: AppId,
    sent_at_us: i64,
) -> Letter {
    let mut members = members(order, notice, seller_login, sent_at_us);
    members.push(("auth_app_id", own_app.to_string()));
    Letter { members: named(members), charset: charset_of(order), sign_type: sign_type_of(order) }
}

/// The letter of a message, which says what was fixed when it happened; `None` when that cannot be read.
pub(crate) fn letter_of_message(notice: &Notice, sent_at_us: i64) -> Option<Letter> {
    let content: BTreeMap<String, String> = serde_json::from_str(notice.content.as_ref()?.as_str()).ok()?;
    let charset = match content.get("charset") {
        Some(name) => Charset::parse(name)?,
        None => Charset::Utf8,
    };
    let rsa1 = content.get("sign_type").is_some_and(|name| name == "RSA");
    let own = [
        ("notify_id", notice.no.to_string()),
        ("notify_time", format_cn(sent_at_us)),
        ("charset", charset.name().to_owned()),
        ("version", "1.0".to_owned()),
        ("app_id", notice.app.to_string()),
        ("auth_app_id", notice.app.to_string()),
    ];
    // The messages of the application gateway (`msg_method`) have a form of their own, with a time of their own.
    let is_gateway = content.contains_key("msg_method");
    let own =
        own.into_iter().filter(|(name, _)| !is_gateway || !matches!(*name, "notify_time" | "auth_app_id"));
    let mut members: BTreeMap<Cow<'static, str>, String> =
        own.map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    // What the message says itself goes over what every letter has.
    members.extend(content.into_iter().map(|(name, value)| (Cow::Owned(name), value)));
    members.remove("sign_type");
    Some(Letter {
        members: members.into_iter().collect(),
        charset,
        sign_type: if rsa1 { SignType::Rsa } else { SignType::Rsa2 },
    })
}

fn named(members: Named) -> Members {
    members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect()
}

/// The charset of an order's notifications.
fn charset_of(order: &Order) -> Charset {
    match order.charset {
        WireCharset::Utf8 => Charset::Utf8,
        WireCharset::Gbk => Charset::Gbk,
    }
}

/// How an order's notifications are signed.
fn sign_type_of(order: &Order) -> SignType {
    if order.rsa1 { SignType::Rsa } else { SignType::Rsa2 }
}

/// All members, none of them empty.
fn members(order: &Order, notice: &Notice, seller_login: Option<&str>, sent_at_us: i64) -> Named {
    let mut members = about_the_message(order, notice, sent_at_us);
    about_the_order(&mut members, order, seller_login);
    match notice.event {
        NoticeEvent::Paid => about_the_payment(&mut members, order),
        NoticeEvent::Refunded => {
            about_the_payment(&mut members, order);
            about_the_refund(&mut members, order, notice);
        }
        NoticeEvent::Closed | NoticeEvent::Message => {}
    }
    if is_closing(notice) {
        members.push(("gmt_close", format_cn(notice.happened_at_us)));
    }
    members.retain(|(_, value)| !value.is_empty());
    members
}

/// A payment is told as a payment, even when the order was closed since.
fn is_closing(notice: &Notice) -> bool {
    match notice.event {
        NoticeEvent::Paid | NoticeEvent::Message => false,
        NoticeEvent::Refunded => notice.closed,
        NoticeEvent::Closed => true,
    }
}

fn about_the_message(order: &Order, notice: &Notice, sent_at_us: i64) -> Named {
    let status = if is_closing(notice) { "TRADE_CLOSED" } else { "TRADE_SUCCESS" };
    vec![
        ("notify_type", "trade_status_sync".to_owned()),
        ("notify_id", notice.no.to_string()),
        ("notify_time", format_cn(sent_at_us)),
        ("charset", charset_of(order).name().to_owned()),
        ("version", "1.0".to_owned()),
        ("app_id", notice.app.to_string()),
        ("trade_status", status.to_owned()),
    ]
}

fn about_the_order(members: &mut Named, order: &Order, seller_login: Option<&str>) {
    members.extend([
        ("trade_no", order.no.to_string()),
        ("out_trade_no", order.out_trade_no.to_string()),
        ("seller_id", order.seller.to_string()),
        ("subject", order.subject.to_string()),
        ("total_amount", order.total().to_string()),
    ]);
    let mut add = |name, value: Option<String>| members.extend(value.map(|value| (name, value)));
    add("seller_email", seller_login.map(str::to_owned));
    add("buyer_id", order.buyer.as_ref().map(PartyId::to_string));
    add("buyer_logon_id", order.buyer_login_masked.as_ref().map(ToString::to_string));
    add("body", order.body.as_ref().map(ToString::to_string));
    add("gmt_create", order.created_at_us.map(format_cn));
    add("passback_params", order.passback_params.as_ref().map(ToString::to_string));
}

/// Everything was paid from one balance or card, so that all amounts but the points are the total.
fn about_the_payment(members: &mut Named, order: &Order) {
    let total = order.total();
    let funds = format!(r#"[{{"amount":"{total}","fundChannel":"{}"}}]"#, order.fund_channel());
    members.extend(order.paid_at_us.map(|at_us| ("gmt_payment", format_cn(at_us))));
    members.extend([
        ("receipt_amount", total.to_string()),
        ("invoice_amount", total.to_string()),
        ("buyer_pay_amount", total.to_string()),
        ("point_amount", Money::zero(order.currency).to_string()),
        ("fund_bill_list", funds),
    ]);
}

fn about_the_refund(members: &mut Named, order: &Order, notice: &Notice) {
    let later = planted(Plant::NoticeTellsLaterSum);
    let refunded = if later { order.refunded_minor } else { notice.refunded_minor };
    members.push(("refund_fee", refunded.of(order.currency).to_string()));
    // The one time on this wire that is written with milliseconds.
    members.push(("gmt_refund", format_cn_millis(notice.happened_at_us)));
    members.extend(notice.out_biz_no.as_ref().map(|number| ("out_biz_no", number.to_string())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{AppId, NoticeNo, OrderNo, Slot, Stamp, Text};
    use money::Minor;
    use trade::NoticeState;

    fn message(content: Option<&str>) -> Notice {
        let (slot, stamp) = (Slot::new(7).unwrap(), Stamp { at_us: 1_767_283_200_000_007, seq: 1 });
        Notice {
            slot,
            no: NoticeNo::of(stamp, slot),
            app: AppId::issue(1_000_000_001, slot).unwrap(),
            order_no: OrderNo::of(stamp, slot),
            event: NoticeEvent::Message,
            url: Text::new("http://127.0.0.1/notify").unwrap(),
            refunded_minor: Minor::ZERO,
            closed: false,
            out_biz_no: None,
            happened_at_us: stamp.at_us,
            state: NoticeState::Due,
            attempts: 0,
            next_at_us: Some(stamp.at_us),
            last_error: None,
            content: content.map(|content| Text::new(content).unwrap()),
        }
    }

    #[test]
    fn a_message_says_its_own_members_and_those_of_the_envelope() {
        let content =
            r#"{"auth_app_id":"x","charset":"GBK","notify_type":"fund_auth_freeze","sign_type":"RSA"}"#;
        let notice = message(Some(content));
        let letter = letter_of_message(&notice, notice.happened_at_us + 1_000_000).unwrap();
        assert_eq!((letter.charset, letter.sign_type), (Charset::Gbk, SignType::Rsa));
        let wanted = [
            ("app_id", notice.app.to_string()),
            ("auth_app_id", "x".to_owned()),
            ("charset", "GBK".to_owned()),
            ("notify_id", notice.no.to_string()),
            ("notify_time", "2026-01-02 00:00:01".to_owned()),
            ("notify_type", "fund_auth_freeze".to_owned()),
            ("version", "1.0".to_owned()),
        ];
        assert_eq!(letter.members, named(wanted.into()));
    }

    #[test]
    fn a_message_of_the_application_gateway_has_its_own_form() {
        let content = r#"{"biz_content":"{}","msg_method":"a.b.notify","utc_timestamp":"1767283200000","version":"1.1"}"#;
        let letter = letter_of_message(&message(Some(content)), 0).unwrap();
        let names: Vec<&str> = letter.members.iter().map(|(name, _)| name.as_ref()).collect();
        let wanted =
            ["app_id", "biz_content", "charset", "msg_method", "notify_id", "utc_timestamp", "version"];
        assert_eq!(names, wanted);
        assert_eq!(letter.members[6].1, "1.1");
    }

    #[test]
    fn a_message_that_cannot_be_read_is_no_letter() {
        for content in [None, Some("["), Some(r#"{"charset":"latin9"}"#)] {
            assert_eq!(letter_of_message(&message(content), 0), None);
        }
    }
}
