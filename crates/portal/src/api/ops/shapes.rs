//! Which columns of a row the console tells, and which of its moments are events. A column that nobody lists here is
//! not told: a new one stays hidden until somebody has thought of it.

use engine::Table;

/// What an event is called, behind the kind of its row.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// Always this.
    Word(&'static str),
    /// What this column says.
    Says(&'static str),
    /// This, and it is still to come; told only while its moment is not over.
    Planned(&'static str),
}

/// How rows of a table are told.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) table: Table,
    /// What its events are about.
    pub(super) kind: &'static str,
    /// Columns with a moment, and what happened then.
    pub(super) moments: &'static [(&'static str, What)],
    /// Columns that are told with each event.
    pub(super) fields: &'static [&'static str],
}

use What::{Planned, Says, Word};

/// All tables that a timeline tells, but those of risk and of the ledger, which are told in full.
pub(super) const SHAPES: &[Shape] = &[
    Shape {
        table: Table::Order,
        kind: "order",
        moments: &[
            ("opened_at_us", Word("opened")),
            ("created_at_us", Word("taken_up")),
            ("paid_at_us", Word("paid")),
            ("closed_at_us", Word("closed")),
        ],
        fields: &[
            "out_trade_no",
            "seller",
            "app",
            "product",
            "state",
            "total_minor",
            "refunded_minor",
            "fee_minor",
            "fee_returned_minor",
            "buyer",
            "named_buyer",
            "store_id",
            "terminal_id",
            "expires_at_us",
            "code_expires_at_us",
            "card",
            "card_bank",
            "settled_with",
        ],
    },
    Shape {
        table: Table::Trade,
        kind: "trade",
        moments: &[
            ("created_at_us", Word("opened")),
            ("paid_at_us", Word("paid")),
            ("closed_at_us", Word("closed")),
        ],
        fields: &["buyer", "state", "total_minor", "refunded_minor", "bank_order", "last_try", "credit_off"],
    },
    Shape {
        table: Table::Freeze,
        kind: "freeze",
        moments: &[
            ("opened_at_us", Word("opened")),
            ("frozen_at_us", Word("agreed")),
            ("closed_at_us", Word("ended")),
        ],
        fields: &[
            "no",
            "out_order_no",
            "product",
            "state",
            "amount_minor",
            "frozen_minor",
            "rest_minor",
            "unfrozen_minor",
            "paid_minor",
            "payer",
            "ends_at_us",
        ],
    },
    Shape {
        table: Table::FreezeOperation,
        kind: "freeze_operation",
        moments: &[("at_us", Word("asked")), ("done_at_us", Says("state"))],
        fields: &["freeze", "kind", "by", "state", "amount_minor", "rest_after_minor", "out_request_no"],
    },
    Shape {
        table: Table::Receipt,
        kind: "receipt",
        moments: &[("at_us", Says("outcome"))],
        fields: &["outcome"],
    },
    Shape {
        table: Table::Refund,
        kind: "refund",
        moments: &[("at_us", Says("state"))],
        fields: &[
            "out_request_no",
            "state",
            "amount_minor",
            "fee_back_minor",
            "refunded_after_minor",
            "reason",
            "by_cancel",
        ],
    },
    // What buyer and merchant say to each other may name a person.
    Shape {
        table: Table::RefundWish,
        kind: "refund_wish",
        moments: &[("asked_at_us", Word("asked")), ("answered_at_us", Says("state"))],
        fields: &["buyer", "state", "asking"],
    },
    Shape {
        table: Table::BankOrder,
        kind: "bank_order",
        moments: &[
            ("asked_at_us", Word("asked")),
            ("heard_at_us", Says("state")),
            ("next_try_at_us", Planned("asked_again")),
        ],
        fields: &[
            "party",
            "card",
            "kind",
            "state",
            "amount_minor",
            "fee_minor",
            "about",
            "tries",
            "bank_ref",
            "reason",
            "gives_up_at_us",
        ],
    },
    Shape {
        table: Table::Settlement,
        kind: "settlement",
        moments: &[("settled_at_us", Word("by_statement"))],
        fields: &["account", "day", "serial", "reference"],
    },
    Shape {
        table: Table::SettlementBatch,
        kind: "settlement",
        moments: &[("settled_at_us", Word("of_sales"))],
        fields: &[
            "seller",
            "sold_on",
            "sales",
            "gross_minor",
            "fee_minor",
            "refunded_minor",
            "fee_back_minor",
            "hold",
        ],
    },
    Shape {
        table: Table::Split,
        kind: "split",
        moments: &[("at_us", Word("asked")), ("made_at_us", Word("made")), ("undone_at_us", Word("undone"))],
        fields: &["place", "kind", "out_request_no", "refund_minor", "reason", "lines", "open", "finish"],
    },
    Shape {
        table: Table::SplitLine,
        kind: "split",
        moments: &[("at_us", Says("state"))],
        fields: &["place", "line", "receiver", "amount_minor", "state"],
    },
    Shape {
        table: Table::Escrow,
        kind: "escrow",
        moments: &[
            ("paid_at_us", Word("begun")),
            ("sent_at_us", Word("sent")),
            ("ended_at_us", Word("ended")),
            ("due_at_us", Planned("next_step")),
        ],
        fields: &[
            "state",
            "goods",
            "paid_minor",
            "held_minor",
            "released_minor",
            "refunded_minor",
            "transport",
            "open_case",
        ],
    },
    Shape {
        table: Table::EscrowCase,
        kind: "escrow_case",
        moments: &[("opened_at_us", Word("opened")), ("ended_at_us", Word("ended"))],
        fields: &["state", "kind", "goods_state", "claim_minor", "granted_minor", "refund_no"],
    },
    Shape {
        table: Table::EscrowStep,
        kind: "escrow_step",
        moments: &[("at_us", Says("kind"))],
        fields: &["side", "state", "case_no", "case_state", "amount_minor", "transport"],
    },
    Shape {
        table: Table::Notice,
        kind: "notice",
        moments: &[("happened_at_us", Says("event")), ("next_at_us", Planned("next_attempt"))],
        fields: &[
            "app",
            "event",
            "state",
            "attempts",
            "refunded_minor",
            "closed",
            "out_biz_no",
            "last_error",
        ],
    },
    Shape { table: Table::Timer, kind: "timer", moments: &[("due_at_us", Says("task"))], fields: &["task"] },
    Shape {
        table: Table::Hold,
        kind: "hold",
        moments: &[("changed_at_us", Says("state"))],
        fields: &["account", "amount_minor", "state"],
    },
    Shape {
        table: Table::RiskCase,
        kind: "risk_case",
        moments: &[("opened_at_us", Word("opened")), ("decided_at_us", Says("state"))],
        fields: &["party", "subject", "state", "decided_by"],
    },
];

