//! What the methods of batches of transfers have in common: the request for one, and how its payees are looked up.
//!
//! Numbers of cards and names of holders are in memory for the call only. What goes further is a keyed digest of each
//! payee, and one of the whole request: the same again means the same.

use crate::card_transfer_fields::{CARD_IDENTITY, CardPayee, EXT_INFO, card_payee};
use crate::codes::Failure;
use crate::facts::{Field, Kind, Part};
use crate::methods::fund_trans_uni_transfer::payee_of;
use crate::request::Caller;
use crate::transfer_fields::{NUMBER_ALSO, Payee, amount, out_biz_no};
use crate::{Gateway, fields};
use base::Text;
use engine::{DetailAsk, DetailPayee, NoPayee, NoPayeeCard};
use money::Money;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use transfer::{BATCH_COUNT_MAX, BatchProduct, BatchScene, OutBatchNo, OutBizNo, Words};
use wire::json::Object;
use wire::timestamp::parse_cn;

/// The products of batches.
pub(crate) const PRODUCTS: &[&str] = &["BATCH_API_TO_ACC", "BATCH_PAY_V2"];
/// The scenes of batches.
pub(crate) const SCENES: &[&str] = &["MESSAGE_BATCH_PAY", "DIRECT_TRANSFER"];
/// Details of one batch at most.
const DETAILS_MAX: usize = BATCH_COUNT_MAX as usize;
/// Payees that are looked up at once. Each takes a few questions to the cell, which answers a thousand in a batch; more
/// would crowd out others.
const LOOKED_UP_AT_ONCE: usize = 32;

/// Fields that name the payee of a detail.
const PAYEE: &[Part] = &[
    Part::Read(&[
        Field::must("identity", Kind::Line(128)),
        Field::must(
            "identity_type",
            Kind::OneOf(&["ALIPAY_USER_ID", "ALIPAY_LOGON_ID", "ALIPAY_OPEN_ID", CARD_IDENTITY]),
        )
        .note("`BANKCARD_ACCOUNT` with `BATCH_PAY_V2` only"),
        Field::when("name", Kind::Line(128), "with `ALIPAY_LOGON_ID` or `BANKCARD_ACCOUNT`")
            .note("compared when it is there"),
        Field::when("bankcard_ext_info", Kind::Object(EXT_INFO), "with `BANKCARD_ACCOUNT`"),
    ]),
    Part::Refused(&["cert_no", "cert_type"]),
    Part::Ignored(&["ext_info", "merchant_user_info"]),
];

/// Fields of a detail.
const DETAIL: &[Part] = &[
    Part::Read(&[
        Field::must("out_biz_no", Kind::Number(64, NUMBER_ALSO)).note("unique in the batch"),
        Field::must("trans_amount", Kind::Amount).note("0.10 at least, or the detail fails"),
        Field::must("payee_info", Kind::Object(PAYEE)),
        Field::may("order_title", Kind::Line(128)).note("that of the batch unless given"),
        Field::may("remark", Kind::Line(200)).note("that of the batch unless given"),
    ]),
    Part::Ignored(&["business_params", "passback_params"]),
];

/// What is asked for.
pub(crate) const ASKS: &[Part] = &[
    Part::Read(&[
        Field::must("out_batch_no", Kind::Number(32, NUMBER_ALSO)),
        Field::must("product_code", Kind::OneOf(PRODUCTS)),
        Field::must("biz_scene", Kind::OneOf(SCENES))
            .note("`MESSAGE_BATCH_PAY` waits for the payer, `DIRECT_TRANSFER` does not"),
        Field::must("order_title", Kind::Line(128)),
        Field::must("total_trans_amount", Kind::Amount).note("what the details come to"),
        Field::must("total_count", Kind::Whole(1, 1_000)).note("how many details there are"),
        Field::must("trans_order_list", Kind::List(DETAIL, DETAILS_MAX))
            .note("as many as the 256 KB of a request hold"),
        Field::may("payer_info", Kind::ObjectOrText)
            .note("`identity` can only be the merchant's own number, `identity_type` `ALIPAY_USER_ID`"),
        Field::may("time_expire", Kind::Special)
            .note("`yyyy-MM-dd HH:mm`, China time, 15 days ahead at most; a day unless given"),
        Field::may("remark", Kind::Line(200)),
        Field::may("passback_params", Kind::Line(512)),
    ]),
    Part::Ignored(&["business_params", "transfer_scene_name", "transfer_scene_report_infos"]),
];

/// The payee of a detail as a request describes it.
enum PayeeSaid {
    Account(Payee),
    Card(CardPayee),
}

/// A detail as a request describes it.
struct DetailSaid {
    out_biz_no: OutBizNo,
    amount: Money,
    payee: PayeeSaid,
    title: Option<Text<128>>,
    remark: Option<Words>,
}

