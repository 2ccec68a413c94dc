//! The smallest and the largest row of every table.

use crate::samples::*;
use base::{
    AppId, BankOrderNo, CardNo, Day, FreezeNo, HoldNo, NoticeNo, OperationNo, OrderNo, PartyId, PostingNo,
    Slot, Text, TimerNo,
};
use engine::{Link, Outbox, Row};
use fund::{
    BankOrder, BankOrderKey, BankOrderKind, BankOrderState, BankReason, BankSurprise, Card, CardKind,
    CardName, CardState, POCKETS_MAX, Pocket, PocketList, PocketOrder, SurpriseKind,
};
use ledger::{Account, AccountId, AccountKind, Hold, HoldState, Posting, PostingKind, Side};
use money::{Currency, Minor, Rate};
use people::{
    App, AppMode, AppStatus, Attempt, Callback, Certification, CertificationState, Credential, Grant,
    GrantKind, Login, Party, PartyKind, PartyStatus, SlotHead, TOKENS_MAX, Token, TokenRole, Usage,
    UsageKind,
};
use people::{
    MerchantStaff, MerchantStore, OPS_ASKED, Operator, OperatorBook, OperatorProposal, OperatorRole,
    OpsTrail, OpsTrailHead, OpsTrailOpen, StaffBook, StaffNote, StaffPlace, StaffRole,
};
use recon::{
    BookedLine, Class, ClosingWay, ReadStatement, Settlement, SurpriseSettlement, Suspense, SuspenseClosing,
    SuspenseOwner, SuspenseProposal,
};
use trade::{
    CaseKind, CaseState, Escrow, EscrowCase, EscrowState, EscrowStep, Goods, GoodsState, Notice, NoticeEvent,
    NoticeState, Order, OrderNumber, OrderState, PayCode, Product, Receipt, ReceiptOutcome, Refund,
    RefundState, Rulebook, Service, Side as StepSide, StaticPay, StaticUse, StaticWait, StepKind, Timer,
    TimerTask, TopUpReceipt, Trade, TradeState, Transport, WireCharset,
};
use trade::{
    Freeze, FreezeNumber, FreezeOperation, FreezeProduct, FreezeState, FreezeWay, Frozen, FrozenState,
    OperationBy, OperationKind, OperationState,
};
use trade::{REFUND_WISHES_MAX, RefundWish, RefundWishState};
use trade::{ReceiverNamed, Relation, Split, SplitBook, SplitKind, SplitLine, SplitState};

/// As long as it may be, in characters of four bytes, with one that ends a C string.
fn longest<const N: usize>() -> Text<N> {
    text(&format!("\0{}", "𝕏".repeat(N - 1)))
}

/// Of every table a row with nothing in it and one with as much as fits.
pub(crate) fn extremes() -> Vec<Row> {
    let mut rows = smallest();
    rows.extend(largest_people());
    rows.extend(largest_ledger());
    rows.extend(largest_trade());
    rows.extend(escrows());
    rows.extend(crossing());
    rows.extend(grants());
    rows.extend(agreements::extremes());
    rows.extend(freezes());
    rows.extend(splits());
    rows.extend(usage());
    rows.extend(staff());
    rows.extend(static_codes());
    rows.extend(refund_wishes());
    rows.extend(transfers::extremes());
    rows.extend(risks::extremes());
    rows.extend(risks::screening());
    rows.extend(contracts::extremes());
    rows.extend(contracts::rules());
    rows.extend(crate::persons::extremes());
    rows.extend(funds());
    rows.extend(pockets());
    rows.extend(statements());
    rows.extend(trail());
    rows
}

/// The smallest and the largest wish for a refund.
fn refund_wishes() -> [Row; 2] {
    let (slot, party, _) = last();
    let at = Slot::PLATFORM;
    let nobody = PartyId::issue(0, at).unwrap();
    [
        row(RefundWish {
            slot: at,
            seller: nobody,
            order_no: OrderNo::from_number(0).unwrap(),
            buyer: nobody,
            state: RefundWishState::Open,
            asking: 1,
            key: text(""),
            first_key: None,
            second_key: None,
            reason: text(""),
            asked_at_us: i64::MIN,
            answer: None,
            answered_at_us: None,
        }),
        row(RefundWish {
            slot,
            seller: party,
            order_no: OrderNo::from_number(i64::MAX).unwrap(),
            buyer: party,
            state: RefundWishState::Refused,
            asking: REFUND_WISHES_MAX,
            key: longest(),
            first_key: Some(text("first")),
            second_key: Some(text("second")),
            reason: longest(),
            asked_at_us: i64::MAX,
            answer: Some(longest()),
            answered_at_us: Some(i64::MAX),
        }),
    ]
}

fn trail() -> [Row; 6] {
    let most = i64::MAX.unsigned_abs();
    let asked = OpsTrail {
        slot: Slot::PLATFORM,
        number: 1,
        at_us: i64::MIN,
        operator: text(""),
        act: text(""),
        subject: text(""),
        digest: [0; 32],
        outcome: text(OPS_ASKED),
        asked_no: None,
        previous_hash: [0; 32],
        hash: [0; 32],
    };
    let ended = OpsTrail {
        slot: slot(99),
        number: most,
        at_us: i64::MAX,
        operator: longest(),
        act: longest(),
        subject: longest(),
        digest: [255; 32],
        outcome: longest(),
        asked_no: Some(most - 1),
        previous_hash: [255; 32],
        hash: [255; 32],
    };
    [
        row(asked),
        row(ended),
        row(OpsTrailHead { slot: Slot::PLATFORM, last: 1, hash: [0; 32] }),
        row(OpsTrailHead { slot: slot(99), last: most, hash: [255; 32] }),
        row(OpsTrailOpen { slot: Slot::PLATFORM, number: 1 }),
        row(OpsTrailOpen { slot: slot(99), number: most }),
    ]
}

