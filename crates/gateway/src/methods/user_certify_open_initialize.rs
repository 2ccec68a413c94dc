//! `alipay.user.certify.open.initialize`: a merchant wants to know that somebody is who he says.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, listed};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use base::Text;
use engine::{CertifyRefused, OpenCertification};
use wire::envelope::Response;
use wire::json::{Json, Object};
use wire::page::is_web_address;
use world::TokenUse;

pub(crate) const METHOD: Method = Method {
    name: "alipay.user.certify.open.initialize",
    title: "身份认证初始化服务",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: true,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("outer_order_no", Kind::Number(64, "_-")),
            Field::must("biz_code", Kind::OneOf(&BIZ_CODES)),
            Field::must("identity_param", Kind::ObjectOrText)
                .note("with `identity_type`; kept as a digest alone"),
            Field::may("merchant_config", Kind::ObjectOrText)
                .note("its `return_url` an http or https address"),
        ]),
        Part::Ignored(&["face_contrast_picture"]),
    ],
    answers: &[Member::text("certify_id")],
    refuses: &[|| listed([CertifyRefused::NumberTaken])],
    gateway: &[],
    wrong: Wrong::IllegalFormat,
    examples: &[
        r#"{"outer_order_no":"C1","biz_code":"FACE","identity_param":{"identity_type":"CERT_INFO"}}"#,
    ],
    support: "",
};

/// Ways to prove who one is; a sandbox treats them alike.
const BIZ_CODES: [&str; 6] =
    ["FACE", "FACE_SDK", "SMART_FACE", "CERT_PHOTO", "CERT_PHOTO_FACE", "SMART_FACE_SDK"];

struct Initialize {
    outer_order_no: Text<64>,
    /// All that is asked, to be digested.
    meaning: String,
    return_url: Option<Text<1024>>,
}

fn read(caller: &Caller, fields: &Object) -> Result<Initialize, Failure> {
    let missing = |name: &str| Failure::illegal_format(&format!("{name} 缺失"));
    let text = |name: &str| fields.text(name).map_err(|_| Failure::illegal_format(name));
    let number = text("outer_order_no")?.filter(|number| !number.is_empty());
    let number = number.ok_or_else(|| missing("outer_order_no"))?;
    let wrong = || Failure::illegal_format("outer_order_no 应为1～64位字母、数字、下划线或连字符");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let outer_order_no = Text::new(number).ok().filter(|_| number.bytes().all(plain)).ok_or_else(wrong)?;
    let biz_code = text("biz_code")?.ok_or_else(|| missing("biz_code"))?;
    if !BIZ_CODES.contains(&biz_code) {
        return Err(Failure::illegal_format("biz_code 取值无效"));
    }
    // Some clients send objects as text.
    let object = |name: &str| match fields.get(name) {
        Some(Json::Object(found)) => Ok(Some(found.clone())),
        Some(Json::Text(text)) => match wire::json::parse(text) {
            Ok(Json::Object(found)) => Ok(Some(found)),
            Ok(_) | Err(_) => Err(Failure::illegal_format(name)),
        },
        None => Ok(None),
        Some(_) => Err(Failure::illegal_format(name)),
    };
    let identity = object("identity_param")?.ok_or_else(|| missing("identity_param"))?;
    if identity.text("identity_type").ok().flatten().is_none_or(str::is_empty) {
        return Err(missing("identity_type"));
    }
    let config = object("merchant_config")?.unwrap_or_default();
    let configured = config.text("return_url").map_err(|_| Failure::illegal_format("return_url"))?;
    let return_url = configured.filter(|url| !url.is_empty()).or(caller.return_url.as_deref());
    let wrong = |_: &str| Failure::illegal_format("return_url 应为http或https地址");
    let return_url = match return_url {
        Some(url) if is_web_address(url) => Some(Text::new(url).map_err(|_| wrong(url))?),
        Some(url) => return Err(wrong(url)),
        None => None,
    };
    let [identity, config] = [identity, config].map(|object| Json::Object(object).to_compact());
    let meaning = format!("{biz_code}\n{identity}\n{config}\n{:?}", return_url.as_ref().map(Text::as_str));
    Ok(Initialize { outer_order_no, meaning, return_url })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Initialize { outer_order_no, meaning, return_url } = call.request();
    let (seller, secrets) = (call.caller().seller(), &gateway.world.secrets);
    // Derived, so that the same number is the same certification without anything being looked up by it.
    let certify_id = secrets.token(TokenUse::Certify, &format!("{seller}\n{outer_order_no}"), seller.slot());
    let command = OpenCertification {
        seller,
        app: call.caller().app.id,
        id: secrets.token_digest(&certify_id),
        outer_order_no: outer_order_no.clone(),
        meaning: secrets.token_digest(meaning),
        return_url: return_url.clone(),
    };
    gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    response.members.text("certify_id", &certify_id);
    Ok(Done::Say(response))
}
