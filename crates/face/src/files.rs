//! Which file a path means.

use crate::{asked, kinds};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use std::collections::BTreeMap;

/// The app that `/app` leads to.
const FIRST: &str = "wallet";

/// A file as it was built.
pub(crate) struct Made {
    /// Path within what was built, with `/`.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Bytes,
    /// SHA-256 of it.
    pub(crate) hash: [u8; 32],
}

/// One form of a file: as it is, or compressed.
pub(crate) struct Form {
    /// What is sent.
    pub(crate) bytes: Bytes,
    /// Its entity tag: differs between two forms of one file, as it must.
    pub(crate) tag: HeaderValue,
}

impl Form {
    fn of(bytes: Bytes, hash: [u8; 32]) -> Form {
        // Half of it: nobody looks for two files of one tag, and a tag is sent with each request.
        let tag = format!("\"{}\"", hex::encode(&hash[..16]));
        Form { bytes, tag: HeaderValue::from_str(&tag).expect("hexadecimal digits fit into a header") }
    }
}

/// A file that can be asked for.
pub(crate) struct File {
    /// Its content type.
    pub(crate) kind: &'static str,
    /// How long browsers may keep it.
    pub(crate) keep: &'static str,
    /// Whether it is a service worker.
    pub(crate) is_worker: bool,
    plain: Form,
    brotli: Option<Form>,
    gzip: Option<Form>,
}

impl File {
    /// The form to send to who asks with these headers, and its `content-encoding`.
    pub(crate) fn form_for(&self, headers: &HeaderMap) -> (&Form, Option<&'static str>) {
        for (form, coding) in [(&self.brotli, "br"), (&self.gzip, "gzip")] {
            if let Some(form) = form
                && asked::takes(headers, coding)
            {
                return (form, Some(coding));
            }
        }
        (&self.plain, None)
    }
}

/// What a path leads to.
pub(crate) enum Found<'a> {
    /// This file.
    File(&'a File),
    /// Another path, relative to the one that was asked for.
    Elsewhere(String),
    /// Nothing.
    Nothing,
}

/// All files by their names.
pub(crate) struct Files(BTreeMap<String, File>);

impl Files {
    /// The table of what was built. `x.br` and `x.gz` beside `x` are forms of it and no files of their own.
    pub(crate) fn of(made: impl IntoIterator<Item = Made>) -> Files {
        let made = made.into_iter().map(|Made { name, bytes, hash }| (name, Form::of(bytes, hash)));
        let mut forms: BTreeMap<String, Form> = made.collect();
        let is_form = |name: &str| {
            let of = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz"));
            of.is_some_and(|of| forms.contains_key(of))
        };
        let names: Vec<String> = forms.keys().filter(|name| !is_form(name)).cloned().collect();
        let mut files = BTreeMap::new();
        for name in names {
            let (brotli, gzip) = (forms.remove(&format!("{name}.br")), forms.remove(&format!("{name}.gz")));
            let Some(plain) = forms.remove(&name) else { continue };
            let kind = kinds::content_type(&name).unwrap_or(kinds::UNKNOWN);
            let (keep, is_worker) = (kinds::keep(&name), kinds::is_worker(&name));
            files.insert(name, File { kind, keep, is_worker, plain, brotli, gzip });
        }
        Files(files)
    }

    /// What the path of a request leads to. It is compared as it came, escapes and all: what was built has plain names.
    pub(crate) fn find(&self, path: &str) -> Found<'_> {
        let Some(inside) = path.strip_prefix("/app") else { return Found::Nothing };
        if inside.is_empty() {
            return Found::Elsewhere(format!("app/{FIRST}/"));
        }
        let Some(name) = inside.strip_prefix('/') else { return Found::Nothing };
        if name.is_empty() {
            return Found::Elsewhere(format!("{FIRST}/"));
        }
        if name.ends_with('/') {
            return self.0.get(&format!("{name}index.html")).map_or(Found::Nothing, Found::File);
        }
        match self.0.get(name) {
            Some(file) => Found::File(file),
            // A page's own links are relative, and would be wrong without the slash.
            None if self.0.contains_key(&format!("{name}/index.html")) => {
                let last = name.rsplit('/').next().unwrap_or(name);
                Found::Elsewhere(format!("{last}/"))
            }
            None => Found::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        let names = [
            "wallet/index.html",
            "wallet/index.html.br",
            "wallet/sw.js",
            "assets/app-BxY12abC.js",
            "assets/app-BxY12abC.js.br",
            "assets/app-BxY12abC.js.gz",
            "alone.br",
        ];
        Files::of(names.into_iter().enumerate().map(|(index, name)| Made {
            name: name.to_owned(),
            bytes: Bytes::from(name),
            hash: [u8::try_from(index).unwrap(); 32],
        }))
    }

    fn told(path: &str) -> String {
        match files().find(path) {
            Found::File(file) => String::from_utf8(file.plain.bytes.to_vec()).unwrap(),
            Found::Elsewhere(to) => format!("-> {to}"),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_path_means_one_file_or_leads_there() {
        for (path, means) in [
            ("/app/wallet/", "wallet/index.html"),
            ("/app/wallet/index.html", "wallet/index.html"),
            ("/app/wallet/sw.js", "wallet/sw.js"),
            ("/app/assets/app-BxY12abC.js", "assets/app-BxY12abC.js"),
            ("/app/alone.br", "alone.br"),
            ("/app", "-> app/wallet/"),
            ("/app/", "-> wallet/"),
            ("/app/wallet", "-> wallet/"),
        ] {
            assert_eq!(told(path), means, "{path}");
        }
    }

    #[test]
    fn nothing_else_is_found() {
        for path in [
            "/app/assets/app-BxY12abC.js.br",
            "/app/wallet/index.html.br",
            "/app/assets/",
            "/app/assets",
            "/app/merchant/",
            "/app/wallet/nothing.js",
            "/app//wallet/",
            "/app/./wallet/",
            "/app/wallet/../wallet/index.html",
            "/app/../../../../etc/passwd",
            "/app/%2e%2e/%2e%2e/etc/passwd",
            "/app/wallet%2findex.html",
            "/app/..\\index.html",
            "/application/wallet/",
            "/wallet/index.html",
            "wallet/index.html",
            "",
        ] {
            assert_eq!(told(path), "nothing", "{path}");
        }
    }

    #[test]
    fn two_forms_have_two_tags() {
        let files = files();
        let Found::File(script) = files.find("/app/assets/app-BxY12abC.js") else { panic!("it is there") };
        let (brotli, gzip) = (script.brotli.as_ref().unwrap(), script.gzip.as_ref().unwrap());
        assert_eq!(script.plain.tag, "\"03030303030303030303030303030303\"");
        assert_eq!(brotli.tag, "\"04040404040404040404040404040404\"");
        assert_eq!(gzip.tag, "\"05050505050505050505050505050505\"");
    }
}