/// The rows of agreements.
#[path = "agreements.rs"]
mod agreements;
/// The rows of contracts.
#[path = "contracts.rs"]
mod contracts;
/// The rows of risk rules.
#[path = "risks.rs"]
mod risks;
/// The rows of transfers.
#[path = "transfers.rs"]
mod transfers;

fn escrows() -> Vec<Row> {
    let (platform, none) = (PartyId::platform(Slot::PLATFORM), OrderNo::from_number(0).unwrap());
    let (at, party, no) = last();
    let most = minor(i64::MAX);
    let escrow = Escrow {
        slot: Slot::PLATFORM,
        order_no: none,
        seller: platform,
        buyer: platform,
        state: EscrowState::WaitSellerSend,
        goods: Goods::Physical,
        currency: Currency::Cny,
        paid_minor: Minor::ZERO,
        held_minor: Minor::ZERO,
        released_minor: Minor::ZERO,
        refunded_minor: Minor::ZERO,
        steps: 0,
        cases: 0,
        open_case: None,
        transport: None,
        logistics_company: None,
        logistics_no: None,
        reminded: false,
        buyer_extensions: 0,
        seller_extensions: 0,
        paid_at_us: i64::MIN,
        sent_at_us: None,
        ended_at_us: None,
        receipt_due_at_us: None,
        receipt_left_us: None,
        pending_no: None,
        ends: false,
        due_at_us: None,
        timer: None,
    };
    let largest = Escrow {
        slot: at,
        order_no: no,
        seller: party,
        buyer: party,
        state: EscrowState::Closed,
        goods: Goods::CrossBorder,
        currency: Currency::Usd,
        paid_minor: most,
        held_minor: most,
        steps: u32::MAX,
        cases: u32::MAX,
        open_case: Some(u32::MAX),
        transport: Some(Transport::Unneeded),
        logistics_company: Some(longest()),
        logistics_no: Some(longest()),
        reminded: true,
        buyer_extensions: u32::MAX,
        seller_extensions: u32::MAX,
        paid_at_us: i64::MAX,
        sent_at_us: Some(i64::MAX),
        ended_at_us: Some(i64::MIN),
        receipt_due_at_us: Some(i64::MAX),
        receipt_left_us: Some(i64::MAX),
        pending_no: Some(longest()),
        ends: true,
        due_at_us: Some(i64::MAX),
        timer: TimerNo::from_number(i64::MAX),
        ..escrow.clone()
    };
    let mut rows = vec![row(escrow), row(largest)];
    rows.extend(cases_and_steps());
    rows
}

fn cases_and_steps() -> [Row; 4] {
    let (at, _, no) = last();
    let case = EscrowCase {
        slot: Slot::PLATFORM,
        order_no: OrderNo::from_number(0).unwrap(),
        no: 0,
        state: CaseState::WaitSellerAgree,
        kind: CaseKind::RefundOnly,
        goods_state: GoodsState::NotReceived,
        service: Service::None,
        currency: Currency::Cny,
        claim_minor: Minor::ZERO,
        granted_minor: Minor::ZERO,
        reason: None,
        return_transport: None,
        return_company: None,
        return_no: None,
        buyer_evidence: 0,
        seller_evidence: 0,
        refund_no: None,
        opened_at_us: i64::MIN,
        since_us: i64::MIN,
        ended_at_us: None,
    };
    let largest_case = EscrowCase {
        slot: at,
        order_no: no,
        no: u32::MAX,
        state: CaseState::Closed,
        kind: CaseKind::ReturnAndRefund,
        goods_state: GoodsState::Returned,
        service: Service::Done,
        currency: Currency::Jpy,
        claim_minor: minor(i64::MAX),
        granted_minor: minor(i64::MAX),
        reason: Some(longest()),
        return_transport: Some(Transport::Post),
        return_company: Some(longest()),
        return_no: Some(longest()),
        buyer_evidence: u32::MAX,
        seller_evidence: u32::MAX,
        refund_no: Some(longest()),
        opened_at_us: i64::MAX,
        since_us: i64::MAX,
        ended_at_us: Some(i64::MAX),
    };
    let step = EscrowStep {
        slot: Slot::PLATFORM,
        order_no: OrderNo::from_number(0).unwrap(),
        request_no: text(""),
        no: 0,
        kind: StepKind::Paid,
        side: StepSide::Buyer,
        state: EscrowState::WaitSellerSend,
        case_no: None,
        case_state: None,
        case_kind: None,
        goods_state: None,
        amount_minor: None,
        transport: None,
        logistics_company: None,
        logistics_no: None,
        words: None,
        at_us: i64::MIN,
    };
    let largest_step = EscrowStep {
        slot: at,
        order_no: no,
        request_no: longest(),
        no: u32::MAX,
        kind: StepKind::CaseReturned,
        side: StepSide::Platform,
        state: EscrowState::Closed,
        case_no: Some(u32::MAX),
        case_state: Some(CaseState::Closed),
        case_kind: Some(CaseKind::ReturnAndRefund),
        goods_state: Some(GoodsState::Returned),
        amount_minor: Some(minor(i64::MAX)),
        transport: Some(Transport::Unneeded),
        logistics_company: Some(longest()),
        logistics_no: Some(longest()),
        words: Some(longest()),
        at_us: i64::MAX,
    };
    [row(case), row(largest_case), row(step), row(largest_step)]
}

