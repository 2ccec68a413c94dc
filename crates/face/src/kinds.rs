//! What a file is, by its name: its content type, and how long browsers may keep it.

/// What is said of a file of an ending that has no type here. Browsers then run and show nothing of it.
pub(crate) const UNKNOWN: &str = "application/octet-stream";
/// A file whose name follows from what is in it: under this name there is never anything else.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, and asked for each time: pages and service workers name all others, and an update of the program must be seen.
const ASK: &str = "no-cache";
/// The folder of files whose names follow from what is in them.
const HASHED_FOLDER: &str = "assets";
/// Characters of the hash in such a name.
const HASH_CHARS: usize = 8;

/// The content type of a file of this name.
pub(crate) fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => return None,
    })
}

/// How long browsers may keep a file of this name, as the value of `cache-control`.
pub(crate) fn keep(name: &str) -> &'static str {
    if is_hashed(name) { FOR_EVER } else { ASK }
}

/// Whether it is a service worker: browsers let it answer for every page beside and below it.
pub(crate) fn is_worker(name: &str) -> bool {
    matches!(name.rsplit('/').next(), Some("sw.js" | "service-worker.js"))
}

/// `assets/name-HASH.js`. Lower-case letters alone are taken for a word: a wrong guess, kept for a year, could not be
/// called back, while a hash without a digit or capital is one in a thousand and costs a question.
fn is_hashed(name: &str) -> bool {
    let Some((folders, file)) = name.rsplit_once('/') else { return false };
    if folders.rsplit('/').next() != Some(HASHED_FOLDER) {
        return false;
    }
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).as_bytes();
    let Some((before, hash)) = stem.len().checked_sub(HASH_CHARS).map(|at| stem.split_at(at)) else {
        return false;
    };
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    before.len() > 1
        && before.ends_with(b"-")
        && hash.iter().all(allowed)
        && hash.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_have_types() {
        for (name, kind) in [
            ("wallet/index.html", "text/html; charset=utf-8"),
            ("assets/a.js", "text/javascript; charset=utf-8"),
            ("assets/a.css", "text/css; charset=utf-8"),
            ("wallet/manifest.webmanifest", "application/manifest+json"),
            ("assets/zxing_reader.wasm", "application/wasm"),
            ("wallet/icon.svg", "image/svg+xml"),
            ("wallet/icon.png", "image/png"),
            ("assets/a.woff2", "font/woff2"),
        ] {
            assert_eq!(content_type(name), Some(kind), "{name}");
        }
        assert_eq!(content_type("a.exe"), None);
        assert_eq!(content_type("LICENSE"), None);
    }

    #[test]
    fn only_names_that_follow_from_what_is_in_them_are_kept() {
        for name in
            ["assets/app-BxY12abC.js", "wallet/assets/a-_-3-x_Yz.css", "assets/zxing-reader-D4f5g6H7.wasm"]
        {
            assert_eq!(keep(name), FOR_EVER, "{name}");
        }
        for name in [
            "wallet/index.html",
            "wallet/sw.js",
            "wallet/workbox-1a2b3c4d.js",
            "app-BxY12abC.js",
            "assets/app.js",
            "assets/my-filename.js",
            "assets/-BxY12abC.js",
            "assets/BxY12abC.js",
            "assets/app-BxY1.abC.js",
            "assets/app-Bx%12abC.js",
        ] {
            assert_eq!(keep(name), ASK, "{name}");
        }
    }

    #[test]
    fn a_service_worker_is_known_by_its_name() {
        assert!(is_worker("wallet/sw.js") && is_worker("wallet/service-worker.js"));
        assert!(!is_worker("assets/answer.js") && !is_worker("wallet/index.html"));
    }
}
