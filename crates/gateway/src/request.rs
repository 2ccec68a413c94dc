//! What is known of a request before it is believed: enough to answer it in its own envelope.

use crate::Gateway;
use crate::faults::Injected;
use crate::methods::system_oauth_token;
use crate::registry::{Face, PageKind, Standing, standing};
use crate::tokens::{Merchant, User};
use crate::trace::TraceId;
use axum::body::Bytes;
use axum::http::HeaderValue;
use base::{AppId, PartyId};
use people::{App, AppMode};
use std::sync::Arc;
use wire::aes::AesKey;
use wire::charset::Charset;
use wire::doctor::Mistake;
use wire::envelope::{ERROR_NODE, method_node};
use wire::params::{Params, charset_of};
use wire::sign::SignType;
use world::{Oddity, SignatureSeen};

/// The parameters that tell where an answer goes and in which form.
pub(crate) const LEARNT: [&str; 4] = ["method", "app_id", "charset", "sign_type"];

/// Where an answer goes and in which form. Filled as far as the request allows; nothing here is verified.
pub(crate) struct Origin {
    /// The method, when it is one of the API's.
    pub(crate) method: Option<Standing>,
    /// The app, when there is one of this id: then the answer is signed.
    pub(crate) app: Option<Arc<App>>,
    /// The charset of the request, UTF-8 until another is known.
    pub(crate) charset: Charset,
    /// The sign type of the answer: the request's, where the app may use it.
    pub(crate) sign_type: SignType,
    /// The key that the answer is encrypted with, once the request was decrypted with it.
    pub(crate) aes: Option<AesKey>,
    /// The number of the call in the logs and in its answer.
    pub(crate) trace: TraceId,
    /// What became of its signature.
    pub(crate) signature: SignatureSeen,
    /// What is wrong with the signature or a serial. Only in a sandbox world, never in the body.
    pub(crate) hint: Option<Mistake>,
    /// The fault that the call asks for. Only looked at in a sandbox world.
    pub(crate) asked_fault: Option<HeaderValue>,
    /// The fault that happened to it.
    pub(crate) injected: Option<Injected>,
    /// The files that came with the request; a signature does not cover them.
    pub(crate) files: Vec<Upload>,
    /// The charset that the address or the content type names; learnt for apps that need it.
    pub(crate) charset_outside: Option<Charset>,
}

/// A file of a multipart request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Upload {
    /// The name of its part: that of the parameter.
    pub(crate) part: String,
    /// What the client calls the file.
    pub(crate) file_name: String,
    /// What is in it.
    pub(crate) bytes: Bytes,
}

impl Origin {
    /// Nothing is known yet.
    pub(crate) fn unknown() -> Origin {
        Origin {
            method: None,
            app: None,
            charset: Charset::Utf8,
            sign_type: SignType::Rsa2,
            aes: None,
            trace: TraceId::next(),
            signature: SignatureSeen::NotChecked,
            hint: None,
            asked_fault: None,
            injected: None,
            files: Vec::new(),
            charset_outside: None,
        }
    }

    /// Takes what the parameters tell, without judging them.
    pub(crate) fn learn(&mut self, gateway: &Gateway, params: &Params) {
        self.learn_from(gateway, LEARNT.map(|name| params.get(name)));
    }

    /// As [`Origin::learn`], from the values of [`LEARNT`].
    pub(crate) fn learn_from(&mut self, gateway: &Gateway, told: [Option<&[u8]>; LEARNT.len()]) {
        fn ascii(value: Option<&[u8]>) -> Option<&str> {
            value.and_then(|bytes| std::str::from_utf8(bytes).ok())
        }
        let [method, app_id, charset, sign_type] = told;
        self.method = ascii(method).and_then(standing);
        let id = ascii(app_id).and_then(|text| text.parse::<AppId>().ok());
        self.app = id.and_then(|id| gateway.door.app(id));
        self.charset = charset_of(charset).unwrap_or_default();
        // An answer is never signed with SHA-1 for an app that may not use it, whatever the request asks for.
        let old = ascii(sign_type).and_then(SignType::parse) == Some(SignType::Rsa);
        let least = |app: &App| if old { least_sign_type(app) } else { usual_sign_type(app) };
        self.sign_type = self.app.as_ref().map_or(SignType::Rsa2, |app| least(app));
    }