fn freezes() -> Vec<Row> {
    let (first, nobody, none) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM), Minor::ZERO);
    let (at, party, no) = last();
    let most = minor(i64::MAX);
    let (no, operation) = (FreezeNo::of_topic(no), OperationNo::from_number(i64::MAX).unwrap());
    let (no_0, operation_0) = (FreezeNo::from_number(0).unwrap(), OperationNo::from_number(0).unwrap());
    let smallest = Freeze {
        slot: first,
        no: no_0,
        seller: nobody,
        app: AppId::issue(0, first).unwrap(),
        out_order_no: text(""),
        out_request_no: text(""),
        operation: operation_0,
        way: FreezeWay::Code,
        product: FreezeProduct::PreAuth,
        state: FreezeState::Init,
        currency: Currency::Cny,
        amount_minor: none,
        frozen_minor: none,
        rest_minor: none,
        unfrozen_minor: none,
        paid_minor: none,
        under_way: 0,
        title: text(""),
        payer: None,
        payer_login_masked: None,
        notify_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        attempt: None,
        opened_at_us: i64::MIN,
        expires_at_us: i64::MIN,
        frozen_at_us: None,
        ends_at_us: None,
        closed_at_us: None,
        cancelled: false,
        timer: None,
    };
    let largest = Freeze {
        slot: at,
        no,
        out_order_no: longest(),
        out_request_no: longest(),
        operation,
        way: FreezeWay::App,
        product: FreezeProduct::PreauthPay,
        state: FreezeState::Closed,
        amount_minor: most,
        frozen_minor: most,
        paid_minor: most,
        under_way: u32::MAX,
        title: longest(),
        payer: Some(party),
        payer_login_masked: Some(longest()),
        notify_url: Some(longest()),
        charset: WireCharset::Gbk,
        rsa1: true,
        attempt: Some([255; 16]),
        frozen_at_us: Some(i64::MAX),
        ends_at_us: Some(i64::MAX),
        closed_at_us: Some(i64::MAX),
        cancelled: true,
        timer: TimerNo::from_number(i64::MAX),
        ..smallest.clone()
    };
    let short = FreezeOperation {
        slot: first,
        freeze: no_0,
        no: operation_0,
        kind: OperationKind::Unfreeze,
        out_request_no: text(""),
        by: OperationBy::Merchant,
        state: OperationState::UnderWay,
        currency: Currency::Cny,
        amount_minor: none,
        rest_after_minor: none,
        remark: None,
        order_no: None,
        notify_url: None,
        at_us: i64::MIN,
        done_at_us: None,
    };
    let long = FreezeOperation {
        slot: at,
        freeze: no,
        no: operation,
        kind: OperationKind::Pay,
        out_request_no: longest(),
        by: OperationBy::Completion,
        state: OperationState::Returned,
        amount_minor: most,
        rest_after_minor: most,
        remark: Some(longest()),
        order_no: Some(no.topic()),
        notify_url: Some(longest()),
        done_at_us: Some(i64::MAX),
        ..short.clone()
    };
    let waiting = Frozen {
        slot: first,
        no: no_0,
        payer: nobody,
        seller: nobody,
        state: FrozenState::Waiting,
        title: text(""),
        currency: Currency::Cny,
        amount_minor: none,
        held_minor: none,
        hold: None,
        since_us: i64::MIN,
        changed_at_us: i64::MIN,
    };
    let held = Frozen {
        slot: at,
        no,
        payer: party,
        seller: party,
        state: FrozenState::Held,
        title: longest(),
        amount_minor: most,
        held_minor: most,
        hold: HoldNo::from_number(i64::MAX),
        changed_at_us: i64::MAX,
        ..waiting.clone()
    };
    let number = |slot, seller, out: Text<64>, kind, freeze, operation| FreezeNumber {
        slot,
        seller,
        out_order_no: out.clone(),
        kind,
        out_request_no: out,
        freeze,
        operation,
    };
    vec![
        row(smallest),
        row(largest),
        row(short),
        row(long),
        row(waiting),
        row(held),
        row(number(first, nobody, text(""), OperationKind::Freeze, no_0, operation_0)),
        row(number(at, party, longest(), OperationKind::Pay, no, operation)),
    ]
}

fn crossing() -> [Row; 4] {
    let (first, last) = (Slot::PLATFORM, Slot::new(99).unwrap());
    [
        row(Outbox { slot: first, to_slot: last, no: 1, kind: text(""), parcel: vec![], sent_at_us: 0 }),
        row(Outbox {
            slot: last,
            to_slot: first,
            no: BIGGEST,
            kind: longest(),
            parcel: vec![0; 70_000],
            sent_at_us: i64::MAX,
        }),
        row(Link { slot: first, other: last, sent: 0, acknowledged: 0, received: 0 }),
        row(Link { slot: last, other: first, sent: BIGGEST, acknowledged: BIGGEST, received: BIGGEST }),
    ]
}

