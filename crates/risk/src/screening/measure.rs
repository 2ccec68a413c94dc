//! How near two names are, in thousandths, and by what that is known.

use super::name::Name;
use base::Field;
use serde::{Deserialize, Serialize};

/// Tokens less alike than this do not meet.
const TOKEN_MIN: u32 = 800;
/// Tokens of a short name that meet those of a longer one are at least so much alike.
const PART_TOKEN_MIN: u32 = 950;
/// A name all of whose tokens stand in a longer one.
const PART_SCORE: u32 = 900;
/// What each token more of the longer one takes from it.
const PART_LOSS: u32 = 20;
/// The same letters with other spaces.
const JOINED_SCORE: u32 = 960;
/// The same name in traditional and simplified letters.
const VARIANT_SCORE: u32 = 980;
/// As alike as can be.
pub(super) const SAME: u32 = 1_000;

/// By what two names were found alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Measure {
    /// The same Chinese letters.
    Han,
    /// The same Chinese letters, once traditional ones are read as simplified.
    HanVariant,
    /// Tokens that meet in any order, each by the measure of Jaro and Winkler.
    Tokens,
    /// All tokens of the shorter name stand in the longer one.
    Part,
    /// The same letters with other spaces.
    Joined,
    /// The number of an identity document.
    Number,
    /// An account, by its number or login.
    Account,
}

/// How alike two names are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Alike {
    /// Thousandths.
    pub(super) score: u32,
    /// By what.
    pub(super) measure: Measure,
    /// Tokens that met: place in our name, place in the listed one (from 1), thousandths.
    pub(super) pairs: Vec<(usize, usize, u32)>,
}

/// Compares a name of ours with a listed one; nothing when they have nothing in common.
pub(super) fn compare(ours: &Name, listed: &Name) -> Option<Alike> {
    match (ours, listed) {
        (Name::Han { plain, simple }, Name::Han { plain: other, simple: other_simple }) => {
            let measure = if plain == other { Measure::Han } else { Measure::HanVariant };
            let score = if plain == other { SAME } else { VARIANT_SCORE };
            (simple == other_simple).then(|| Alike { score, measure, pairs: vec![(1, 1, score)] })
        }
        (Name::Latin(ours), Name::Latin(listed)) => latin(ours, listed),
        (Name::Han { .. }, Name::Latin(_)) | (Name::Latin(_), Name::Han { .. }) => None,
    }
}

fn latin(ours: &[Vec<char>], listed: &[Vec<char>]) -> Option<Alike> {
    let joined = |tokens: &[Vec<char>]| tokens.concat();
    let same_letters = joined(ours) == joined(listed);
    let pairs = meet(ours, listed);
    if pairs.is_empty() {
        let alike = Alike { score: JOINED_SCORE, measure: Measure::Joined, pairs };
        return same_letters.then_some(alike);
    }
    // Each token counts by its letters, met or not, so that a short one cannot carry a long name.
    let letters = |tokens: &[Vec<char>]| tokens.iter().map(|token| count(token.len())).sum::<u64>();
    let all = letters(ours) + letters(listed);
    let met = |(our, other, score): &(usize, usize, u32)| {
        let both = ours.get(our - 1).map_or(0, Vec::len) + listed.get(other - 1).map_or(0, Vec::len);
        count(both) * u64::from(*score)
    };
    let score = u32::try_from(pairs.iter().map(met).sum::<u64>() / all.max(1)).unwrap_or(0);
    let mut best = Alike { score, measure: Measure::Tokens, pairs };
    let (short, long) = (ours.len().min(listed.len()), ours.len().max(listed.len()));
    let all_met =
        best.pairs.len() == short && best.pairs.iter().all(|(_, _, score)| *score >= PART_TOKEN_MIN);
    if short >= 2 && all_met && long > short {
        let lost = u32::try_from(long - short).unwrap_or(u32::MAX).saturating_mul(PART_LOSS);
        let score = PART_SCORE.saturating_sub(lost);
        if score > best.score {
            best = Alike { score, measure: Measure::Part, ..best };
        }
    }
    if same_letters && JOINED_SCORE > best.score {
        best = Alike { score: JOINED_SCORE, measure: Measure::Joined, ..best };
    }
    Some(best)
}

/// The tokens that meet: the most alike first, each once, the earlier ones before later ones as alike.
fn meet(ours: &[Vec<char>], listed: &[Vec<char>]) -> Vec<(usize, usize, u32)> {
    let mut all = Vec::new();
    for (our, token) in ours.iter().enumerate() {
        for (other, against) in listed.iter().enumerate() {
            let score = jaro_winkler(token, against);
            if score >= TOKEN_MIN {
                all.push((our + 1, other + 1, score));
            }
        }
    }
    all.sort_by_key(|(our, other, score)| (std::cmp::Reverse(*score), *our, *other));
    let mut met: Vec<(usize, usize, u32)> = Vec::new();
    for pair in all {
        if met.iter().all(|known| known.0 != pair.0 && known.1 != pair.1) {
            met.push(pair);
        }
    }
    met.sort_unstable();
    met
}

