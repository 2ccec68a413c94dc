//! `/api/v1/me/shop-orders`, and what the code on a merchant's counter is worth: whoever scans it says how much, and
//! pays an order of the merchant like any other.
//!
//! Its token carries the merchant, the store and a MAC over both: one that was not drawn here, or was changed, is no
//! code. It holds as long as the id of the books does: what is printed does not age. The order is opened under the
//! merchant's first app that may be used, with the key of the call and the payer as its number; whoever asks has taken
//! it up by asking.

use super::first_or_again;
use super::key::Key;
use super::limits::CARDS_MAX;
use super::orders::{self, Order, WhichOrder, unknown};
use super::sellers::{app_of, find_order, line, open_refused};
use crate::emv;
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_party::amount_of;
use crate::sandbox_pay::Handed;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{CardNo, OrderNo, PartyId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use engine::{FindParty, FindStaticUse, OpenOrder, PartyNotFound, Row, Which};
use fund::CardState;
use money::{Currency, Money};
use people::{Party, PartyStatus, StoreId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Delivery, Meaning, Product, STATIC_DAY_FEN, Subject, WireCharset};
use utoipa::ToSchema;
use world::Secrets;

/// The wallet's page that pays a merchant whose code was scanned, below the address of the world; the token follows.
const PAGE: &str = "/app/wallet/#/shop?c=";
/// The kind of key under which the engine knows an order by such a code.
const COUNTER: &str = "counter";

/// A merchant whose code was scanned.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopCode {
    /// What an order names the merchant by, as `token`.
    token: String,
    /// The merchant's name.
    name: String,
    /// What the store is called.
    store_name: Option<String>,
    /// The most that one pays on a day by such codes from one pocket, yuan.
    most: String,
    /// What whoever asks may still pay today from the balance by such codes, yuan.
    left: String,
}

/// What is to be paid to a merchant whose code was scanned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewShopOrder {
    /// The token of the code.
    token: String,
    /// How much, yuan.
    amount: String,
    /// What for: 256 characters at most, in one line; the merchant's name when it is not said.
    subject: Option<String>,
}

/// Where money is taken by a counter code. It is worth something as a token only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Counter {
    /// The merchant.
    pub(super) seller: PartyId,
    /// The store.
    pub(super) store: Option<StoreId>,
}

impl Counter {
    /// The token: the merchant's number and the store, and the MAC of them. It is short: it fits the forms of others.
    pub(super) fn token(&self, secrets: &Secrets, books: &str) -> String {
        let store = self.store.as_ref().map_or("", |store| store.as_str());
        let said = [self.seller.number().to_be_bytes().as_slice(), store.as_bytes()].concat();
        let said = BASE64.encode(said);
        let mac = BASE64.encode(mac(secrets, books, &said));
        format!("{said}.{mac}")
    }

    /// What a token names; `None` when it was not made here, under these books.
    fn read(secrets: &Secrets, books: &str, token: &str) -> Option<Counter> {
        let (said, shown) = token.split_once('.')?;
        let shown = BASE64.decode(shown).ok()?;
        verify_slices_are_equal(&mac(secrets, books, said), &shown).ok()?;
        let said = BASE64.decode(said).ok()?;
        let (number, store) = said.split_first_chunk::<8>()?;
        let seller = u64::from_be_bytes(*number).to_string().parse().ok()?;
        let store = std::str::from_utf8(store).ok().filter(|store| !store.is_empty());
        Some(Counter { seller, store: store.map(StoreId::new).transpose().ok()? })
    }

    /// The address that a code of ours says.
    pub(super) fn text(&self, portal: &Portal) -> String {
        let token = self.token(&portal.world.secrets, &portal.books_id);
        format!("{}{PAGE}{token}", portal.world.base_url)
    }
}

/// What shows that this was said here, for this use, and under these books: in others the same number may name another
/// merchant.
fn mac(secrets: &Secrets, books: &str, said: &str) -> [u8; 16] {
    secrets.token_digest(&format!("{COUNTER}\n{books}\n{said}"))
}

/// The token in a scanned text: of our own page, or in the form of EMVCo.
fn token_in<'a>(base_url: &str, text: &'a str) -> Option<&'a str> {
    let of_page = text.strip_prefix(base_url).and_then(|rest| rest.strip_prefix(PAGE));
    of_page.or_else(|| emv::token_in(text))
}

/// Where a scanned text says that money is taken; `None` when it is no code of a counter.
pub(super) fn read_text(portal: &Portal, text: &str) -> Option<Counter> {
    Counter::read(&portal.world.secrets, &portal.books_id, token_in(&portal.world.base_url, text)?)
}

/// The merchant itself. One that was given up takes nothing.
async fn merchant(portal: &Portal, seller: PartyId) -> Result<Arc<Party>, SandboxError> {
    let found = portal.door.ask(FindParty { party: seller }).await;
    let found = found.map_err(|error| SandboxError::of(error, |PartyNotFound| unknown()))?;
    if found.status == PartyStatus::Closed { Err(unknown()) } else { Ok(found) }
}

