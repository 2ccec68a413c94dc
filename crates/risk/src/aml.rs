//! Reports against money laundering (反洗钱): what of one day must be reported because it is large (大额), and what looks
//! as if money were hidden (可疑). Sources: the central bank's order no. 3 of 2016 for the sums, per customer, day and
//! direction, single or together; the patterns are those that the product's list of rules names.

use base::{DAY_US, Day, PartyId};
use std::collections::{BTreeMap, BTreeSet};

/// From how much of a day's cash a report is due, fen: 50,000 yuan.
pub const CASH_MINOR: u64 = 5_000_000;
/// From how much of a day's transfers of a firm a report is due, fen: 2,000,000 yuan.
pub const FIRM_MINOR: u64 = 200_000_000;
/// From how much of a day's transfers of a person within the country a report is due, fen: 500,000 yuan.
pub const PERSON_MINOR: u64 = 50_000_000;
/// Working days within which a report is due.
pub const REPORT_DAYS: u32 = 5;
/// Transfers within [`SPLIT_US`] just below [`CASH_MINOR`] that count as split.
const SPLIT_COUNT: u32 = 5;
/// Within which time, microseconds: any 24 hours (domain reference 9.3, R07). Midnight hides nothing.
const SPLIT_US: i64 = DAY_US;
/// What counts as just below: nine tenths of it, fen.
const SPLIT_FROM_MINOR: u64 = CASH_MINOR / 10 * 9;
/// Payers within [`FAST_US`] from whom on it is odd when the money leaves at once.
const FAST_PAYERS: usize = 5;
/// How soon it leaves, microseconds: ten minutes.
const FAST_US: i64 = 600_000_000;
/// What of it leaves, hundredths.
const FAST_SHARE: u64 = 80;
/// Payers of a day from whom on it is odd when the money goes to one payee.
const GATHER_PAYERS: usize = 10;

/// Which way money went, seen from a party.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Way {
    /// To the party.
    In,
    /// From it.
    Out,
}

impl Way {
    /// As reports write it.
    pub const fn word(self) -> &'static str {
        match self {
            Way::In => "in",
            Way::Out => "out",
        }
    }
}

/// In what form money moved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Form {
    /// Cash: paid in without a bank.
    Cash,
    /// From party to party, by a transfer.
    Transfer,
    /// To a bank card: a withdrawal, or a transfer to somebody else's card.
    Card,
    /// By a payment, a bank card or a share of an order.
    Other,
}

/// One movement on a party's balance. What only comes back of an earlier one is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Movement {
    /// Whose balance.
    pub party: PartyId,
    /// Whether it is a person's.
    pub is_person: bool,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// Which way.
    pub way: Way,
    /// In what form.
    pub form: Form,
    /// How much, fen.
    pub amount_minor: u64,
    /// The other side of a transfer.
    pub other: Option<PartyId>,
}

/// Which sum of a day was reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LargeRule {
    /// Cash.
    Cash,
    /// What a firm moved otherwise.
    Firm,
    /// What a person moved otherwise, within the country.
    Person,
}

impl LargeRule {
    /// As reports write it.
    pub const fn word(self) -> &'static str {
        match self {
            LargeRule::Cash => "cash",
            LargeRule::Firm => "firm_transfers",
            LargeRule::Person => "person_transfers",
        }
    }

    /// From which sum of a day on, fen.
    pub const fn from_minor(self) -> u64 {
        match self {
            LargeRule::Cash => CASH_MINOR,
            LargeRule::Firm => FIRM_MINOR,
            LargeRule::Person => PERSON_MINOR,
        }
    }

    const fn of(movement: &Movement) -> LargeRule {
        match (movement.form, movement.is_person) {
            (Form::Cash, _) => LargeRule::Cash,
            (Form::Transfer | Form::Card | Form::Other, true) => LargeRule::Person,
            (Form::Transfer | Form::Card | Form::Other, false) => LargeRule::Firm,
        }
    }
}

/// A sum of a day that must be reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Large {
    /// Whose.
    pub party: PartyId,
    /// Which way.
    pub way: Way,
    /// By which rule.
    pub rule: LargeRule,
    /// How many movements.
    pub count: u32,
    /// Together, fen.
    pub sum_minor: u64,
}

/// What looks as if money were hidden.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Pattern {
    /// Many transfers just below a sum that is reported.
    Split,
    /// Money of many that leaves within minutes.
    Fast,
    /// Money of many that leaves to one.
    Gather,
}

