//! `alipay.trade.royalty.relation.batchquery`: the receivers that the merchant bound, page by page.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use engine::FindRelations;
use trade::{ReceiverNamed, Relation};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.royalty.relation.batchquery",
    title: "分账关系查询",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("out_request_no", Kind::Number(32, REQUEST_NO_ALSO)),
        Field::may("page_num", Kind::Whole(1, 1_000_000)).note("from 1"),
        Field::may("page_size", Kind::Whole(1, 100)).note("20 unless given"),
    ])],
    answers: &[
        Member::text("result_code"),
        Member::of("total_page_num", Shape::Number),
        Member::of("total_record_num", Shape::Number),
        Member::of("current_page_num", Shape::Number),
        Member::of("current_page_size", Shape::Number),
        Member::of(
            "receiver_list",
            Shape::List(&[
                Member::text("type"),
                Member::text("account"),
                Member::text("memo").when("it was given"),
            ]),
        ),
    ],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"out_request_no":"r1"}"#],
    support: "",
};

/// Receivers of a page at most.
const PAGE_SIZE_MAX: usize = 100;
/// Receivers of a page unless the request says otherwise.
const PAGE_SIZE_DEFAULT: usize = 20;

struct Query {
    page: usize,
    size: usize,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let number = fields::number::<32>(fields, "out_request_no", REQUEST_NO_ALSO)?;
    number.ok_or_else(|| Failure::field("out_request_no", "缺失"))?;
    let count = |name: &str, default: usize, most: usize| match fields::text(fields, name)? {
        None => Ok(default),
        Some(text) => {
            let count = text.parse().ok().filter(|count| (1..=most).contains(count));
            count.ok_or_else(|| Failure::field(name, "超出范围"))
        }
    };
    Ok(Query {
        page: count("page_num", 1, 1_000_000)?,
        size: count("page_size", PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX)?,
    })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Query { page, size } = *call.request();
    let query = FindRelations { seller: call.caller().seller() };
    let all = gateway.door.ask(query).await.map_err(Failure::of_cell)?;
    let shown: Vec<ObjectWriter> =
        all.iter().skip((page - 1) * size).take(size).map(|relation| receiver(relation)).collect();
    let int = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("result_code", "SUCCESS");
    members.int("total_page_num", int(all.len().div_ceil(size)));
    members.int("total_record_num", int(all.len()));
    members.int("current_page_num", int(page));
    members.int("current_page_size", int(shown.len()));
    members.objects("receiver_list", shown);
    Ok(Done::Say(response))
}

fn receiver(relation: &Relation) -> ObjectWriter {
    let mut members = ObjectWriter::new();
    let kind = match relation.named {
        ReceiverNamed::UserId => "userId",
        ReceiverNamed::LoginName => "loginName",
    };
    members.text("type", kind).text("account", relation.account.as_str());
    members.text_some("memo", relation.memo.as_ref().map(|memo| memo.as_str()));
    members
}
