//! `alipay.fund.batch.detail.query`: how a batch of transfers stands, and its details page by page.
//!
//! Where the documentation is silent: product and scene, when they are given, must be the batch's; a page after the
//! last has no details; `detail_no` is our number of a detail (`detail_id`). Payees are not told: of accounts and cards
//! there are digests only. What a bank sends back after it arrived is `REFUND`, with the code of a single transfer; the
//! batch's sums and counts stay.

use crate::Gateway;
use crate::batch_fields::{PRODUCTS, SCENES, product_and_scene};
use crate::codes::{CardSentBack, Failure};
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong, of};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::transfer_fields::NUMBER_ALSO;
use crate::{fields, verify::Verified};
use base::BatchNo;
use engine::{BatchDetailView, DetailFilter, FindTransferBatch, LookedAt, TransferBatchView, WhichBatch};
use transfer::{
    BatchNotFound, BatchProduct, BatchScene, DetailStatus, TransferBatch, detail_id, detail_of_id,
};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.batch.detail.query",
    title: "批量代发明细统一查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

/// Details of a page at most, and unless the request says otherwise (documentation of `page_size`).
const PAGE_SIZE_MAX: u32 = 500;

const STATUSES: &[&str] = &["WAIT_PAY", "DEALING", "SUCCESS", "FAIL", "REFUND", "DISUSE"];

const DETAIL: &[Member] = &[
    Member::text("detail_id"),
    Member::text("out_biz_no"),
    Member::text("status"),
    Member::text("trans_amount"),
    Member::text("trans_currency"),
    Member::text("gmt_create"),
    Member::text("alipay_order_no").when("its transfer was made"),
    Member::text("remark").when("it was given"),
    Member::text("error_code").when("it failed, or the bank sent it back"),
    Member::text("error_msg").when("it failed, or the bank sent it back"),
    Member::text("gmt_finish").when("it ended"),
];

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("out_batch_no", Kind::Number(32, NUMBER_ALSO)),
            Field::may("product_code", Kind::OneOf(PRODUCTS)),
            Field::may("biz_scene", Kind::OneOf(SCENES)),
            Field::may("out_biz_no", Kind::Number(64, NUMBER_ALSO)).note("that detail only"),
            Field::may("detail_no", Kind::Opaque).note("the detail of this `detail_id` only"),
            Field::may("detail_status", Kind::OneOf(STATUSES)).note("details that stand so only"),
            Field::may("page_num", Kind::Whole(0, 1_000_000)).note("from 1; 0 is the first too"),
            Field::may("page_size", Kind::Whole(1, 1_000_000)).note("500 unless given, and at most"),
        ]),
        Part::Refused(&["batch_no", "payee_account"]),
        Part::Ignored(&["biz_code", "business_params", "sign_principal"]),
    ],
    answers: &[
        Member::text("out_batch_no"),
        Member::text("batch_trans_id"),
        Member::text("batch_status"),
        Member::text("product_code"),
        Member::text("biz_scene"),
        Member::text("total_amount"),
        Member::text("success_amount"),
        Member::of("success_count", Shape::Number),
        Member::text("fail_amount"),
        Member::of("fail_count", Shape::Number),
        Member::text("gmt_finish").when("it ended"),
        Member::of("page_num", Shape::Number),
        Member::of("page_size", Shape::Number),
        Member::of("total_item_count", Shape::Number),
        Member::of("total_page_count", Shape::Number),
        Member::of("acc_detail_list", Shape::List(DETAIL)),
    ],
    refuses: &[of::<FindTransferBatch>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"out_batch_no":"b1"}"#,
        r#"{"out_batch_no":"b1","detail_status":"FAIL","page_num":"1","page_size":"20"}"#,
    ],
    support: "",
};

struct Query {
    find: FindTransferBatch,
    product: Option<BatchProduct>,
    scene: Option<BatchScene>,
    /// The batch of the detail that is looked for; `Some(None)` when no detail has such a number.
    detail_of: Option<Option<BatchNo>>,
}

