//! Messages to phones and e-mail addresses.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use base::Secret;
use people::{Address, ChallengePurpose};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use wire::timestamp::format_cn;

/// Messages that a world for trying out keeps; the oldest go first.
const KEPT_MAX: usize = 1_000;

/// What a message says.
#[derive(Clone, Debug)]
pub enum MessageKind {
    /// Here is a code, and what it is for.
    Code {
        /// What it is for.
        purpose: ChallengePurpose,
        /// The code.
        code: Secret<String>,
    },
    /// Somebody wanted to register with this address, which signs in already. No code works.
    AlreadyRegistered,
    /// Somebody wanted to sign in or change something with this address, which nobody registered. No code works.
    NotRegistered,
    /// A passkey was added to the account.
    PasskeyAdded,
    /// A passkey of the account was removed.
    PasskeyRemoved,
    /// A passkey told an older use than it told before, and was refused: somebody has a copy of it.
    PasskeyCopied,
}

/// A message that is to go out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where to.
    pub to: Address,
    /// What it says.
    pub kind: MessageKind,
    /// The moment by the world's clock, microseconds UTC.
    pub at_us: i64,
}

impl Outgoing {
    /// The words, in Chinese, as short messages are.
    pub fn text(&self) -> String {
        match &self.kind {
            MessageKind::Code { purpose, code } => {
                let what = match purpose {
                    ChallengePurpose::Register => "注册",
                    ChallengePurpose::SignIn => "登录",
                    ChallengePurpose::LoginPassword => "设置登录密码",
                    ChallengePurpose::PayPassword => "设置支付密码",
                    ChallengePurpose::CloseAccount => "注销账户",
                };
                format!("【通宝】{what}验证码 {}，5分钟内有效。请勿告诉任何人。", code.reveal())
            }
            MessageKind::AlreadyRegistered => {
                "【通宝】有人用此号码注册，但您已有账户，请直接登录。若非本人操作，请忽略。".to_owned()
            }
            MessageKind::NotRegistered => {
                "【通宝】有人用此号码登录，但尚未注册。若非本人操作，请忽略。".to_owned()
            }
            MessageKind::PasskeyAdded => {
                "【通宝】您的账户添加了一个通行密钥，可用于登录和付款。若非本人操作，请立即重设登录密码。"
                    .to_owned()
            }
            MessageKind::PasskeyRemoved => {
                "【通宝】您的账户移除了一个通行密钥，用它登录的设备已退出。若非本人操作，请立即重设登录密码。"
                    .to_owned()
            }
            MessageKind::PasskeyCopied => {
                "【通宝】您的一个通行密钥可能已被复制，刚才的使用已被拒绝。请移除该密钥，并重设登录密码。"
                    .to_owned()
            }
        }
    }
}

/// A message was not taken by the provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the message was not sent")]
pub struct NotSent;

/// Whether a provider took a message.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'a>>;

/// Carries messages to phones and mailboxes. A provider logs neither addresses nor codes.
pub trait Messenger: Send + Sync {
    /// Sends one message; the answer is whether the provider took it.
    fn send(&self, message: Outgoing) -> Sending<'_>;
}

/// The provider of worlds for trying out: it keeps what it was given, in memory only.
#[derive(Default)]
pub struct Inbox {
    kept: Mutex<VecDeque<Outgoing>>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inbox(…)")
    }
}

impl Messenger for Inbox {
    fn send(&self, message: Outgoing) -> Sending<'_> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        tracing::info!(to = %message.to.masked(), "a message is in /sandbox/messages");
        kept.push_back(message);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Which messages to look at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesRequest {
    to: Option<String>,
}

/// What was sent, oldest first: to one address or to all.
pub(crate) async fn messages(
    State(portal): State<Arc<Portal>>,
    query: Result<Query<MessagesRequest>, QueryRejection>,
) -> Answer {
    let Query(MessagesRequest { to }) = query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let to = to.map(|text| super::address_of(&text)).transpose()?;
    let inbox = portal.people.inbox.as_ref();
    let inbox = inbox.ok_or_else(|| SandboxError::missing("not_found", "this world sends its messages"))?;
    let kept = inbox.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted = kept.iter().filter(|message| to.as_ref().is_none_or(|to| *to == message.to));
    answer(json!({ "messages": wanted.map(shown).collect::<Vec<_>>() }))
}

fn shown(message: &Outgoing) -> Value {
    let (kind, code) = match &message.kind {
        MessageKind::Code { purpose, code } => (purpose.name(), Some(code.reveal().as_str())),
        MessageKind::AlreadyRegistered => ("already_registered", None),
        MessageKind::NotRegistered => ("not_registered", None),
        MessageKind::PasskeyAdded => ("passkey_added", None),
        MessageKind::PasskeyRemoved => ("passkey_removed", None),
        MessageKind::PasskeyCopied => ("passkey_copied", None),
    };
    json!({
        "to": message.to.as_str(),
        "kind": kind,
        "code": code,
        "text": message.text(),
        "sent_at": format_cn(message.at_us),
    })
}
