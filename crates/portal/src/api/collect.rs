//! `/api/v1/me/collect-code`: the code that whoever asks is paid by. Its text is an address of the wallet with a token
//! that names the account by its number and never by a login, so that whoever sees the code cannot sign in with what it
//! says. The token carries a MAC over all that it says: one that was not drawn here, or was changed, is no code. It
//! holds as long as the id of the books does: a picture on a counter does not age.

use super::orders::unknown;
use crate::people::Who;
use crate::picture::qr_code;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_party::amount_of;
use crate::sending::{remark_of, shown_of};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Json;
use axum::extract::{Query, State};
use base::PartyId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use engine::{FindParty, PartyNotFound};
use money::Money;
use people::PartyStatus;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use transfer::Words;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use world::Secrets;

/// The wallet's page that pays whom a code names, below the address of the world; the token follows.
const PAGE: &str = "/app/wallet/#/collect?c=";

/// The call of codes to collect by.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(code))
}

/// Somebody who collects money.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Collect {
    /// What a transfer names the payee by, as `collect`.
    token: String,
    /// The payee's name; of a person masked.
    name: String,
    /// How much is asked for, yuan; a transfer by the token is over exactly that.
    amount: Option<String>,
    /// What for.
    remark: Option<String>,
}

/// A code to collect by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectCode {
    /// What the code says.
    text: String,
    /// The QR code, a document of SVG.
    qr_svg: String,
}

/// What is to be collected.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CollectWish {
    /// How much, yuan; whoever pays says it when it is not said.
    amount: Option<String>,
    /// What for: 200 characters at most, in one line.
    remark: Option<String>,
}

/// What a code asks for. It is worth something as a token only, whose MAC shows that it was drawn here for the account
/// that it names: nobody finds out by making up numbers whose account one is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    /// Whose account.
    pub(super) user: PartyId,
    /// How much; whoever pays says it when it is not said.
    pub(super) amount: Option<Money>,
    /// What for.
    pub(super) remark: Option<Words>,
}

impl Asked {
    /// What is asked for, when it can be.
    fn of(user: PartyId, amount: Option<&str>, remark: Option<&str>) -> Result<Asked, SandboxError> {
        let amount = amount.map(amount_of).transpose()?;
        if amount.is_some_and(Money::is_zero) {
            return Err(SandboxError::bad("bad_amount", "the amount must be above zero"));
        }
        let remark = remark_of(remark.unwrap_or_default());
        let remark = remark.map_err(|()| {
            SandboxError::bad("bad_remark", "a remark has 200 characters at most, in one line")
        })?;
        Ok(Asked { user, amount, remark })
    }

    /// The token: what is asked for, and the MAC of it. A remark is one line, so that it ends what is digested.
    fn token(&self, secrets: &Secrets, books: &str) -> String {
        let amount = self.amount.map(|amount| amount.to_string()).unwrap_or_default();
        let remark = self.remark.as_ref().map_or("", |remark| remark.as_str());
        let said = format!("{}\n{amount}\n{remark}", self.user);
        format!("{}.{}", BASE64.encode(&said), BASE64.encode(mac(secrets, books, &said)))
    }

    /// What a token asks for; `None` when it was not made here, under these books.
    fn read(secrets: &Secrets, books: &str, token: &str) -> Option<Asked> {
        let (said, shown) = token.split_once('.')?;
        let (said, shown) = (BASE64.decode(said).ok()?, BASE64.decode(shown).ok()?);
        let said = String::from_utf8(said).ok()?;
        verify_slices_are_equal(&mac(secrets, books, &said), &shown).ok()?;
        let mut lines = said.splitn(3, '\n');
        let (user, amount) = (lines.next()?, lines.next()?);
        let amount = Some(amount).filter(|amount| !amount.is_empty());
        Asked::of(user.parse().ok()?, amount, lines.next()).ok()
    }
}

/// What shows that this was said here, for this use, and under these books: in others the same numbers may name other
/// accounts.
fn mac(secrets: &Secrets, books: &str, said: &str) -> [u8; 16] {
    secrets.token_digest(&format!("collect\n{books}\n{said}"))
}

/// The token in a scanned text, when that is the address of our own page.
fn token_in<'a>(base_url: &str, text: &'a str) -> Option<&'a str> {
    text.strip_prefix(base_url)?.strip_prefix(PAGE)
}

/// What a scanned text asks for; `None` when it is no code to collect by.
pub(super) fn read_text(portal: &Portal, text: &str) -> Option<Asked> {
    Asked::read(&portal.world.secrets, &portal.books_id, token_in(&portal.world.base_url, text)?)
}

/// What a token asks for. One that was not made here is none.
pub(super) fn read_token(portal: &Portal, token: &str) -> Result<Asked, SandboxError> {
    Asked::read(&portal.world.secrets, &portal.books_id, token).ok_or_else(unknown)
}

