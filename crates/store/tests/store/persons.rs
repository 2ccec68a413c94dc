//! The smallest and the largest rows of people.

use crate::samples::*;
use base::{BankOrderNo, CardNo, Day, OrderNo, PartyId, Slot, TimerNo};
use engine::Row;
use money::{Currency, Minor};
use people::{
    ActKind, AppKey, AppKeyState, Challenge, ChallengePurpose, ChallengeState, Device, Evidence,
    EvidenceKind, Passkey, PasskeyProof, Person, PersonCount, PersonSpend, Profile, SignIn, SpendKind,
    Standing, UsageKind,
};
use people::{ApplicationState, MerchantApplication, MerchantKind};

/// Of every table a row with nothing in it and one with as much as fits.
pub(crate) fn extremes() -> Vec<Row> {
    let smallest = Challenge {
        slot: Slot::PLATFORM,
        address: [0; 16],
        purpose: ChallengePurpose::Register,
        code: [0; 16],
        state: ChallengeState::Open,
        tries: 0,
        proof: None,
        sent_at_us: i64::MIN,
        expires_at_us: i64::MIN,
        day: Day::of(0),
        sends: 0,
        forget_at_us: i64::MIN,
        timer: TimerNo::of(stamp(0), Slot::PLATFORM),
    };
    let largest = Challenge {
        slot: slot(99),
        address: [255; 16],
        purpose: ChallengePurpose::CloseAccount,
        code: [255; 16],
        state: ChallengeState::Used,
        tries: u32::MAX,
        proof: Some(i64::MAX.unsigned_abs()),
        sent_at_us: i64::MAX,
        expires_at_us: i64::MAX,
        day: Day::of(0),
        sends: u32::MAX,
        forget_at_us: i64::MAX,
        timer: TimerNo::of(stamp(1 << 50), slot(99)),
    };
    let mut rows = vec![row(smallest), row(largest)];
    rows.extend(persons());
    rows.extend(app_keys());
    rows.extend(applications());
    rows.extend(identities());
    rows.extend(devices());
    rows.extend(passkeys());
    rows.extend(spends());
    rows
}

fn spends() -> Vec<Row> {
    let (first, last) = (BankOrderNo::from_number(0).unwrap(), BankOrderNo::from_number(i64::MAX).unwrap());
    let spend = |slot, byte, bank_order, kind, units: i64, at_us| PersonSpend {
        slot,
        identity: [byte; 16],
        bank_order,
        kind,
        amount_minor: minor(units),
        at_us,
        ask: units.unsigned_abs(),
    };
    let count = |slot, byte, kind, number, units| PersonCount {
        slot,
        identity: [byte; 16],
        kind,
        period: number,
        count: number,
        sum_minor: minor(units),
    };
    vec![
        row(spend(Slot::PLATFORM, 0, first, SpendKind::Card, 0, i64::MIN)),
        row(spend(slot(99), 255, last, SpendKind::Withdraw, i64::MAX, i64::MAX)),
        row(count(Slot::PLATFORM, 0, UsageKind::CardDay, 0, 0)),
        row(count(slot(99), 255, UsageKind::WithdrawDay, u32::MAX, i64::MAX)),
    ]
}

fn devices() -> Vec<Row> {
    let smallest = Device {
        slot: Slot::PLATFORM,
        party: PartyId::platform(Slot::PLATFORM),
        place: 0,
        no: 0,
        token: [0; 16],
        sealed_name: Vec::new(),
        since_us: i64::MIN,
        seen_at_us: i64::MIN,
        passkey: None,
    };
    let largest = Device {
        slot: slot(99),
        party: party(9_999_999_999, 99),
        place: 9,
        no: i64::MAX.unsigned_abs(),
        token: [255; 16],
        sealed_name: vec![255; 300],
        since_us: i64::MAX,
        seen_at_us: i64::MAX,
        passkey: Some(i64::MAX.unsigned_abs()),
    };
    vec![row(smallest), row(largest)]
}

