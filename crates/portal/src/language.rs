//! Which language a browser wants.

/// A language of the pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    /// Chinese, the default.
    Chinese,
    /// English.
    English,
}

/// Weight of a language without `q`, in thousandths.
const FULL_WEIGHT: u32 = 1_000;

/// The language with the highest weight in an `Accept-Language` header that we speak. A browser that wants neither gets
/// English, one that says nothing gets Chinese.
pub(crate) fn wanted(accept_language: Option<&str>) -> Language {
    let Some(header) = accept_language.filter(|text| !text.trim().is_empty()) else {
        return Language::Chinese;
    };
    let mut best: Option<(u32, Language)> = None;
    for part in header.split(',') {
        let (tag, weight) = match part.split_once(';') {
            Some((tag, parameter)) => (tag, weight_of(parameter)),
            None => (part, FULL_WEIGHT),
        };
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let language = match primary.as_str() {
            "zh" => Language::Chinese,
            "en" => Language::English,
            _ => continue,
        };
        if weight > 0 && best.is_none_or(|(heaviest, _)| weight > heaviest) {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::English, |(_, language)| language)
}

/// `q=0.8` as thousandths; what is no weight counts as full.
fn weight_of(parameter: &str) -> u32 {
    let Some(value) = parameter.trim().strip_prefix("q=") else { return FULL_WEIGHT };
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let thousandths: String = part.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), thousandths.parse::<u32>()) {
        (Ok(0), Ok(thousandths)) => thousandths,
        _ => FULL_WEIGHT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_we_speak_wins() {
        use Language::{Chinese, English};
        for (header, expected) in [
            (None, Chinese),
            (Some(""), Chinese),
            (Some("zh-CN"), Chinese),
            (Some("en-US"), English),
            (Some("en-US,en;q=0.9,zh;q=0.8"), English),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Chinese),
            (Some("fr,en;q=0.5,zh;q=0.75"), Chinese),
            (Some("de"), English),
            (Some("*"), English),
            (Some("zh;q=0,en;q=0.1"), English),
            (Some("EN"), English),
            (Some(",;=;q"), English),
        ] {
            assert_eq!(wanted(header), expected, "{header:?}");
        }
    }
}