/// What a store of the merchant is called while it is open.
pub(super) async fn store_name(
    portal: &Portal,
    seller: PartyId,
    store: StoreId,
) -> Result<Option<String>, SandboxError> {
    portal.posted().await?;
    let key = engine::Key::MerchantStore((seller.slot(), seller, store));
    let found = portal.read(move |reader| reader.row(&key)).await;
    let found = found.ok_or_else(|| SandboxError::broken("the stores cannot be read"))?;
    Ok(match found {
        Some(Row::MerchantStore(store)) if store.closed_at_us.is_none() => Some(store.name.to_string()),
        Some(_) | None => None,
    })
}

/// What a payer may still pay today by counter codes; without a card from the wallet.
async fn left(portal: &Portal, party: PartyId, card: Option<CardNo>) -> Result<Money, SandboxError> {
    let used = portal.door.ask(FindStaticUse { party, card }).await;
    used.map(|used| used.left()).map_err(|error| SandboxError::of(error, |never| match never {}))
}

/// The same for whoever scanned it.
pub(super) async fn told(
    portal: &Portal,
    payer: PartyId,
    counter: Counter,
) -> Result<ShopCode, SandboxError> {
    let merchant = merchant(portal, counter.seller).await?;
    let token = counter.token(&portal.world.secrets, &portal.books_id);
    let most = Money::from_minor(STATIC_DAY_FEN, Currency::Cny).map_err(SandboxError::broken)?;
    let store_name = match counter.store {
        Some(store) => store_name(portal, counter.seller, store).await?,
        None => None,
    };
    Ok(ShopCode {
        token,
        name: merchant.name.to_string(),
        store_name,
        most: most.to_string(),
        left: left(portal, payer, None).await?.to_string(),
    })
}

/// Refuses an amount for which no pocket of the payer has room today. Whether the one that pays has is judged when the
/// money moves.
async fn has_room(portal: &Portal, payer: PartyId, amount: Money) -> Result<(), SandboxError> {
    let fits = |left: Money| amount.exceeds(left).is_ok_and(|exceeds| !exceeds);
    let of_wallet = left(portal, payer, None).await?;
    if fits(of_wallet) {
        return Ok(());
    }
    portal.posted().await?;
    let cards = portal.read(move |reader| reader.cards(payer, CARDS_MAX)).await;
    let cards = cards.ok_or_else(|| SandboxError::broken("the cards cannot be read"))?;
    let mut most = of_wallet;
    for card in cards.into_iter().filter(|card| card.state == CardState::Bound) {
        let of_card = left(portal, payer, Some(card.no)).await?;
        if fits(of_card) {
            return Ok(());
        }
        most = if of_card.exceeds(most).unwrap_or(false) { of_card } else { most };
    }
    let message = format!("by counter codes {most} yuan are left today");
    Err(SandboxError::conflict("static_limit", message).of_field("amount"))
}

/// What the order means.
fn meant(
    asked: &NewShopOrder,
    payer: PartyId,
    before: Option<&trade::Order>,
    merchant: &Party,
) -> Result<Meaning, SandboxError> {
    let total = amount_of(&asked.amount).map_err(|error| error.of_field("amount"))?;
    if total.is_zero() {
        return Err(SandboxError::bad("bad_amount", "the amount must be above zero").of_field("amount"));
    }
    let bad = || {
        let message = "subject is 1 to 256 characters, in one line";
        SandboxError::bad("bad_subject", message).of_field("subject")
    };
    let subject: Subject = match (&asked.subject, before) {
        (Some(said), _) => line(said).ok_or_else(bad)?,
        // The merchant may have another name by now.
        (None, Some(before)) => before.subject.clone(),
        (None, None) => Subject::new(merchant.name.as_str()).map_err(SandboxError::broken)?,
    };
    let (product, named_buyer) = (Product::StaticCode, Some(payer));
    Ok(Meaning { product, total, subject, body: None, named_buyer, goods_detail: None })
}

/// What is kept with it: nobody is notified, the merchant's people see it among their orders.
fn delivered(counter: &Counter) -> Delivery {
    Delivery {
        notify_url: None,
        return_url: None,
        quit_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        store_id: counter.store.clone(),
        terminal_id: None,
        operator_id: None,
        passback_params: None,
        merchant_order_no: None,
    }
}

/// Whether the order under the key is what is asked for again.
fn same(before: &trade::Order, meaning: &Meaning, counter: &Counter) -> Result<(), SandboxError> {
    let field = match before.differs(meaning) {
        Some("total_amount") => Some("amount"),
        None if before.store_id != counter.store => Some("token"),
        other => other,
    };
    field.map_or(Ok(()), |field| {
        Err(SandboxError::conflict("key_reused", format!("the key was used with another {field}")))
    })
}

