//! `/sellers/{seller_id}/notifications`: what the merchant's programs were told, how far it came, and once more.

use super::super::moment;
use super::super::page::limit;
use super::many_tables;
use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_inbox::{AgainAsked, AgainRefused};
use crate::sandbox_notifications::trade_status;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use base::{AppId, NoticeNo, PartyId, Slot};
use engine::{Key, Row};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Notice, NoticeEvent, NoticeState};
use utoipa::{IntoParams, ToSchema};

/// Apps of a merchant that are looked at: more than any has.
const APPS_MAX: usize = 100;
/// Notices that one call looks at, whosever they are: those of a slot lie together, and no index leads to an app's own.
const LOOKED_MAX: usize = 20_000;
/// Notices that are read at once.
const PAGE: usize = 500;

/// Which notifications are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SellerNoticeQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
    /// Of this app alone; of all apps of the merchant when it is not said.
    app_id: Option<String>,
}

/// A page of notifications. It can be short, or empty, and not be the last: so many are looked at at a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerNoticePage {
    /// Newest first.
    notifications: Vec<SellerNotice>,
    /// The `before` of the next page; absent when nothing is left.
    next: Option<String>,
}

/// A notification to a merchant's program.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerNotice {
    /// Its number, the same in every attempt.
    notify_id: String,
    /// The app that is told.
    app_id: String,
    /// The order; null for a message about something else.
    trade_no: Option<String>,
    /// `paid`, `refunded`, `closed` or `message`.
    event: &'static str,
    /// The state that it tells of its order.
    trade_status: Option<&'static str>,
    /// Where to.
    url: String,
    /// `due`, `delivered` or `given_up`.
    state: &'static str,
    /// Attempts made so far.
    attempts: u32,
    /// When it happened.
    #[schema(format = DateTime)]
    happened_at: String,
    /// When it is tried next.
    next_attempt_at: Option<String>,
    /// What went wrong last.
    last_error: Option<String>,
}

/// How a notification that was sent once more ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerNoticeAgain {
    outcome: SellerNoticeOutcome,
    /// Why it does not count as delivered.
    words: Option<String>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SellerNoticeOutcome {
    /// The program answered `success`.
    Delivered,
    /// It did not.
    NotDelivered,
}

const fn event_of(event: NoticeEvent) -> &'static str {
    match event {
        NoticeEvent::Paid => "paid",
        NoticeEvent::Refunded => "refunded",
        NoticeEvent::Closed => "closed",
        NoticeEvent::Message => "message",
    }
}

impl SellerNotice {
    /// A notification as it is told.
    pub(super) fn of(notice: &Notice) -> SellerNotice {
        // A message is about whatever it names, which need not be an order.
        let trade_no = (notice.event != NoticeEvent::Message).then(|| notice.order_no.to_string());
        SellerNotice {
            notify_id: notice.no.to_string(),
            app_id: notice.app.to_string(),
            trade_no,
            event: event_of(notice.event),
            trade_status: trade_status(notice),
            url: notice.url.to_string(),
            state: SellerNotice::state_of(notice.state),
            attempts: notice.attempts,
            happened_at: moment(notice.happened_at_us),
            next_attempt_at: notice.next_at_us.map(moment),
            last_error: notice.last_error.as_ref().map(ToString::to_string),
        }
    }

    /// How far it came, as it is told.
    pub(super) const fn state_of(state: NoticeState) -> &'static str {
        match state {
            NoticeState::Due => "due",
            NoticeState::Delivered => "delivered",
            NoticeState::GivenUp => "given_up",
        }
    }
}

/// An app of the merchant; 404 `app_not_found` for whatever is none of its.
pub(super) fn app_of(portal: &Portal, seller: PartyId, text: &str) -> Result<AppId, SandboxError> {
    let app: AppId =
        text.parse().map_err(|error| SandboxError::bad("bad_app_id", error).of_field("app_id"))?;
    let is_own = portal.door.app(app).is_some_and(|found| found.seller == seller);
    if is_own { Ok(app) } else { Err(SandboxError::missing("app_not_found", "the merchant has no such app")) }
}

