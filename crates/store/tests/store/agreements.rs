//! The smallest and the largest rows of agreements.

use super::{longest, text};
use crate::samples::{app, minor, row};
use base::{AgreementNo, AppId, Day, NoticeNo, OrderNo, PartyId, Slot, TimerNo};
use engine::Row;
use money::{Currency, Minor};
use trade::{
    Agreement, AgreementName, AgreementState, Debit, EndedBy, Mandate, PersonalProduct, Signing,
    SigningRefused, Terms, Unit, WireCharset,
};

pub(super) fn extremes() -> Vec<Row> {
    let (least, most) = (Slot::PLATFORM, Slot::new(99).unwrap());
    let (first, last) = (AgreementNo::from_number(0).unwrap(), AgreementNo::from_number(i64::MAX).unwrap());
    let mut rows = Vec::from(smallest(least, first));
    rows.extend(largest(most, last));
    rows
}

fn smallest(slot: Slot, no: AgreementNo) -> [Row; 5] {
    let (party, order_no) = (PartyId::platform(slot), OrderNo::from_number(0).unwrap());
    [
        row(agreement(slot, no, party)),
        row(mandate(slot, no, party)),
        row(AgreementName { slot, owner: party, name: text(""), no }),
        row(Debit { slot, order_no, agreement_no: no }),
        row(Signing { slot, ..signing(order_no) }),
    ]
}

fn largest(slot: Slot, no: AgreementNo) -> [Row; 5] {
    let party = PartyId::issue(9_999_999_999, slot).unwrap();
    let (day, most, timer) =
        (Day::from_number(99_991_230), Some(minor(i64::MAX)), TimerNo::from_number(i64::MAX));
    [
        row(Agreement {
            app: app(9_999_999_999, 99),
            product: PersonalProduct::Withholding,
            sign_scene: longest(),
            external_agreement_no: Some(longest()),
            external_logon_id: Some(longest()),
            period_unit: Some(Unit::Month),
            period_every: Some(u32::MAX),
            first_day: day,
            single_minor: most,
            total_minor: most,
            payments: Some(u32::MAX),
            validity_unit: Some(Unit::Day),
            validity_count: Some(u32::MAX),
            notify_url: Some(longest()),
            return_url: Some(longest()),
            charset: WireCharset::Gbk,
            rsa1: true,
            timer,
            asked: Some(party),
            buyer: Some(party),
            buyer_login_masked: Some(longest()),
            signed_at_us: Some(i64::MAX),
            invalid_at_us: Some(i64::MAX),
            state: AgreementState::Stop,
            version: u32::MAX,
            debited_minor: minor(i64::MAX),
            debits: u32::MAX,
            plan_from: day,
            plan_step: u32::MAX,
            last_debit_at_us: Some(i64::MAX),
            ended_at_us: Some(i64::MAX),
            ended_by: Some(EndedBy::Validity),
            sign_notice: NoticeNo::from_number(i64::MAX),
            ..agreement(slot, no, party)
        }),
        row(Mandate {
            product: PersonalProduct::Withholding,
            sign_scene: longest(),
            external_agreement_no: Some(longest()),
            period_unit: Some(Unit::Month),
            period_every: Some(u32::MAX),
            first_day: day,
            single_minor: most,
            total_minor: most,
            payments: Some(u32::MAX),
            timer,
            state: AgreementState::Stop,
            version: u32::MAX,
            debited_minor: minor(i64::MAX),
            debits: u32::MAX,
            plan_from: day,
            plan_step: u32::MAX,
            last_debit_at_us: Some(i64::MAX),
            ended_at_us: Some(i64::MAX),
            ended_by: Some(EndedBy::Buyer),
            ..mandate(slot, no, party)
        }),
        row(AgreementName { slot, owner: party, name: longest(), no }),
        row(Debit { slot, order_no: OrderNo::from_number(i64::MAX).unwrap(), agreement_no: no }),
        row(Signing {
            slot,
            product: PersonalProduct::Withholding,
            sign_scene: longest(),
            external_agreement_no: Some(longest()),
            external_logon_id: Some(longest()),
            period_unit: Some(Unit::Month),
            period_every: Some(u32::MAX),
            first_day: day,
            single_minor: most,
            total_minor: most,
            payments: Some(u32::MAX),
            validity_unit: Some(Unit::Day),
            validity_count: Some(u32::MAX),
            notify_url: Some(longest()),
            agreement_no: Some(no),
            refused: Some(SigningRefused::SameInForce),
            ..signing(OrderNo::from_number(i64::MAX).unwrap())
        }),
    ]
}

fn signing(order_no: OrderNo) -> Signing {
    let terms = Terms {
        product: PersonalProduct::CyclePay,
        sign_scene: text(""),
        external_agreement_no: None,
        external_logon_id: None,
        rule: None,
        validity: None,
    };
    Signing::of(order_no, &terms, None)
}

fn agreement(slot: Slot, no: AgreementNo, seller: PartyId) -> Agreement {
    Agreement {
        slot,
        no,
        seller,
        app: AppId::issue(0, slot).unwrap(),
        product: PersonalProduct::CyclePay,
        sign_scene: text(""),
        external_agreement_no: None,
        external_logon_id: None,
        currency: Currency::Jpy,
        period_unit: None,
        period_every: None,
        first_day: None,
        single_minor: None,
        total_minor: None,
        payments: None,
        validity_unit: None,
        validity_count: None,
        notify_url: None,
        return_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        offered_at_us: i64::MIN,
        sign_until_us: i64::MIN,
        timer: None,
        asked: None,
        buyer: None,
        buyer_login_masked: None,
        signed_at_us: None,
        invalid_at_us: None,
        state: AgreementState::Temp,
        version: 0,
        debited_minor: Minor::ZERO,
        debits: 0,
        plan_from: None,
        plan_step: 0,
        last_debit_at_us: None,
        ended_at_us: None,
        ended_by: None,
        sign_notice: None,
    }
}

fn mandate(slot: Slot, no: AgreementNo, buyer: PartyId) -> Mandate {
    Mandate {
        slot,
        no,
        buyer,
        seller: buyer,
        product: PersonalProduct::CyclePay,
        sign_scene: text(""),
        external_agreement_no: None,
        currency: Currency::Usd,
        period_unit: None,
        period_every: None,
        first_day: None,
        single_minor: None,
        total_minor: None,
        payments: None,
        signed_at_us: i64::MIN,
        invalid_at_us: i64::MIN,
        timer: None,
        state: AgreementState::Temp,
        version: 0,
        debited_minor: Minor::ZERO,
        debits: 0,
        plan_from: None,
        plan_step: 0,
        last_debit_at_us: None,
        ended_at_us: None,
        ended_by: None,
    }
}