impl Pattern {
    /// As reports write it.
    pub const fn word(self) -> &'static str {
        match self {
            Pattern::Split => "split",
            Pattern::Fast => "fast_in_fast_out",
            Pattern::Gather => "scattered_in_concentrated_out",
        }
    }
}

/// Movements of a party that look odd together. Somebody decides whether they are reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Suspicious {
    /// Whose.
    pub party: PartyId,
    /// As what.
    pub pattern: Pattern,
    /// How many movements out of the account.
    pub count: u32,
    /// Together, fen.
    pub sum_minor: u64,
    /// How many others the money came from; of a split, went to.
    pub others: u32,
}

/// The report of a day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AmlReport {
    /// By party, way and rule.
    pub large: Vec<Large>,
    /// By party and pattern.
    pub suspicious: Vec<Suspicious>,
}

/// What of a day's movements must be reported or looked at; `before` are those of the 24 hours before the day, among
/// which a pattern may have begun that ends on the day. Both are given in the order of time; the same movements give
/// the same report. Sums that are too large for a number stay at the largest one.
pub fn aml_report(before: &[Movement], movements: &[Movement]) -> AmlReport {
    let mut sums: BTreeMap<(PartyId, Way, LargeRule), (u32, u64)> = BTreeMap::new();
    for movement in movements {
        let sum = sums.entry((movement.party, movement.way, LargeRule::of(movement))).or_default();
        *sum = (sum.0.saturating_add(1), sum.1.saturating_add(movement.amount_minor));
    }
    let large = sums.into_iter().filter(|((_, _, rule), (_, sum))| *sum >= rule.from_minor());
    let large =
        large.map(|((party, way, rule), (count, sum_minor))| Large { party, way, rule, count, sum_minor });
    let mut own: BTreeMap<PartyId, Own<'_>> = BTreeMap::new();
    for (movement, is_before) in
        before.iter().map(|earlier| (earlier, true)).chain(movements.iter().map(|today| (today, false)))
    {
        if matches!(movement.form, Form::Transfer | Form::Card) {
            let own = own.entry(movement.party).or_default();
            own.all.push(movement);
            own.before += usize::from(is_before);
        }
    }
    let patterns = [split, fast, gather];
    let suspicious = own.iter().flat_map(|(party, own)| patterns.iter().filter_map(|odd| odd(*party, own)));
    AmlReport { large: large.collect(), suspicious: suspicious.collect() }
}

/// What a party moved by transfers.
#[derive(Default)]
struct Own<'a> {
    /// All of it, in the order of time.
    all: Vec<&'a Movement>,
    /// How many of these, the first ones, were before the day.
    before: usize,
}

impl<'a> Own<'a> {
    /// Those of the day.
    fn today(&self) -> &[&'a Movement] {
        self.all.get(self.before..).unwrap_or_default()
    }
}

fn others<'a>(movements: impl Iterator<Item = &'a &'a Movement>) -> BTreeSet<PartyId> {
    movements.filter_map(|movement| movement.other).collect()
}

fn sum<'a>(movements: impl Iterator<Item = &'a &'a Movement>) -> (u32, u64) {
    movements.fold((0, 0), |(count, sum), movement| {
        (u32::saturating_add(count, 1), u64::saturating_add(sum, movement.amount_minor))
    })
}

fn count(parties: &BTreeSet<PartyId>) -> u32 {
    u32::try_from(parties.len()).unwrap_or(u32::MAX)
}

/// Of the 24 hours that end with such a transfer of the day those with most of them, and the first of these.
fn split(party: PartyId, own: &Own<'_>) -> Option<Suspicious> {
    let is_near = |movement: &Movement| {
        movement.way == Way::Out && (SPLIT_FROM_MINOR..CASH_MINOR).contains(&movement.amount_minor)
    };
    let near: Vec<&Movement> = own.all.iter().copied().filter(|movement| is_near(movement)).collect();
    let today = own.today().iter().filter(|movement| is_near(movement)).count();
    let (mut begin, mut most) = (0, 0..0);
    for end in near.len() - today..near.len() {
        let from_us = near.get(end).map_or(i64::MAX, |last| last.at_us.saturating_sub(SPLIT_US));
        // Exactly 24 hours apart is two days of the same hour, not one.
        while near.get(begin).is_some_and(|past| past.at_us <= from_us) {
            begin += 1;
        }
        if end + 1 - begin > most.len() {
            most = begin..end + 1;
        }
    }
    let found = near.get(most).unwrap_or_default();
    let (count_found, sum_minor) = sum(found.iter());
    let others = count(&others(found.iter()));
    let odd = Suspicious { party, pattern: Pattern::Split, count: count_found, sum_minor, others };
    (count_found >= SPLIT_COUNT).then_some(odd)
}

