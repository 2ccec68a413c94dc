//! `alipay.open.file.upload`: a file gets a name.
//!
//! The bytes are not kept: no method here reads a file by its name. The same bytes have the same name.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::{Caller, Upload};
use crate::verify::Verified;
use wire::envelope::Response;
use wire::json::Object;
use wire::public_code::GatewayError;

pub(crate) const METHOD: Method = Method {
    name: "alipay.open.file.upload",
    title: "文件上传",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: true,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[Field::must("biz_code", Kind::Opaque)]), Part::Ignored(&["biz_content"])],
    answers: &[Member::text("file_id")],
    refuses: &[],
    gateway: &[
        (GatewayError::UploadFail, "no `file_content` came with it"),
        (GatewayError::InvalidFileExtension, "its name has no extension"),
        (GatewayError::InvalidFileSize, "it is empty"),
    ],
    wrong: Wrong::Gateway,
    examples: &[r#"{"biz_code":"shop"}"#],
    support: "the bytes are not kept, since no method reads them; the part that brings them is `file_content`",
};

/// The part that brings the file.
const PART: &str = "file_content";

fn read(caller: &Caller, fields: &Object) -> Result<(String, Upload), Failure> {
    let biz_code = fields.text("biz_code").ok().flatten().filter(|text| !text.is_empty());
    let missing = || Failure::gateway_about(GatewayError::InvalidParameter, "biz_code 缺失");
    let biz_code = biz_code.ok_or_else(missing)?.to_owned();
    let file = caller.files.iter().find(|file| file.part == PART);
    let missing = || Failure::gateway_about(GatewayError::UploadFail, "缺少file_content文件");
    let file = file.ok_or_else(missing)?;
    if !file.file_name.contains('.') {
        return Err(Failure::gateway(GatewayError::InvalidFileExtension));
    }
    if file.bytes.is_empty() {
        return Err(Failure::gateway(GatewayError::InvalidFileSize));
    }
    Ok((biz_code, file.clone()))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let (biz_code, file) = call.request();
    let owner = format!("{} {biz_code}", call.caller().seller());
    let mut response = Response::success();
    response.members.text("file_id", &gateway.world.secrets.file_name(&owner, &file.bytes));
    Ok(Done::Say(response))
}
