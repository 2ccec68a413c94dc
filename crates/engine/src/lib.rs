//! Decisions: one plain function per command. It loads rows, asks the products, posts to the ledger, puts rows.
//!
//! A command changes rows of one slot only; what it owes another slot leaves as a message, and a request is answered by
//! the end of its chain of messages. Checks come first, in the order of the refusal enum; then a line; below the line
//! nothing can be refused, above it nothing was changed. The engine composes and never computes: sums live in the
//! products, balances in the ledger. Time and ids come from the stamp alone, so any day can be decided again.
//!
//! Reading order: `tables` (what is stored), `rows` (the workspace of one decision), `command` (what can be asked),
//! `message` (what slots say to each other), `run` (a command and its chain), `crossing` (when the other slot lies in
//! another cell), then one file per command.

mod command;
mod crossing;
mod identity;
mod in_force;
mod leave_freeze;
mod message;
mod rows;
mod run;
mod tables;

mod agreement;
mod app_key;
mod balance_limit;
mod bank;
mod books;
mod cancel_order;
mod certify;
mod challenge;
mod claim_order;
mod close_day;
mod close_order;
mod confirm_pay;
mod contract;
mod device;
mod escrow;
mod find_freeze;
mod freeze;
mod freeze_notice;
mod frozen;
mod grant;
mod merchant;
mod merchant_sign;
mod merchant_staff;
mod merchant_store;
mod notice;
mod open_app;
mod open_order;
mod open_party;
mod operator;
mod ops_trail;
mod order_paid;
mod own_account;
mod passkey;
mod password;
mod pay_code;
mod pay_frozen;
mod pay_request;
mod person;
mod proof;
mod query;
mod receiving;
mod refund_asked;
mod refund_order;
mod refund_wish;
mod relation;
mod risk_case;
mod risk_check;
mod risk_rules;
mod rulebook;
mod rules_version;
mod screening;
mod settle_sales;
mod sign_in;
mod split_back;
mod split_hold;
mod split_left;
mod split_order;
mod split_query;
mod split_restore;
mod split_told;
mod staff_act;
mod static_code;
mod stop_payment;
mod timer;
mod top_up;
mod transfer;
mod unfreeze;
mod withdraw;

