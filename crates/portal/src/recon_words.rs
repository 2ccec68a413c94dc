//! What the page of the bank's statements calls what it shows, in the language of the page.

use crate::texts::Texts;
use recon::{Class, ClosingWay, SuspenseOwner};

/// A side of the books' equation; a name that has no words is shown as calls tell it.
pub(crate) fn book_words(name: &'static str, t: &Texts) -> &'static str {
    match name {
        "merchants" => t.recon_merchants,
        "customers" => t.recon_customers,
        "escrow" => t.recon_escrow,
        "delayed" => t.recon_delayed,
        "in_transit" => t.recon_transit,
        "own_income" => t.recon_income,
        "clearing_out" => t.recon_clearing_out,
        "suspense_owed" => t.recon_suspense_owed,
        "bank_reserve" => t.recon_reserve,
        "clearing_in" => t.recon_clearing_in,
        "suspense_due" => t.recon_suspense_due,
        other => other,
    }
}

/// What a line is.
pub(crate) const fn class_words(class: Class, t: &Texts) -> &'static str {
    match class {
        Class::TheirsOnly => t.recon_theirs_only,
        Class::CurrencyDiffers => t.recon_currency_differs,
        Class::CameBack => t.recon_came_back,
        Class::SignDiffers => t.recon_sign_differs,
        Class::AmountDiffers => t.recon_amount_differs,
        Class::NeverSent => t.recon_never_sent,
        Class::Duplicate => t.recon_duplicate,
        Class::AgainstWord => t.recon_against_word,
        Class::Late => t.recon_late,
        Class::Matched => t.recon_matched,
    }
}

/// Who is to be asked.
pub(crate) const fn owner_words(owner: SuspenseOwner, t: &Texts) -> &'static str {
    match owner {
        SuspenseOwner::Bank => t.recon_bank,
        SuspenseOwner::Customer => t.recon_customer,
    }
}

/// How a suspense was closed.
pub(crate) const fn way_words(way: ClosingWay, t: &Texts) -> &'static str {
    match way {
        ClosingWay::GivenBack => t.recon_given_back,
        ClosingWay::Own => t.recon_own,
        ClosingWay::Matched => t.recon_matched_by_hand,
    }
}

/// A text with its places filled in, in their order.
pub(crate) fn filled(text: &str, with: &[&str]) -> String {
    let mut places = with.iter();
    let mut filled = String::new();
    for (position, part) in text.split("{}").enumerate() {
        if position > 0 {
            filled.push_str(places.next().unwrap_or(&""));
        }
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{CHINESE, ENGLISH};

    #[test]
    fn places_are_filled_in_their_order() {
        assert_eq!(filled("{}, owner: {}, {} days", &["late", "bank", "3"]), "late, owner: bank, 3 days");
        assert_eq!(filled(CHINESE.recon_line, &["2026-01-02", "7"]), "2026-01-02 第 7 行");
        assert_eq!(filled(ENGLISH.recon_booked_of, &["1"]), "1 of ");
    }

    #[test]
    fn classes_are_told_apart_in_both_languages() {
        for texts in [&CHINESE, &ENGLISH] {
            let words: std::collections::BTreeSet<_> =
                Class::ALL.iter().map(|class| class_words(*class, texts)).collect();
            assert_eq!(words.len(), Class::ALL.len());
        }
    }
}
