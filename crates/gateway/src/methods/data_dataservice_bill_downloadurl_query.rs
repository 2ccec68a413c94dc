//! `alipay.data.dataservice.bill.downloadurl.query`: the link to the bill of a day or a month that is over.

use crate::bills::link::{BillKind, Wanted};
use crate::codes::Failure;
use crate::codes::bill::BillRefused;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, every};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use base::Day;
use bill::Period;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.data.dataservice.bill.downloadurl.query",
    title: "查询对账单下载地址",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("bill_type", Kind::OneOf(&["trade", "signcustomer"])),
            Field::must("bill_date", Kind::Special)
                .note("`yyyy-MM-dd` or `yyyy-MM`; China time, over, of the last six years"),
        ]),
        Part::Refused(&["smid"]),
    ],
    answers: &[Member::text("bill_download_url")],
    refuses: &[every::<BillRefused>],
    gateway: &[],
    wrong: Wrong::BillArguments,
    examples: &[
        r#"{"bill_type":"trade","bill_date":"2026-01-01"}"#,
        r#"{"bill_type":"signcustomer","bill_date":"2025-12"}"#,
    ],
    support: "`trade` and `signcustomer` are here; `merchant_act`, `trade_zft_merchant`, `zft_acc` and \
              `settlementMerge` \
              are refused. A bill is there as soon as its time is over",
};

/// Kinds of bill that merchants know and that are not here (protocol reference 5.15).
const OTHER_KINDS: [&str; 4] = ["merchant_act", "trade_zft_merchant", "zft_acc", "settlementMerge"];
/// For how many months bills are there: six years (protocol reference 5.15).
const KEPT_MONTHS: u32 = 72;

struct Query {
    /// Absent for a kind that is not here.
    kind: Option<BillKind>,
    period: Period,
}

fn read(_caller: &Caller, fields: &Object) -> Result<Query, Failure> {
    let name = fields::required(fields, "bill_type")?;
    let kind = BillKind::of_wire(name);
    if kind.is_none() && !OTHER_KINDS.contains(&name) {
        return Err(Failure::field("bill_type", "取值无效"));
    }
    let date = fields::required(fields, "bill_date")?;
    let period = date.parse().map_err(|_| Failure::field("bill_date", "格式应为yyyy-MM-dd或yyyy-MM"))?;
    fields::absent(fields, &["smid"])?;
    Ok(Query { kind, period })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let Query { kind, period } = *call.request();
    let kind = kind.ok_or_else(|| Failure::refused(BillRefused::KindNotSupported))?;
    let party = call.caller().seller();
    let (opened, now_us) = gateway.posted_until_now(party).await?;
    if period.ends_at_us() <= opened.opened_at_us {
        return Err(Failure::refused(BillRefused::BeforeRegistration));
    }
    let today = Day::of(now_us);
    let is_kept = Day::of(period.begins_at_us()).plus_months(KEPT_MONTHS) >= today;
    if period.ends_at_us() > now_us || !is_kept {
        return Err(Failure::refused(BillRefused::NotThere));
    }
    let wanted = Wanted { party, kind, period };
    if !gateway.read_tables(move |reader| wanted.is_there(reader)).await? {
        return Err(Failure::refused(BillRefused::NotThere));
    }
    let mut response = Response::success();
    response.members.text("bill_download_url", &wanted.link(&gateway.world, gateway.door.now_us()));
    Ok(Done::Say(response))
}