pub use agreement::MandateSaid;
pub use agreement::debit::{DebitAsk, DebitNo, DebitOrder, DebitPaid, DebitReturned, DebitUndone};
pub use agreement::end::{EndAsk, EndMandate, MandateEnded, UnsignAgreement};
pub use agreement::find::{FindAgreement, FindByBuyer, FindMandate, FindOffer};
pub use agreement::offer::{AgreementDelivery, OfferAgreement};
pub use agreement::postpone::{PostponeAnswer, PostponeAsk, PostponeDebit};
pub use agreement::sign::{SignAgreement, SignAnswer, SignAsk};
pub use agreement::signing::{FindSigning, OpenSigning, SignPaidAnswer, SignPaidAsk};
pub use app_key::{AddAppKey, AppKeyRefused, FindAppKeys, PromoteAppKey, RetireAppKey};
pub use balance_limit::class_limit;
pub use bank::answered::{BankAnswered, Verdict};
pub use bank::card::{AskCard, BindCard, UnbindCard};
pub use bank::close::CloseBankOrder;
pub use bank::confirm::ConfirmBankOrder;
pub use bank::find::{BankView, FindBankOrder, FindCard};
pub use bank::import::ImportLine;
pub use bank::pay::{LastTry, PayByCard, PayByCardRefused};
pub use bank::person::{PersonGiveBack, PersonSpendAnswer, PersonSpendAsk, SpendFor};
pub use bank::pockets::{FindPockets, SetPockets};
pub use bank::prepare::{BankWay, PrepareBankOrder};
pub use bank::returns::{late_return, refund_return};
pub use bank::send::{BankTask, SendBankOrder};
pub use bank::statement::{BeginStatement, LineBooked};
pub use bank::suspense::{CloseSuspense, CloseWay, ProposeSuspense, WithdrawSuspense};
pub use cancel_order::{CancelAction, CancelOrder, Cancelled};
pub use certify::{CertifyRefused, DecideCertification, FindCertification, OpenCertification};
pub use challenge::{OpenChallenge, TryChallenge};
pub use claim_order::{ClaimOrder, Claimed};
pub use close_day::{CloseDay, DayClosed, FindSlotClose, SlotClose};
pub use close_order::{CloseOrder, ShopClose, ShopCloseRefused};
pub use command::{Ask, Command, Reply};
pub use confirm_pay::ConfirmPay;
pub use contract::{ApproveContract, ContractView, FindContracts, ProposeContract};
pub use crossing::{Acknowledge, Link, Origin, Outbox, Parcel, ParcelRefused, Receive};
pub use device::{
    BeginDevice, BeginDeviceRefused, EndDevices, FindDevice, FindDevices, NotSignedIn, SeeDevice,
    WhichDevices,
};
pub use escrow::{ActOnEscrow, Actor, ConfirmGoods, EscrowAct, EscrowView, FindEscrow, GoodsConfirmed};
pub use find_freeze::{FindFreeze, FindFreezeByNo, FreezeView, WhichFreeze, WhichOperation};
pub use freeze::{ClaimFreeze, OpenFreeze};
pub use frozen::ConfirmFreeze;
pub use grant::{Authorize, AuthorizeRefused, Authorized, FindToken, SeenToken, TakeTokens, TokenRefused};
pub use identity::{
    AddEvidence, AddEvidenceRefused, FindStanding, MoveQuota, MoveQuotaRefused, PersonAnswer, PersonAsk,
    PersonLeft, QuotaAsk, QuotaLeave, QuotaLeft, QuotaNo, QuotaTaken, SealedIdentity, StandingView,
};
pub use in_force::InForce;
pub use leave_freeze::LeaveFreeze;
pub use merchant::{
    ApplicationRefused, ApplicationStep, FillApplication, FindApplication, MoveApplication, NoteDocument,
};
pub use merchant_sign::SignApplication;
pub use merchant_staff::{FindStaff, SetStaff, StaffAnswer, StaffAsk, StaffPlaced, StaffRefused};
pub use merchant_store::{CloseStore, OpenStore, StoreRefused};
pub use message::{
    BackAnswer, BackAsk, BackRestore, BackRestored, BackReturn, BackReturned, ChargeReturned, ClaimAnswer,
    ClaimAsk, DetailTurn, FreezeAnswer, FreezeAsk, FreezeCharge, FreezeCharged, FreezeEnded, FreezeHeld,
    FreezeRelease, FreezeReleased, Message, OrderPaid, PaidByCard, PayRefusal, PayRequest, PayReturned,
    RefundAnswer, RefundIn, RestReleased, SplitAnswer, SplitIn, StaticAsk, TradeClosed, TradeForgotten,
    TransferAnswer, TransferBy, TransferIn,
};
pub use notice::NoticeTried;
pub use open_app::{OpenApp, OpenAppRefused, SetAppStatus};
pub use open_order::{OpenOrder, Opened, PayBy};
pub use open_party::{NewPassword, OpenParty, OpenPartyRefused, PartyNotFound, SetPartyStatus};
pub use operator::{
    ApproveOperator, FindOperator, FoundOperators, OperatorRefused, OperatorView, ProposeOperator,
    WithdrawOperator,
};
pub use ops_trail::{NoteAct, NoteActRefused};
pub use own_account::{
    CloseAccount, CloseAccountRefused, ErasePerson, SetPassword, SetPasswordRefused, WhichPassword,
};
pub use passkey::{AddPasskey, FindPasskeys, PasskeyUse, ProvePasskey, RemovePasskey, SignInByPasskey};
pub use password::{JudgePassword, Reserved, TryPassword};
pub use pay_code::{IssuePayCode, PayCodeRefused};
pub use pay_frozen::PayFrozen;
pub use person::{AddressFound, FindAddress, FindProfile, RegisterPerson, RegisterRefused};
pub use proof::{act_of_bank_order, act_of_freezing, act_of_paying, act_of_signing, act_of_transfer};
pub use query::{
    FindAccount, FindLogin, FindOrder, FindOrderByNo, FindParty, FindRefund, FindShopOrder, FindTrade,
    RefundView, Which,
};
pub use refund_asked::{ShopRefund, ShopRefundRefused};
pub use refund_order::{RefundOrder, Refunded};
pub use refund_wish::{AskRefund, RefuseRefundWish, RefuseWishRefused};
pub use relation::{BindRelations, FindRelations, NewRelation, UnbindRelations};
pub use risk_case::{DecideRisk, FindRiskCase};
pub use risk_rules::{ApproveRisk, FindRiskRules, ProposeRisk, RiskRulesView};
pub use rows::{Change, Fault, Rows, Stop};
pub use rulebook::SetRules;
pub use rules_version::{ApproveRules, ProposeRules};
pub use run::{Ran, Workspace, run};
pub use screening::{
    ApproveList, FindScreenList, FindScreening, ProposeList, Screen, ScreenListView, ScreenState, ScreenView,
};
pub use settle_sales::FindUnsettled;
pub use sign_in::{ProveSignIn, SignInByCode, SignInByCodeRefused, TrySignIn};
pub use split_back::BackPart;
pub use split_order::{Share, SplitOrder, SplitPart, SplitView};
pub use split_query::{FindSplit, FindSplitRefused, FindSplittable, WhichSplit};
pub use staff_act::{NoteStaffAct, NoteStaffActRefused};
pub use static_code::FindStaticUse;
pub use stop_payment::{StopBy, StopPayments, StopPaymentsRefused, about_stop};
pub use tables::{Key, Row, Table, Tabled};
pub use timer::RunTimer;
pub use top_up::{TopUp, TopUpRefused};
pub use transfer::batch::check::{BatchCheck, CheckTransferBatch};
pub use transfer::batch::create::{BatchAsk, CreateTransferBatch, DetailAsk, DetailPayee};
pub use transfer::batch::decide::DecideTransferBatch;
pub use transfer::batch::find::{
    BatchDetailView, DetailFilter, FindTransferBatch, LookedAt, TransferBatchView, WhichBatch,
};
pub use transfer::cancel::CancelTransfer;
pub use transfer::find::{
    CardTransferView, FindCardTransfer, FindTransfer, FindTransferRoom, TransferRoom, WhichCardTransfer,
    WhichTransfer,
};
pub use transfer::offer::{ConfirmTransfer, OfferTransfer, OfferedTransfer};
pub use transfer::send::TransferMoney;
pub use transfer::to_card::{CardTransferAsk, NoPayeeCard, PayeeCard, TransferToCard};
pub use transfer::{NoPayee, TransferAsk};
pub use unfreeze::{CancelFreeze, CancelledFreeze, Unfreeze};
pub use withdraw::{AppNotFound, FindCallback, FindGrant, GrantNotFound, SetCallback, WithdrawGrant};