/// What a walk found.
struct Found {
    notices: Vec<Arc<Notice>>,
    /// Those of the next page have lower numbers; absent when nothing is left.
    next: Option<NoticeNo>,
}

/// How far a walk goes.
#[derive(Clone, Copy)]
struct Most {
    found: usize,
    looked: usize,
    at_once: usize,
}

/// The newest notices of these apps of a slot with numbers below `before`: one walk over the slot for all of them,
/// which ends with the page or where enough was looked at.
fn newest_of(
    reader: &mut dyn Reader,
    (slot, apps): (Slot, &BTreeSet<AppId>),
    before: Option<NoticeNo>,
    most: Most,
) -> Result<Found, StoreError> {
    let (mut notices, mut looked, mut next): (Vec<Arc<Notice>>, usize, _) = (Vec::new(), 0, before);
    while looked < most.looked {
        let page = reader.notices_of_slot(slot, next, most.at_once)?;
        looked = looked.saturating_add(page.len());
        for notice in page.iter().filter(|notice| apps.contains(&notice.app)) {
            if notices.len() >= most.found {
                let next = notices.last().map(|last| last.no);
                return Ok(Found { notices, next });
            }
            notices.push(notice.clone());
        }
        match page.last() {
            Some(last) if page.len() == most.at_once => next = Some(last.no),
            _ => return Ok(Found { notices, next: None }),
        }
    }
    Ok(Found { notices, next })
}

/// What the merchant's programs were told: of one app, or of all.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/notifications",
    tag = "seller-tools",
    params(("seller_id" = String, Path, description = "The merchant."), SellerNoticeQuery),
    responses((status = 200, description = "Notifications, newest first.", body = SellerNoticePage))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    Query(asked): Query<SellerNoticeQuery>,
) -> Result<Json<SellerNoticePage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let before = asked.before.as_deref().map(str::parse::<NoticeNo>).transpose();
    let before = before.map_err(|error| {
        let message = format!("before is the next of another page: {error}");
        SandboxError::bad("bad_cursor", message).of_field("before")
    })?;
    let apps: BTreeSet<AppId> = match asked.app_id.as_deref() {
        Some(text) => BTreeSet::from([app_of(&portal, seller, text)?]),
        None => portal.door.apps_of(seller, APPS_MAX).iter().map(|app| app.id).collect(),
    };
    let most = Most { found: limit, looked: LOOKED_MAX, at_once: PAGE };
    // An app lies in its merchant's slot, and so do the merchant's notices.
    let slot = seller.slot();
    let found = many_tables(&portal, move |reader| Ok(newest_of(reader, (slot, &apps), before, most)?));
    let found = found.await?;
    let notifications = found.notices.iter().map(|notice| SellerNotice::of(notice)).collect();
    Ok(Json(SellerNoticePage { notifications, next: found.next.map(|next| next.to_string()) }))
}

