//! What the methods of split settlement say of themselves where they share it.

use crate::facts::{Field, Kind, Part};
use crate::methods::trade_refund::REQUEST_NO_ALSO;
use trade::SPLIT_LINES_MAX;

/// How a party is named.
const NAMED_BY: Kind = Kind::OneOf(&["userId", "loginName"]);

/// What is said of a part beside its parties.
const WORDS: Part = Part::Read(&[
    Field::may("royalty_type", Kind::OneOf(&["transfer"])),
    Field::may("desc", Kind::Lines(1000)).note("not kept"),
    Field::may("royalty_scene", Kind::Line(256)).note("not kept"),
    Field::when("amount", Kind::Amount, "without `amount_percentage`").note("wins"),
    Field::when("amount_percentage", Kind::Whole(1, 100), "without `amount`")
        .note("of the order's total, rounded down"),
]);

/// A part that goes to a receiver.
pub(crate) const OUT: Field = Field::when(
    "royalty_parameters",
    Kind::List(
        &[
            WORDS,
            Part::Read(&[
                Field::must("trans_in", Kind::Special).note("the receiver: a user's number, or a login name"),
                Field::may("trans_in_type", NAMED_BY),
                Field::may("trans_out", Kind::Special).note("the merchant, named likewise"),
                Field::may("trans_out_type", NAMED_BY),
            ]),
        ],
        SPLIT_LINES_MAX,
    ),
    "without `royalty_finish`",
);

/// A part that a receiver gives back with a refund.
pub(crate) const BACK: Field = Field::may(
    "refund_royalty_parameters",
    Kind::List(
        &[
            WORDS,
            Part::Read(&[
                Field::must("trans_out", Kind::Special)
                    .note("the receiver: a user's number, or a login name"),
                Field::may("trans_out_type", NAMED_BY),
                Field::may("trans_in", Kind::Special).note("the merchant, named likewise"),
                Field::may("trans_in_type", NAMED_BY),
            ]),
        ],
        SPLIT_LINES_MAX,
    ),
);

/// What bind and unbind read.
pub(crate) const RECEIVERS: &[Part] = &[Part::Read(&[
    Field::must("out_request_no", Kind::Number(32, REQUEST_NO_ALSO)),
    Field::must(
        "receiver_list",
        Kind::List(
            &[
                Part::Read(&[
                    Field::must("type", NAMED_BY),
                    Field::must("account", Kind::Special).note("a user's number, or a login name"),
                    Field::may("name", Kind::Line(128)).note("compared when it is given"),
                    Field::may("memo", Kind::Line(256)),
                ]),
                Part::Refused(&["account_open_id"]),
            ],
            SPLIT_LINES_MAX,
        ),
    )
    .note("an empty or longer list has refusals of its own"),
])];

/// A request that binds one receiver.
pub(crate) const ONE_RECEIVER: &str =
    r#"{"out_request_no":"r1","receiver_list":[{"type":"userId","account":"2088000000000001"}]}"#;
