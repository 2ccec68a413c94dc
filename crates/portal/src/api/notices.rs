//! `GET /api/v1/me/notices`: what a person should know, newest first: money that came in, what ended, failed or waits,
//! sign-ins, passkeys, agreements and decided cases. What is told is what the tables hold, as [`bill::news_page`] reads
//! it; nothing is kept of who has seen what.

use super::page::limit;
use super::{bills, moment};
use crate::people::{SealedName, Who, crowded, names_of};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Query, State};
use base::PartyId;
use bill::{News, NewsAbout, NewsCursor, NewsCursorError, NewsKind, news_page};
use engine::FindParty;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The call of notices.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(list))
}

/// Which notices are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PersonNoticeQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// A page of notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonNoticePage {
    /// Newest first. A short page is the last.
    notices: Vec<PersonNotice>,
    /// The `before` of the next page; absent when nothing is left.
    next: Option<String>,
    /// `none`, `owner`, `operator` or `both`, as it is now: when it was stopped is kept nowhere, so it is no notice.
    payments_stopped_by: &'static str,
}

/// Something that a person should know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonNotice {
    /// Its own for good: whoever remembers the newest that was shown knows which are new.
    id: String,
    /// What it is.
    kind: PersonNoticeKind,
    /// When it happened.
    #[schema(format = DateTime)]
    at: String,
    /// How much money it is about, yuan.
    amount: Option<String>,
    /// What is bought, what was said of a transfer, the business of an agreement, the name of a device or passkey;
    /// empty when the kind says it all.
    title: String,
    /// The other side: a merchant's name, a person's masked, or the bank of the own card.
    other_name: Option<String>,
    /// The login of the other side, masked; of the own card the last four digits.
    other_login: Option<String>,
    /// Why: what a bank gives as its reason (`no_money`, `over_limit`, `card_blocked`, `agreement_ended`, `other`), or
    /// who ended an agreement (`merchant`, `buyer`, `validity`).
    reason: Option<String>,
    /// Why, in the merchant's own words.
    words: Option<String>,
    /// When money that waits goes.
    #[schema(format = DateTime)]
    arrives_at: Option<String>,
    /// Where to look next; absent where there is nothing more to see.
    opens: Option<PersonNoticeOpens>,
}

/// The screen that a notice leads to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonNoticeOpens {
    /// Which.
    screen: PersonNoticeScreen,
    /// The number of what it shows.
    no: String,
}

/// A screen.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PersonNoticeScreen {
    /// A bill: `/me/bills/{no}`.
    Bill,
    /// The agreements: `/me/agreements`.
    Agreement,
    /// The sessions: `/sessions`.
    Session,
    /// The passkeys: `/passkeys`.
    Passkey,
}

/// What a notice is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PersonNoticeKind {
    /// Money came in by a transfer.
    TransferReceived,
    /// A merchant gave money back.
    RefundArrived,
    /// A top-up is there.
    TopUpDone,
    /// The bank refused a top-up.
    TopUpFailed,
    /// A withdrawal is on its card.
    WithdrawalDone,
    /// The bank refused a withdrawal.
    WithdrawalFailed,
    /// A payment was made.
    PaymentDone,
    /// The bank refused to pay.
    PaymentFailed,
    /// A payment was never made: it was given up, or its time was over.
    PaymentClosed,
    /// What a bank was asked for was given up. While its word is awaited it stands where the bank was asked.
    BankOrderGivenUp,
    /// What a bank took too late is on its card again.
    CardMoneyReturned,
    /// What a bank took too late came to the balance, because the card did not take it back.
    CardMoneyCredited,
    /// A transfer was paid and waits for its time.
    TransferWaits,
    /// A transfer is with its payee.
    TransferDone,
    /// A transfer could not arrive: its payer has the money again.
    TransferReturned,
    /// A transfer that waited was called back.
    TransferCalledBack,
    /// An agreement was signed.
    AgreementSigned,
    /// An agreement ended.
    AgreementEnded,
    /// A payment that was looked at may be made, when it is asked for again.
    CaseReleased,
    /// A payment that was looked at may not be made.
    CaseRefused,
    /// Somebody signed in; told as long as the session is there.
    SignedIn,
    /// A passkey was added; told as long as it is there.
    PasskeyAdded,
}

