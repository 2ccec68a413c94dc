//! Agreements: offered, signed, postponed, debited and ended.
//!
//! Where an agreement is at home: the [`Mandate`] in the buyer's slot decides, because it guards the buyer's money.
//! A debit is judged, counted and paid by one decision of that slot, and so is the end of the mandate: whichever comes
//! first there has happened first, for everybody. Were the merchant's slot to decide, a buyer who ends an agreement in
//! the wallet would have to wait for another cell before being safe. The merchant's slot keeps the [`Agreement`], which
//! answers queries: it has the number's slot, holds the offer until somebody signs, and follows the mandate by messages
//! with a version, so that it bears messages that overtake each other.
//!
//! Signing asks one slot at a time: while a buyer's slot is asked nobody else can sign, so no mandate has to be taken
//! back. An offer that nobody signs in time is forgotten; for the world it never was.

pub(crate) mod debit;
pub(crate) mod end;
pub(crate) mod find;
pub(crate) mod offer;
pub(crate) mod postpone;
pub(crate) mod sign;
pub(crate) mod signing;

use crate::claim_order::masked;
use crate::notice::{Message as Told, overtake, tell_message};
use crate::{Fault, Rows, grant};
use base::{AgreementNo, CHINA_OFFSET_US, DAY_US, Day, NoticeNo, PartyId, Plant, SECOND_US, Text, planted};
use people::Party;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Agreement, AgreementState, Mandate, Progress, Timer, WireCharset};

/// The agreement of a merchant, in whatever state; another merchant's is not found.
fn agreement_of(
    rows: &mut Rows<'_>,
    seller: PartyId,
    no: AgreementNo,
) -> Result<Option<Arc<Agreement>>, Fault> {
    if no.slot() != rows.slot() {
        return Ok(None);
    }
    Ok(rows.get::<Agreement>((rows.slot(), no))?.filter(|agreement| agreement.seller == seller))
}

/// The mandate of this number, signed by this buyer.
fn mandate_of(rows: &mut Rows<'_>, buyer: PartyId, no: AgreementNo) -> Result<Option<Arc<Mandate>>, Fault> {
    Ok(rows.get::<Mandate>((rows.slot(), no))?.filter(|mandate| mandate.buyer == buyer))
}

/// What the buyer's slot says of a mandate after each change. It says all of it, so that whatever arrives first tells
/// the merchant's slot enough.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MandateSaid {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Who signed.
    pub buyer: PartyId,
    /// The buyer's login as merchants may see it.
    pub buyer_login_masked: Text<100>,
    /// When it was signed, microseconds UTC.
    pub signed_at_us: i64,
    /// When it ends by itself, microseconds UTC.
    pub invalid_at_us: i64,
    /// How far it has come.
    pub progress: Progress,
}

/// What the buyer's slot says of this mandate.
fn said(rows: &mut Rows<'_>, mandate: &Mandate) -> Result<MandateSaid, Fault> {
    let party = rows.get::<Party>((mandate.slot, mandate.buyer))?;
    let party = party.ok_or_else(|| Fault(format!("mandate {} is of nobody", mandate.no)))?;
    Ok(MandateSaid {
        agreement_no: mandate.no,
        buyer: mandate.buyer,
        buyer_login_masked: masked(&party),
        signed_at_us: mandate.signed_at_us,
        invalid_at_us: mandate.invalid_at_us,
        progress: mandate.progress(),
    })
}

