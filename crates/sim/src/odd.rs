//! Things that seldom happen in a town, mostly mistakes: so that every refusal is met.

use crate::plan::ODD_OLD_CODE;
use crate::town::{open_app, open_party};
use crate::world::World;
use base::{AppId, OrderNo, PartyId, Text};
use engine::{
    Command, FindAccount, FindLogin, FindOrderByNo, FindParty, FindTrade, IssuePayCode, JudgePassword,
    OpenApp, OpenOrder, Row, SetAppStatus, SetPartyStatus, TopUp,
};
use money::{Currency, Money};
use people::{AppMode, AppStatus, PartyKind, PartyStatus};
use trade::{Delivery, Meaning, Product, WireCharset};

/// More than half of what an account may hold, fen.
const HALF_TOO_MUCH_FEN: u64 = 60_000_000_000_000;

fn half(party: PartyId, key: &str) -> Command {
    let key = Text::new(key).expect("a short key");
    TopUp { party, amount: fen(HALF_TOO_MUCH_FEN), key }.into()
}

/// Somebody who does not exist, in the slot of somebody who does.
fn nobody(like: PartyId) -> PartyId {
    PartyId::issue(9_999_999, like.slot()).expect("far below the last id")
}

fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).expect("an amount within its bounds")
}

impl World {
    /// Does one of them.
    pub(crate) fn odd_thing(&mut self, what: u8, who: u8) {
        let party = self.people.buyer(who);
        let (shop, app) = self.people.shop(who);
        // The latest trade of this buyer, where there is one.
        let trades = self.mirror.rows().filter_map(|row| match row {
            Row::Trade(trade) if trade.buyer == party => Some(trade.no),
            _ => None,
        });
        let order_no = trades.max();
        match what {
            12 => {
                let content = serde_json::json!({
                    "out_trade_no": "HUGE", "total_amount": "100000000.01", "subject": "a mountain",
                });
                self.call(0, "alipay.trade.precreate", &content);
            }
            13 => {
                let content = serde_json::json!({
                    "out_trade_no": "LATE", "total_amount": "1.00", "subject": "tea",
                    "time_expire": "2026-02-26 12:00:00",
                });
                self.call(0, "alipay.trade.precreate", &content);
            }
            14 | ODD_OLD_CODE => {
                let number = if what == ODD_OLD_CODE { who } else { who % 4 };
                let content = serde_json::json!({
                    "out_trade_no": format!("N{number}"), "total_amount": "10.00", "subject": "tea",
                    "timeout_express": "1d", "qr_code_timeout_express": "1m",
                });
                self.call(0, "alipay.trade.precreate", &content);
            }
            _ => {
                if what == 23 {
                    self.command(half(party, "half"));
                }
                if let Some(command) = command(what, party, shop, app, order_no) {
                    self.command(command);
                }
            }
        }
    }
}

fn command(
    what: u8,
    party: PartyId,
    shop: PartyId,
    app: AppId,
    order_no: Option<OrderNo>,
) -> Option<Command> {
    let stranger = nobody(party);
    let currency = Currency::Cny;
    let key = || Text::new("odd").expect("a short key");
    let unknown = OrderNo::of(base::Stamp { at_us: 1, seq: 1 }, party.slot());
    Some(match what {
        0 => open_party(PartyKind::Person, String::new()).into(),
        1 => open_party(PartyKind::Person, "buyer0@town".to_owned()).into(),
        2 => OpenApp { mode: AppMode::Cert, ..open_app(shop) }.into(),
        3 => open_app(stranger).into(),
        4 => SetAppStatus { app, status: AppStatus::Online }.into(),
        5 => SetAppStatus { app: AppId::issue(9_999_999, shop.slot())?, status: AppStatus::Online }.into(),
        6 => SetPartyStatus { party: stranger, status: PartyStatus::Frozen }.into(),
        7 => TopUp { party: stranger, amount: fen(100), key: key() }.into(),
        8 => TopUp { party, amount: fen(0), key: key() }.into(),
        9 => TopUp { party, amount: Money::from_minor(100, Currency::Usd).ok()?, key: key() }.into(),
        10 => FindAccount { party, currency }.into(),
        11 => FindAccount { party: stranger, currency }.into(),
        15 => {
            let login = if order_no.is_some() { "buyer0@town" } else { "nobody@town" };
            FindLogin { login: Text::new(login).ok()? }.into()
        }
        16 => FindParty { party: stranger }.into(),
        17 => FindTrade { buyer: party, order_no: order_no.unwrap_or(unknown) }.into(),
        18 => FindOrderByNo { order_no: unknown }.into(),
        // A digest that everybody in the slot draws.
        19 => IssuePayCode { party, digest: [19; 16], attempt: None }.into(),
        20 => open_order(stranger, app).into(),
        21 => JudgePassword { party, attempt: 9_999_999, right: true }.into(),
        // Two halves of more than an account may hold.
        22 => half(party, "half"),
        23 => half(party, "other half"),
        _ => return None,
    })
}

/// An order of a merchant who does not exist, as no program can send it.
fn open_order(seller: PartyId, app: AppId) -> OpenOrder {
    let meaning = Meaning {
        product: Product::QrCode,
        total: fen(100),
        subject: Text::new("air").expect("a short text"),
        body: None,
        named_buyer: None,
        goods_detail: None,
    };
    let delivery = Delivery {
        notify_url: None,
        return_url: None,
        quit_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        store_id: None,
        terminal_id: None,
        operator_id: None,
        passback_params: None,
        merchant_order_no: None,
    };
    OpenOrder {
        seller,
        app,
        out_trade_no: Text::new("AIR").expect("a short number"),
        meaning,
        delivery,
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: None,
        royalty_freeze: false,
    }
}
