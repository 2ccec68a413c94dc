//! The files as they were laid down by `build.rs`.

use crate::files::{Files, Made};
use axum::body::Bytes;
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/ui"]
struct Laid;

/// All of them, read once: a world that begins anew asks again.
pub(crate) fn files() -> Arc<Files> {
    static FILES: LazyLock<Arc<Files>> = LazyLock::new(|| Arc::new(Files::of(made())));
    FILES.clone()
}

fn made() -> Vec<Made> {
    let made = |name: Cow<'static, str>| {
        let file = Laid::get(&name)?;
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Made { name: name.into_owned(), bytes, hash: file.metadata.sha256_hash() })
    };
    Laid::iter().filter_map(made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;

    fn pages() -> Vec<(String, String)> {
        let pages = made().into_iter().filter(|made| made.name.ends_with(".html"));
        pages.map(|page| (page.name, String::from_utf8(page.bytes.to_vec()).unwrap())).collect()
    }

    #[test]
    fn each_file_has_a_type_and_a_name_that_a_path_can_say() {
        for Made { name, .. } in made() {
            let of = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(&name);
            assert!(kinds::content_type(of).is_some(), "{name}: its ending has no type in `kinds`");
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '@');
            assert!(name.chars().all(plain), "{name}");
        }
    }

    #[test]
    fn each_app_is_there_or_the_page_that_says_how_to_build_it() {
        for app in ["wallet", "merchant", "console", "sandbox"] {
            let first = format!("{app}/index.html");
            let (_, page) = pages().into_iter().find(|(name, _)| *name == first).unwrap();
            assert!(page.contains("<script") != page.contains("npm run build"), "{app}: {page}");
        }
    }

    #[test]
    fn no_page_needs_what_the_policy_forbids() {
        for (name, page) in pages() {
            let page = page.to_lowercase();
            for script in page.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap();
                assert!(tag.contains(" src="), "{name}: a script within the page: {tag}");
            }
            for word in ["<style", " style=", " onload=", " onclick=", "javascript:", "<base"] {
                assert!(!page.contains(word), "{name}: {word}");
            }
        }
    }

    #[test]
    fn no_page_says_where_the_world_begins() {
        for (name, page) in pages() {
            for word in ["src=\"/", "href=\"/", "src=\"http", "href=\"http"] {
                assert!(!page.contains(word), "{name}: {word}: a world may lie behind a path");
            }
        }
    }
}