/// A batch as a request describes it.
pub(crate) struct BatchSaid {
    /// The merchant's number.
    pub(crate) out_batch_no: OutBatchNo,
    /// The product.
    pub(crate) product: BatchProduct,
    /// The scene.
    pub(crate) scene: BatchScene,
    /// How many details there shall be; whether there are is looked at by the platform.
    pub(crate) count: u32,
    /// What the details shall come to.
    pub(crate) total: Money,
    /// Until when it waits, microseconds UTC.
    pub(crate) expires_at_us: Option<i64>,
    /// Its title.
    pub(crate) title: Text<128>,
    /// What the payer says to it.
    pub(crate) remark: Option<Words>,
    /// What the merchant wants to hear again.
    pub(crate) passback: Option<Text<512>>,
    details: Vec<DetailSaid>,
}

/// Reads a request for a batch.
pub(crate) fn read(caller: &Caller, fields: &Object) -> Result<BatchSaid, Failure> {
    let out_batch_no = fields::number(fields, "out_batch_no", NUMBER_ALSO)?;
    let out_batch_no = out_batch_no.ok_or_else(|| Failure::field("out_batch_no", "缺失"))?;
    let (product, scene) = product_and_scene(fields)?;
    let (Some(product), Some(scene)) = (product, scene) else {
        let missing = if product.is_none() { "product_code" } else { "biz_scene" };
        return Err(Failure::field(missing, "缺失"));
    };
    let title = fields::line(fields, "order_title")?.ok_or_else(|| Failure::field("order_title", "缺失"))?;
    let total = fields::amount(fields, "total_trans_amount")?;
    let total = total.ok_or_else(|| Failure::field("total_trans_amount", "缺失"))?;
    let count = fields::whole(fields, "total_count", 1, BATCH_COUNT_MAX)?;
    let count = count.ok_or_else(|| Failure::field("total_count", "缺失"))?;
    own_account_pays(caller, fields)?;
    let list = fields::objects(fields, "trans_order_list")?;
    if list.len() > DETAILS_MAX {
        return Err(Failure::field("trans_order_list", "超过1000笔"));
    }
    let details = list.into_iter().map(|fields| detail(fields, product));
    let details = details.collect::<Result<Vec<_>, _>>()?;
    Ok(BatchSaid {
        out_batch_no,
        product,
        scene,
        count,
        total,
        expires_at_us: time_expire(fields)?,
        title,
        remark: fields::line(fields, "remark")?,
        passback: fields::line(fields, "passback_params")?,
        details,
    })
}

/// Reads `product_code` and `biz_scene`, as far as they are there.
pub(crate) fn product_and_scene(
    fields: &Object,
) -> Result<(Option<BatchProduct>, Option<BatchScene>), Failure> {
    let product = match fields::text(fields, "product_code")? {
        None => None,
        Some("BATCH_API_TO_ACC") => Some(BatchProduct::ApiToAcc),
        Some("BATCH_PAY_V2") => Some(BatchProduct::PayV2),
        Some(_) => return Err(Failure::field("product_code", "应为BATCH_API_TO_ACC或BATCH_PAY_V2")),
    };
    let scene = match fields::text(fields, "biz_scene")? {
        None => None,
        Some("MESSAGE_BATCH_PAY") => Some(BatchScene::Approved),
        Some("DIRECT_TRANSFER") => Some(BatchScene::Direct),
        Some(_) => return Err(Failure::field("biz_scene", "应为MESSAGE_BATCH_PAY或DIRECT_TRANSFER")),
    };
    Ok((product, scene))
}

/// Nobody pays but the merchant that the app acts for.
fn own_account_pays(caller: &Caller, fields: &Object) -> Result<(), Failure> {
    let Some(payer) = fields::inner(fields, "payer_info")? else { return Ok(()) };
    let identity = fields::required(&payer, "identity")?;
    if fields::required(&payer, "identity_type")? != "ALIPAY_USER_ID" {
        return Err(Failure::field("identity_type", "应为ALIPAY_USER_ID"));
    }
    if identity != caller.seller().to_string() {
        return Err(Failure::field("payer_info", "付款方只能是应用所属或授权的商户"));
    }
    Ok(())
}

fn detail(fields: &Object, product: BatchProduct) -> Result<DetailSaid, Failure> {
    let out_biz_no = out_biz_no(fields)?.ok_or_else(|| Failure::field("out_biz_no", "缺失"))?;
    let amount = amount(fields, "trans_amount")?;
    let payee = fields::inner(fields, "payee_info")?.ok_or_else(|| Failure::field("payee_info", "缺失"))?;
    let to_card = fields::text(&payee, "identity_type")? == Some(CARD_IDENTITY);
    let payee = match product {
        BatchProduct::PayV2 if to_card => PayeeSaid::Card(card_payee(&payee)?),
        BatchProduct::ApiToAcc if to_card => {
            return Err(Failure::field("identity_type", "BANKCARD_ACCOUNT须与BATCH_PAY_V2同用"));
        }
        BatchProduct::PayV2 | BatchProduct::ApiToAcc => PayeeSaid::Account(payee_of(&payee)?),
    };
    let (title, remark) = (fields::line(fields, "order_title")?, fields::line(fields, "remark")?);
    Ok(DetailSaid { out_biz_no, amount, payee, title, remark })
}

