//! `alipay.open.app.alipaycert.download`: the platform's certificate, for clients that met a serial they do not know.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use wire::cert::Certificate;
use wire::envelope::Response;
use wire::json::Object;
use wire::public_code::GatewayError;

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.app.alipaycert.download",
    title: "应用支付宝公钥证书下载",
    face: Face::Answer,
    version_optional: true, // The PHP client leaves it out of this call.
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("alipay_cert_sn", Kind::Opaque).note("the serial of the platform's certificate")
    ])],
    answers: &[Member::text("alipay_cert_content")],
    refuses: &[],
    gateway: &[
        (GatewayError::PlatformCertNotExist, "no certificate of ours has this serial"),
        (GatewayError::GatewayUnknownError, "our own certificate cannot be read"),
    ],
    wrong: Wrong::Gateway,
    examples: &[r#"{"alipay_cert_sn":"0123456789abcdef"}"#],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<String, Failure> {
    let missing = || Failure::gateway_about(GatewayError::InvalidParameter, "alipay_cert_sn 缺失");
    let serial = fields.text("alipay_cert_sn").ok().flatten().filter(|serial| !serial.is_empty());
    serial.map(str::to_owned).ok_or_else(missing)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let platform = gateway.world.platform_with(call.request());
    let platform = platform.ok_or_else(|| Failure::gateway(GatewayError::PlatformCertNotExist))?;
    let broken = |_| Failure::gateway(GatewayError::GatewayUnknownError);
    let certificate = Certificate::parse(&platform.certificate).map_err(broken)?;
    let mut response = Response::success();
    response.members.text("alipay_cert_content", &certificate.to_download_content());
    Ok(Done::Say(response))
}