fn passkeys() -> Vec<Row> {
    let (nobody, last) = (PartyId::platform(Slot::PLATFORM), party(9_999_999_999, 99));
    let smallest = Passkey {
        slot: Slot::PLATFORM,
        party: nobody,
        place: 0,
        no: 0,
        digest: [0; 16],
        sealed_key: Vec::new(),
        sealed_name: Vec::new(),
        counter: 0,
        added_at_us: i64::MIN,
        used_at_us: i64::MIN,
    };
    let largest = Passkey {
        slot: slot(99),
        party: last,
        place: 9,
        no: i64::MAX.unsigned_abs(),
        digest: [255; 16],
        sealed_key: vec![255; 2_000],
        sealed_name: vec![255; 300],
        counter: u32::MAX,
        added_at_us: i64::MAX,
        used_at_us: i64::MAX,
    };
    let proof = PasskeyProof {
        slot: Slot::PLATFORM,
        party: nobody,
        no: 0,
        place: 0,
        passkey: 0,
        about: OrderNo::of(stamp(1), Slot::PLATFORM),
        payee: nobody,
        currency: Currency::Cny,
        amount_minor: Minor::ZERO,
        expires_at_us: i64::MIN,
        act: ActKind::PayFromBalance,
        card: None,
        delay_us: 0,
    };
    let most = PasskeyProof {
        slot: slot(99),
        party: last,
        no: i64::MAX.unsigned_abs(),
        place: 9,
        passkey: i64::MAX.unsigned_abs(),
        about: OrderNo::of(stamp(1 << 50), slot(99)),
        payee: last,
        currency: Currency::Jpy,
        amount_minor: minor(i64::MAX),
        expires_at_us: i64::MAX,
        act: ActKind::Freeze,
        card: Some(CardNo::of(stamp(1 << 50), slot(99))),
        delay_us: i64::MAX,
    };
    vec![row(smallest), row(largest), row(proof), row(most)]
}

fn identities() -> Vec<Row> {
    let (nobody, last) = (PartyId::platform(Slot::PLATFORM), party(9_999_999_999, 99));
    let standing = Standing {
        slot: Slot::PLATFORM,
        party: nobody,
        identity: [0; 16],
        evidences: 0,
        counts_until_us: None,
        holds_quota: false,
        carried_year: 0,
        carried_minor: Minor::ZERO,
        given_year: 0,
        given_minor: Minor::ZERO,
        carried_free_minor: Minor::ZERO,
        given_free_minor: Minor::ZERO,
    };
    let evidence = Evidence {
        slot: Slot::PLATFORM,
        party: nobody,
        place: 0,
        kind: EvidenceKind::Ministry,
        provider: text(""),
        verified_at_us: i64::MIN,
        expires_at_us: None,
    };
    let most = minor(i64::MAX);
    vec![
        row(Standing {
            slot: slot(99),
            party: last,
            identity: [255; 16],
            evidences: u32::MAX,
            counts_until_us: Some(i64::MAX),
            holds_quota: true,
            carried_year: u32::MAX,
            carried_minor: most,
            given_year: u32::MAX,
            given_minor: most,
            carried_free_minor: most,
            given_free_minor: most,
        }),
        row(standing),
        row(Evidence {
            slot: slot(99),
            party: last,
            place: u32::MAX,
            kind: EvidenceKind::FaceToFace,
            provider: text(&"𝕏".repeat(64)),
            verified_at_us: i64::MAX,
            expires_at_us: Some(i64::MAX),
        }),
        row(evidence),
        row(Person { slot: Slot::PLATFORM, ..Person::fresh([0; 16]) }),
        row(Person {
            slot: slot(99),
            accounts: vec![255; 40],
            class_three: Some(last),
            holder: Some(last),
            moving_to: Some(last),
            carried_year: u32::MAX,
            carried_minor: most,
            carried_free_minor: most,
            ..Person::fresh([255; 16])
        }),
    ]
}