/// The first ten minutes that end with money that leaves and look odd. The window is moved along, since a party that
/// pays wages has a hundred thousand movements a day. Sums are wide, so that what leaves the window can be taken off.
fn fast(party: PartyId, own: &Own<'_>) -> Option<Suspicious> {
    let (today, own) = (own.today(), &own.all);
    let (mut begin, mut end) = (0, 0);
    let (mut came, mut went, mut left) = (0_u128, 0_u128, 0_u32);
    let mut payers: BTreeMap<PartyId, u32> = BTreeMap::new();
    for last in today.iter().filter(|last| last.way == Way::Out) {
        while let Some(next) = own.get(end).filter(|next| next.at_us <= last.at_us) {
            end += 1;
            match next.way {
                Way::In => {
                    came += u128::from(next.amount_minor);
                    next.other.into_iter().for_each(|payer| *payers.entry(payer).or_default() += 1);
                }
                Way::Out => (went, left) = (went + u128::from(next.amount_minor), left.saturating_add(1)),
            }
        }
        let from_us = last.at_us.saturating_sub(FAST_US);
        while let Some(past) = own.get(begin).filter(|past| past.at_us < from_us) {
            begin += 1;
            match past.way {
                Way::In => {
                    came -= u128::from(past.amount_minor);
                    if let Some(payer) = past.other
                        && let Some(times) = payers.get_mut(&payer)
                    {
                        *times -= 1;
                        if *times == 0 {
                            payers.remove(&payer);
                        }
                    }
                }
                Way::Out => (went, left) = (went - u128::from(past.amount_minor), left.saturating_sub(1)),
            }
        }
        if payers.len() >= FAST_PAYERS && went * 100 >= came * u128::from(FAST_SHARE) {
            let others = u32::try_from(payers.len()).unwrap_or(u32::MAX);
            let sum_minor = u64::try_from(went).unwrap_or(u64::MAX);
            return Some(Suspicious { party, pattern: Pattern::Fast, count: left, sum_minor, others });
        }
    }
    None
}

fn gather(party: PartyId, own: &Own<'_>) -> Option<Suspicious> {
    let own = own.today();
    let way = |way| own.iter().filter(move |movement| movement.way == way);
    let (payers, payees) = (others(way(Way::In)), others(way(Way::Out)));
    let (left, sum_minor) = sum(way(Way::Out));
    // Cards are one more place that money goes to, whoever has them.
    let cards = usize::from(way(Way::Out).any(|movement| movement.form == Form::Card));
    let odd = payers.len() >= GATHER_PAYERS && payees.len() + cards == 1 && sum_minor >= CASH_MINOR;
    let others = count(&payers);
    odd.then_some(Suspicious { party, pattern: Pattern::Gather, count: left, sum_minor, others })
}

