//! `alipay.data.bill.sell.query`: what the merchant sold, page by page.

use crate::Gateway;
use crate::bills::deals::{self, DEAL};
use crate::bills::span::{PAGED, SPAN};
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong};
use crate::registry::{Done, Face, Method};
use crate::verify::Verified;
use bill::Side;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.data.bill.sell.query",
    title: "查询商户卖出交易",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[SPAN, Part::Read(&[Field::may("store_no", Kind::Line(32))])],
    answers: &[
        PAGED[0],
        PAGED[1],
        PAGED[2],
        Member::of("detail_list", Shape::List(DEAL)).when("the page has any"),
    ],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"start_time":"2026-01-01 00:00:00","end_time":"2026-01-02 00:00:00"}"#],
    support: "the time is that of `gmt_create`",
};

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    deals::run(gateway, &call.read(deals::read)?, Side::Sold).await
}