/// Sends a notification once more as it is, whatever its state. It is not counted: its attempts go on as if nothing had
/// been sent.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/notifications/{notify_id}/again",
    tag = "seller-tools",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("notify_id" = String, Path, description = "The notification.")
    ),
    responses((status = 200, description = "How it ended.", body = SellerNoticeAgain))
)]
pub(crate) async fn again(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Path((_, notify_id)): Path<(String, String)>,
) -> Result<Json<SellerNoticeAgain>, SandboxError> {
    let missing =
        || SandboxError::missing("notification_not_found", "the merchant was told nothing by this number");
    let no: NoticeNo = notify_id.parse().map_err(|_| missing())?;
    portal.posted().await?;
    let found = portal.read(move |reader| reader.row(&Key::Notice((no.slot(), no)))).await;
    let found = found.ok_or_else(|| SandboxError::broken("the notices cannot be read"))?;
    let Some(Row::Notice(notice)) = found else { return Err(missing()) };
    if portal.door.app(notice.app).is_none_or(|app| app.seller != shop.seller) {
        return Err(missing());
    }
    shop.note(&portal, "notice.again", &no.to_string()).await?;
    let asked = AgainAsked { url: None, members: BTreeMap::new(), forgery: None };
    match portal.mailroom.resend(notice, asked).await {
        Ok(end) => {
            let is_delivered = end.error.is_none();
            let outcome =
                if is_delivered { SellerNoticeOutcome::Delivered } else { SellerNoticeOutcome::NotDelivered };
            Ok(Json(SellerNoticeAgain { outcome, words: end.error }))
        }
        Err(AgainRefused::Bad(message)) => Err(SandboxError::bad("bad_request", message)),
        Err(AgainRefused::Unknown) => {
            let message = "sending broke off; whether the notification arrived is not known";
            Err(SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "unknown", message))
        }
        Err(AgainRefused::Busy) => {
            let message = "the platform is busy; nothing was sent, try again";
            Err(SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{OrderNo, Stamp, Text};
    use money::Minor;
    use store::{Mark, MemoryStore, Store};

    fn told(app: AppId, at_us: i64) -> Row {
        let (slot, stamp) = (app.slot(), Stamp { at_us, seq: 1 });
        Row::Notice(Arc::new(Notice {
            slot,
            no: NoticeNo::of(stamp, slot),
            app,
            order_no: OrderNo::of(stamp, slot),
            event: NoticeEvent::Paid,
            url: Text::new("http://127.0.0.1/notify").unwrap(),
            refunded_minor: Minor::ZERO,
            closed: false,
            out_biz_no: None,
            happened_at_us: at_us,
            state: NoticeState::Delivered,
            attempts: 1,
            next_at_us: None,
            last_error: None,
            content: None,
        }))
    }

    fn told_rows() -> MemoryStore {
        let rows = (1..=700).map(|at_us| told(app(if at_us % 100 == 0 { 2 } else { 1 }), at_us));
        let rows = rows.chain([told(app(3), 701)]).map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        let mark = Mark { sequence: 1, stamp: Stamp { at_us: 1, seq: 1 }, hash: [1; 32] };
        store.post(&rows, mark).unwrap();
        store
    }

    fn slot() -> Slot {
        Slot::new(7).unwrap()
    }

    fn app(counter: u64) -> AppId {
        AppId::issue(counter, slot()).unwrap()
    }

    /// When each happened of which a walk to the very first tells, page by page, and how many pages that took.
    fn walked(apps: &BTreeSet<AppId>, most: Most) -> (Vec<i64>, usize) {
        let store = told_rows();
        let mut reader = store.reader().unwrap();
        let (mut seen, mut before, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = newest_of(&mut *reader, (slot(), apps), before, most).unwrap();
            assert!(page.notices.len() <= most.found);
            seen.extend(page.notices.iter().map(|notice| notice.happened_at_us));
            pages += 1;
            before = page.next;
            if before.is_none() {
                return (seen, pages);
            }
        }
    }

    /// Pages of several apps have each notice once, in order, however many there are of one app.
    #[test]
    fn pages_of_apps_go_on_to_the_very_first_notice() {
        let wanted: Vec<i64> = (1..=700).rev().collect();
        for (found, pages) in [(1, 700), (100, 7), (1_000, 1)] {
            let most = Most { found, looked: 1_000, at_once: 9 };
            let walked = walked(&BTreeSet::from([app(1), app(2)]), most);
            assert_eq!(walked, (wanted.clone(), pages), "by {found}");
        }
        let most = Most { found: 3, looked: 1_000, at_once: 9 };
        let of_one: Vec<i64> = (1..=7).rev().map(|hundred| hundred * 100).collect();
        assert_eq!(walked(&BTreeSet::from([app(2)]), most), (of_one, 3));
    }

    /// A quiet app among busy ones costs no walk to the very first notice: a page ends where enough was looked at.
    #[test]
    fn a_page_ends_where_enough_was_looked_at() {
        let most = Most { found: 100, looked: 50, at_once: 10 };
        let of_quiet: Vec<i64> = (1..=7).rev().map(|hundred| hundred * 100).collect();
        assert_eq!(walked(&BTreeSet::from([app(2)]), most), (of_quiet, 15));
        assert_eq!(walked(&BTreeSet::new(), most), (Vec::new(), 15));
    }
}
