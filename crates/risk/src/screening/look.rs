//! One party held against a list.

use super::list::{EntryKind, ListEntry, NameList};
use super::measure::{Alike, Measure, SAME, compare};
use super::name::Name;
use super::records::Matched;
use crate::EntryId;
use base::Text;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Most hits that one look gives; the nearest ones. A name that meets more entries is held by these.
pub const HITS_MAX: usize = 64;
/// What a date of birth that differs takes from the score of a name, thousandths.
const BIRTH_DIFFERS: u32 = 200;
/// What one that is the same adds.
const BIRTH_SAME: u32 = 50;

/// Who is held against a list. Nothing of it is kept.
#[derive(Clone, Copy, Default, Debug)]
pub struct Looked<'a> {
    /// The name.
    pub name: &'a str,
    /// The date of birth, `YYYY-MM-DD`.
    pub birth: Option<&'a str>,
    /// BLAKE3 of the number of the identity document, in capitals.
    pub number: Option<[u8; 32]>,
    /// Numbers and logins of the account.
    pub accounts: &'a [&'a str],
}

/// An entry that somebody is alike to, and why. No name is in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hit {
    /// The entry.
    pub entry: EntryId,
    /// Which of its names, from 1.
    pub alias: u32,
    /// How near, thousandths.
    pub score: u32,
    /// By what.
    pub measure: Measure,
    /// Which tokens met: `ours=listed:thousandths` by their places from 1, then `birth=same` or `birth=differs`.
    pub matched: Matched,
}

impl NameList {
    /// The entries at or above the threshold (thousandths), the nearest first, then in the order of the list.
    pub fn look(&self, looked: &Looked<'_>, threshold: u32) -> Vec<Hit> {
        let name = Name::of(looked.name);
        let best = |entry: &ListEntry| hit(entry, looked, name.as_ref());
        let mut hits: Vec<Hit> =
            self.entries().iter().filter_map(best).filter(|hit| hit.score >= threshold).collect();
        // The number of a document says more than a name that many have.
        let is_exact = |hit: &Hit| matches!(hit.measure, Measure::Number | Measure::Account);
        hits.sort_by_key(|hit| std::cmp::Reverse((hit.score, is_exact(hit))));
        hits.truncate(HITS_MAX);
        hits
    }
}

