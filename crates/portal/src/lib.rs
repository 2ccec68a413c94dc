//! The cashier pages, the buyer's wallet, the API of persons, of merchants' staff and of operators, and the sandbox
//! API.
//!
//! Why a room of its own: here people meet the platform, and with them everything that browsers bring along. Pages are
//! written by the server and work without a script; what may happen is decided by the cell, what a browser may do by a
//! session, a form token and strict headers. An order is named by an unguessable link, paid with a password proof for
//! that very order, and the way back to the shop is the one of the signed order, never one of the request.
//!
//! Reading order: `portal` (what is shared, the routes), `sign_in` (the payment password), `session`, `visit`,
//! `cashier`, `wallet`, `api` and `people`, `permissions`, `authorize`, then the sandbox, which does the same without a
//! browser.

mod agreement;
mod api;
mod app_code;
mod assets;
mod authorize;
mod authorize_request;
mod bank;
mod card_words;
mod cashier;
mod certify;
mod chance;
mod emv;
mod export;
mod freeze;
mod ghosts;
mod grant_code;
mod guard;
mod language;
mod mandates;
mod order_view;
mod passkey_page;
pub mod password;
mod pay_code;
mod people;
mod permissions;
mod picture;
mod pockets;
mod portal;
mod recon_books;
mod recon_report;
mod recon_words;
mod respond;
mod risk_words;
mod sandbox;
mod sandbox_agreement;
mod sandbox_aml;
mod sandbox_app;
mod sandbox_app_keys;
mod sandbox_authorize;
mod sandbox_backtest;
mod sandbox_bank;
mod sandbox_batches;
mod sandbox_clock;
mod sandbox_close;
mod sandbox_contract;
mod sandbox_doctor;
mod sandbox_due;
mod sandbox_escrow;
mod sandbox_escrow_form;
mod sandbox_faults;
mod sandbox_freeze;
mod sandbox_inbox;
mod sandbox_merchant_staff;
mod sandbox_merchants;
mod sandbox_methods;
mod sandbox_notifications;
mod sandbox_operators;
mod sandbox_order;
mod sandbox_party;
mod sandbox_pay;
mod sandbox_profile;
mod sandbox_recon;
mod sandbox_report;
mod sandbox_requests;
mod sandbox_risk;
mod sandbox_rules;
mod sandbox_screening;
mod sandbox_settlements;
mod sandbox_start;
mod sandbox_statement;
mod sandbox_stores;
mod sandbox_suspense;
mod sandbox_transfer;
mod sandbox_world;
mod screening;
mod screening_rounds;
mod sending;
mod session;
mod shown;
mod sign_in;
mod staff;
mod start;
mod texts;
mod transfer_words;
mod turns;
mod visit;
mod wallet;
mod wallet_bank;
mod wallet_cards;
mod wallet_passkeys;
mod wallet_transfer;
mod wallet_transfers;
mod wallet_waiting;

pub use api::SandboxHands;
pub use api::problem::{is_of_api, problem};
pub use bank::{Binding, CardAsked, CardBank, CardElements, CardSeen};
pub use people::{
    Checking, ClientAddress, IdentityCheck, Inbox, MessageKind, Messenger, NotSent, Outgoing, People,
    SandboxRegister, Sending, Verdict,
};
pub use portal::{Freezing, Intake, Issuer, Offering, Opening, Portal, Readers, routes};
pub use sandbox_app::AppSignType;
pub use sandbox_backtest::{backtest_told, past_days};
pub use sandbox_clock::{
    ClockFace, ClockHands, Counts, Event, Happened, Journey, Moving, NotMoved, Target, clock_routes,
};
pub use sandbox_close::{CloseDesk, CloseFailed, Closing};
pub use sandbox_faults::{FaultDesk, Reporting, fault_routes};
pub use sandbox_inbox::{
    AgainAsked, AgainRefused, ForgeryAsked, LetterEnd, LetterSeen, Letters, Mailroom, Resent,
};
pub use sandbox_methods::{LineShown, MethodShown, RefusalShown, method_routes};
pub use sandbox_recon::{StatementDesk, StatementNotTaken, StatementTaken, TakingStatement};
pub use sandbox_report::{Finding, FindingKind, FindingTold};
pub use sandbox_requests::request_routes;
pub use sandbox_start::{
    NoSnippets, SnippetShown, StartApp, StartBuyer, StartDesk, StartShown, start_routes,
};
pub use sandbox_world::{NotReset, Resetting, Waited, WorldFace, WorldHands, world_routes};
pub use screening::{ListShelf, NameWatch, NamesUnread};
pub use screening_rounds::look_again;
