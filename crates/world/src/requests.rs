//! What a world for trying out remembers of the calls of its gateway, so that a developer sees what arrived, what was
//! signed and what was answered. In memory alone, the last ones, each with bounds; it ends with the books it is of.
//!
//! Whoever notes a call has masked it ([`crate::masks`]): nothing here is secret.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::doctor::Mistake;

/// Calls that are remembered.
pub const REQUESTS_MAX: usize = 200;
/// Longest text that is kept of one: the text to sign, the answer. Most calls have a tenth of it.
pub const TEXT_BYTES_MAX: usize = 8 * 1024;
/// Longest parameters that are kept of one, names and values together.
const PARAMETERS_BYTES_MAX: usize = 16 * 1024;
/// Parameters that are kept of one.
const PARAMETERS_MAX: usize = 64;
/// Longest name that is kept: of an app, a method, a sign type.
const NAME_BYTES_MAX: usize = 128;

/// Which face of the gateway was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interface {
    /// `gateway.do`.
    V2,
    /// REST.
    V3,
}

impl Interface {
    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Interface::V2 => "v2",
            Interface::V3 => "v3",
        }
    }
}

/// What became of a call's signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SignatureSeen {
    /// Nobody had looked at it when the call was refused or its caller hung up.
    #[default]
    NotChecked,
    /// A key of the app made it.
    Right,
    /// None did.
    Wrong,
}

impl SignatureSeen {
    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            SignatureSeen::NotChecked => "not_checked",
            SignatureSeen::Right => "right",
            SignatureSeen::Wrong => "wrong",
        }
    }
}

/// A text that may have been cut.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CutText {
    /// What is kept.
    pub text: String,
    /// Whether there was more.
    pub cut: bool,
}

impl CutText {
    /// The beginning of a text.
    pub fn of(mut text: String, bytes_max: usize) -> CutText {
        let cut = text.len() > bytes_max;
        if cut {
            let mut end = bytes_max;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        text.shrink_to_fit();
        CutText { text, cut }
    }

    /// A name, which is short.
    pub fn name(text: &str) -> CutText {
        CutText::of(text.chars().take(NAME_BYTES_MAX).collect(), NAME_BYTES_MAX)
    }
}

/// The text that a signature covers, as the gateway put it together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedText {
    /// The text, masked.
    pub text: CutText,
    /// Bytes of the text before it was masked and cut.
    pub bytes: usize,
    /// Whether something in it is masked.
    pub masked: bool,
}

/// How an answer was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AnswerKind {
    /// In JSON.
    Json,
    /// A page for a browser, which is not kept.
    Page,
    /// A browser was sent on to an address.
    Redirect,
    /// Encrypted as a whole.
    Encrypted,
    /// The connection was closed without one: a developer asked for that, or the caller hung up.
    #[default]
    Nothing,
}

impl AnswerKind {
    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            AnswerKind::Json => "json",
            AnswerKind::Page => "page",
            AnswerKind::Redirect => "redirect",
            AnswerKind::Encrypted => "encrypted",
            AnswerKind::Nothing => "nothing",
        }
    }
}

/// A call of the gateway.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestSeen {
    /// Its number, from 1 on; given when it is noted.
    pub number: u64,
    /// When it was answered or its caller hung up, microseconds UTC of the world's clock.
    pub at_us: i64,
    /// How long it took, microseconds of real time.
    pub took_us: u64,
    /// Which face was asked.
    pub interface: Interface,
    /// The verb of HTTP.
    pub verb: String,
    /// The app that it names; empty when it names none.
    pub app_id: String,
    /// The method that it names; empty when it names none.
    pub method: String,
    /// The status of HTTP; 0 when no answer was given.
    pub status: u16,
    /// The public code; empty when a browser was sent on.
    pub code: &'static str,
    /// The public sub_code; empty when it was done.
    pub sub_code: &'static str,
    /// What the gateway says about a refusal, masked; empty when it was done.
    pub sub_msg: String,
    /// The number of the call in the log and in its answer.
    pub trace_id: String,
    /// What became of its signature.
    pub signature: SignatureSeen,
    /// What the gateway found wrong with its signature or a serial.
    pub mistake: Option<Mistake>,
    /// The sign type that it names; empty when it names none.
    pub sign_type: String,
    /// The text that its signature covers; absent when its parameters could not be read.
    pub signed: Option<SignedText>,
    /// Its parameters, masked, as they came.
    pub parameters: Vec<(String, CutText)>,
    /// Whether there were more parameters than are kept.
    pub parameters_cut: bool,
    /// How it was answered.
    pub answer_kind: AnswerKind,
    /// The answer, masked.
    pub answer: CutText,
    /// The fault that was asked for; empty when none happened.
    pub fault: String,
}