/// How rows of a table are told, when they are.
pub(super) fn shape_of(table: Table) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.table == table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::ColumnKind;

    #[test]
    fn every_column_that_is_named_is_there_and_is_told() {
        for shape in SHAPES {
            let columns = shape.table.columns();
            let find = |name: &str| columns.iter().find(|column| column.name == name);
            for name in shape.fields {
                let column = find(name).unwrap_or_else(|| panic!("{} has no {name}", shape.table.name()));
                // Digests and keys are never told.
                assert_ne!(column.kind, ColumnKind::Blob, "{} {name}", shape.table.name());
            }
            for (name, what) in shape.moments {
                assert!(find(name).is_some() && name.ends_with("_us"), "{} {name}", shape.table.name());
                if let Says(column) = what {
                    let found = find(column).unwrap_or_else(|| panic!("{column}"));
                    assert_eq!(found.kind, ColumnKind::Text, "{} {column}", shape.table.name());
                }
            }
        }
    }

    #[test]
    fn what_may_name_a_person_or_open_a_door_is_not_listed() {
        for hidden in [
            "buyer_login_masked",
            "passback_params",
            "notify_url",
            "return_url",
            "url",
            "content",
            "key",
            "first_key",
            "second_key",
            "answer",
            "attempt",
            "digest",
            "words",
            "logistics_no",
            "goods_detail",
        ] {
            assert!(SHAPES.iter().all(|shape| !shape.fields.contains(&hidden)), "{hidden}");
        }
    }

    #[test]
    fn each_table_has_one_shape() {
        for shape in SHAPES {
            assert_eq!(SHAPES.iter().filter(|other| other.table == shape.table).count(), 1);
        }
    }
}