    /// Whether this oddity is shown to whoever called.
    pub(crate) fn shows(&self, gateway: &Gateway, oddity: Oddity) -> bool {
        self.app.as_ref().is_some_and(|app| gateway.world.apps.of(app.id).profile.has(oddity))
    }

    /// Takes what the address and the content type tell of the charset, where that counts.
    pub(crate) fn learn_outside(&mut self, gateway: &Gateway, query: &[u8], content_type: Option<&str>) {
        if !self.shows(gateway, Oddity::LettersInGbk) {
            return;
        }
        let params = Params::merge(Some(query), None, Vec::new()).unwrap_or_default();
        let of_query = params.get("charset").map(|name| charset_of(Some(name)).unwrap_or_default());
        let of_type = content_type.and_then(|kind| {
            let parameters = kind.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
            let named = parameters.map(|(name, value)| (name.trim(), value.trim().trim_matches('"')));
            named
                .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
                .find_map(|(_, value)| Charset::parse(value))
        });
        self.charset_outside = of_query.or(of_type);
    }

    /// The charset of notifications and ways back: that of the request, or what only counts outside its body.
    pub(crate) fn charset_of_letters(&self, gateway: &Gateway, asked: Charset) -> Charset {
        let odd = self.shows(gateway, Oddity::LettersInGbk);
        if odd { self.charset_outside.unwrap_or(Charset::Gbk) } else { asked }
    }

    /// The method, for the log; empty when it is none of the API's.
    pub(crate) fn method_name(&self) -> &str {
        match &self.method {
            Some(Standing::Here(method)) => method.name,
            Some(Standing::Known(name)) => name,
            None => "",
        }
    }

    /// The name of the node that the answer stands in.
    pub(crate) fn node(&self) -> String {
        match &self.method {
            Some(Standing::Here(method)) => method_node(method.name),
            Some(Standing::Known(name)) => method_node(name),
            None => ERROR_NODE.to_owned(),
        }
    }

    /// The name of the node that a failure stands in: one method has another one for it.
    pub(crate) fn error_node(&self) -> String {
        match &self.method {
            Some(Standing::Here(method)) if method.name == system_oauth_token::METHOD.name => {
                ERROR_NODE.to_owned()
            }
            Some(_) | None => self.node(),
        }
    }

    /// Whether a browser is at the other end, which gets pages instead of envelopes.
    pub(crate) fn is_page(&self) -> bool {
        self.page_kind().is_some()
    }

    /// What a browser at the other end is to be led to.
    pub(crate) fn page_kind(&self) -> Option<PageKind> {
        match &self.method {
            Some(Standing::Here(method)) => match method.face {
                Face::Page(kind) => Some(kind),
                Face::Answer | Face::OrderString(_) => None,
            },
            Some(Standing::Known(_)) | None => None,
        }
    }
}

/// Who calls, once verified.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The app.
    pub(crate) app: Arc<App>,
    /// The charset of notifications and ways back.
    pub(crate) charset: Charset,
    /// The sign type of the request.
    pub(crate) sign_type: SignType,
    /// `notify_url`, unchecked; absent when empty.
    pub(crate) notify_url: Option<String>,
    /// `return_url`, unchecked; absent when empty.
    pub(crate) return_url: Option<String>,
    /// The merchant that gave an `app_auth_token`; absent when the app acts for its own.
    pub(crate) merchant: Option<Merchant>,
    /// The user who gave an `auth_token`.
    pub(crate) user: Option<User>,
    /// The files that came with the request.
    pub(crate) files: Vec<Upload>,
}

impl Caller {
    /// The merchant that the app acts for.
    pub(crate) fn seller(&self) -> PartyId {
        self.merchant.map_or(self.app.seller, |merchant| merchant.party)
    }
}

/// The weakest sign type that an app may use: SHA-1, where an app with an RSA key was allowed to.
pub(crate) fn least_sign_type(app: &App) -> SignType {
    match usual_sign_type(app) {
        SignType::Sm2 => SignType::Sm2,
        SignType::Rsa | SignType::Rsa2 if app.allow_rsa1 => SignType::Rsa,
        SignType::Rsa | SignType::Rsa2 => SignType::Rsa2,
    }
}

/// The sign type that follows from the key that an app is registered with.
pub(crate) fn usual_sign_type(app: &App) -> SignType {
    SignType::of_key(&app.public_key)
}

/// Whether the app proves itself with a certificate.
pub(crate) fn by_certificate(app: &App) -> bool {
    match app.mode {
        AppMode::Key => false,
        AppMode::Cert => true,
    }
}
