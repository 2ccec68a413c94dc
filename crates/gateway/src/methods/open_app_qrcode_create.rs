//! `alipay.open.app.qrcode.create`: the picture of a code that opens a mini program.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use base::Text;
use wire::envelope::Response;
use wire::json::Object;
use wire::page::query_of;
use world::APP_CODE_LINK_MAX;

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.app.qrcode.create",
    title: "小程序生成推广二维码",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("url_param", Kind::Line(256)).note("with `query_param` it must fit into a code"),
            Field::must("query_param", Kind::Line(256)),
            Field::must("describe", Kind::Line(256)).note("not kept"),
        ]),
        Part::Ignored(&["color", "size"]),
    ],
    answers: &[Member::text("qr_code_url")],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"url_param":"pages/index","query_param":"a=1","describe":"tea"}"#],
    support: "",
};

/// The app that a scanned code opens, as the real codes name it.
const STARTS: &str = "alipays://platformapi/startapp";

fn read(caller: &Caller, fields: &Object) -> Result<String, Failure> {
    let required = |name: &str| -> Result<Text<256>, Failure> {
        let wrong = |what: &str| Failure::field(name, what);
        let text = fields.text(name).map_err(|_| wrong("类型错误"))?.filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| wrong("缺失"))?;
        if text.contains(char::is_control) {
            return Err(wrong("含有控制字符"));
        }
        Text::new(text).map_err(|_| wrong("超过256个字符"))
    };
    let (page, query, _described) = (required("url_param")?, required("query_param")?, required("describe")?);
    let app_id = caller.merchant.map_or(caller.app.id, |merchant| merchant.own_app).to_string();
    let pairs = [("appId", app_id.as_str()), ("page", page.as_str()), ("query", query.as_str())];
    let link = format!("{STARTS}?{}", query_of(&pairs));
    if link.len() > APP_CODE_LINK_MAX {
        let what = format!("与query_param合计过长：编码后的链接超过{APP_CODE_LINK_MAX}字节，二维码放不下");
        return Err(Failure::field("url_param", &what));
    }
    Ok(link)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut response = Response::success();
    response.members.text("qr_code_url", &gateway.world.app_code_url(call.request()));
    Ok(Done::Say(response))
}
