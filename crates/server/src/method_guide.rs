//! What the gateway says of its methods, as the portal shows it: the two do not know each other.

use gateway::{Described, Row, ToldAs};
use portal::{LineShown, MethodShown, RefusalShown};

/// Every method, by name.
pub(crate) fn shown() -> Vec<MethodShown> {
    gateway::methods().map(method).collect()
}

fn method(method: Described) -> MethodShown {
    let (fields, refused, ignored) = (method.fields(), method.refused(), method.ignored());
    MethodShown {
        name: method.name,
        title: method.title,
        answers: method.members().into_iter().map(line).collect(),
        v3: method.rest_path,
        sandbox_only: method.sandbox_only,
        limits: plain(method.support),
        example: method.examples.first().copied().unwrap_or("{}"),
        fields: fields.into_iter().map(line).collect(),
        refused,
        ignored,
        refusals: method.refusals.into_iter().map(refusal).collect(),
    }
}

/// Backquotes are for Markdown.
fn line(Row { name, holds, when }: Row) -> LineShown {
    LineShown { name, holds: plain(&holds), when: plain(when) }
}

fn plain(text: &str) -> String {
    text.replace('`', "").replace(r"\|", "|")
}

fn refusal(told: ToldAs) -> RefusalShown {
    let ToldAs { when, code, sub_code, sub_msg, rest_status, .. } = told;
    RefusalShown { code, sub_code, v3_status: rest_status, sub_msg, when: plain(&when) }
}
