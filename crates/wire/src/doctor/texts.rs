//! The texts that clients sign by mistake.

mod letters;

use super::{Found, Mistake, Trial};
use crate::canonical::join_sorted;
use crate::charset::Charset;
use crate::params::Params;
use crate::sign::SignType;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// Single parameters that are tried to have been left out.
const LEFT_OUT_MAX: usize = 10;
/// Always signed, since everybody begins with them.
const FIRST_NAMES: [&str; 4] = ["app_id", "method", "timestamp", "sign_type"];
/// What clients sign without a value.
const OPTIONAL_NAMES: [&str; 5] = ["notify_url", "return_url", "app_auth_token", "auth_token", "format"];
/// The order in which the documents list the parameters.
const DOCUMENTED: [&str; 11] = [
    "app_id",
    "method",
    "format",
    "return_url",
    "charset",
    "sign_type",
    "timestamp",
    "version",
    "notify_url",
    "app_auth_token",
    "biz_content",
];
/// What a page makes of the beginning of a name, with the name.
const SIGNS: [(&str, &str); 3] =
    [("¬ify_url", "notify_url"), ("×tamp", "timestamp"), ("&#172;ify_url", "notify_url")];

/// A parameter that is signed: its name and what is taken as its value.
type Pair<'a> = (&'a str, Vec<u8>);

/// What is signed of a request when everything is right.
struct Texts<'a> {
    params: &'a Params,
    pairs: Vec<Pair<'a>>,
    /// How many of the pairs, the first ones, stood in the query.
    of_query: usize,
    charset: Charset,
}

/// Signed with the other algorithm, maybe under its name.
pub(super) fn other_sign_type(params: &Params, trial: &mut Trial<'_>) -> Option<Found> {
    let texts = Texts::of(params);
    let other = match trial.sign_type {
        SignType::Rsa => SignType::Rsa2,
        SignType::Rsa2 => SignType::Rsa,
        SignType::Sm2 => return None,
    };
    let renamed = texts.changed(|name, value| match name {
        "sign_type" => other.name().as_bytes().to_vec(),
        _ => value.to_vec(),
    });
    let registered = trial.keys.registered;
    for text in [joined(&texts.pairs), renamed] {
        if trial.is_of(registered, other, &text) {
            return Some(Found { mistake: Mistake::OtherSignType, text: Some(text), parameter: None });
        }
    }
    None
}

/// The first text that the signature is of, the usual mistakes first.
pub(super) fn find(params: &Params, trial: &mut Trial<'_>) -> Option<Found> {
    let texts = Texts::of(params);
    let families = [
        Texts::left_out,
        Texts::plus,
        Texts::charsets,
        Texts::names,
        Texts::escaped,
        Texts::markup,
        Texts::content,
        Texts::quotes,
        Texts::order,
        Texts::around,
        Texts::absent,
        Texts::hashed,
    ];
    families.iter().find_map(|family| family(&texts, trial))
}