/// The same for whoever scanned it. An account that was given up collects nothing.
pub(super) async fn told(portal: &Portal, asked: Asked) -> Result<Collect, SandboxError> {
    let found = portal.door.ask(FindParty { party: asked.user }).await;
    let found = found.map_err(|error| SandboxError::of(error, |PartyNotFound| unknown()))?;
    if found.status == PartyStatus::Closed {
        return Err(unknown());
    }
    Ok(Collect {
        token: asked.token(&portal.world.secrets, &portal.books_id),
        name: shown_of(&found).name,
        amount: asked.amount.map(|amount| amount.to_string()),
        remark: asked.remark.map(|remark| remark.to_string()),
    })
}

/// Draws the code that whoever asks is paid by.
#[utoipa::path(
    get,
    path = "/me/collect-code",
    tag = "collect",
    params(CollectWish),
    responses((status = 200, description = "The code.", body = CollectCode))
)]
pub(crate) async fn code(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Query(CollectWish { amount, remark }): Query<CollectWish>,
) -> Result<Json<CollectCode>, SandboxError> {
    let asked = Asked::of(this.party, amount.as_deref(), remark.as_deref())?;
    let text =
        format!("{}{PAGE}{}", portal.world.base_url, asked.token(&portal.world.secrets, &portal.books_id));
    let picture =
        qr_code(&text).ok_or_else(|| SandboxError::broken("a code to collect by cannot be drawn"))?;
    Ok(Json(CollectCode { text, qr_svg: picture.svg() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    fn secrets(seed: u64) -> Secrets {
        Secrets::from_seed(seed).unwrap()
    }

    fn lily() -> PartyId {
        PartyId::issue(1, Slot::PLATFORM).unwrap()
    }

    #[test]
    fn a_token_says_what_is_collected_and_is_read_as_it_was_made() {
        for (amount, remark) in [
            (None, None),
            (Some("12.30"), None),
            (Some("0.01"), Some("午饭 50% & 茶+水 #1?")),
            (None, Some("=a&u=2")),
        ] {
            let asked = Asked::of(lily(), amount, remark).unwrap();
            let token = asked.token(&secrets(1), "b");
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            assert!(token.chars().all(plain), "{token}");
            assert_eq!(Asked::read(&secrets(1), "b", &token), Some(asked));
            assert_eq!(Asked::read(&secrets(2), "b", &token), None, "of another world");
            assert_eq!(Asked::read(&secrets(1), "c", &token), None, "of the books of before");
        }
    }

    #[test]
    fn what_was_not_made_here_is_no_token() {
        let secrets = secrets(1);
        let asked = |amount, remark| Asked::of(lily(), amount, Some(remark)).unwrap();
        let token = asked(Some("1.00"), "tea").token(&secrets, "b");
        let (said, shown) = token.split_once('.').unwrap();
        let others = [asked(Some("2.00"), "tea"), asked(None, "tea"), asked(Some("1.00"), "cake")];
        let mut wrong: Vec<String> = others
            .iter()
            .map(|other| format!("{}.{shown}", other.token(&secrets, "b").split_once('.').unwrap().0))
            .collect();
        wrong.extend([String::new(), ".".to_owned(), said.to_owned(), format!("{said}.")]);
        wrong.extend([format!("{said}.{}", &shown[..8]), format!("{token}."), lily().to_string()]);
        let user = "2088999999999999\n\n";
        wrong.push(format!("{}.{shown}", BASE64.encode(user)));
        for token in wrong {
            assert_eq!(Asked::read(&secrets, "b", &token), None, "{token}");
        }
        assert_eq!(Asked::of(lily(), Some("0.00"), None).unwrap_err().code(), "bad_amount");
        assert_eq!(Asked::of(lily(), None, Some(&"x".repeat(201))).unwrap_err().code(), "bad_remark");
    }

    #[test]
    fn only_the_address_of_our_own_page_holds_a_token() {
        let base = "http://pay.test";
        assert_eq!(token_in(base, "http://pay.test/app/wallet/#/collect?c=T"), Some("T"));
        for text in [
            "T",
            "http://evil.test/app/wallet/#/collect?c=T",
            "http://pay.test.evil/app/wallet/#/collect?c=T",
            "http://pay.test/app/wallet/#/bills?c=T",
            "http://pay.test/app/wallet/#/collect?u=T",
        ] {
            assert_eq!(token_in(base, text), None, "{text}");
        }
    }

    #[test]
    fn the_longest_code_can_be_drawn() {
        let remark = "\u{1F35C}".repeat(200);
        let asked = Asked::of(lily(), Some("99999999.99"), Some(&remark)).unwrap();
        let address = format!("https://a-long-name-of-a-payment-platform.example{PAGE}");
        assert!(qr_code(&format!("{address}{}", asked.token(&secrets(1), "b"))).is_some());
    }
}