impl RequestSeen {
    /// Keeps masked parameters as far as there is room.
    pub fn keep_parameters(&mut self, parameters: impl Iterator<Item = (String, String)>) {
        let mut left = PARAMETERS_BYTES_MAX;
        for (name, text) in parameters {
            if self.parameters.len() == PARAMETERS_MAX || left <= name.len() {
                self.parameters_cut = true;
                return;
            }
            let kept = CutText::of(text, (left - name.len()).min(TEXT_BYTES_MAX));
            left -= name.len() + kept.text.len();
            self.parameters.push((name, kept));
        }
    }
}

/// The last calls of one world's gateway.
#[derive(Debug, Default)]
pub struct Requests {
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    last: u64,
    /// The oldest first.
    seen: VecDeque<Arc<RequestSeen>>,
}

impl Requests {
    /// Notes a call, and forgets the oldest one when there are too many.
    pub fn note(&self, seen: RequestSeen) -> u64 {
        let mut book = self.book();
        book.last += 1;
        let number = book.last;
        if book.seen.len() == REQUESTS_MAX {
            book.seen.pop_front();
        }
        book.seen.push_back(Arc::new(RequestSeen { number, ..seen }));
        number
    }

    /// The last calls, the newest first: of one app or of all, and before a number when one is given.
    pub fn list(&self, app_id: Option<&str>, before: Option<u64>, most: usize) -> Vec<Arc<RequestSeen>> {
        let book = self.book();
        let wanted = book.seen.iter().rev().filter(|seen| {
            app_id.is_none_or(|app| seen.app_id == app) && before.is_none_or(|before| seen.number < before)
        });
        wanted.take(most).cloned().collect()
    }

    /// One call; `None` when it was forgotten or never was.
    pub fn one(&self, number: u64) -> Option<Arc<RequestSeen>> {
        self.book().seen.iter().rev().find(|seen| seen.number == number).cloned()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(app_id: &str) -> RequestSeen {
        let (empty, nothing) = (String::new, CutText::default());
        RequestSeen {
            number: 0,
            at_us: 0,
            took_us: 0,
            interface: Interface::V2,
            verb: "POST".to_owned(),
            app_id: app_id.to_owned(),
            method: empty(),
            status: 200,
            code: "10000",
            sub_code: "",
            sub_msg: empty(),
            trace_id: empty(),
            signature: SignatureSeen::Right,
            mistake: None,
            sign_type: empty(),
            signed: None,
            parameters: Vec::new(),
            parameters_cut: false,
            answer_kind: AnswerKind::Json,
            answer: nothing,
            fault: empty(),
        }
    }

    fn numbers(found: &[Arc<RequestSeen>]) -> Vec<u64> {
        found.iter().map(|seen| seen.number).collect()
    }

    #[test]
    fn the_newest_come_first_and_the_oldest_are_forgotten() {
        let requests = Requests::default();
        for (count, app) in ["1", "2", "1"].into_iter().enumerate() {
            assert_eq!(requests.note(seen(app)), count as u64 + 1);
        }
        assert_eq!(numbers(&requests.list(None, None, 2)), [3, 2]);
        assert_eq!(numbers(&requests.list(None, Some(2), 2)), [1]);
        assert_eq!(numbers(&requests.list(Some("1"), None, 9)), [3, 1]);
        assert_eq!(requests.one(2).map(|found| found.app_id.clone()).as_deref(), Some("2"));
        for _more in 0..REQUESTS_MAX {
            requests.note(seen("3"));
        }
        assert_eq!(requests.list(None, None, usize::MAX).len(), REQUESTS_MAX);
        assert!(requests.one(3).is_none() && requests.one(4).is_some() && requests.one(9_999).is_none());
    }

    #[test]
    fn what_is_kept_of_a_call_has_bounds() {
        assert_eq!(CutText::of("汉字".to_owned(), 4), CutText { text: "汉".to_owned(), cut: true });
        assert_eq!(CutText::of("汉字".to_owned(), 6), CutText { text: "汉字".to_owned(), cut: false });
        assert!(CutText::name(&"字".repeat(200)).text.len() <= NAME_BYTES_MAX);
        let mut long = seen("1");
        long.keep_parameters((0..9).map(|number| (format!("p{number}"), "x".repeat(TEXT_BYTES_MAX + 1))));
        let kept: usize = long.parameters.iter().map(|(name, text)| name.len() + text.text.len()).sum();
        assert!(kept <= PARAMETERS_BYTES_MAX && long.parameters_cut && long.parameters[0].1.cut);
        let mut many = seen("1");
        many.keep_parameters((0..PARAMETERS_MAX + 1).map(|number| (number.to_string(), String::new())));
        assert!(many.parameters.len() == PARAMETERS_MAX && many.parameters_cut);
    }
}
