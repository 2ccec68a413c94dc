//! What can be asked: the closed list of commands and their replies.

use crate::agreement::{debit, end, find, offer, postpone, sign, signing};
use crate::bank::{
    answered, card, close, confirm, find as find_bank, import, pay, pockets, prepare, send, statement,
    suspense,
};
use crate::run::Outcome;
use crate::{
    Acknowledge, CancelOrder, Cancelled, ClaimOrder, Claimed, CloseOrder, ConfirmPay, FindAccount, FindLogin,
    FindOrder, FindOrderByNo, FindParty, FindRefund, FindTrade, IssuePayCode, JudgePassword, NoticeTried,
    OpenApp, OpenAppRefused, OpenOrder, OpenParty, OpenPartyRefused, Opened, ParcelRefused, PartyNotFound,
    PayCodeRefused, Receive, RefundOrder, RefundView, Refunded, Reserved, Rows, RunTimer, SetAppStatus,
    SetPartyStatus, SetRules, Stop, TopUp, TopUpRefused, TryPassword,
};
use crate::{ActOnEscrow, ConfirmGoods, EscrowView, FindEscrow, escrow};
use crate::{AddAppKey, AppKeyRefused, FindAppKeys, PromoteAppKey, RetireAppKey, app_key};
use crate::{
    AddEvidence, AddEvidenceRefused, FindStanding, MoveQuota, MoveQuotaRefused, StandingView, identity,
};
use crate::{AddPasskey, FindPasskeys, ProvePasskey, RemovePasskey, SignInByPasskey, passkey};
use crate::{
    AddressFound, FindAddress, FindProfile, OpenChallenge, ProveSignIn, RegisterPerson, RegisterRefused,
    SignInByCode, SignInByCodeRefused, TryChallenge, TrySignIn, challenge, person, sign_in,
};
use crate::{
    AppNotFound, Authorize, AuthorizeRefused, Authorized, CertifyRefused, DebitOrder, DecideCertification,
    EndMandate, FindAgreement, FindByBuyer, FindCallback, FindCertification, FindGrant, FindMandate,
    FindOffer, FindSigning, FindToken, GrantNotFound, OfferAgreement, OpenCertification, OpenSigning,
    PostponeDebit, SeenToken, SetCallback, SignAgreement, TakeTokens, TokenRefused, UnsignAgreement,
    WithdrawGrant,
};
use crate::{
    ApplicationRefused, FillApplication, FindApplication, MoveApplication, NoteDocument, SignApplication,
    merchant, merchant_sign,
};
use crate::{ApproveContract, ContractView, FindContracts, ProposeContract, contract};
use crate::{
    ApproveList, ApproveRisk, DecideRisk, FindRiskCase, FindRiskRules, FindScreenList, FindScreening,
    ProposeList, ProposeRisk, RiskRulesView, Screen, ScreenListView, ScreenView, risk_case, risk_rules,
    screening,
};
use crate::{
    ApproveOperator, FindOperator, FoundOperators, OperatorRefused, OperatorView, ProposeOperator,
    WithdrawOperator, operator,
};
use crate::{ApproveRules, ProposeRules, rules_version};
use crate::{
    AskCard, BankAnswered, BankTask, BankView, BeginStatement, BindCard, CloseBankOrder, ConfirmBankOrder,
    FindBankOrder, FindCard, ImportLine, PayByCard, PayByCardRefused, PrepareBankOrder, SendBankOrder,
    UnbindCard,
};
use crate::{AskRefund, RefuseRefundWish, RefuseWishRefused, refund_wish};
use crate::{BatchCheck, CheckTransferBatch};
use crate::{
    BeginDevice, BeginDeviceRefused, EndDevices, FindDevice, FindDevices, NotSignedIn, SeeDevice,
    StopPayments, StopPaymentsRefused, device, stop_payment,
};
use crate::{
    BindRelations, FindRelations, FindSplit, FindSplitRefused, FindSplittable, SplitOrder, SplitView,
    UnbindRelations, relation, split_order, split_query,
};
use crate::{
    CancelFreeze, CancelledFreeze, ClaimFreeze, ConfirmFreeze, FindFreeze, FindFreezeByNo, FreezeView,
    OpenFreeze, PayFrozen, Unfreeze, find_freeze, freeze, frozen, pay_frozen, unfreeze,
};
use crate::{
    CancelTransfer, CardTransferView, ConfirmTransfer, FindCardTransfer, FindTransfer, FindTransferRoom,
    OfferTransfer, OfferedTransfer, TransferMoney, TransferRoom, TransferToCard, transfer,
};
use crate::{CloseAccount, CloseAccountRefused, ErasePerson, SetPassword, SetPasswordRefused, own_account};
use crate::{CloseDay, DayClosed, FindSlotClose, SlotClose, close_day};
use crate::{CloseStore, OpenStore, StoreRefused, merchant_store};
use crate::{CloseSuspense, ProposeSuspense, WithdrawSuspense};
use crate::{CreateTransferBatch, DecideTransferBatch, FindTransferBatch, TransferBatchView};
use crate::{FindPockets, SetPockets};
use crate::{
    FindShopOrder, NoteStaffAct, NoteStaffActRefused, ShopClose, ShopCloseRefused, ShopRefund,
    ShopRefundRefused, refund_asked, staff_act,
};
use crate::{FindStaff, SetStaff, StaffRefused, merchant_staff};
use crate::{FindStaticUse, static_code};
use crate::{FindUnsettled, settle_sales};
use crate::{LeaveFreeze, leave_freeze};
use crate::{NoteAct, NoteActRefused, ops_trail};
use crate::{
    cancel_order, claim_order, close_order, confirm_pay, crossing, notice, open_app, open_order, open_party,
    password, pay_code, query, rulebook, timer, top_up,
};
use crate::{certify, grant, withdraw};
use ::risk::{
    ApproveRiskRefused, DecideRiskRefused, ProposeListRefused, ProposeRiskRefused, RiskCase, RiskNotFound,
    RiskProposal, RiskRules, ScreenList, ScreenProposal, ScreenRefused,
};
use ::transfer::{
    BatchNotFound, BatchRefused, CancelTransferRefused, CardTransfer, CardTransferRefused,
    ConfirmTransferRefused, DecideBatchRefused, Transfer, TransferBatch, TransferNotFound, TransferRefused,
};
use base::{AgreementNo, AppId, PartyId, Slot};
use fund::{
    AskCardRefused, BankOrder, BankOrderRefused, BindCardRefused, Card, CardRefused, CloseBankOrderRefused,
    ConfirmBankOrderRefused, FindBankRefused, PocketOrder, SetPocketsRefused,
};
use ledger::{Account, CloseDayRefused};
use money::Money;
use people::{
    AppKey, Callback, Certification, Device, Grant, MerchantApplication, MerchantStaff, MerchantStore,
    Operator, OperatorProposal, OpsTrail, Party, Passkey, PasskeyRefused, PasswordRefused, Profile,
    StaffNote, StaffRole,
};
use recon::{
    BeginStatementRefused, BookedLine, CloseSuspenseRefused, ImportRefused, ReadStatement, SuspenseClosing,
    SuspenseProposal,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Agreement, DebitRefused, FindAgreementRefused, Mandate, OfferRefused, OpenSigningRefused,
    PostponeRefused, SignRefused, Signing, StaticUse, UnsignRefused,
};
use trade::{BindRefused, Relation, SplitRefused};
use trade::{
    CancelFreezeRefused, CancelRefused, ClaimRefused, CloseRefused, EscrowRefused, FindFreezeRefused,
    FindRefused, Freeze, HoldRefused, OpenFreezeRefused, OpenRefused, Order, PayFrozenRefused, PayRefused,
    RefundRefused, Trade, UnfreezeRefused,
};
use trade::{Contract, ContractRefused, RulesRefused, RulesVersion};
use trade::{RefundWish, RefundWishRefused};

