//! Lists come in pages: how many at once.

use crate::sandbox::SandboxError;

/// How many a page holds when the call does not say.
const LIMIT_DEFAULT: u16 = 20;
/// Most that a page holds.
const LIMIT_MAX: u16 = 100;

/// How many at most, as the `limit` of a call says. 400 `bad_limit` outside 1 to 100.
pub(crate) fn limit(asked: Option<u16>) -> Result<usize, SandboxError> {
    let limit = asked.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let error = SandboxError::bad("bad_limit", format!("limit goes from 1 to {LIMIT_MAX}"));
        return Err(error.of_field("limit"));
    }
    Ok(usize::from(limit))
}

/// What no page gave as its `next`. 400 `bad_cursor`, of the field that it came in.
pub(crate) fn bad_cursor(field: &'static str) -> SandboxError {
    SandboxError::bad("bad_cursor", format!("{field} is the next of another page")).of_field(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_one_to_a_hundred() {
        for (asked, found) in [
            (None, Ok(20)),
            (Some(1), Ok(1)),
            (Some(100), Ok(100)),
            (Some(0), Err("bad_limit")),
            (Some(101), Err("bad_limit")),
        ] {
            assert_eq!(limit(asked).map_err(|error| error.code()), found, "{asked:?}");
        }
    }
}