/// The order under a key that a merchant takes money by, opened when there is none yet.
async fn opened(
    portal: &Portal,
    payer: PartyId,
    key: &Key,
    asked: &NewShopOrder,
) -> Result<(OrderNo, bool), SandboxError> {
    let read = Counter::read(&portal.world.secrets, &portal.books_id, &asked.token);
    let counter = read.ok_or_else(unknown)?;
    let merchant = merchant(portal, counter.seller).await?;
    let (seller, out_trade_no) = (counter.seller, key.of_person(COUNTER, payer));
    let before = find_order(portal, seller, Which::Out(out_trade_no.clone())).await?;
    let meaning = meant(asked, payer, before.as_deref(), &merchant)?;
    if let Some(before) = &before {
        same(before, &meaning, &counter)?;
        // Whoever lost the answer is told how far it is, also when it is paid or over.
        if before.buyer == Some(payer) {
            return Ok((before.no, true));
        }
    }
    let app = match &before {
        Some(order) => order.app,
        None => app_of(portal, seller)?,
    };
    if before.is_none() {
        has_room(portal, payer, meaning.total).await?;
    }
    let command = OpenOrder {
        seller,
        app,
        out_trade_no,
        meaning,
        delivery: delivered(&counter),
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: None,
        royalty_freeze: false,
    };
    let opened = portal.door.ask(command).await;
    let opened = opened.map_err(|error| SandboxError::of(error, open_refused))?;
    Ok((opened.order.no, before.is_some()))
}

/// Opens an order of the merchant whose code was scanned, taken up by whoever asks; it is paid like any other. The same
/// key again tells the same order.
#[utoipa::path(
    post,
    path = "/me/shop-orders",
    tag = "orders",
    params(("Idempotency-Key" = String, Header, description = "The key of this wish.")),
    request_body = NewShopOrder,
    responses(
        (status = 201, description = "The order.", body = Order),
        (status = 200, description = "The order that was there under this key.", body = Order)
    )
)]
pub(crate) async fn order(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Order>), SandboxError> {
    let asked: NewShopOrder = read(&headers, &body)?;
    let (order_no, replayed) = opened(&portal, this.party, &key, &asked).await?;
    let seen = orders::seen_by(&portal, this.party, Handed::TradeNo(order_no.to_string())).await?;
    let order = orders::told(&portal, this.party, &seen, WhichOrder::numbered(order_no)).await?;
    Ok((first_or_again(replayed), Json(order)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    fn secrets(seed: u64) -> Secrets {
        Secrets::from_seed(seed).unwrap()
    }

    fn counter(store: Option<&str>) -> Counter {
        let seller = PartyId::issue(1, Slot::PLATFORM).unwrap();
        Counter { seller, store: store.map(|store| StoreId::new(store).unwrap()) }
    }

    #[test]
    fn a_token_names_a_merchant_and_a_store_and_is_read_as_it_was_made() {
        for store in [None, Some("S-1"), Some("a.b\n c"), Some("街角店")] {
            let counter = counter(store);
            let token = counter.token(&secrets(1), "b");
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            assert!(token.chars().all(plain), "{token}");
            assert_eq!(Counter::read(&secrets(1), "b", &token), Some(counter));
            assert_eq!(Counter::read(&secrets(2), "b", &token), None, "of another world");
            assert_eq!(Counter::read(&secrets(1), "c", &token), None, "of the books of before");
        }
    }

    #[test]
    fn what_was_not_made_here_is_no_token() {
        let secrets = secrets(1);
        let token = counter(Some("S-1")).token(&secrets, "b");
        let (said, shown) = token.split_once('.').unwrap();
        let other = counter(Some("S-2")).token(&secrets, "b");
        let mut wrong = vec![format!("{}.{shown}", other.split_once('.').unwrap().0)];
        wrong.extend([String::new(), ".".to_owned(), said.to_owned(), format!("{said}.")]);
        wrong.extend([format!("{said}.{}", &shown[..8]), format!("{token}."), format!("{token}A")]);
        for token in wrong {
            assert_eq!(Counter::read(&secrets, "b", &token), None, "{token}");
        }
    }

    #[test]
    fn both_texts_hold_the_token_and_no_other_address_does() {
        let base = "http://pay.test";
        let token = counter(Some(&"S".repeat(32))).token(&secrets(1), "b");
        assert_eq!(token_in(base, &format!("{base}{PAGE}{token}")), Some(token.as_str()));
        let text = emv::Counter { token: &token, number: 7, name: "店", store: None }.text();
        let text = text.expect("the longest plain number of a store fits");
        assert_eq!(token_in(base, &text), Some(token.as_str()));
        for text in [
            token.clone(),
            format!("http://evil.test{PAGE}{token}"),
            format!("{base}.evil{PAGE}{token}"),
            format!("{base}/app/wallet/#/collect?c={token}"),
        ] {
            assert_eq!(token_in(base, &text), None, "{text}");
        }
    }
}