/// In the merchant's slot: the agreement follows what its mandate says, and the merchant hears of its beginning
/// and end.
fn follow(rows: &mut Rows<'_>, said: &MandateSaid) -> Result<Arc<Agreement>, Fault> {
    let slot = rows.slot();
    let before = rows.get::<Agreement>((slot, said.agreement_no))?;
    let before =
        before.ok_or_else(|| Fault(format!("agreement {} vanished once signed", said.agreement_no)))?;
    let after = Agreement {
        asked: None,
        timer: None,
        buyer: Some(said.buyer),
        buyer_login_masked: Some(said.buyer_login_masked.clone()),
        signed_at_us: Some(said.signed_at_us),
        invalid_at_us: Some(said.invalid_at_us),
        ..(*before).clone()
    };
    let mut after = Arc::new(after.following(said.progress));
    if let Some(timer) = before.timer {
        rows.delete::<Timer>((slot, before.sign_until_us, timer));
    }
    if after.state != before.state {
        if after.state == AgreementState::Stop {
            // After the news of the end, a shop would take that of the signing for a new beginning.
            if let Some(no) = after.sign_notice {
                overtake(rows, no, after.no.topic(), "the agreement has ended meanwhile")?;
            }
            if !planted(Plant::EndNotTold) {
                tell(rows, &after, Event::Ended)?;
            }
        } else {
            let told = tell(rows, &after, Event::Signed)?;
            after = Arc::new(Agreement { sign_notice: told, ..(*after).clone() });
        }
    }
    rows.put_shared(after.clone());
    Ok(after)
}

/// `yyyy-MM-dd HH:mm:ss` in China of a moment in microseconds UTC.
pub(crate) fn china_time(at_us: i64) -> String {
    let second = (at_us + CHINA_OFFSET_US).rem_euclid(DAY_US) / SECOND_US;
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{} {hour:02}:{minute:02}:{:02}", Day::of(at_us), second % 60)
}

/// What merchants are told of an agreement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Event {
    /// It was signed.
    Signed,
    /// It has ended.
    Ended,
}

/// Tells the merchant, in the commit of what it tells (protocol 6.4).
fn tell(rows: &mut Rows<'_>, agreement: &Agreement, event: Event) -> Result<Option<NoticeNo>, Fault> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let time = |at_us: Option<i64>| at_us.map(china_time).unwrap_or_default();
    let (notify_type, status) = match event {
        Event::Signed => ("dut_user_sign", "NORMAL"),
        Event::Ended => ("dut_user_unsign", "UNSIGN"),
    };
    let charset = match agreement.charset {
        WireCharset::Utf8 => "",
        WireCharset::Gbk => "GBK",
    };
    let own_app = grant::own_app(rows, agreement.app, agreement.seller)?;
    let members = [
        ("notify_type", notify_type.to_owned()),
        ("status", status.to_owned()),
        ("charset", charset.to_owned()),
        ("sign_type", if agreement.rsa1 { "RSA".to_owned() } else { String::new() }),
        ("auth_app_id", own_app.to_string()),
        ("agreement_no", agreement.no.to_string()),
        (
            "external_agreement_no",
            text(agreement.external_agreement_no.as_ref().map(|number| number.as_str())),
        ),
        ("external_logon_id", text(agreement.external_logon_id.as_ref().map(|name| name.as_str()))),
        ("personal_product_code", agreement.product.wire().to_owned()),
        ("sign_scene", agreement.sign_scene.to_string()),
        ("alipay_user_id", agreement.buyer.map(|buyer| buyer.to_string()).unwrap_or_default()),
        ("alipay_logon_id", text(agreement.buyer_login_masked.as_ref().map(|login| login.as_str()))),
        ("sign_time", time(agreement.signed_at_us)),
        ("valid_time", time(agreement.signed_at_us)),
        ("invalid_time", time(agreement.invalid_at_us)),
        ("unsign_time", time(agreement.ended_at_us)),
    ];
    let (app, url, topic) = (agreement.app, agreement.notify_url.clone(), agreement.no.topic());
    Ok(tell_message(rows, Told { app, url, topic, members: &members }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_wire() {
        assert_eq!(china_time(1_767_323_045_999_999), "2026-01-02 11:04:05");
        assert_eq!(china_time(trade::FOREVER_US), "2115-02-01 00:00:00");
    }
}