fn persons() -> Vec<Row> {
    let (nobody, last) = (PartyId::platform(Slot::PLATFORM), party(9_999_999_999, 99));
    let blob: Vec<u8> = (0..=u8::MAX).cycle().take(500).collect();
    vec![
        row(Profile {
            slot: Slot::PLATFORM,
            party: nobody,
            data_key: [0; 16],
            address: None,
            sealed_address: Vec::new(),
            sealed_name: None,
            sealed_id_number: None,
            erased_at_us: None,
        }),
        row(Profile {
            slot: slot(99),
            party: last,
            data_key: [255; 16],
            address: Some([255; 16]),
            sealed_address: blob.clone(),
            sealed_name: Some(blob.clone()),
            sealed_id_number: Some(blob),
            erased_at_us: Some(i64::MAX),
        }),
        row(SignIn::fresh(nobody, text(""), 0, 0)),
        row(SignIn {
            verifier: text(&"𝕏".repeat(200)),
            tries: u32::MAX,
            locked_until_us: i64::MAX,
            tried: i64::MAX.unsigned_abs(),
            tried_at_us: i64::MAX,
            judged: i64::MAX.unsigned_abs(),
            seen_at_us: i64::MIN,
            changes: u32::MAX,
            guesses: u32::MAX,
            ..SignIn::fresh(last, text(""), u32::MAX, 0)
        }),
    ]
}

fn app_keys() -> Vec<Row> {
    let app = |number, home| base::AppId::issue(number, home).unwrap();
    vec![
        row(AppKey {
            slot: Slot::PLATFORM,
            app: app(0, Slot::PLATFORM),
            number: 0,
            state: AppKeyState::Second,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            added_at_us: i64::MIN,
            not_after_us: None,
            retired_at_us: None,
        }),
        row(AppKey {
            slot: slot(99),
            app: app(9_999_999_999, slot(99)),
            number: u32::MAX,
            state: AppKeyState::Retired,
            public_key: (0..=u8::MAX).cycle().take(500).collect(),
            certificate: Some(text(&"𝕏".repeat(8_000))),
            cert_sn: Some(text(&"𝕏".repeat(32))),
            added_at_us: i64::MAX,
            not_after_us: Some(i64::MAX),
            retired_at_us: Some(i64::MIN),
        }),
    ]
}

fn applications() -> Vec<Row> {
    let app = |number, home| base::AppId::issue(number, home).unwrap();
    let (nobody, last) = (PartyId::platform(Slot::PLATFORM), party(9_999_999_999, 99));
    let smallest = MerchantApplication {
        slot: Slot::PLATFORM,
        login: text(""),
        applicant: nobody,
        kind: MerchantKind::IndividuallyOwned,
        state: ApplicationState::Init,
        name: text(""),
        data_key: [0; 16],
        sealed: Vec::new(),
        name_matches: false,
        site: None,
        documents: 0,
        reviewer: None,
        reasons: 0,
        note: None,
        merchant: None,
        app: None,
        opened_at_us: i64::MIN,
        changed_at_us: i64::MIN,
    };
    let largest = MerchantApplication {
        slot: slot(99),
        login: text(&"𝕏".repeat(100)),
        applicant: last,
        kind: MerchantKind::Enterprise,
        state: ApplicationState::AuditReject,
        name: text(&"𝕏".repeat(64)),
        data_key: [255; 16],
        sealed: (0..=u8::MAX).cycle().take(500).collect(),
        name_matches: true,
        site: Some(text(&"𝕏".repeat(200))),
        documents: u32::MAX,
        reviewer: Some(text(&"𝕏".repeat(32))),
        reasons: u32::MAX,
        note: Some(text(&"𝕏".repeat(200))),
        merchant: Some(last),
        app: Some(app(9_999_999_999, slot(99))),
        opened_at_us: i64::MAX,
        changed_at_us: i64::MAX,
    };
    vec![row(smallest), row(largest)]
}
