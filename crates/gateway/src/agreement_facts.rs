//! What the fields of agreements are, for the facts of their methods; `agreement_fields` reads them.

use crate::agreement_fields::{COUNT_MAX, NOT_SIMULATED, SIGN_SECONDS_MAX};
use crate::facts::{Field, Kind, Part};

/// What `page.sign` offers.
pub(crate) const OFFER: Part = Part::Read(&[
    Field::must("personal_product_code", Kind::Special).note("`CYCLE_PAY_AUTH_P` or `GENERAL_WITHHOLDING_P`"),
    Field::may("product_code", Kind::OneOf(&["CYCLE_PAY_AUTH", "GENERAL_WITHHOLDING"])),
    Field::must("access_params", Kind::Object(ACCESS)),
    Field::may("third_party_type", Kind::OneOf(&["PARTNER"])),
    Field::may("agreement_effect_type", Kind::OneOf(&["DIRECT"])),
    Field::may("external_agreement_no", Kind::Number(32, "")).note("only with a `sign_scene` of its own"),
    Field::may("sign_scene", Kind::Line(64)).note("`DEFAULT` twice when absent"),
    Field::when("period_rule_params", Kind::Object(RULE), "with `CYCLE_PAY_AUTH_P`"),
    Field::may("sign_validity_period", Kind::Special).note("a whole number above zero and `d` or `m`"),
    Field::may("effect_time", Kind::Whole(0, SIGN_SECONDS_MAX as u64))
        .note("seconds to sign in; 0 as if absent"),
    Field::may("external_logon_id", Kind::Line(100)),
]);

const ACCESS: &[Part] =
    &[Part::Read(&[Field::must("channel", Kind::OneOf(&["ALIPAYAPP", "QRCODE", "QRCODEORSMS"]))])];

const RULE: &[Part] = &[
    Part::Read(&[
        Field::must("period_type", Kind::OneOf(&["DAY", "MONTH"])),
        Field::must("period", Kind::Whole(1, COUNT_MAX as u64)).note("of days at least 7"),
        Field::must("execute_time", Kind::Day).note("by months at most the 28th"),
        Field::must("single_amount", Kind::Amount),
        Field::may("total_amount", Kind::Amount).note("at least `single_amount`"),
        Field::may("total_payments", Kind::Whole(1, COUNT_MAX as u64)),
    ]),
    Part::Refused(&["scene_rule_params"]),
];

/// Features of agreements that are refused.
pub(crate) const OFFER_REFUSED: Part = Part::Refused(&NOT_SIMULATED);

/// Fields of agreements that change nothing.
pub(crate) const OFFER_IGNORED: Part = Part::Ignored(&["allow_huazhi_degrade", "promo_params"]);

/// Which agreement a request is about.
pub(crate) const NAMED: Part = Part::Read(&[
    Field::when("agreement_no", Kind::Number(64, ""), "unless a buyer is named")
        .note("goes before all others"),
    Field::when("alipay_user_id", Kind::Party, "unless one of the others is there"),
    Field::when("alipay_logon_id", Kind::Line(100), "unless one of the others is there"),
    Field::when("personal_product_code", Kind::Special, "with a buyer").note("as it was signed"),
    Field::may("sign_scene", Kind::Line(64)),
    Field::may("external_agreement_no", Kind::Number(32, "")),
    Field::may("third_party_type", Kind::OneOf(&["PARTNER"])),
]);

/// Another way to name a buyer.
pub(crate) const NAMED_REFUSED: Part = Part::Refused(&["alipay_open_id"]);