fn time_expire(fields: &Object) -> Result<Option<i64>, Failure> {
    let Some(text) = fields::text(fields, "time_expire")? else { return Ok(None) };
    let moment = parse_cn(&format!("{text}:00"));
    moment.map(Some).map_err(|_| Failure::field("time_expire", "格式应为yyyy-MM-dd HH:mm"))
}

impl BatchSaid {
    /// All that was asked for, a line each: no text has a line break, so that no two requests give the same lines.
    pub(crate) fn text(&self) -> String {
        let (product, scene, count, total) = (self.product.wire(), self.scene.wire(), self.count, self.total);
        let expires = self.expires_at_us.map_or(String::new(), |at_us| at_us.to_string());
        let remark = self.remark.as_ref().map_or("", |remark| remark.as_str());
        let mut text =
            format!("batch\n{product}\n{scene}\n{count} {total}\n{expires}\n{}\n{remark}", self.title);
        for detail in &self.details {
            let DetailSaid { out_biz_no, amount, payee, title, remark } = detail;
            let payee = match payee {
                PayeeSaid::Account(payee) => format!("account\n{}", payee.text()),
                PayeeSaid::Card(card) => format!("card\n{}", card.said()),
            };
            let title = title.as_ref().map_or("", |title| title.as_str());
            let remark = remark.as_ref().map_or("", |remark| remark.as_str());
            text.push_str(&format!("\n{out_biz_no}\n{amount}\n{payee}\n{title}\n{remark}"));
        }
        text
    }

    /// The details, and nobody is looked up.
    pub(crate) fn details_alone(&self, gateway: &Gateway) -> Vec<DetailAsk> {
        let nobody = || DetailPayee::Account(Err(NoPayee::NotFound));
        self.details.iter().map(|detail| detail.ask(gateway, nobody())).collect()
    }

    /// The details with their payees looked up, a few at once. After a bank that says nothing no other is asked:
    /// nothing will be taken, and a thousand questions to it would hold the call for minutes.
    pub(crate) async fn details(
        &self,
        gateway: &Gateway,
        caller: &Caller,
    ) -> Result<Vec<DetailAsk>, Failure> {
        let mut asks = Vec::with_capacity(self.details.len());
        let mut is_silent = false;
        for few in self.details.chunks(LOOKED_UP_AT_ONCE) {
            let looks = few.iter().map(|detail| detail.find(gateway, caller, is_silent)).collect();
            for (detail, payee) in few.iter().zip(together(looks).await) {
                let payee = payee?;
                is_silent |= matches!(payee, DetailPayee::Card { card: Err(NoPayeeCard::Silent), .. });
                asks.push(detail.ask(gateway, payee));
            }
        }
        Ok(asks)
    }
}

impl DetailSaid {
    fn ask(&self, gateway: &Gateway, payee: DetailPayee) -> DetailAsk {
        let secrets = &gateway.world.secrets;
        let named = match &self.payee {
            PayeeSaid::Account(payee) => secrets.token_digest(&payee.text()),
            PayeeSaid::Card(card) => secrets.card_digest(&card.said()),
        };
        let DetailSaid { out_biz_no, amount, title, remark, .. } = self;
        let (out_biz_no, amount) = (out_biz_no.clone(), *amount);
        DetailAsk { out_biz_no, payee, named, amount, title: title.clone(), remark: remark.clone() }
    }

    /// Who is named; of a card, when a bank was silent before, that it is.
    async fn find(
        &self,
        gateway: &Gateway,
        caller: &Caller,
        is_silent: bool,
    ) -> Result<DetailPayee, Failure> {
        Ok(match &self.payee {
            PayeeSaid::Account(payee) => DetailPayee::Account(payee.find(gateway, &caller.app).await?),
            PayeeSaid::Card(card) => {
                let number = gateway.world.secrets.card_digest(&card.card());
                let card = if is_silent { Err(NoPayeeCard::Silent) } else { card.find(gateway).await? };
                DetailPayee::Card { card, number }
            }
        })
    }
}

/// What all of these come to, in their order, when the last has come.
async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut pending: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut came: Vec<Option<F::Output>> = pending.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut all = true;
        for (future, out) in pending.iter_mut().zip(&mut came) {
            if out.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *out = Some(value),
                    Poll::Pending => all = false,
                }
            }
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    came.into_iter().flatten().collect()
}
