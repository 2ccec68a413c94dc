//! Shows the portal what `notify` sends: rooms of one floor do not know each other.

use base::AppId;
use notify::{Again, Called, Forgery, Inbox, Notify, ResendRefused, Resender, Sent};
use portal::{AgainAsked, AgainRefused, ForgeryAsked, LetterEnd, LetterSeen, Letters, Mailroom, Resent};
use std::sync::Arc;
use std::time::Duration;
use trade::Notice;

/// The letters of one world.
pub(crate) struct Letterbox {
    inbox: Arc<Inbox>,
    resender: Resender,
}

impl Letterbox {
    /// Of what this room sends. A live world keeps no letters, and has no calls that would ask for them.
    pub(crate) fn of(notify: &Notify) -> Letterbox {
        Letterbox { inbox: notify.inbox().unwrap_or_default(), resender: notify.resender() }
    }
}

impl Mailroom for Letterbox {
    fn look(&self, app: Option<AppId>, after: u64) -> Vec<LetterSeen> {
        self.inbox.look(app, after).into_iter().map(seen).collect()
    }

    fn listen(&self, app: Option<AppId>, after: u64, wait: Duration) -> Letters<'_> {
        Box::pin(async move { self.inbox.listen(app, after, wait).await.into_iter().map(seen).collect() })
    }

    fn answer(&self, no: u64, status: u16, body: Vec<u8>) -> bool {
        self.inbox.answer(no, status, body)
    }

    fn resend(&self, notice: Arc<Notice>, again: AgainAsked) -> Resent<'_> {
        let AgainAsked { url, members, forgery } = again;
        let forgery = forgery.map(|forgery| match forgery {
            ForgeryAsked::Unsigned => Forgery::Unsigned,
            ForgeryAsked::OtherKey => Forgery::OtherKey,
            ForgeryAsked::ChangedAfterSigning => Forgery::ChangedAfterSigning,
        });
        Box::pin(async move {
            let sent = self.resender.send(&notice, Again { url, members, forgery }).await;
            sent.map(end).map_err(|refused| match refused {
                ResendRefused::SignatureNamed | ResendRefused::OrderNotFound => {
                    AgainRefused::Bad(refused.to_string())
                }
                ResendRefused::BrokeOff => AgainRefused::Unknown,
                ResendRefused::Busy => AgainRefused::Busy,
            })
        })
    }
}

fn seen(sent: Sent) -> LetterSeen {
    LetterSeen {
        no: sent.no,
        notice: sent.notice,
        app: sent.app,
        kind: sent.kind.name(),
        sent_at_us: sent.sent_at_us,
        url: sent.post.url,
        content_type: sent.post.content_type,
        form: sent.post.form,
        to_listener: sent.to_listener,
        ended: sent.called.map(end),
    }
}

fn end(called: Called) -> LetterEnd {
    LetterEnd { error: called.outcome.err().map(|failure| failure.to_string()), took: called.took }
}