/// The last day on which a report of this day is in time: five working days later. Holidays are not known here.
pub fn report_by(day: Day) -> Day {
    let (mut by, mut left) = (day, REPORT_DAYS);
    while left > 0 {
        by = by.plus_days(1);
        // 1970-01-01 was a Thursday.
        let weekday = by.begins_at_us().saturating_add(8 * base::HOUR_US).div_euclid(base::DAY_US) + 3;
        if weekday.rem_euclid(7) < 5 {
            left -= 1;
        }
        if by == by.plus_days(1) {
            break;
        }
    }
    by
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    fn party(number: u64) -> PartyId {
        PartyId::issue(number, Slot::PLATFORM).unwrap()
    }

    fn moved(of: u64, way: Way, form: Form, amount_minor: u64) -> Movement {
        let party = party(of);
        Movement { party, is_person: of < 50, at_us: 0, way, form, amount_minor, other: None }
    }

    fn large(movements: &[Movement]) -> Vec<(Way, &'static str, u32, u64)> {
        aml_report(&[], movements)
            .large
            .iter()
            .map(|one| (one.way, one.rule.word(), one.count, one.sum_minor))
            .collect()
    }

    /// One fen below each sum and at it, at once and in parts; the two ways, persons, and days are not mixed.
    #[test]
    fn sums_are_reported_from_the_threshold_on() {
        for (of, form, rule, from) in [
            (1, Form::Cash, "cash", 5_000_000),
            (60, Form::Cash, "cash", 5_000_000),
            (1, Form::Transfer, "person_transfers", 50_000_000),
            (1, Form::Other, "person_transfers", 50_000_000),
            (60, Form::Transfer, "firm_transfers", 200_000_000),
        ] {
            for way in [Way::In, Way::Out] {
                let one = |amount| moved(of, way, form, amount);
                assert_eq!(large(&[one(from - 1)]), [], "{rule}");
                assert_eq!(large(&[one(from)]), [(way, rule, 1, from)]);
                let parts = [one(from - 3), one(1), one(2)];
                assert_eq!(large(&parts), [(way, rule, 3, from)], "parts of a day are one");
                assert_eq!(large(&parts[..2]), []);
            }
            let ways = [moved(of, Way::In, form, from - 1), moved(of, Way::Out, form, from - 1)];
            assert_eq!(large(&ways), [], "each way is a sum of its own");
            let two = [moved(of, Way::In, form, from - 1), moved(of + 1, Way::In, form, from - 1)];
            assert_eq!(large(&two), [], "so is each party");
        }
        let forms = [moved(1, Way::In, Form::Transfer, 49_999_999), moved(1, Way::In, Form::Other, 1)];
        assert_eq!(large(&forms), [(Way::In, "person_transfers", 2, 50_000_000)]);
        let cash = [moved(1, Way::In, Form::Cash, 4_999_999), moved(1, Way::In, Form::Other, 49_999_999)];
        assert_eq!(large(&cash), []);
        assert_eq!(large(&[moved(1, Way::In, Form::Cash, u64::MAX); 2])[0].3, u64::MAX);
    }

    /// Money of many that goes to a card leaves as much as money that goes to an account.
    #[test]
    fn money_that_leaves_to_a_card_is_seen_in_patterns() {
        let came = |payer: u64| Movement {
            other: Some(party(payer)),
            ..moved(1, Way::In, Form::Transfer, 1_000_000)
        };
        let out = |form| moved(1, Way::Out, form, 9_000_000);
        let patterns = |payers: u64, form| {
            let mut movements: Vec<Movement> = (10..10 + payers).map(came).collect();
            movements.push(out(form));
            let found = aml_report(&[], &movements).suspicious;
            found.iter().map(|odd| odd.pattern).collect::<Vec<_>>()
        };
        assert_eq!(patterns(5, Form::Card), [Pattern::Fast]);
        assert_eq!(patterns(10, Form::Card), [Pattern::Fast, Pattern::Gather]);
        assert_eq!(patterns(10, Form::Other), [], "what was bought is no transfer");
    }

    fn transfers(rows: &[(u64, Way, i64, u64, u64)]) -> Vec<(Pattern, u32, u64, u32)> {
        transfers_after(&[], rows)
    }

    type Rows<'a> = &'a [(u64, Way, i64, u64, u64)];

    fn transfers_after(before: Rows<'_>, rows: Rows<'_>) -> Vec<(Pattern, u32, u64, u32)> {
        let found = aml_report(&movements_of(before), &movements_of(rows)).suspicious;
        found.iter().map(|one| (one.pattern, one.count, one.sum_minor, one.others)).collect()
    }

    fn movements_of(rows: Rows<'_>) -> Vec<Movement> {
        rows.iter()
            .map(|(of, way, minute, amount, other)| Movement {
                at_us: minute * 60_000_000,
                other: Some(party(*other)),
                ..moved(*of, *way, Form::Transfer, *amount)
            })
            .collect()
    }

    #[test]
    fn transfers_just_below_a_sum_are_split() {
        let near = |amount, count| vec![(1, Way::Out, 0, amount, 2); count];
        assert_eq!(transfers(&near(4_500_000, 5)), [(Pattern::Split, 5, 22_500_000, 1)]);
        assert_eq!(transfers(&near(4_999_999, 6)), [(Pattern::Split, 6, 29_999_994, 1)]);
        for (amount, count) in [(4_500_000, 4), (4_499_999, 5), (5_000_000, 5)] {
            assert_eq!(transfers(&near(amount, count)), [], "{amount} {count}");
        }
        assert_eq!(transfers(&[(1, Way::In, 0, 4_500_000, 2); 5]), []);
    }

    /// Any 24 hours that end on the day count, those before it do not, and of those that count the fullest are told.
    #[test]
    fn midnight_hides_no_split() {
        let out = |hour: i64| (1, Way::Out, hour * 60, 4_600_000, 2);
        let at = |hours: &[i64]| hours.iter().map(|hour| out(*hour)).collect::<Vec<_>>();
        // The day begins at hour 24.
        let found = |before: &[i64], today: &[i64]| transfers_after(&at(before), &at(today));
        let split = |count: u32| vec![(Pattern::Split, count, u64::from(count) * 4_600_000, 1)];
        assert_eq!(found(&[21, 22, 23], &[24, 25]), split(5));
        assert_eq!(found(&[21, 22, 23], &[24]), []);
        assert_eq!(found(&[1, 22, 23], &[24, 25]), [], "exactly 24 hours");
        assert_eq!(found(&[2, 22, 23], &[24, 25]), split(5));
        assert_eq!(found(&[1, 2, 3, 4, 5], &[40]), [], "it was reported the day before");
        assert_eq!(found(&[20, 21, 22, 23], &[24, 25, 46]), split(6));
        assert_eq!(found(&[], &[24, 25, 26, 27, 28]), split(5));
        // What came before midnight and left after it is fast all the same; what left before it was yesterday's.
        let came: Vec<_> = (0..5).map(|payer| (1, Way::In, 1_439, 100, 10 + payer)).collect();
        let left = |minute| (1, Way::Out, minute, 500, 3);
        assert_eq!(transfers_after(&came, &[left(1_441)]), [(Pattern::Fast, 1, 500, 5)]);
        let yesterday: Vec<_> = came.iter().copied().chain([left(1_439)]).collect();
        assert_eq!(transfers_after(&yesterday, &[left(1_500)]), []);
        // Sums are of the day alone.
        let cash = |amount| [moved(1, Way::In, Form::Cash, amount)];
        assert_eq!(aml_report(&cash(CASH_MINOR), &cash(CASH_MINOR - 1)).large, []);
    }

    #[test]
    fn money_of_many_that_leaves_at_once_is_odd() {
        let rows = |payers: u64, out: u64, at: i64| {
            let mut rows: Vec<_> = (0..payers).map(|payer| (1, Way::In, 1, 100, 10 + payer)).collect();
            rows.push((1, Way::Out, at, out, 3));
            rows
        };
        assert_eq!(transfers(&rows(5, 400, 11)), [(Pattern::Fast, 1, 400, 5)]);
        assert_eq!(transfers(&rows(5, 399, 11)), []);
        assert_eq!(transfers(&rows(5, 400, 12)), [], "eleven minutes later");
        assert_eq!(transfers(&rows(4, 400, 11)), []);
        let same: Vec<_> =
            (0..5).map(|_| (1, Way::In, 1, 100, 10)).chain([(1, Way::Out, 2, 500, 3)]).collect();
        assert_eq!(transfers(&same), [], "one payer five times");
    }

    #[test]
    fn money_of_many_that_goes_to_one_is_odd() {
        let rows = |payers: u64, out: u64, payees: u64| {
            let mut rows: Vec<_> = (0..payers).map(|payer| (1, Way::In, 0, 600_000, 10 + payer)).collect();
            rows.extend((0..payees).map(|payee| (1, Way::Out, 600, out / payees, 30 + payee)));
            rows
        };
        assert_eq!(transfers(&rows(10, 5_000_000, 1)), [(Pattern::Gather, 1, 5_000_000, 10)]);
        assert_eq!(transfers(&rows(9, 5_000_000, 1)), []);
        assert_eq!(transfers(&rows(10, 4_999_999, 1)), []);
        assert_eq!(transfers(&rows(10, 5_000_000, 2)), []);
    }

    #[test]
    fn a_report_is_due_in_five_working_days() {
        for (day, by) in [
            ("2026-01-05", "2026-01-12"),
            ("2026-01-09", "2026-01-16"),
            ("2026-01-10", "2026-01-16"),
            ("2026-01-11", "2026-01-16"),
        ] {
            assert_eq!(report_by(day.parse().unwrap()).to_string(), by, "{day}");
        }
    }
}