/// A command whose answer has a type of its own.
pub trait Ask: Into<Command> {
    /// What it gives when it is accepted.
    type Done: Send + 'static;
    /// Why it may be refused.
    type Refused: Send + std::fmt::Debug + 'static;
    /// Takes the answer out of the reply; `None` when the reply is of another command.
    fn answer(reply: Reply) -> Option<Result<Self::Done, Self::Refused>>;
}

macro_rules! commands {
    ($($kind:ident $name:ident => $decide:path, $done:ty, $refused:ty $(, ends_in $told:path)?;)*) => {
        /// Plain data that asks for one decision in one slot.
        #[allow(clippy::large_enum_variant, reason = "the large one is the usual one; commands move seldom")]
        #[derive(Clone, Debug, Serialize, Deserialize)]
        pub enum Command { $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)* }

        /// The answer to a command.
        #[derive(Clone, Debug)]
        pub enum Reply { $(#[doc = concat!("To [`", stringify!($name), "`].")] $name(Result<$done, $refused>),)* }

        impl Command {
            /// The slot that decides it.
            pub fn slot(&self) -> Slot { match self { $(Command::$name(command) => command.slot(),)* } }
            /// Its name, for logs and the journal's readers.
            pub const fn name(&self) -> &'static str { match self { $(Command::$name(_) => stringify!($name),)* } }
            /// All names in the order of their numbers in the journal.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];
            /// Whether it only looks: it changes nothing and is not journalled.
            pub const fn is_query(&self) -> bool { match self { $(Command::$name(_) => commands!(@is_query $kind),)* } }
        }

        impl Reply {
            /// Whether the command was accepted.
            pub const fn is_accepted(&self) -> bool { match self { $(Reply::$name(answer) => answer.is_ok(),)* } }
        }

        $(
            impl From<$name> for Command { fn from(command: $name) -> Command { Command::$name(command) } }
            impl Ask for $name {
                type Done = $done;
                type Refused = $refused;
                fn answer(reply: Reply) -> Option<Result<$done, $refused>> {
                    $(let reply = $told(reply);)?
                    if let Reply::$name(answer) = reply { Some(answer) } else { None }
                }
            }
        )*

        /// Runs the command's function.
        pub(crate) fn decide(rows: &mut Rows<'_>, command: &Command) -> Result<Outcome, crate::Fault> {
            match command {
                $(Command::$name(command) => match $decide(rows, command) {
                    Ok(Next::Answer(done)) => Ok(Outcome { reply: Some(Reply::$name(Ok(done))), stands: true }),
                    Ok(Next::Chain) => Ok(Outcome { reply: None, stands: true }),
                    Err(Stop::Refused(refused)) => {
                        Ok(Outcome { reply: Some(Reply::$name(Err(refused))), stands: false })
                    }
                    Err(Stop::Noted(refused)) => {
                        Ok(Outcome { reply: Some(Reply::$name(Err(refused))), stands: true })
                    }
                    Err(Stop::Fault(fault)) => Err(fault),
                },)*
            }
        }
    };
    (@is_query query) => { true };
    (@is_query change) => { false };
}

/// How a decision goes on.
pub(crate) enum Next<T> {
    /// This is the answer.
    Answer(T),
    /// The answer comes at the end of the chain of messages that was sent.
    Chain,
}

/// A command that cannot be refused.
pub(crate) type Never = std::convert::Infallible;

commands! {
    change OpenParty => open_party::open_party, PartyId, OpenPartyRefused;
    change SetPartyStatus => open_party::set_party_status, (), PartyNotFound;
    change OpenApp => open_app::open_app, AppId, OpenAppRefused;
    change SetAppStatus => open_app::set_app_status, (), OpenAppRefused;
    change SetRules => rulebook::set_rules, (), Never;
    change TopUp => top_up::top_up, Arc<Account>, TopUpRefused;
    change IssuePayCode => pay_code::issue_pay_code, i64, PayCodeRefused;
    change OpenOrder => open_order::open_order, Opened, OpenRefused;
    change ClaimOrder => claim_order::claim_order, Claimed, ClaimRefused;
    change TryPassword => password::try_password, Reserved, PasswordRefused;
    change JudgePassword => password::judge_password, (), PasswordRefused;
    change ConfirmPay => confirm_pay::confirm_pay, Arc<Order>, PayRefused;
    change CloseOrder => close_order::close_order, Arc<Order>, CloseRefused;
    change CancelOrder => cancel_order::cancel_order, Cancelled, CancelRefused;
    change RefundOrder => refund_asked::refund_order, Refunded, RefundRefused;
    change NoticeTried => notice::notice_tried, (), Never;
    change RunTimer => timer::run_timer, (), Never;
    query FindOrder => query::find_order, Arc<Order>, FindRefused;
    query FindOrderByNo => query::find_order_by_no, Arc<Order>, FindRefused;
    query FindRefund => query::find_refund, RefundView, FindRefused;
    query FindTrade => query::find_trade, Arc<Trade>, FindRefused;
    query FindLogin => query::find_login, PartyId, PartyNotFound;
    query FindParty => query::find_party, Arc<Party>, PartyNotFound;
    query FindAccount => query::find_account, Arc<Account>, PartyNotFound;
    change Receive => crossing::receive, u64, ParcelRefused;
    change Acknowledge => crossing::acknowledge, (), Never;
    change Authorize => grant::authorize, i64, AuthorizeRefused;
    change TakeTokens => grant::take_tokens, Authorized, TokenRefused;
    query FindToken => grant::find_token, SeenToken, TokenRefused;
    change WithdrawGrant => withdraw::withdraw_grant, (), GrantNotFound;
    query FindGrant => withdraw::find_grant, Arc<Grant>, GrantNotFound;
    change SetCallback => withdraw::set_callback, (), AppNotFound;
    query FindCallback => withdraw::find_callback, Option<Arc<Callback>>, AppNotFound;
    change OpenCertification => certify::open_certification, (), CertifyRefused;
    change DecideCertification => certify::decide_certification, Arc<Certification>, CertifyRefused;
    query FindCertification => certify::find_certification, Arc<Certification>, CertifyRefused;
    change OfferAgreement => offer::offer_agreement, Arc<Agreement>, OfferRefused;
    change SignAgreement => sign::sign_agreement, Arc<Agreement>, SignRefused;
    change UnsignAgreement => end::unsign_agreement, (), UnsignRefused;
    change EndMandate => end::end_mandate, (), UnsignRefused;
    change PostponeDebit => postpone::postpone_debit, Arc<Agreement>, PostponeRefused;
    change DebitOrder => debit::debit_order, Opened, DebitRefused;
    query FindAgreement => find::find_agreement, Arc<Agreement>, FindAgreementRefused;
    query FindOffer => find::find_offer, Arc<Agreement>, FindAgreementRefused;
    query FindByBuyer => find::find_by_buyer, AgreementNo, FindAgreementRefused;
    query FindMandate => find::find_mandate, Arc<Mandate>, FindAgreementRefused;
    change ActOnEscrow => escrow::act_on_escrow, EscrowView, EscrowRefused;
    change ConfirmGoods => escrow::confirm_goods, EscrowView, EscrowRefused;
    query FindEscrow => escrow::find_escrow, EscrowView, EscrowRefused;
    change OpenFreeze => freeze::open_freeze, Arc<Freeze>, OpenFreezeRefused;
    change ClaimFreeze => freeze::claim_freeze, Arc<Freeze>, HoldRefused;
    change ConfirmFreeze => frozen::confirm_freeze, Arc<Freeze>, HoldRefused;
    change Unfreeze => unfreeze::unfreeze, FreezeView, UnfreezeRefused;
    change CancelFreeze => unfreeze::cancel_freeze, CancelledFreeze, CancelFreezeRefused;
    change PayFrozen => pay_frozen::pay_frozen, Opened, PayFrozenRefused;
    query FindFreeze => find_freeze::find_freeze, FreezeView, FindFreezeRefused;
    query FindFreezeByNo => find_freeze::find_freeze_by_no, Arc<Freeze>, FindFreezeRefused;
    change OpenSigning => signing::open_signing, Opened, OpenSigningRefused;
    query FindSigning => signing::find_signing, Arc<Signing>, FindAgreementRefused;
    change SplitOrder => split_order::split_order, SplitView, SplitRefused;
    change BindRelations => relation::bind_relations, (), BindRefused;
    change UnbindRelations => relation::unbind_relations, (), Never;
    query FindSplit => split_query::find_split, SplitView, FindSplitRefused;
    query FindSplittable => split_query::find_splittable, Money, FindRefused;
    query FindRelations => relation::find_relations, Vec<Arc<Relation>>, Never;
    change LeaveFreeze => leave_freeze::leave_freeze, Arc<Freeze>, trade::LeaveFreezeRefused;
    change TransferMoney => transfer::send::transfer_money, Arc<Transfer>, TransferRefused;
    change OfferTransfer => transfer::offer::offer_transfer, OfferedTransfer, TransferRefused;
    change ConfirmTransfer => transfer::offer::confirm_transfer, Arc<Transfer>, ConfirmTransferRefused;
    change CancelTransfer => transfer::cancel::cancel_transfer, Arc<Transfer>, CancelTransferRefused;
    query FindTransfer => transfer::find::find_transfer, Arc<Transfer>, TransferNotFound;
    query FindTransferRoom => transfer::find::find_transfer_room, TransferRoom, PartyNotFound;
    change OpenChallenge => challenge::open_challenge, i64, people::OpenChallengeRefused;
    change TryChallenge => challenge::try_challenge, u64, people::TryChallengeRefused;
    change RegisterPerson => person::register_person, PartyId, RegisterRefused;
    query FindAddress => person::find_address, AddressFound, PartyNotFound;
    query FindProfile => person::find_profile, Arc<Profile>, PartyNotFound;
    change TrySignIn => sign_in::try_sign_in, Reserved, PasswordRefused;
    change ProveSignIn => sign_in::prove_sign_in, (), PasswordRefused;
    change SignInByCode => sign_in::sign_in_by_code, PartyId, SignInByCodeRefused;
    change AskCard => card::ask_card, Arc<Card>, AskCardRefused;
    change BindCard => card::bind_card, Arc<Card>, BindCardRefused;
    change UnbindCard => card::unbind_card, Arc<Card>, CardRefused;
    change PrepareBankOrder => prepare::prepare_bank_order, Arc<BankOrder>, BankOrderRefused;
    change ConfirmBankOrder => confirm::confirm_bank_order, Arc<BankOrder>, ConfirmBankOrderRefused;
    change CloseBankOrder => close::close_bank_order, Arc<BankOrder>, CloseBankOrderRefused;
    change SendBankOrder => send::send_bank_order, Option<BankTask>, Never;
    change BankAnswered => answered::bank_answered, Arc<BankOrder>, FindBankRefused;
    query FindCard => find_bank::find_card, Arc<Card>, FindBankRefused;
    query FindBankOrder => find_bank::find_bank_order, BankView, FindBankRefused;
    change ImportLine => import::import_line, Option<Arc<BookedLine>>, ImportRefused;
    change AddEvidence => identity::add_evidence, people::AccountClass, AddEvidenceRefused;
    change MoveQuota => identity::move_quota, (), MoveQuotaRefused;
    query FindStanding => identity::find_standing, StandingView, PartyNotFound;
    change SetPassword => own_account::set_password, PartyId, SetPasswordRefused;
    change CloseAccount => own_account::close_account, PartyId, CloseAccountRefused;
    change ErasePerson => own_account::erase_person, people::DataKeyId, PartyNotFound;
    change PayByCard => pay::pay_by_card, Arc<BankOrder>, PayByCardRefused;
    change BeginStatement => statement::begin_statement, Arc<ReadStatement>, BeginStatementRefused;
    change AddAppKey => app_key::add_app_key, u32, AppKeyRefused;
    change PromoteAppKey => app_key::promote_app_key, (), AppKeyRefused;
    change RetireAppKey => app_key::retire_app_key, (), AppKeyRefused;
    query FindAppKeys => app_key::find_app_keys, Vec<Arc<AppKey>>, AppKeyRefused;
    change FillApplication => merchant::fill_application, Arc<MerchantApplication>, ApplicationRefused;
    change NoteDocument => merchant::note_document, Arc<MerchantApplication>, ApplicationRefused;
    change MoveApplication => merchant::move_application, Arc<MerchantApplication>, ApplicationRefused;
    change SignApplication => merchant_sign::sign_application, Arc<MerchantApplication>, ApplicationRefused;
    query FindApplication => merchant::find_application, Arc<MerchantApplication>, ApplicationRefused;
    change BeginDevice => device::begin_device, Arc<Device>, BeginDeviceRefused;
    query FindDevice => device::find_device, Arc<Device>, NotSignedIn;
    change SeeDevice => device::see_device, Arc<Device>, NotSignedIn;
    query FindDevices => device::find_devices, Vec<Arc<Device>>, Never;
    change EndDevices => device::end_devices, u32, Never;
    change StopPayments => stop_payment::stop_payments, people::PaymentStop, StopPaymentsRefused;
    change ProposeRisk => risk_rules::propose_risk, Arc<RiskProposal>, ProposeRiskRefused;
    change ApproveRisk => risk_rules::approve_risk, Arc<RiskRules>, ApproveRiskRefused;
    change DecideRisk => risk_case::decide_risk, Arc<RiskCase>, DecideRiskRefused;
    query FindRiskRules => risk_rules::find_risk_rules, RiskRulesView, Never;
    query FindRiskCase => risk_case::find_risk_case, Arc<RiskCase>, RiskNotFound;
    change CloseSuspense => suspense::close_suspense, Arc<SuspenseClosing>, CloseSuspenseRefused;
    change ProposeContract => contract::propose_contract, Arc<Contract>, ContractRefused;
    change ApproveContract => contract::approve_contract, Arc<Contract>, ContractRefused;
    query FindContracts => contract::find_contracts, Vec<ContractView>, ContractRefused;
    change CloseDay => close_day::close_day, DayClosed, CloseDayRefused;
    query FindSlotClose => close_day::find_slot_close, SlotClose, Never;
    change AddPasskey => passkey::add_passkey, Arc<Passkey>, PasskeyRefused;
    query FindPasskeys => passkey::find_passkeys, Vec<Arc<Passkey>>, Never;
    change RemovePasskey => passkey::remove_passkey, (), PasskeyRefused;
    change SignInByPasskey => passkey::sign_in_by_passkey, u64, PasskeyRefused;
    change ProvePasskey => passkey::prove_passkey, u64, PasskeyRefused;
    query FindUnsettled => settle_sales::find_unsettled, Money, Never;
    change ProposeSuspense => suspense::propose_suspense, Arc<SuspenseProposal>, CloseSuspenseRefused;
    change WithdrawSuspense => suspense::withdraw_suspense, (), CloseSuspenseRefused;
    change OpenStore => merchant_store::open_store, Arc<MerchantStore>, StoreRefused;
    change CloseStore => merchant_store::close_store, Arc<MerchantStore>, StoreRefused;
    change FoundOperators => operator::found_operators, Arc<Operator>, OperatorRefused;
    change ProposeOperator => operator::propose_operator, Arc<OperatorProposal>, OperatorRefused;
    change ApproveOperator => operator::approve_operator, Arc<Operator>, OperatorRefused;
    change WithdrawOperator => operator::withdraw_operator, (), OperatorRefused;
    query FindOperator => operator::find_operator, OperatorView, Never;
    change ProposeList => screening::propose_list, Arc<ScreenProposal>, ProposeListRefused;
    change ApproveList => screening::approve_list, Arc<ScreenList>, ApproveRiskRefused;
    change Screen => screening::screen, ScreenView, ScreenRefused;
    query FindScreenList => screening::find_screen_list, ScreenListView, Never;
    query FindScreening => screening::find_screening, Option<ScreenView>, Never;
    change TransferToCard => transfer::to_card::transfer_to_card, Arc<CardTransfer>, CardTransferRefused;
    query FindCardTransfer => transfer::find::find_card_transfer, CardTransferView, TransferNotFound;
    change CreateTransferBatch => transfer::batch::create::create_transfer_batch, Arc<TransferBatch>, BatchRefused;
    change DecideTransferBatch => transfer::batch::decide::decide, Arc<TransferBatch>, DecideBatchRefused;
    query FindTransferBatch => transfer::batch::find::find_transfer_batch, TransferBatchView, BatchNotFound;
    query CheckTransferBatch => transfer::batch::check::check_transfer_batch, BatchCheck, BatchRefused;
    change SetStaff => merchant_staff::set_staff, Arc<MerchantStaff>, StaffRefused;
    query FindStaff => merchant_staff::find_staff, Option<StaffRole>, Never;
    change NoteAct => ops_trail::note_act, Arc<OpsTrail>, NoteActRefused;
    change ShopRefund => refund_asked::shop_refund, Refunded, ShopRefundRefused, ends_in refund_asked::told_to_shop;
    change ShopClose => close_order::shop_close, Arc<Order>, ShopCloseRefused;
    query FindShopOrder => query::find_shop_order, Arc<Order>, FindRefused;
    change NoteStaffAct => staff_act::note_staff_act, Arc<StaffNote>, NoteStaffActRefused;
    query FindStaticUse => static_code::find_static_use, StaticUse, Never;
    change ProposeRules => rules_version::propose_rules, Arc<RulesVersion>, RulesRefused;
    change ApproveRules => rules_version::approve_rules, Arc<RulesVersion>, RulesRefused;
    change AskRefund => refund_wish::ask_refund, Arc<RefundWish>, RefundWishRefused;
    change RefuseRefundWish => refund_wish::refuse_refund_wish, Arc<RefundWish>, RefuseWishRefused;
    change SetPockets => pockets::set_pockets, Option<Arc<PocketOrder>>, SetPocketsRefused;
    query FindPockets => pockets::find_pockets, Option<Arc<PocketOrder>>, Never;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command stands in the journal under its place in this list: new ones are appended, none is moved or removed.
    #[test]
    fn the_places_of_commands_are_frozen() {
        let frozen = "OpenParty SetPartyStatus OpenApp SetAppStatus SetRules TopUp IssuePayCode OpenOrder ClaimOrder \
            TryPassword JudgePassword ConfirmPay CloseOrder CancelOrder RefundOrder NoticeTried RunTimer FindOrder \
            FindOrderByNo FindRefund FindTrade FindLogin FindParty FindAccount Receive Acknowledge \
            Authorize TakeTokens FindToken WithdrawGrant FindGrant SetCallback FindCallback OpenCertification \
            DecideCertification FindCertification \
            OfferAgreement SignAgreement UnsignAgreement EndMandate PostponeDebit DebitOrder FindAgreement FindOffer \
            FindByBuyer FindMandate ActOnEscrow ConfirmGoods FindEscrow \
            OpenFreeze ClaimFreeze ConfirmFreeze Unfreeze CancelFreeze PayFrozen FindFreeze FindFreezeByNo OpenSigning \
            FindSigning SplitOrder BindRelations UnbindRelations FindSplit FindSplittable FindRelations LeaveFreeze \
            TransferMoney OfferTransfer ConfirmTransfer CancelTransfer FindTransfer FindTransferRoom \
            OpenChallenge TryChallenge RegisterPerson FindAddress FindProfile TrySignIn ProveSignIn SignInByCode \
            AskCard BindCard UnbindCard PrepareBankOrder ConfirmBankOrder CloseBankOrder SendBankOrder BankAnswered \
            FindCard FindBankOrder ImportLine \
            AddEvidence MoveQuota FindStanding SetPassword CloseAccount ErasePerson PayByCard \
            BeginStatement AddAppKey PromoteAppKey RetireAppKey FindAppKeys \
            FillApplication NoteDocument MoveApplication SignApplication FindApplication \
            BeginDevice FindDevice SeeDevice FindDevices EndDevices StopPayments \
            ProposeRisk ApproveRisk DecideRisk FindRiskRules FindRiskCase CloseSuspense \
            ProposeContract ApproveContract FindContracts CloseDay FindSlotClose \
            AddPasskey FindPasskeys RemovePasskey SignInByPasskey ProvePasskey FindUnsettled \
            ProposeSuspense WithdrawSuspense OpenStore CloseStore \
            FoundOperators ProposeOperator ApproveOperator WithdrawOperator FindOperator \
            ProposeList ApproveList Screen FindScreenList FindScreening \
            TransferToCard FindCardTransfer \
            CreateTransferBatch DecideTransferBatch FindTransferBatch CheckTransferBatch \
            SetStaff FindStaff NoteAct \
            ShopRefund ShopClose FindShopOrder NoteStaffAct FindStaticUse \
            ProposeRules ApproveRules AskRefund RefuseRefundWish SetPockets FindPockets";
        let frozen: Vec<&str> = frozen.split_whitespace().collect();
        assert_eq!(&Command::NAMES[..frozen.len()], frozen.as_slice());
    }
}