fn grants() -> [Row; 8] {
    let (first, last) = (Slot::PLATFORM, Slot::new(99).unwrap());
    let (nobody, small) = (PartyId::platform(first), AppId::issue(0, first).unwrap());
    let (somebody, big) = (party(9_999_999_999, 99), app(9_999_999_999, 99));
    let grant = Grant {
        slot: first,
        owner: nobody,
        app: small,
        kind: GrantKind::User,
        scopes: text(""),
        own_app: None,
        granted_at_us: i64::MIN,
        withdrawn_at_us: None,
        tokens: vec![],
    };
    let token = Token {
        slot: first,
        digest: [0; 16],
        role: TokenRole::Code,
        kind: GrantKind::User,
        owner: nobody,
        app: small,
        scopes: text(""),
        issued_at_us: i64::MIN,
        expires_at_us: i64::MIN,
        ended_at_us: None,
        access: None,
    };
    let asked = Certification {
        slot: first,
        id: [0; 16],
        seller: nobody,
        app: small,
        outer_order_no: text(""),
        meaning: [0; 16],
        return_url: None,
        state: CertificationState::Started,
        opened_at_us: i64::MIN,
        expires_at_us: i64::MIN,
        decided_at_us: None,
    };
    let most = i64::MAX;
    [
        row(grant),
        row(Grant {
            slot: last,
            owner: somebody,
            app: big,
            kind: GrantKind::Merchant,
            scopes: longest(),
            own_app: Some(big),
            granted_at_us: most,
            withdrawn_at_us: Some(most),
            tokens: vec![255; TOKENS_MAX * 16],
        }),
        row(token),
        row(Token {
            slot: last,
            digest: [255; 16],
            role: TokenRole::Refresh,
            kind: GrantKind::Merchant,
            owner: somebody,
            app: big,
            scopes: longest(),
            issued_at_us: most,
            expires_at_us: most,
            ended_at_us: Some(most),
            access: Some([255; 16]),
        }),
        row(Callback { slot: first, app: small, origins: text("") }),
        row(Callback { slot: last, app: big, origins: longest() }),
        row(asked),
        row(Certification {
            slot: last,
            id: [255; 16],
            seller: somebody,
            app: big,
            outer_order_no: longest(),
            meaning: [255; 16],
            return_url: Some(longest()),
            state: CertificationState::Failed,
            opened_at_us: most,
            expires_at_us: most,
            decided_at_us: Some(most),
        }),
    ]
}

fn splits() -> [Row; 8] {
    let (none, no_one) = (OrderNo::from_number(0).unwrap(), PartyId::platform(Slot::PLATFORM));
    let (at, party, no) = last();
    let book = SplitBook {
        slot: Slot::PLATFORM,
        order_no: none,
        currency: Currency::Cny,
        freeze: false,
        hold: None,
        timer: None,
        freed: false,
        split_minor: Minor::ZERO,
        splits: 0,
        finished: false,
        giving_minor: Minor::ZERO,
        fee_due_minor: Minor::ZERO,
    };
    let split = Split {
        slot: Slot::PLATFORM,
        order_no: none,
        place: 0,
        kind: SplitKind::Out,
        out_request_no: text(""),
        refund_minor: None,
        reason: None,
        lines: 0,
        open: 0,
        finish: false,
        at_us: i64::MIN,
        made_at_us: None,
        undone_at_us: None,
    };
    let line = SplitLine {
        slot: Slot::PLATFORM,
        order_no: none,
        place: 0,
        line: 0,
        receiver: no_one,
        currency: Currency::Cny,
        amount_minor: Minor::ZERO,
        state: SplitState::UnderWay,
        at_us: i64::MIN,
    };
    let relation = Relation {
        slot: Slot::PLATFORM,
        seller: no_one,
        place: 0,
        receiver: no_one,
        named: ReceiverNamed::UserId,
        account: text(""),
        memo: None,
        at_us: i64::MIN,
    };
    let (most, at_us, place) = (minor(i64::MAX), i64::MAX, u32::MAX);
    let hold = HoldNo::from_number(i64::MAX);
    let (named, memo) = (ReceiverNamed::LoginName, Some(longest()));
    [
        row(SplitBook {
            slot: at,
            order_no: no,
            currency: Currency::Jpy,
            freeze: true,
            hold,
            timer: TimerNo::from_number(i64::MAX),
            freed: true,
            split_minor: most,
            splits: place,
            finished: true,
            giving_minor: most,
            fee_due_minor: most,
        }),
        row(Split {
            slot: at,
            order_no: no,
            place,
            kind: SplitKind::Back,
            out_request_no: longest(),
            refund_minor: Some(most),
            reason: Some(longest()),
            lines: place,
            open: place,
            finish: true,
            at_us,
            made_at_us: Some(at_us),
            undone_at_us: Some(at_us),
        }),
        row(SplitLine {
            slot: at,
            order_no: no,
            place,
            line: place,
            receiver: party,
            currency: Currency::Usd,
            amount_minor: most,
            state: SplitState::Returned,
            at_us,
        }),
        row(Relation {
            slot: at,
            seller: party,
            place,
            receiver: party,
            named,
            account: longest(),
            memo,
            at_us,
        }),
        row(book),
        row(split),
        row(line),
        row(relation),
    ]
}

/// Each role once, since each is spelled out in the schema.
fn staff() -> Vec<Row> {
    let (none, slot) = (Slot::new(0).unwrap(), Slot::new(99).unwrap());
    let (least, most) = (PartyId::platform(none), PartyId::issue(9_999_999_999, slot).unwrap());
    let mut rows = vec![
        row(StaffBook { slot: none, seller: least, staff: 0, owners: 0, ever: 0, acts: 0 }),
        row(StaffBook {
            slot,
            seller: most,
            staff: u32::MAX,
            owners: u32::MAX,
            ever: u32::MAX,
            acts: i64::MAX.unsigned_abs(),
        }),
        row(StaffNote {
            slot: none,
            seller: least,
            number: 1,
            at_us: i64::MIN,
            user: least,
            act: text(""),
            subject: text(""),
        }),
        row(StaffNote {
            slot,
            seller: most,
            number: i64::MAX.unsigned_abs(),
            at_us: i64::MAX,
            user: most,
            act: longest(),
            subject: longest(),
        }),
        row(StaffPlace { slot: none, user: least, seller: least, role: StaffRole::Viewer, active: false }),
        row(MerchantStaff {
            slot: none,
            seller: least,
            user: least,
            role: StaffRole::Viewer,
            active: false,
            set_by: None,
            since_us: i64::MIN,
        }),
    ];
    for (place, role) in (1..).zip(StaffRole::ALL) {
        let other = PartyId::issue(place, slot).unwrap();
        rows.push(row(StaffPlace { slot, user: most, seller: other, role, active: true }));
        let (active, set_by, since_us) = (true, Some(most), i64::MAX);
        rows.push(row(MerchantStaff { slot, seller: most, user: other, role, active, set_by, since_us }));
    }
    rows
}

