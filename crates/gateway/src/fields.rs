//! Reads business fields one by one, each failure naming its field. An empty string counts as absent: clients send
//! empty strings for what they leave out.

use crate::codes::Failure;
use base::Text;
use money::{AmountError, Currency, Money, parse_amount};
use std::borrow::Cow;
use wire::json::{Json, Object, parse};

/// The field as text, or a number as written.
pub(crate) fn text<'a>(fields: &'a Object, name: &str) -> Result<Option<&'a str>, Failure> {
    Ok(fields.text(name)?.filter(|text| !text.is_empty()))
}

/// As [`text`], where the field must be there.
pub(crate) fn required<'a>(fields: &'a Object, name: &str) -> Result<&'a str, Failure> {
    text(fields, name)?.ok_or_else(|| Failure::field(name, "缺失"))
}

/// An object within the request, also written as a text: older clients write `extend_params` so.
pub(crate) fn inner<'a>(fields: &'a Object, name: &str) -> Result<Option<Cow<'a, Object>>, Failure> {
    let Some(Json::Text(text)) = fields.get(name) else {
        return Ok(fields.object(name)?.map(Cow::Borrowed));
    };
    if text.is_empty() {
        return Ok(None);
    }
    match parse(text) {
        Ok(Json::Object(object)) => Ok(Some(Cow::Owned(object))),
        _ => Err(Failure::field(name, "应为JSON对象")),
    }
}

/// A list of objects; nothing when it is absent or an empty text.
pub(crate) fn objects<'a>(fields: &'a Object, name: &str) -> Result<Vec<&'a Object>, Failure> {
    match fields.get(name) {
        Some(Json::Text(text)) if text.is_empty() => Ok(Vec::new()),
        _ => Ok(fields.objects(name)?),
    }
}

/// A text of at most `N` characters without control characters.
pub(crate) fn line<const N: usize>(fields: &Object, name: &str) -> Result<Option<Text<N>>, Failure> {
    text(fields, name)?.map(|text| line_of(name, text)).transpose()
}

/// A text of at most `N` characters; line breaks and tabs may be in it, other control characters not.
pub(crate) fn lines<const N: usize>(fields: &Object, name: &str) -> Result<Option<Text<N>>, Failure> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    if text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err(Failure::field(name, "含有控制字符"));
    }
    bounded(name, text).map(Some)
}

/// This text, when it has at most `N` characters and none that controls.
pub(crate) fn line_of<const N: usize>(name: &str, text: &str) -> Result<Text<N>, Failure> {
    if text.contains(char::is_control) {
        return Err(Failure::field(name, "含有控制字符"));
    }
    bounded(name, text)
}

fn bounded<const N: usize>(name: &str, text: &str) -> Result<Text<N>, Failure> {
    Text::new(text)
        .map_err(|error| Failure::field(name, &format!("长度{}，超过{}个字符", error.found, error.most)))
}

/// A number that a merchant gives: 1 to `N` characters out of letters, digits and `also`.
pub(crate) fn number<const N: usize>(
    fields: &Object,
    name: &str,
    also: &str,
) -> Result<Option<Text<N>>, Failure> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || also.contains(letter)) {
        return Err(Failure::field(name, "含有不允许的字符"));
    }
    bounded(name, text).map(Some)
}

/// An amount of yuan, above zero.
pub(crate) fn amount(fields: &Object, name: &str) -> Result<Option<Money>, Failure> {
    match amount_or_zero(fields, name)? {
        Some(amount) if amount.is_zero() => Err(Failure::field(name, "必须大于0")),
        amount => Ok(amount),
    }
}

/// An amount of yuan.
pub(crate) fn amount_or_zero(fields: &Object, name: &str) -> Result<Option<Money>, Failure> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    amount_of(name, text).map(Some)
}

/// This text as an amount of yuan.
pub(crate) fn amount_of(name: &str, text: &str) -> Result<Money, Failure> {
    parse_amount(text, Currency::Cny).map_err(|error| {
        let what = match error {
            AmountError::NotDecimal => "不是合法的金额",
            AmountError::TooPrecise => "最多两位小数",
            AmountError::TooLarge => "金额过大",
        };
        Failure::field(name, what)
    })
}

/// A whole number within bounds, both included.
pub(crate) fn whole(fields: &Object, name: &str, least: u32, most: u32) -> Result<Option<u32>, Failure> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| plain && (least..=most).contains(number));
    number.map(Some).ok_or_else(|| Failure::field(name, &format!("应为{least}～{most}的整数")))
}

/// The only currency there is so far.
pub(crate) fn only_cny(fields: &Object, name: &str) -> Result<(), Failure> {
    match text(fields, name)? {
        None | Some("CNY") => Ok(()),
        Some(_) => Err(Failure::currency(name)),
    }
}

/// A field of a feature that is not simulated and would move money elsewhere: ignoring it would be a lie.
pub(crate) fn absent(fields: &Object, names: &[&str]) -> Result<(), Failure> {
    for name in names {
        let empty = match fields.get(name) {
            None => true,
            Some(Json::Text(text)) => text.is_empty() || text == "false",
            Some(Json::List(items)) => items.is_empty(),
            Some(Json::Object(object)) => object.iter().next().is_none(),
            Some(Json::Bool(value)) => !value,
            Some(Json::Number(_) | Json::Null) => false,
        };
        if !empty {
            return Err(Failure::field(name, "所属功能暂未模拟"));
        }
    }
    Ok(())
}

/// Whether `query_options` asks for this; a list, or names with commas between.
pub(crate) fn asks_for(fields: &Object, option: &str) -> Result<bool, Failure> {
    match fields.get("query_options") {
        Some(Json::Text(names)) => Ok(names.split(',').any(|name| name.trim() == option)),
        _ => Ok(fields.texts("query_options")?.contains(&option)),
    }
}