fn read(caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let out_batch_no = fields::number(fields, "out_batch_no", NUMBER_ALSO)?;
    let out_batch_no = out_batch_no.ok_or_else(|| Failure::field("out_batch_no", "缺失"))?;
    fields::absent(fields, &["batch_no", "payee_account"])?;
    let (product, scene) = product_and_scene(fields)?;
    let status = match fields::text(fields, "detail_status")? {
        None => None,
        Some(word) => {
            let found = DetailStatus::ALL.into_iter().find(|status| status.wire() == word);
            Some(found.ok_or_else(|| Failure::field("detail_status", "不是明细状态"))?)
        }
    };
    let detail = fields::text(fields, "detail_no")?.map(detail_of_id);
    let page = fields::whole(fields, "page_num", 0, 1_000_000)?.unwrap_or(1).max(1);
    let page_size = fields::whole(fields, "page_size", 1, 1_000_000)?;
    let only = DetailFilter {
        line: detail.map(|named| named.map_or(0, |(_, line)| line)),
        out_biz_no: fields::number(fields, "out_biz_no", NUMBER_ALSO)?,
        status,
    };
    let find = FindTransferBatch {
        payer: caller.seller(),
        which: WhichBatch::Out(out_batch_no),
        only,
        page,
        page_size: page_size.unwrap_or(PAGE_SIZE_MAX).min(PAGE_SIZE_MAX),
        after: LookedAt::default(),
    };
    Ok(Query { find, product, scene, detail_of: detail.map(|named| named.map(|(batch, _)| batch)) })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let query = call.request();
    let mut view = gateway.door.ask(query.find.clone()).await.map_err(Failure::of_cell)?;
    let batch = &view.batch;
    let other = query.product.is_some_and(|product| product != batch.product)
        || query.scene.is_some_and(|scene| scene != batch.scene);
    if other {
        return Err(Failure::refused(BatchNotFound));
    }
    // One decision looks at some details only.
    while let Some(after) = view.more {
        let rest = FindTransferBatch { after, ..query.find.clone() };
        view = view.then(gateway.door.ask(rest).await.map_err(Failure::of_cell)?);
    }
    let batch = &view.batch;
    if query.detail_of.is_some_and(|of| of != Some(batch.no)) {
        (view.matching, view.details) = (0, Vec::new());
    }
    Ok(Done::Say(found(&view, &query.find)))
}

fn found(view: &TransferBatchView, find: &FindTransferBatch) -> Response {
    let batch = &view.batch;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("out_batch_no", batch.out_batch_no.as_str());
    members.text("batch_trans_id", &batch.no.to_string());
    members.text("batch_status", batch.state.wire());
    members.text("product_code", batch.product.wire());
    members.text("biz_scene", batch.scene.wire());
    members.text("total_amount", &batch.total().to_string());
    members.text("success_amount", &batch.done_total().to_string());
    members.int("success_count", i64::from(batch.done));
    members.text("fail_amount", &batch.failed_total().to_string());
    members.int("fail_count", i64::from(batch.failed));
    members.text_some("gmt_finish", batch.ended_at_us.map(format_cn).as_deref());
    members.int("page_num", i64::from(find.page));
    members.int("page_size", i64::try_from(view.details.len()).unwrap_or(i64::MAX));
    members.int("total_item_count", i64::from(view.matching));
    members.int("total_page_count", i64::from(view.matching.div_ceil(find.page_size)));
    let details: Vec<ObjectWriter> = view.details.iter().map(|one| detail(batch, one)).collect();
    members.objects("acc_detail_list", details);
    response
}

fn detail(batch: &TransferBatch, view: &BatchDetailView) -> ObjectWriter {
    let BatchDetailView { row, status } = view;
    let mut members = ObjectWriter::new();
    members.text("detail_id", &detail_id(row.batch, row.line));
    members.text("out_biz_no", row.out_biz_no.as_str());
    members.text("status", status.wire());
    members.text("trans_amount", &row.amount().to_string());
    members.text("trans_currency", row.currency.code());
    members.text("gmt_create", &format_cn(batch.opened_at_us));
    members.text_some("alipay_order_no", row.transfer.map(|no| no.to_string()).as_deref());
    members.text_some("remark", row.remark.as_ref().map(|remark| remark.as_str()));
    let sent_back = (*status == DetailStatus::Refund).then(|| Failure::refused(CardSentBack));
    if let Some(failure) = row.failure.map(Failure::refused).or(sent_back) {
        members.text("error_code", failure.sub_code());
        members.text("error_msg", failure.sub_msg());
    }
    members.text_some("gmt_finish", row.ended_at_us.map(format_cn).as_deref());
    members
}
