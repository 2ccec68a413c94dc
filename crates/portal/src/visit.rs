//! The sign-in forms of cashier and wallet: the cookie that ties a form to its browser, and the words of a refusal.

use crate::chance;
use crate::portal::Portal;
use crate::respond::{Visitor, with_cookie};
use crate::sign_in::SignInRefused;
use crate::texts::Texts;
use axum::http::StatusCode;
use axum::response::Response;

/// The cookie that a form's token is bound to before anybody is signed in. It is sent also when a shop leads here: else
/// each arrival would be given another one, and what earlier pages of this browser hold would be worth nothing.
const COOKIE: &str = "tongbao_visit";
/// Letters of 256 bits in base64.
const LETTERS: usize = 43;

/// One browser, before anybody is signed in.
pub(crate) struct Visit {
    id: String,
    fresh: bool,
}

impl Visit {
    /// The visit of this browser, or a new one.
    pub(crate) fn of(visitor: &Visitor) -> Visit {
        match visitor.cookie(COOKIE).filter(|id| is_id(id)) {
            Some(id) => Visit { id: id.to_owned(), fresh: false },
            None => Visit { id: chance::token(), fresh: true },
        }
    }

    /// The hidden token of a form.
    pub(crate) fn token(&self, portal: &Portal, form: &str) -> String {
        portal.seals.token(form, &self.id)
    }

    /// The page of the form, with the cookie if the browser has none.
    pub(crate) fn keep(&self, portal: &Portal, response: Response) -> Response {
        if !self.fresh {
            return response;
        }
        with_cookie(response, &portal.led_cookie(COOKIE, &self.id, "/", None))
    }
}

fn is_id(text: &str) -> bool {
    text.len() == LETTERS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether the form was served by us to the browser that sends it.
pub(crate) fn is_own_form(portal: &Portal, visitor: &Visitor, form: &str, token: &str) -> bool {
    visitor.cookie(COOKIE).is_some_and(|id| portal.seals.is_right(token, form, id))
}

impl SignInRefused {
    /// The status of the page that says so.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            SignInRefused::NotSixDigits => StatusCode::UNPROCESSABLE_ENTITY,
            SignInRefused::Wrong { .. } | SignInRefused::Frozen => StatusCode::FORBIDDEN,
            SignInRefused::Locked { .. } => StatusCode::LOCKED,
            SignInRefused::Crowded | SignInRefused::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Status and words.
    pub(crate) fn told(self, t: &Texts) -> (StatusCode, String) {
        (self.status(), self.words(t))
    }

    /// What the buyer reads. How many tries are left is not told.
    pub(crate) fn words(self, t: &Texts) -> String {
        match self {
            SignInRefused::NotSixDigits => t.not_six_digits.to_owned(),
            SignInRefused::Wrong { .. } => t.wrong_password.to_owned(),
            SignInRefused::Locked { until_us } => t.locked_until(until_us),
            SignInRefused::Frozen => t.blocked_text.to_owned(),
            // Whoever signs in may have a payment under way: nothing is said of money.
            SignInRefused::Crowded | SignInRefused::Busy => t.sign_in_busy.to_owned(),
        }
    }
}
