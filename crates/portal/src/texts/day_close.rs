//! Words of the page of closed days.

macro_rules! day_close_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    day_close: "日终", "Day close";
    day_close_intro: "每个会计日的试算平衡：各类账户的借方、贷方与期末余额。",
        "The trial balance of each business date: what each kind of account moved and came to.";
    day_close_none: "还没有已结的会计日。", "No day is closed yet.";
    day_debit: "借方", "debit";
    day_credit: "贷方", "credit";
    day_closing: "期末", "closing";
    day_difference: "差额", "difference";
    } };
}
pub(super) use day_close_texts;
