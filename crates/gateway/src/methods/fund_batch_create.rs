//! `alipay.fund.batch.create`: many transfers of the merchant at once, to accounts and bank cards.
//!
//! Where the documentation is silent: the scene says whether the payer is asked. In `MESSAGE_BATCH_PAY` the batch waits
//! (`WAIT_PAY`) until the merchant agrees to it, at `/sandbox/batches` in a world for developers, and is given up
//! (`DISUSE`) at `time_expire`; in `DIRECT_TRANSFER` it is carried out at once (`DEALING`), and of `time_expire` only
//! that it is ahead and not too far is looked at. Balance and limits are looked at for each detail when its turn comes.
//! The same batch number with the same content is answered with the batch as it stands; the real method is said to
//! refuse it.

use crate::Gateway;
use crate::batch_fields::{ASKS, BatchSaid, read};
use crate::codes::Failure;
use crate::facts::{Facts, Member, Wrong, of};
use crate::freeze_fields::notify_url;
use crate::registry::{Done, Face, Method};
use crate::transfer_fields::{NEEDS_CERTIFICATE, send_with_certificate};
use crate::verify::Verified;
use engine::{BatchAsk, BatchCheck, CheckTransferBatch, CreateTransferBatch};
use transfer::TransferBatch;
use wire::charset::Charset;
use wire::envelope::Response;
use wire::json::Object;
use wire::sign::SignType;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.batch.create",
    title: "批次下单接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const EXAMPLE: &str = concat!(
    r#"{"out_batch_no":"b1","product_code":"BATCH_API_TO_ACC","biz_scene":"DIRECT_TRANSFER","order_title":"工资","#,
    r#""total_trans_amount":"1.00","total_count":"1","trans_order_list":[{"out_biz_no":"d1","trans_amount":"1.00","#,
    r#""payee_info":{"identity":"2088000000000001","identity_type":"ALIPAY_USER_ID"}}]}"#,
);

/// A batch that waits, with a detail to a card.
const TO_CARD: &str = concat!(
    r#"{"out_batch_no":"b2","product_code":"BATCH_PAY_V2","biz_scene":"MESSAGE_BATCH_PAY","order_title":"工资","#,
    r#""total_trans_amount":"1.00","total_count":"1","trans_order_list":[{"out_biz_no":"d1","trans_amount":"1.00","#,
    r#""payee_info":{"identity":"6222021234567894","identity_type":"BANKCARD_ACCOUNT","name":"张三","#,
    r#""bankcard_ext_info":{"account_type":"2"}}}]}"#,
);

const FACTS: Facts = Facts {
    asks: ASKS,
    answers: &[Member::text("out_batch_no"), Member::text("batch_trans_id"), Member::text("status")],
    refuses: &[of::<CreateTransferBatch>],
    gateway: &[NEEDS_CERTIFICATE],
    wrong: Wrong::Bare,
    examples: &[EXAMPLE, TO_CARD],
    support: "to accounts and bank cards, from the merchant's own account",
};

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let (caller, said): (_, &BatchSaid) = (call.caller(), call.request());
    send_with_certificate(gateway, caller)?;
    let ask = BatchAsk {
        payer: caller.seller(),
        out_batch_no: said.out_batch_no.clone(),
        said: gateway.world.secrets.card_digest(&said.text()),
        product: said.product,
        scene: said.scene,
        count: said.count,
        total: said.total,
        expires_at_us: said.expires_at_us,
        title: Some(said.title.clone()),
        remark: said.remark.clone(),
        screen_version: 0,
        details: said.details_alone(gateway),
    };
    // Nobody is asked about a thousand payees of a batch that is refused anyway, or was taken before.
    let look = CheckTransferBatch { ask: ask.clone(), app: caller.app.id };
    let BatchCheck { first, screen_version } = gateway.door.ask(look).await.map_err(Failure::of_cell)?;
    if let Some(first) = first {
        return Ok(Done::Say(taken(&first)));
    }
    let ask = BatchAsk { screen_version, details: said.details(gateway, caller).await?, ..ask };
    let command = CreateTransferBatch {
        ask,
        app: caller.app.id,
        passback: said.passback.clone(),
        notify_url: notify_url(caller)?,
        gbk: match caller.charset {
            Charset::Utf8 => false,
            Charset::Gbk => true,
        },
        rsa1: match caller.sign_type {
            SignType::Rsa => true,
            SignType::Rsa2 | SignType::Sm2 => false,
        },
    };
    let batch = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    Ok(Done::Say(taken(&batch)))
}

/// The answer to who asked for it.
fn taken(batch: &TransferBatch) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("out_batch_no", batch.out_batch_no.as_str());
    members.text("batch_trans_id", &batch.no.to_string());
    members.text("status", batch.state.wire());
    response
}