impl From<NewsKind> for PersonNoticeKind {
    fn from(kind: NewsKind) -> PersonNoticeKind {
        match kind {
            NewsKind::TransferReceived => PersonNoticeKind::TransferReceived,
            NewsKind::RefundArrived => PersonNoticeKind::RefundArrived,
            NewsKind::TopUpDone => PersonNoticeKind::TopUpDone,
            NewsKind::TopUpFailed => PersonNoticeKind::TopUpFailed,
            NewsKind::WithdrawalDone => PersonNoticeKind::WithdrawalDone,
            NewsKind::WithdrawalFailed => PersonNoticeKind::WithdrawalFailed,
            NewsKind::PaymentDone => PersonNoticeKind::PaymentDone,
            NewsKind::PaymentFailed => PersonNoticeKind::PaymentFailed,
            NewsKind::PaymentClosed => PersonNoticeKind::PaymentClosed,
            NewsKind::BankOrderGivenUp => PersonNoticeKind::BankOrderGivenUp,
            NewsKind::CardMoneyReturned => PersonNoticeKind::CardMoneyReturned,
            NewsKind::CardMoneyCredited => PersonNoticeKind::CardMoneyCredited,
            NewsKind::TransferWaits => PersonNoticeKind::TransferWaits,
            NewsKind::TransferDone => PersonNoticeKind::TransferDone,
            NewsKind::TransferReturned => PersonNoticeKind::TransferReturned,
            NewsKind::TransferCalledBack => PersonNoticeKind::TransferCalledBack,
            NewsKind::AgreementSigned => PersonNoticeKind::AgreementSigned,
            NewsKind::AgreementEnded => PersonNoticeKind::AgreementEnded,
            NewsKind::CaseReleased => PersonNoticeKind::CaseReleased,
            NewsKind::CaseRefused => PersonNoticeKind::CaseRefused,
            NewsKind::SignedIn => PersonNoticeKind::SignedIn,
            NewsKind::PasskeyAdded => PersonNoticeKind::PasskeyAdded,
        }
    }
}

impl PersonNotice {
    fn of(news: News) -> PersonNotice {
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        let id = news.cursor().to_string();
        let opens = |screen, no: String| Some(PersonNoticeOpens { screen, no });
        let opens = match news.about {
            NewsAbout::Bill(no) => opens(PersonNoticeScreen::Bill, no),
            NewsAbout::Agreement(no) => opens(PersonNoticeScreen::Agreement, no.to_string()),
            NewsAbout::Session(device) => opens(PersonNoticeScreen::Session, device.no.to_string()),
            NewsAbout::Passkey(passkey) => opens(PersonNoticeScreen::Passkey, passkey.no.to_string()),
            NewsAbout::Nothing => None,
        };
        PersonNotice {
            id,
            kind: news.kind.into(),
            at: moment(news.at_us),
            amount: news.amount.map(|amount| amount.to_string()),
            title: news.title,
            other_name: filled(news.other_name),
            other_login: filled(news.other_login),
            reason: news.reason.map(str::to_owned),
            words: news.words,
            arrives_at: news.arrives_at_us.map(moment),
            opens,
        }
    }
}

/// What the person should know: a page of it, newest first.
#[utoipa::path(
    get,
    path = "/me/notices",
    tag = "notices",
    params(PersonNoticeQuery),
    responses((status = 200, description = "Notices, newest first.", body = PersonNoticePage))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Query(asked): Query<PersonNoticeQuery>,
) -> Result<Json<PersonNoticePage>, SandboxError> {
    let (limit, party) = (limit(asked.limit)?, this.party);
    let before = asked.before.as_deref().map(str::parse::<NewsCursor>).transpose();
    let before = before.map_err(|error: NewsCursorError| {
        let message = format!("before is the next of another page: {error}");
        SandboxError::bad("bad_cursor", message).of_field("before")
    })?;
    // What was just done must be seen.
    portal.posted().await?;
    let page = bills::read(&portal, move |reader| news_page(reader, party, before, limit)).await?;
    let whose = portal.door.ask(FindParty { party }).await;
    let whose = whose.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let news = with_names(&portal, party, page.news).await?;
    Ok(Json(PersonNoticePage {
        notices: news.into_iter().map(PersonNotice::of).collect(),
        next: page.next.map(|next| next.to_string()),
        payments_stopped_by: whose.stop.name(),
    }))
}

/// Gives the news of devices and passkeys the names that their person gave those.
async fn with_names(portal: &Portal, party: PartyId, mut news: Vec<News>) -> Result<Vec<News>, SandboxError> {
    let sealed = |news: &News| match &news.about {
        NewsAbout::Session(device) => Some(SealedName::Device(device.sealed_name.clone())),
        NewsAbout::Passkey(passkey) => Some(SealedName::Passkey(passkey.sealed_name.clone())),
        NewsAbout::Bill(_) | NewsAbout::Agreement(_) | NewsAbout::Nothing => None,
    };
    let mut names = names_of(portal, party, news.iter().filter_map(sealed).collect()).await?.into_iter();
    for one in &mut news {
        if matches!(one.about, NewsAbout::Session(_) | NewsAbout::Passkey(_)) {
            one.title = names.next().unwrap_or_default();
        }
    }
    Ok(news)
}