/// What came by counter codes.
fn static_codes() -> [Row; 6] {
    let (slot, payer, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let (first, most) = (OrderNo::from_number(0).unwrap(), OrderNo::from_number(i64::MAX).unwrap());
    [
        row(StaticPay {
            slot: none,
            order_no: first,
            payer: platform,
            card: None,
            counted_at_us: None,
            counted_minor: Minor::ZERO,
        }),
        row(StaticPay {
            slot,
            order_no: most,
            payer,
            card: CardNo::from_number(i64::MAX),
            counted_at_us: Some(i64::MAX),
            counted_minor: minor(i64::MAX),
        }),
        row(StaticWait { slot: none, payer: platform, waiting: 0 }),
        row(StaticWait { slot, payer, waiting: u32::MAX }),
        row(StaticUse { slot: none, payer: platform, pocket: [0; 16], day: 0, sum_minor: Minor::ZERO }),
        row(StaticUse { slot, payer, pocket: [255; 16], day: u32::MAX, sum_minor: minor(i64::MAX) }),
    ]
}

fn usage() -> [Row; 2] {
    let (slot, party, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    [
        row(Usage {
            slot: none,
            party: platform,
            kind: UsageKind::TransferDay,
            period: 0,
            count: 0,
            sum_minor: Minor::ZERO,
        }),
        row(Usage {
            slot,
            party,
            kind: UsageKind::BalanceLife,
            period: u32::MAX,
            count: u32::MAX,
            sum_minor: minor(i64::MAX),
        }),
    ]
}

/// The rows of cards and bank orders.
fn statements() -> Vec<Row> {
    let (none, slot, most) = (Slot::PLATFORM, Slot::all().last().unwrap(), minor(i64::MAX));
    let (first, last) = (BankOrderNo::from_number(0).unwrap(), BankOrderNo::from_number(i64::MAX).unwrap());
    let (day, doomsday) = (Day::from_number(19_700_101).unwrap(), Day::from_number(99_991_230).unwrap());
    let line = BookedLine {
        slot: none,
        account: text(""),
        day,
        serial: 1,
        of_lines: 1,
        value_day: day,
        order_key: text(""),
        reference: text(""),
        is_credit: false,
        currency: Currency::Cny,
        amount_minor: Minor::ZERO,
        class: Class::TheirsOnly,
        bank_order: None,
        imported_at_us: i64::MIN,
    };
    let suspense = Suspense {
        slot: none,
        account: text(""),
        day,
        serial: 0,
        class: Class::TheirsOnly,
        owner: SuspenseOwner::Bank,
        party: None,
        is_credit: false,
        currency: Currency::Cny,
        amount_minor: Minor::ZERO,
        opened_at_us: i64::MIN,
    };
    let (serial, account) = (u32::MAX, longest());
    let mut rows = vec![
        row(BookedLine {
            slot,
            account: account.clone(),
            day: doomsday,
            serial,
            of_lines: serial,
            value_day: doomsday,
            order_key: longest(),
            reference: longest(),
            is_credit: true,
            currency: Currency::Usd,
            amount_minor: most,
            class: Class::Matched,
            bank_order: Some(last),
            imported_at_us: i64::MAX,
        }),
        row(Suspense {
            slot,
            account: longest(),
            day: doomsday,
            serial,
            class: Class::AgainstWord,
            owner: SuspenseOwner::Customer,
            party: Some(PartyId::platform(slot)),
            is_credit: true,
            currency: Currency::Jpy,
            amount_minor: most,
            opened_at_us: i64::MAX,
        }),
        row(Settlement {
            slot: none,
            no: first,
            account: text(""),
            day,
            serial: 0,
            reference: text(""),
            settled_at_us: i64::MIN,
        }),
        row(SuspenseClosing {
            slot: none,
            account: text(""),
            day,
            serial: 0,
            way: ClosingWay::Own,
            bank_order: None,
            reason: text(""),
            operator: text(""),
            closed_at_us: i64::MIN,
            approved_by: None,
        }),
        row(SuspenseClosing {
            slot: none,
            account: text(""),
            day,
            serial: 1,
            way: ClosingWay::GivenBack,
            bank_order: Some(first),
            reason: text("r"),
            operator: text("o"),
            closed_at_us: 0,
            approved_by: Some(text("")),
        }),
        row(SuspenseClosing {
            slot,
            account: account.clone(),
            day: doomsday,
            serial,
            way: ClosingWay::Matched,
            bank_order: Some(last),
            reason: longest(),
            operator: longest(),
            closed_at_us: i64::MAX,
            approved_by: Some(longest()),
        }),
        row(Operator {
            slot: none,
            name: text(""),
            role: OperatorRole::Viewer,
            active: false,
            proposed_by: None,
            approved_by: None,
            since_us: i64::MIN,
        }),
        row(Operator {
            slot,
            name: longest(),
            role: OperatorRole::RiskOfficer,
            active: true,
            proposed_by: Some(longest()),
            approved_by: Some(longest()),
            since_us: i64::MAX,
        }),
        row(Operator {
            slot,
            name: text("t"),
            role: OperatorRole::Treasurer,
            active: true,
            proposed_by: Some(text("")),
            approved_by: Some(text("")),
            since_us: 0,
        }),
        row(OperatorProposal {
            slot: none,
            name: text(""),
            role: OperatorRole::Clerk,
            active: false,
            proposed_by: text(""),
            proposed_at_us: i64::MIN,
        }),
        row(OperatorProposal {
            slot,
            name: longest(),
            role: OperatorRole::Admin,
            active: true,
            proposed_by: longest(),
            proposed_at_us: i64::MAX,
        }),
        row(OperatorBook { slot: none, operators: 0, admins: 0 }),
        row(OperatorBook { slot, operators: u32::MAX, admins: u32::MAX }),
        row(MerchantStore {
            slot: none,
            seller: PartyId::platform(none),
            store_id: text(""),
            name: text(""),
            opened_at_us: i64::MIN,
            changed_at_us: i64::MIN,
            closed_at_us: None,
        }),
        row(MerchantStore {
            slot,
            seller: PartyId::platform(slot),
            store_id: longest(),
            name: longest(),
            opened_at_us: i64::MAX,
            changed_at_us: i64::MAX,
            closed_at_us: Some(i64::MAX),
        }),
        row(SuspenseProposal {
            slot: none,
            account: text(""),
            day,
            serial: 0,
            way: ClosingWay::Own,
            bank_order: None,
            reason: text(""),
            operator: text(""),
            proposed_at_us: i64::MIN,
        }),
        row(SuspenseProposal {
            slot: none,
            account: text(""),
            day,
            serial: 1,
            way: ClosingWay::GivenBack,
            bank_order: None,
            reason: text("r"),
            operator: text("o"),
            proposed_at_us: 0,
        }),
        row(SuspenseProposal {
            slot,
            account: account.clone(),
            day: doomsday,
            serial,
            way: ClosingWay::Matched,
            bank_order: Some(last),
            reason: longest(),
            operator: longest(),
            proposed_at_us: i64::MAX,
        }),
        row(SurpriseSettlement {
            slot: none,
            no: first,
            reference: text(""),
            account: text(""),
            day,
            serial: 0,
            settled_at_us: i64::MIN,
        }),
        row(SurpriseSettlement {
            slot,
            no: last,
            reference: longest(),
            account: account.clone(),
            day: doomsday,
            serial,
            settled_at_us: i64::MAX,
        }),
        row(ReadStatement {
            slot: none,
            account: text(""),
            day,
            currency: Currency::Cny,
            opening_minor: i64::MIN,
            closing_minor: i64::MIN,
            lines: 1,
            digest: [0; 32],
            booked: 0,
            begun_at_us: i64::MIN,
            ended_at_us: None,
        }),
        row(ReadStatement {
            slot,
            account: account.clone(),
            day: doomsday,
            currency: Currency::Usd,
            opening_minor: i64::MAX,
            closing_minor: i64::MAX,
            lines: u32::MAX,
            digest: [255; 32],
            booked: u32::MAX,
            begun_at_us: i64::MAX,
            ended_at_us: Some(i64::MAX),
        }),
        row(Settlement {
            slot,
            no: last,
            account,
            day: doomsday,
            serial,
            reference: longest(),
            settled_at_us: i64::MAX,
        }),
    ];
    for (serial, class) in (1..).zip(Class::ALL) {
        rows.push(row(BookedLine { serial, of_lines: serial, class, ..line.clone() }));
        rows.push(row(Suspense { serial, class, ..suspense.clone() }));
    }
    rows
}

/// The smallest and the largest order of pockets.
fn pockets() -> [Row; 2] {
    let (slot, party, _) = last();
    let (none, nobody) = (Slot::PLATFORM, PartyId::issue(0, Slot::PLATFORM).unwrap());
    let card = |down: i64| Pocket::Card(CardNo::from_number(i64::MAX - down).unwrap());
    let most = (0..).take(POCKETS_MAX).map(card).collect();
    [
        row(PocketOrder { slot: none, party: nobody, pockets: PocketList::new(vec![Pocket::Balance]) }),
        row(PocketOrder { slot, party, pockets: PocketList::new(most) }),
    ]
}

fn funds() -> Vec<Row> {
    let (slot, party, no) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let (first_card, first) = (CardNo::from_number(0).unwrap(), BankOrderNo::from_number(0).unwrap());
    let (last_card, last) =
        (CardNo::from_number(i64::MAX).unwrap(), BankOrderNo::from_number(i64::MAX).unwrap());
    let card = Card {
        slot: none,
        no: first_card,
        party: platform,
        state: CardState::Asked,
        bank: text(""),
        kind: CardKind::Debit,
        last_four: text(""),
        digest: [0; 16],
        agreement: None,
        asked_at_us: i64::MIN,
        changed_at_us: 0,
    };
    let order = BankOrder {
        slot: none,
        no: first,
        party: platform,
        card: first_card,
        kind: BankOrderKind::TopUp,
        state: BankOrderState::Draft,
        currency: Currency::Cny,
        amount_minor: Minor::ZERO,
        fee_minor: Minor::ZERO,
        free_minor: Minor::ZERO,
        life_minor: Minor::ZERO,
        counted_at_us: None,
        about: None,
        key: text(""),
        asked_at_us: i64::MIN,
        next_try_at_us: None,
        tries: 0,
        bank_ref: None,
        reason: None,
        heard_at_us: None,
        timer: None,
        gives_up_at_us: None,
    };
    let most = minor(i64::MAX);
    let surprise = BankSurprise {
        slot: none,
        no: first,
        kind: SurpriseKind::AmountDiffers,
        bank_ref: text(""),
        currency: Currency::Cny,
        amount_minor: Minor::ZERO,
        booked: false,
        at_us: i64::MIN,
    };
    let kind = BankOrderKind::TopUp;
    vec![
        row(card.clone()),
        row(Card {
            slot,
            no: last_card,
            party,
            state: CardState::Payee,
            bank: longest(),
            kind: CardKind::Credit,
            last_four: longest(),
            digest: [255; 16],
            agreement: Some(longest()),
            asked_at_us: i64::MAX,
            changed_at_us: i64::MAX,
        }),
        row(CardName { slot: none, party: platform, digest: [0; 16], no: first_card }),
        row(CardName { slot, party, digest: [255; 16], no: last_card }),
        row(order.clone()),
        row(BankOrder {
            slot,
            no: last,
            party,
            card: last_card,
            kind: BankOrderKind::Return,
            state: BankOrderState::Credited,
            currency: Currency::Jpy,
            amount_minor: most,
            fee_minor: most,
            free_minor: most,
            life_minor: most,
            counted_at_us: Some(i64::MAX),
            about: Some(no),
            key: longest(),
            asked_at_us: i64::MAX,
            next_try_at_us: Some(i64::MAX),
            tries: u32::MAX,
            bank_ref: Some(longest()),
            reason: Some(BankReason::Other),
            heard_at_us: Some(i64::MAX),
            timer: Some(TimerNo::from_number(i64::MAX).unwrap()),
            gives_up_at_us: Some(i64::MAX),
        }),
        row(BankOrderKey { slot: none, party: platform, kind, key: text(""), no: first }),
        row(BankOrderKey { slot, party, kind: BankOrderKind::Transfer, key: longest(), no: last }),
        row(surprise),
        row(BankSurprise {
            slot,
            no: last,
            kind: SurpriseKind::RefusedAgainstWord,
            bank_ref: longest(),
            currency: Currency::Usd,
            amount_minor: most,
            booked: true,
            at_us: i64::MAX,
        }),
    ]
}

fn smallest() -> Vec<Row> {
    let (party, app) = (PartyId::platform(Slot::PLATFORM), AppId::issue(0, Slot::PLATFORM).unwrap());
    let (at, none) = (Slot::PLATFORM, OrderNo::from_number(0).unwrap());
    let login = Login { slot: at, login: text(""), party };
    vec![
        row(Party {
            slot: at,
            id: party,
            kind: PartyKind::Person,
            status: PartyStatus::Normal,
            login: text(""),
            name: text(""),
            opened_at_us: i64::MIN,
            class: people::AccountClass::Merchant,
            login_masked: None,
            stop: people::PaymentStop::Nobody,
            proofs_after: 0,
        }),
        row(login),
        row(Credential {
            slot: at,
            party,
            verifier: text(""),
            pepper_version: 0,
            tries: 0,
            locked_until_us: i64::MIN,
        }),
        row(Attempt { slot: at, party, no: 0, about: none, proven: false, expires_at_us: i64::MIN }),
        row(SlotHead::fresh(at)),
        row(App {
            slot: at,
            id: app,
            seller: party,
            mode: AppMode::Key,
            status: AppStatus::Disabled,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
            opened_at_us: 0,
        }),
        row(Rulebook {
            slot: at,
            effective_at_us: i64::MIN,
            merchant_fee_ppm: Rate::ZERO,
            password_free_limit_minor: Minor::ZERO,
        }),
        row(Account::open(party, AccountKind::Balance, Currency::Jpy, stamp(0))),
        row(posting(0, 0, 1)),
        row(Hold {
            slot: at,
            no: HoldNo::of(stamp(0), at),
            account: AccountId::from_number(0).unwrap(),
            currency: Currency::Usd,
            amount_minor: Minor::ZERO,
            state: HoldState::Open,
            changed_at_us: 0,
        }),
        row(order(0, party)),
        row(OrderNumber { slot: at, seller: party, out_trade_no: text(""), no: none }),
        row(trade(0, party, party)),
        row(Refund {
            slot: at,
            order_no: none,
            out_request_no: text(""),
            state: RefundState::UnderWay,
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            fee_back_minor: Minor::ZERO,
            refunded_after_minor: Minor::ZERO,
            reason: None,
            by_cancel: false,
            at_us: 0,
        }),
        row(Receipt {
            slot: at,
            order_no: none,
            attempt: [0; 16],
            outcome: ReceiptOutcome::Asked,
            at_us: i64::MIN,
        }),
        row(TopUpReceipt {
            slot: at,
            party,
            key: text(""),
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            at_us: 0,
        }),
        row(PayCode { slot: at, digest: [0; 16], party, expires_at_us: 0, timer: TimerNo::of(stamp(0), at) }),
        row(notice(0, app, none, None)),
        row(timer(i64::MIN, 0, 0)),
    ]
}

const BIGGEST: u64 = i64::MAX as u64;

fn last() -> (Slot, PartyId, OrderNo) {
    (slot(99), party(9_999_999_999, 99), OrderNo::from_number(i64::MAX).unwrap())
}

fn largest_people() -> Vec<Row> {
    let (at, party, no) = last();
    let blob: Vec<u8> = (0..=u8::MAX).cycle().take(5_000).collect();
    vec![
        row(Party {
            slot: at,
            id: party,
            kind: PartyKind::Merchant,
            status: PartyStatus::Closed,
            login: longest(),
            name: longest(),
            opened_at_us: i64::MAX,
            class: people::AccountClass::Three,
            login_masked: Some(longest()),
            stop: people::PaymentStop::OperatorList,
            proofs_after: i64::MAX.unsigned_abs(),
        }),
        row(Login { slot: at, login: longest(), party }),
        row(Credential {
            slot: at,
            party,
            verifier: longest(),
            pepper_version: u32::MAX,
            tries: u32::MAX,
            locked_until_us: i64::MAX,
        }),
        row(Attempt { slot: at, party, no: BIGGEST, about: no, proven: true, expires_at_us: i64::MAX }),
        row(SlotHead { slot: at, parties: BIGGEST, apps: BIGGEST }),
        row(App {
            slot: at,
            id: app(9_999_999_999, 99),
            seller: party,
            mode: AppMode::Cert,
            status: AppStatus::Online,
            public_key: blob.clone(),
            certificate: Some(longest()),
            cert_sn: Some(longest()),
            allow_rsa1: true,
            sealed_aes_key: Some(blob),
            opened_at_us: i64::MAX,
        }),
    ]
}

fn largest_ledger() -> Vec<Row> {
    let (at, party, no) = last();
    let id = AccountId::from_number(i64::MAX).unwrap();
    let entries = [
        entry(id, Side::Debit, i64::MAX, i64::MIN),
        entry(id, Side::Credit, i64::MAX, i64::MAX),
        entry(id, Side::Debit, i64::MAX, 0),
        entry(id, Side::Credit, i64::MAX, -1),
    ];
    vec![
        row(Account {
            slot: at,
            id,
            owner: party,
            kind: AccountKind::Balance,
            currency: Currency::Usd,
            balance_minor: i64::MAX,
            held_minor: minor(i64::MAX),
            opened_at_us: i64::MAX,
        }),
        row(Account {
            slot: at,
            id: AccountId::from_number(1).unwrap(),
            owner: party,
            kind: AccountKind::BankReserve,
            currency: Currency::Cny,
            balance_minor: i64::MIN,
            held_minor: Minor::ZERO,
            opened_at_us: i64::MIN,
        }),
        row(Posting {
            slot: at,
            no: PostingNo::from_number(i64::MAX).unwrap(),
            kind: PostingKind::RefundReturn,
            business_date: u32::MAX,
            order_no: Some(no),
            currency: Currency::Usd,
            entries,
        }),
        row(Hold {
            slot: at,
            no: HoldNo::from_number(i64::MAX).unwrap(),
            account: id,
            currency: Currency::Jpy,
            amount_minor: minor(i64::MAX),
            state: HoldState::Released,
            changed_at_us: i64::MAX,
        }),
    ]
}

fn largest_trade() -> Vec<Row> {
    let (at, party, no) = last();
    let (most, timer_no) = (minor(i64::MAX), TimerNo::from_number(i64::MAX).unwrap());
    vec![
        row(Rulebook {
            slot: at,
            effective_at_us: i64::MAX,
            merchant_fee_ppm: Rate::from_ppm(1_000_000).unwrap(),
            password_free_limit_minor: most,
        }),
        row(largest_order()),
        row(OrderNumber { slot: at, seller: party, out_trade_no: longest(), no }),
        row(Trade {
            no,
            state: TradeState::Closed,
            subject: longest(),
            total_minor: most,
            refunded_minor: most,
            paid_at_us: Some(i64::MAX),
            closed_at_us: Some(i64::MIN),
            ..trade(1, party, party)
        }),
        row(Refund {
            slot: at,
            order_no: no,
            out_request_no: longest(),
            state: RefundState::Returned,
            currency: Currency::Usd,
            amount_minor: most,
            fee_back_minor: most,
            refunded_after_minor: most,
            reason: Some(longest()),
            by_cancel: true,
            at_us: i64::MAX,
        }),
        row(Receipt {
            slot: at,
            order_no: no,
            attempt: [255; 16],
            outcome: ReceiptOutcome::OrderClosed,
            at_us: i64::MAX,
        }),
        row(TopUpReceipt {
            slot: at,
            party,
            key: longest(),
            currency: Currency::Jpy,
            amount_minor: most,
            at_us: 1,
        }),
        row(PayCode { slot: at, digest: [255; 16], party, expires_at_us: i64::MAX, timer: timer_no }),
        row(Notice {
            no: NoticeNo::from_number(i64::MAX).unwrap(),
            event: NoticeEvent::Closed,
            url: longest(),
            closed: true,
            refunded_minor: most,
            out_biz_no: Some(longest()),
            state: NoticeState::GivenUp,
            attempts: u32::MAX,
            last_error: Some(longest()),
            content: Some(longest()),
            ..notice(1, app(9_999_999_999, 99), no, Some(i64::MAX))
        }),
        row(Timer {
            no: timer_no,
            task: TimerTask::ForgetAttempt,
            order_no: Some(no),
            code: Some([255; 16]),
            party: Some(party),
            attempt: Some(BIGGEST),
            ..timer(i64::MAX, 1, 99)
        }),
    ]
}

fn largest_order() -> Order {
    let (at, seller, no) = last();
    let most = minor(i64::MAX);
    Order {
        slot: at,
        no,
        seller,
        app: app(9_999_999_999, 99),
        out_trade_no: longest(),
        product: Product::Page,
        state: OrderState::Closed,
        currency: Currency::Usd,
        total_minor: most,
        refunded_minor: most,
        fee_minor: most,
        fee_returned_minor: most,
        subject: longest(),
        body: Some(longest()),
        goods_detail: Some(longest()),
        named_buyer: Some(seller),
        buyer: Some(seller),
        buyer_login_masked: Some(longest()),
        notify_url: Some(longest()),
        return_url: Some(longest()),
        quit_url: Some(longest()),
        charset: WireCharset::Gbk,
        rsa1: true,
        store_id: Some(longest()),
        terminal_id: Some(longest()),
        operator_id: Some(longest()),
        passback_params: Some(longest()),
        merchant_order_no: Some(longest()),
        opened_at_us: i64::MAX,
        created_at_us: Some(i64::MAX),
        expires_at_us: i64::MAX,
        code_expires_at_us: Some(i64::MIN),
        paid_at_us: Some(i64::MAX),
        closed_at_us: Some(i64::MAX),
        timer: TimerNo::from_number(i64::MAX),
        card: Some(trade::CardChannel::CreditCard),
        card_bank: Some(longest()),
        settled_with: Some(Day::of(0)),
        store_name: Some(longest()),
    }
}
