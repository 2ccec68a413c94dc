//! What a merchant is told of a batch when it ended: `alipay.fund.batch.order.changed`, in the shape of what is told of
//! a transfer (protocol reference 6.6).
//!
//! Which members it has is told by programs that read it (`out_batch_no`, `batch_trans_id`, `batch_status`,
//! `product_code`, `biz_scene`, `total_amount`); the sums and counts beside them are named as the query names them.

use crate::agreement::china_time;
use crate::transfer::told::BATCH;
use crate::{Rows, notice};
use ::transfer::TransferBatch;
use serde_json::json;

/// The name of the message.
const BATCH_CHANGED: &str = "alipay.fund.batch.order.changed";

/// Tells how a batch ended, at the address it came with.
pub(super) fn tell(rows: &mut Rows<'_>, batch: &TransferBatch) {
    let members = [
        ("msg_method", BATCH_CHANGED.to_owned()),
        ("utc_timestamp", (rows.now_us() / 1_000).to_string()),
        ("version", "1.1".to_owned()),
        ("charset", if batch.gbk { "GBK".to_owned() } else { String::new() }),
        ("sign_type", if batch.rsa1 { "RSA".to_owned() } else { String::new() }),
        ("biz_content", content(batch)),
    ];
    let (app, url, topic) = (batch.app, batch.notify_url.clone(), batch.no.topic());
    notice::tell_message(rows, notice::Message { app, url, topic, members: &members });
}

fn content(batch: &TransferBatch) -> String {
    let mut told = json!({
        "action_type": "FINISH",
        "batch_status": batch.state.wire(),
        "batch_trans_id": batch.no.to_string(),
        "biz_scene": batch.scene.wire(),
        "fail_amount": batch.failed_total().to_string(),
        "fail_count": batch.failed.to_string(),
        "gmt_finish": batch.ended_at_us.map(china_time).unwrap_or_default(),
        "origin_interface": BATCH,
        "out_batch_no": batch.out_batch_no.as_str(),
        "product_code": batch.product.wire(),
        "success_amount": batch.done_total().to_string(),
        "success_count": batch.done.to_string(),
        "total_amount": batch.total().to_string(),
        "total_count": batch.count.to_string(),
    });
    if let Some(passback) = &batch.passback {
        told["passback_params"] = passback.as_str().into();
    }
    told.to_string()
}