fn count(letters: usize) -> u64 {
    u64::try_from(letters).unwrap_or(u64::MAX)
}

/// The measure of Jaro with Winkler's gain for a common beginning of up to four letters, in thousandths, rounded down.
pub(super) fn jaro_winkler(one: &[char], other: &[char]) -> u32 {
    let jaro = jaro(one, other);
    let prefix = one.iter().zip(other).take(4).take_while(|(a, b)| a == b).count();
    let prefix = u32::try_from(prefix).unwrap_or(0);
    jaro + prefix * (SAME - jaro) / 10
}

fn jaro(one: &[char], other: &[char]) -> u32 {
    if one == other {
        return if one.is_empty() { 0 } else { SAME };
    }
    let window = (one.len().max(other.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; other.len()];
    let mut ours = Vec::new();
    for (at, letter) in one.iter().enumerate() {
        let (from, to) = (at.saturating_sub(window), (at + window + 1).min(other.len()));
        for place in from..to {
            let free = taken.get(place) == Some(&false) && other.get(place) == Some(letter);
            if free {
                if let Some(slot) = taken.get_mut(place) {
                    *slot = true;
                }
                ours.push(*letter);
                break;
            }
        }
    }
    if ours.is_empty() {
        return 0;
    }
    let theirs = other.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(letter, _)| *letter);
    let crossed = count(ours.iter().zip(theirs).filter(|(a, b)| **a != *b).count()) / 2;
    let (met, a, b) = (count(ours.len()), count(one.len()), count(other.len()));
    // (m/a + m/b + (m-t)/m) / 3, over one denominator.
    let sum = met * met * b + met * met * a + (met - crossed) * a * b;
    u32::try_from(1_000 * sum / (3 * met * a * b)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(ours: &str, listed: &str) -> Option<(u32, Measure)> {
        let (ours, listed) = (Name::of(ours).unwrap(), Name::of(listed).unwrap());
        compare(&ours, &listed).map(|alike| (alike.score, alike.measure))
    }

    /// The figures of Winkler's papers, rounded down to thousandths.
    #[test]
    fn tokens_have_the_published_figures() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (one, other, plain, winkler) in [
            ("martha", "marhta", 944, 960),
            ("dwayne", "duane", 822, 839),
            ("dixon", "dicksonx", 766, 812),
            ("jones", "johnson", 790, 832),
            ("abc", "xyz", 0, 0),
            ("a", "a", 1_000, 1_000),
        ] {
            let (one, other) = (letters(one), letters(other));
            assert_eq!(
                (jaro(&one, &other), jaro_winkler(&one, &other)),
                (plain, winkler),
                "{one:?} {other:?}"
            );
            assert_eq!(jaro(&one, &other), jaro(&other, &one));
        }
        assert_eq!(jaro(&[], &letters("a")), 0);
    }

    #[test]
    fn names_meet_in_any_order_and_not_when_little_is_alike() {
        use Measure::*;
        for (ours, listed, expected) in [
            ("John Smith", "SMITH, John", Some((1_000, Tokens))),
            ("Jon Smith", "John Smith", Some((972, Tokens))),
            ("John Smith", "John Michael Smith", Some((880, Part))),
            ("John Smith", "John Michael Albert Smith", Some((860, Part))),
            ("Li Xiao Ming", "Li Xiaoming", Some((960, Joined))),
            ("Xiao Ming", "Xiaoming", Some((960, Joined))),
            ("John", "John Smith", Some((615, Tokens))),
            ("Mary Jones", "John Smith", Some((413, Tokens))),
            ("Anna Bell", "John Smith", None),
            ("张伟", "張 偉", Some((980, HanVariant))),
            ("张 伟", "张伟", Some((1_000, Han))),
            ("张伟", "张卫", None),
            ("张伟", "Zhang Wei", None),
        ] {
            assert_eq!(alike(ours, listed), expected, "{ours} / {listed}");
        }
    }

    #[test]
    fn what_met_is_told_by_places() {
        let (ours, listed) = (Name::of("Jon Smith").unwrap(), Name::of("Smith John").unwrap());
        let pairs = compare(&ours, &listed).unwrap().pairs;
        assert_eq!(pairs, [(1, 2, 932), (2, 1, 1_000)]);
    }
}