fn joined(pairs: &[Pair<'_>]) -> Vec<u8> {
    join_sorted(pairs.iter().map(|(name, value)| (*name, value.as_slice())))
}

impl<'a> Texts<'a> {
    fn of(params: &'a Params) -> Texts<'a> {
        let signed = |(name, value): &(&str, &[u8])| *name != "sign" && !value.is_empty();
        let of_query = params.iter().take(params.query_len()).filter(signed).count();
        let pairs = params.iter().filter(signed).map(|(name, value)| (name, value.to_vec())).collect();
        Texts { params, pairs, of_query, charset: params.charset().unwrap_or_default() }
    }

    /// The text with every value changed.
    fn changed(&self, change: impl Fn(&str, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let pairs: Vec<Pair<'_>> =
            self.pairs.iter().map(|(name, value)| (*name, change(name, value))).collect();
        joined(&pairs)
    }

    /// The text with every value changed as text of the request's charset; values that are none stay.
    fn changed_text(&self, change: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
        self.changed(|_, value| {
            self.charset.decode(value).map_or_else(|_| value.to_vec(), |text| change(&text))
        })
    }

    /// The text with another `biz_content`.
    fn with_content(&self, content: &str) -> Option<Vec<u8>> {
        let content = self.charset.encode(content).ok()?;
        Some(self.changed(|name, value| if name == "biz_content" { content.clone() } else { value.to_vec() }))
    }

    /// `biz_content` as text.
    fn content_text(&self) -> Option<String> {
        let value = self.params.get("biz_content").filter(|value| !value.is_empty())?;
        self.charset.decode(value).ok()
    }

    /// What is left out must be signed too.
    fn left_out(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let without = |left_out: &[&str]| {
            let kept = self.pairs.iter().filter(|(name, _)| !left_out.contains(name));
            join_sorted(kept.map(|(name, value)| (*name, value.as_slice())))
        };
        let (query, body) = self.pairs.split_at(self.of_query);
        let mut found = trial.text(Mistake::SignTypeLeftOut, without(&["sign_type"]));
        if !query.is_empty() && !body.is_empty() {
            found = found.or_else(|| trial.text(Mistake::BodyLeftOut, joined(query)));
            found = found.or_else(|| trial.text(Mistake::QueryLeftOut, joined(body)));
        }
        let single = self.pairs.iter().map(|(name, _)| *name).filter(|name| !FIRST_NAMES.contains(name));
        for name in single.take(LEFT_OUT_MAX) {
            found = found.or_else(|| {
                let found = trial.text(Mistake::ParameterLeftOut, without(&[name]))?;
                Some(Found { parameter: Some(name.to_owned()), ..found })
            });
        }
        let content = self.params.get("biz_content").unwrap_or_default();
        found
            .or_else(|| trial.text(Mistake::ParameterLeftOut, without(&["notify_url", "return_url"])))
            .or_else(|| trial.text(Mistake::ContentAlone, content.to_vec()))
    }

    /// A page reads `&not` in an address as a sign, so that a name and its value end up in the value before.
    fn names(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        let mut any = false;
        for (name, value) in &self.pairs {
            let name = SIGNS.iter().find(|(sign, _)| sign == name).map_or(*name, |(_, right)| right);
            any |= !self.pairs.iter().any(|(known, _)| *known == name);
            let mut value = value.as_slice();
            let mut last = name;
            while let Some((at, length, right)) = first_sign(value) {
                pairs.push((last, value[..at].to_vec()));
                (value, last, any) = (&value[at + length..], right, true);
            }
            pairs.push((last, value.to_vec()));
        }
        if any { trial.text(Mistake::NameBecameSign, joined(&pairs)) } else { None }
    }

    /// Other orders than that of the names, and `sign` among them.
    fn order(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let in_order = |pairs: &mut dyn Iterator<Item = &Pair<'_>>| {
            let texts: Vec<Vec<u8>> =
                pairs.map(|(name, value)| [name.as_bytes(), b"=", value.as_slice()].concat()).collect();
            texts.join(&b'&')
        };
        let (query, body) = self.pairs.split_at(self.of_query);
        let mut documented: Vec<&Pair<'_>> = self.pairs.iter().collect();
        let place =
            |name: &str| DOCUMENTED.iter().position(|known| *known == name).unwrap_or(DOCUMENTED.len());
        documented.sort_by_key(|(name, _)| place(name));
        let mut signed = self.pairs.clone();
        signed.push(("sign", Vec::new()));
        let sorted = joined(&signed);
        let last = [joined(&self.pairs).as_slice(), b"&sign="].concat();
        trial
            .text(Mistake::Unsorted, in_order(&mut self.pairs.iter()))
            .or_else(|| trial.text(Mistake::Unsorted, in_order(&mut body.iter().chain(query))))
            .or_else(|| trial.text(Mistake::Unsorted, in_order(&mut documented.into_iter())))
            .or_else(|| trial.text(Mistake::SignInText, sorted))
            .or_else(|| trial.text(Mistake::SignInText, last))
    }

    /// What stands around the text or its values.
    fn around(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let text = joined(&self.pairs);
        for (mistake, before, after) in [
            (Mistake::SpaceAround, "", "\n"),
            (Mistake::SpaceAround, "", " "),
            (Mistake::SpaceAround, "", "\r\n"),
            (Mistake::AmpersandAround, "", "&"),
            (Mistake::AmpersandAround, "&", ""),
        ] {
            let found = trial.text(mistake, [before.as_bytes(), &text, after.as_bytes()].concat());
            if found.is_some() {
                return found;
            }
        }
        let quoted = self.changed(|_, value| [b"\"", value, b"\""].concat());
        trial.text(Mistake::ValuesQuoted, quoted).or_else(|| {
            trial.text(Mistake::ValuesTrimmed, self.changed(|_, value| value.trim_ascii().to_vec()))
        })
    }

    /// Parameters that were signed and have no value, or the word for none.
    fn absent(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let mut with = |mistake: Mistake, names: &[&'static str], value: &[u8]| {
            let mut pairs = self.pairs.clone();
            pairs.extend(names.iter().map(|name| (*name, value.to_vec())));
            let found = trial.text(mistake, joined(&pairs))?;
            Some(Found { parameter: Some(names.join(", ")), ..found })
        };
        let missing =
            OPTIONAL_NAMES.into_iter().filter(|name| !self.pairs.iter().any(|(known, _)| known == name));
        let missing: Vec<&'static str> = missing.collect();
        let urls: Vec<&'static str> = missing.iter().copied().filter(|name| name.ends_with("_url")).collect();
        for name in &missing {
            let found = with(Mistake::EmptyValueSigned, &[*name], b"");
            if found.is_some() {
                return found;
            }
        }
        with(Mistake::EmptyValueSigned, &urls, b"")
            .or_else(|| urls.iter().find_map(|name| with(Mistake::NullValueSigned, &[*name], b"null")))
            .or_else(|| with(Mistake::NullValueSigned, &urls, b"null"))
    }

    /// The digest of the text, as bytes or in hexadecimal, in place of the text.
    fn hashed(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let algorithm = match trial.sign_type {
            SignType::Rsa => &SHA1_FOR_LEGACY_USE_ONLY,
            SignType::Rsa2 => &SHA256,
            // Clients have SM3 inside SM2 only.
            SignType::Sm2 => return None,
        };
        let bytes = digest(algorithm, &joined(&self.pairs));
        let hex = hex::encode(bytes).into_bytes();
        trial
            .text(Mistake::HashedFirst, hex)
            .or_else(|| trial.text(Mistake::HashedFirst, bytes.as_ref().to_vec()))
    }
}

/// Where the first of [`SIGNS`] begins in a value, how long it is with its `=`, and the right name.
fn first_sign(value: &[u8]) -> Option<(usize, usize, &'static str)> {
    let found = SIGNS.iter().filter_map(|(sign, right)| {
        let mark = format!("{sign}=");
        let at = value.windows(mark.len()).position(|window| window == mark.as_bytes())?;
        Some((at, mark.len(), *right))
    });
    found.min_by_key(|(at, _, _)| *at)
}