/// The nearest name of an entry.
fn hit(entry: &ListEntry, looked: &Looked<'_>, name: Option<&Name>) -> Option<Hit> {
    let told = |alias: usize, score, measure, matched: &str| {
        let alias = u32::try_from(alias + 1).unwrap_or(u32::MAX);
        Some(Hit { entry: entry.id.clone(), alias, score, measure, matched: Text::new(matched).ok()? })
    };
    if entry.kind == EntryKind::Account {
        let of = |listed: &String| looked.accounts.iter().any(|account| account.eq_ignore_ascii_case(listed));
        let known = |place| entry.logins.get(place).and_then(Option::as_ref);
        let mut places = entry.names.iter().enumerate();
        let found = places.find(|(place, listed)| of(listed) || known(*place).is_some_and(of))?;
        return told(found.0, SAME, Measure::Account, "");
    }
    if looked.number.is_some() && looked.number == entry.id_digest {
        return told(0, SAME, Measure::Number, "");
    }
    let born = match (&entry.birth, looked.birth) {
        (Some(listed), Some(ours)) => Some(ours.starts_with(listed.as_str())),
        (None, _) | (_, None) => None,
    };
    let near = |(alias, listed): (usize, &Name)| Some((alias, compare(name?, listed)?));
    let all = entry.compared.iter().enumerate().filter_map(near);
    let (alias, Alike { score, measure, pairs }) =
        all.max_by_key(|(alias, alike)| (alike.score, std::cmp::Reverse(*alias)))?;
    let score = match born {
        Some(true) => (score + BIRTH_SAME).min(SAME),
        Some(false) => score.saturating_sub(BIRTH_DIFFERS),
        None => score,
    };
    let mut matched = String::new();
    for (our, other, score) in pairs {
        // Writing to a text cannot fail.
        let _ = write!(matched, "{our}={other}:{score} ");
    }
    match born {
        Some(true) => matched.push_str("birth=same"),
        Some(false) => matched.push_str("birth=differs"),
        None => {}
    }
    told(alias, score, measure, matched.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
        id,kind,names,birth,id_digest,source,reason\n\
        P1,person,John Smith;Johnny Smyth,1970-05,,UN,\"arms, trade\"\n\
        P2,person,张伟,,,MPS,fraud\n\
        O1,organisation,Acme Trading Ltd,,,UN,front\n\
        A1,account,2088010000000011;bad@example.com,,,own,mule\n";

    fn look(name: &str, birth: Option<&str>, accounts: &[&str]) -> Vec<(String, u32, u32, String)> {
        let list = NameList::read(LIST).unwrap();
        let looked = Looked { name, birth, accounts, number: None };
        let hits = list.look(&looked, 850);
        hits.iter()
            .map(|hit| (hit.entry.to_string(), hit.alias, hit.score, hit.matched.to_string()))
            .collect()
    }

    #[test]
    fn a_hit_says_which_name_and_which_tokens() {
        let one =
            |entry: &str, alias, score, matched: &str| vec![(entry.into(), alias, score, matched.into())];
        assert_eq!(look("Smith John", None, &[]), one("P1", 1, 1_000, "1=2:1000 2=1:1000"));
        assert_eq!(look("smyth johnny", None, &[]), one("P1", 2, 1_000, "1=2:1000 2=1:1000"));
        assert_eq!(look("張偉", None, &[]), one("P2", 1, 980, "1=1:980"));
        assert_eq!(look("ACME Trading", None, &[]), one("O1", 1, 880, "1=1:1000 2=2:1000"));
        assert_eq!(look("", None, &["BAD@example.com"]), one("A1", 2, 1_000, ""));
        assert!(look("Mary Jones", None, &["2088010000000012"]).is_empty());
    }

    /// An address on the list meets the account that is called by its digest.
    #[test]
    fn listed_addresses_meet_their_accounts() {
        let list = NameList::read(LIST).unwrap();
        let looked = |accounts| Looked { accounts, ..Looked::default() };
        assert!(list.look(&looked(&["h:77"]), 850).is_empty());
        let list = list.knowing(|name| name.contains('@').then(|| "h:77".to_owned()));
        let hits = list.look(&looked(&["2088010000000012", "h:77"]), 850);
        assert_eq!((hits.len(), hits[0].alias, hits[0].measure), (1, 2, Measure::Account));
        assert!(list.look(&looked(&["h:78"]), 850).is_empty());
    }

    #[test]
    fn a_birth_counts_for_and_against() {
        assert!(look("John Smith", Some("1971-05-01"), &[]).is_empty());
        let same = look("Jon Smith", Some("1970-05-09"), &[]);
        assert_eq!((same[0].2, same[0].3.ends_with("birth=same")), (1_000, true));
    }

    #[test]
    fn a_number_is_the_person_whatever_the_name() {
        let digest = blake3::hash(b"110101197001011234");
        let list = format!("id,kind,names,birth,id_digest,source,reason\nP,person,X Y,,{digest},s,r\n");
        let list = NameList::read(&list).unwrap();
        let looked = Looked { name: "Anna Bell", number: Some(*digest.as_bytes()), ..Looked::default() };
        let hits = list.look(&looked, 1_000);
        assert_eq!((hits.len(), hits[0].measure), (1, Measure::Number));
        assert!(list.look(&Looked { number: Some([1; 32]), ..looked }, 700).is_empty());
    }

    /// However many have a common name, the one whose number is listed is among the hits.
    #[test]
    fn a_number_stands_before_namesakes() {
        let digest = blake3::hash(b"110101197001011234");
        let namesakes = (0..HITS_MAX + 5).map(|at| format!("N{at},person,王伟,,,s,r\n"));
        let list = format!(
            "id,kind,names,birth,id_digest,source,reason\n{}Z,person,王伟,,{digest},s,r\n",
            namesakes.collect::<String>()
        );
        let looked = Looked { name: "王伟", number: Some(*digest.as_bytes()), ..Looked::default() };
        let hits = NameList::read(&list).unwrap().look(&looked, 850);
        assert_eq!((hits.len(), hits[0].entry.as_str(), hits[0].measure), (HITS_MAX, "Z", Measure::Number));
    }

    #[test]
    fn the_threshold_is_met_at_itself() {
        let list = NameList::read(LIST).unwrap();
        let looked = Looked { name: "張偉", ..Looked::default() };
        assert_eq!((list.look(&looked, 980).len(), list.look(&looked, 981).len()), (1, 0));
    }
}
