//! `alipay.fund.trans.toaccount.transfer`: the older interface for money from the merchant to an account. Its numbers
//! are a series of their own.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::transfer_fields::{Asked, NEEDS_CERTIFICATE, NUMBER_ALSO, Named, Payee, amount, out_biz_no, send};
use crate::{fields, verify::Verified};
use cell::CellError;
use engine::TransferMoney;
use transfer::{TransferRefused, TransferState, TransferWay};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.trans.toaccount.transfer",
    title: "单笔转账到支付宝账户接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("out_biz_no", Kind::Number(64, NUMBER_ALSO)),
            Field::must("payee_type", Kind::OneOf(&["ALIPAY_USERID", "ALIPAY_LOGONID"])),
            Field::must("payee_account", Kind::Line(100)),
            Field::must("amount", Kind::Amount).note("0.10 at least"),
            Field::may("payee_real_name", Kind::Line(100)).note("compared when it is there"),
            Field::may("payer_show_name", Kind::Line(100)).note("not kept"),
            Field::may("remark", Kind::Line(200)),
        ]),
        Part::Ignored(&["payer_real_name", "ext_param"]),
    ],
    answers: &[Member::text("out_biz_no"), Member::text("order_id"), Member::text("pay_date")],
    refuses: &[of::<TransferMoney>],
    gateway: &[NEEDS_CERTIFICATE],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"out_biz_no":"t1","payee_type":"ALIPAY_USERID","payee_account":"2088000000000001","amount":"1.00"}"#,
    ],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<Asked, Failure> {
    let out_biz_no = out_biz_no(fields)?.ok_or_else(|| Failure::field("out_biz_no", "缺失"))?;
    let account = fields::line_of::<100>("payee_account", fields::required(fields, "payee_account")?)?;
    let named = match fields::required(fields, "payee_type")? {
        "ALIPAY_USERID" => Named::Id(account.to_string()),
        "ALIPAY_LOGONID" => Named::Login(fields::line_of("payee_account", &account.as_str().to_lowercase())?),
        _ => return Err(Failure::field("payee_type", "应为ALIPAY_USERID或ALIPAY_LOGONID")),
    };
    let name = fields::line::<100>(fields, "payee_real_name")?;
    let name = name.map(|name| fields::line_of("payee_real_name", name.as_str())).transpose()?;
    fields::line::<100>(fields, "payer_show_name")?;
    Ok(Asked {
        out_biz_no,
        amount: amount(fields, "amount")?,
        payee: Payee { named, name },
        title: None,
        remark: fields::line(fields, "remark")?,
        passback: None,
    })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let transfer = send(gateway, call.caller(), call.request(), TransferWay::ToAccount).await?;
    // It has no status to tell: what is still under way, asked for again meanwhile, may come back.
    if transfer.state != TransferState::Done {
        return Err(Failure::of_cell(CellError::<TransferRefused>::Unknown));
    }
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("out_biz_no", transfer.out_biz_no.as_str());
    members.text("order_id", &transfer.no.to_string());
    members.text("pay_date", &format_cn(transfer.paid_at_us.unwrap_or(transfer.opened_at_us)));
    Ok(Done::Say(response))
}
