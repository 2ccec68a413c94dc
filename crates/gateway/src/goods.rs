//! `goods_detail`: the things that are sold, checked and kept as JSON text.

use crate::codes::Failure;
use crate::facts::{Field, Kind, Part};
use crate::fields;
use base::Text;
use wire::json::{Json, Object};

/// Most things of one order.
pub(crate) const GOODS_MAX: usize = 150;
/// Characters of `goods_id`; the documentation says 32, newer pages 64.
const ID_LENGTH_MAX: usize = 64;
/// Characters of `goods_name`.
const NAME_LENGTH_MAX: usize = 256;
/// Digits of `quantity`.
const QUANTITY_DIGITS_MAX: usize = 10;
/// The largest `quantity`.
const QUANTITY_MAX: u64 = 9_999_999_999;

/// What is read of each thing.
pub(crate) const FACTS: &[Part] = &[
    Part::Read(&[
        Field::must("goods_id", Kind::Line(ID_LENGTH_MAX)),
        Field::must("goods_name", Kind::Line(NAME_LENGTH_MAX)),
        Field::must("quantity", Kind::Whole(1, QUANTITY_MAX)),
        Field::must("price", Kind::AmountOrZero),
    ]),
    Part::Ignored(&["alipay_goods_id", "body", "categories_tree", "goods_category", "show_url"]),
];

/// The list in one form, so that a repeated request compares equal however it was written; `None` when absent.
pub(crate) fn read(fields: &Object) -> Result<Option<Text<8000>>, Failure> {
    let Some(items) = fields.list("goods_detail")? else { return Ok(None) };
    if items.len() > GOODS_MAX {
        return Err(Failure::too_many_goods());
    }
    for item in items {
        check(item.as_object().ok_or_else(|| Failure::field("goods_detail", "类型错误"))?)?;
    }
    let text = Json::List(items.to_vec()).to_compact();
    Text::new(&text).map(Some).map_err(|error| {
        Failure::field("goods_detail", &format!("总长度{}，超过{}个字符", error.found, error.most))
    })
}

fn check(item: &Object) -> Result<(), Failure> {
    let wrong = |name: &str, what: &str| Failure::field(&format!("goods_detail.{name}"), what);
    for (name, most) in [("goods_id", ID_LENGTH_MAX), ("goods_name", NAME_LENGTH_MAX)] {
        let text = fields::required(item, name).map_err(|_| wrong(name, "缺失或类型错误"))?;
        if text.chars().count() > most || text.contains(char::is_control) {
            return Err(wrong(name, "过长或含有控制字符"));
        }
    }
    let quantity = fields::required(item, "quantity").map_err(|_| wrong("quantity", "缺失或类型错误"))?;
    let whole = quantity.len() <= QUANTITY_DIGITS_MAX && quantity.bytes().all(|byte| byte.is_ascii_digit());
    if !whole || quantity.bytes().all(|byte| byte == b'0') {
        return Err(wrong("quantity", "不是正整数"));
    }
    let price = fields::required(item, "price").map_err(|_| wrong("price", "缺失或类型错误"))?;
    fields::amount_of("goods_detail.price", price).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(goods: &str) -> Result<Option<String>, String> {
        let json = wire::json::parse(&format!("{{\"goods_detail\":{goods}}}")).expect("JSON");
        let read = read(json.as_object().expect("an object"));
        read.map(|text| text.map(|text| text.to_string())).map_err(|failure| failure.sub_msg().to_owned())
    }

    #[test]
    fn one_form_however_it_was_written() {
        let one = verdict(r#"[ {"price":"1.50", "quantity":1, "goods_name":"苹果", "goods_id":"a"} ]"#);
        let two = verdict(r#"[{"goods_id":"a","goods_name":"\u82f9\u679c","price":"1.50","quantity":1}]"#);
        assert_eq!(one, two);
        assert_eq!(
            one,
            Ok(Some(r#"[{"goods_id":"a","goods_name":"苹果","price":"1.50","quantity":1}]"#.to_owned()))
        );
        assert_eq!(verdict("null"), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let item = |id: &str, name: &str, quantity: &str, price: &str| {
            format!(r#"[{{"goods_id":{id},"goods_name":{name},"quantity":{quantity},"price":{price}}}]"#)
        };
        for (goods, field) in [
            (item("\"\"", "\"n\"", "1", "1"), "goods_id"),
            (item("\"a\"", "[]", "1", "1"), "goods_name"),
            (item("\"a\"", "\"n\"", "0", "1"), "quantity"),
            (item("\"a\"", "\"n\"", "1.5", "1"), "quantity"),
            (item("\"a\"", "\"n\"", "-1", "1"), "quantity"),
            (item("\"a\"", "\"n\"", "1", "1e3"), "price"),
            (item("\"a\"", "\"n\"", "1", "\"1.001\""), "price"),
            ("[1]".to_owned(), "goods_detail"),
            ("\"apples\"".to_owned(), "goods_detail"),
        ] {
            let said = verdict(&goods).expect_err(&goods);
            assert!(said.contains(field), "{goods}: {said}");
        }
        let many = item("\"a\"", "\"n\"", "1", "1").trim_matches(['[', ']']).to_owned();
        assert!(verdict(&format!("[{}]", vec![many; GOODS_MAX + 1].join(","))).is_err());
    }
}
