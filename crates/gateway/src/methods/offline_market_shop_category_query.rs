//! `alipay.offline.market.shop.category.query`: the kinds of shop that one could open. A short list that is always the
//! same: no shop is opened here.

use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Shape, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.offline.market.shop.category.query",
    title: "门店类目配置查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: true,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::may("category_id", Kind::Special).note("one of the list: itself and what is below it"),
        Field::may("op_role", Kind::OneOf(ROLES)).note("checked; both see the same"),
    ])],
    answers: &[Member::of(
        "shop_category_config_infos",
        Shape::List(&[
            Member::text("id"),
            Member::text("is_leaf"),
            Member::text("level"),
            Member::text("link"),
            Member::text("nm"),
        ]),
    )],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &["{}"],
    support: "six kinds of shop, always the same",
};

const ROLES: &[&str] = &["ISV", "PROVIDER"];

/// A kind of shop.
struct Category {
    id: &'static str,
    name: &'static str,
    /// Its place among the kinds: names from the top.
    link: &'static str,
    level: &'static str,
    is_leaf: bool,
}

const CATEGORIES: [Category; 6] = [
    Category { id: "01", name: "美食", link: "美食", level: "1", is_leaf: false },
    Category { id: "0101", name: "饮品", link: "美食/饮品", level: "2", is_leaf: false },
    Category { id: "010101", name: "茶馆", link: "美食/饮品/茶馆", level: "3", is_leaf: true },
    Category { id: "010102", name: "咖啡厅", link: "美食/饮品/咖啡厅", level: "3", is_leaf: true },
    Category { id: "02", name: "购物", link: "购物", level: "1", is_leaf: false },
    Category { id: "0201", name: "便利店", link: "购物/便利店", level: "2", is_leaf: true },
];

fn read(_caller: &Caller, fields: &Object) -> Result<String, Failure> {
    match fields::text(fields, "op_role")? {
        None => {}
        Some(role) if ROLES.contains(&role) => {}
        Some(_) => return Err(Failure::field("op_role", "应为ISV或PROVIDER")),
    }
    let Some(id) = fields::text(fields, "category_id")? else { return Ok(String::new()) };
    let known = CATEGORIES.iter().any(|category| category.id == id);
    known.then(|| id.to_owned()).ok_or_else(|| Failure::field("category_id", "没有这个类目"))
}

async fn run(_gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let below = call.request().as_str();
    let shown = CATEGORIES.iter().filter(|category| category.id.starts_with(below)).map(written);
    let mut response = Response::success();
    response.members.objects("shop_category_config_infos", shown);
    Ok(Done::Say(response))
}

fn written(category: &Category) -> ObjectWriter {
    let Category { id, name, link, level, is_leaf } = category;
    let mut info = ObjectWriter::new();
    info.text("id", id).text("nm", name).text("link", link).text("level", level);
    info.text("is_leaf", if *is_leaf { "Y" } else { "N" });
    info
}
