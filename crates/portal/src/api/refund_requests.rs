//! What a buyer asks its merchant to give back, as both of them are told.

use super::moment;
use serde::Serialize;
use trade::{RefundWish, RefundWishState};
use utoipa::ToSchema;

/// What a buyer asked for, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundRequest {
    state: RefundRequestState,
    /// Which asking of this order it is, from 1.
    asking: u32,
    /// Why, in the buyer's words.
    reason: String,
    #[schema(format = DateTime)]
    asked_at: String,
    /// Why not, in the merchant's words.
    answer: Option<String>,
    /// When money was given back, or the merchant said no.
    answered_at: Option<String>,
}

/// Where it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RefundRequestState {
    /// The merchant has not answered.
    Open,
    /// The merchant gave money back, all of it or a part.
    Met,
    /// The merchant said no, and why.
    Refused,
}

impl RefundRequest {
    /// A wish as it is told.
    pub(crate) fn of(wish: &RefundWish) -> RefundRequest {
        let state = match wish.state {
            RefundWishState::Open => RefundRequestState::Open,
            RefundWishState::Met => RefundRequestState::Met,
            RefundWishState::Refused => RefundRequestState::Refused,
        };
        RefundRequest {
            state,
            asking: wish.asking,
            reason: wish.reason.to_string(),
            asked_at: moment(wish.asked_at_us),
            answer: wish.answer.as_ref().map(ToString::to_string),
            answered_at: wish.answered_at_us.map(moment),
        }
    }
}
