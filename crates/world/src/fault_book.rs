//! Which faults stand in a world, and which call or letter each happens to. Pure: the time comes as an argument, chance
//! from the seed of the rule, so that the same calls in the same order meet the same faults.

use crate::faults::Fault;
use base::AppId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Rules that stand at once.
pub const RULES_MAX: usize = 64;
/// Longest name of a method in a rule.
const METHOD_LENGTH_MAX: usize = 128;

/// When a fault happens. A rule without a bound or a rhythm is for the next call alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// To this app alone; to every app without.
    pub app: Option<AppId>,
    /// To this method alone; to every method without.
    pub method: Option<String>,
    /// So many times, then the rule is gone; from 1.
    pub next: Option<u32>,
    /// To each n-th; from 1.
    pub every: Option<u32>,
    /// With this chance in a hundred, from 1 to 100, drawn from `seed`.
    pub percent: Option<u32>,
    /// What chance is drawn from; also the lengths of a latency that is a range.
    pub seed: u64,
    /// Until this moment, microseconds UTC of the world's clock.
    pub until_us: Option<i64>,
}

/// Why a rule is not set. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleRefused {
    /// Letters have no method.
    #[error("this fault happens to notifications, which have no method")]
    MethodOfLetters,
    /// No method has such a name.
    #[error("method is a name such as alipay.trade.pay")]
    MethodMalformed,
    /// Only some queries can be answered as of before.
    #[error("query-lag is for alipay.trade.query and alipay.trade.fastpay.refund.query")]
    MethodHasNoLag,
    /// A count of nothing.
    #[error("next and every are from 1")]
    CountIsZero,
    /// No chance.
    #[error("percent is from 1 to 100")]
    PercentOutOfRange,
    /// Too many rules.
    #[error("64 faults stand already; clear some first")]
    TooMany,
}

/// The queries that can be answered as of a moment before.
pub const LAGGING_METHODS: [&str; 2] = ["alipay.trade.query", "alipay.trade.fastpay.refund.query"];

/// A rule that stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Its number, from 1 on.
    pub no: u64,
    /// The rule.
    pub rule: Rule,
    /// Calls or letters that it was looked at for.
    pub seen: u64,
    /// How often its fault happened.
    pub hits: u64,
    dice: u64,
}

/// A fault that happens now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hit {
    /// What happens.
    pub fault: Fault,
    /// The rule that says so; none when the call itself asked for it.
    pub rule: Option<u64>,
    /// Whether the rule is for one method.
    pub of_method: bool,
    /// How long a latency is, milliseconds; zero for the others.
    pub latency_ms: u32,
}

impl Rule {
    /// A fault for the next call or letter of an app.
    pub fn once(fault: Fault, app: Option<AppId>) -> Rule {
        let (method, every, percent, until_us) = (None, None, None, None);
        Rule { fault, app, method, next: Some(1), every, percent, seed: 0, until_us }
    }

    /// Whether it can stand.
    ///
    /// # Errors
    /// See [`RuleRefused`].
    pub fn check(&self) -> Result<(), RuleRefused> {
        if let Some(method) = &self.method {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.';
            if self.fault.is_of_letters() {
                return Err(RuleRefused::MethodOfLetters);
            }
            if method.is_empty() || method.len() > METHOD_LENGTH_MAX || !method.bytes().all(plain) {
                return Err(RuleRefused::MethodMalformed);
            }
            let lags = LAGGING_METHODS.contains(&method.as_str());
            if matches!(self.fault, Fault::QueryLag { .. }) && !lags {
                return Err(RuleRefused::MethodHasNoLag);
            }
        }
        if self.next == Some(0) || self.every == Some(0) {
            return Err(RuleRefused::CountIsZero);
        }
        if self.percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return Err(RuleRefused::PercentOutOfRange);
        }
        Ok(())
    }

    /// The rule as it is to stand: one without a bound or a rhythm is for the next call alone.
    fn bounded(mut self) -> Rule {
        let rhythm = self.every.is_some() || self.percent.is_some() || self.until_us.is_some();
        if self.next.is_none() && !rhythm {
            self.next = Some(1);
        }
        self
    }

    /// Whether two that are to stand do the same to the same calls. That both end is part of it, and when is not: it
    /// follows from when each was asked for.
    fn does_as(&self, other: &Rule) -> bool {
        let Rule { fault, app, method, next, every, percent, seed, until_us } = self;
        (*fault, *app, method) == (other.fault, other.app, &other.method)
            && (*next, *every, *percent, *seed) == (other.next, other.every, other.percent, other.seed)
            && until_us.is_some() == other.until_us.is_some()
    }

    fn is_about(&self, app: AppId, method: Option<&str>) -> bool {
        // A lag is of queries alone, so that a payment in between does not use it up.
        let lags = !matches!(self.fault, Fault::QueryLag { .. })
            || method.is_some_and(|method| LAGGING_METHODS.contains(&method));
        let named = self.method.is_none() || self.method.as_deref() == method;
        self.app.is_none_or(|wanted| wanted == app)
            && named
            && lags
            && self.fault.is_of_letters() == method.is_none()
    }
}

impl Standing {
    fn is_over(&self, now_us: i64) -> bool {
        let spent = self.rule.next.is_some_and(|next| self.hits >= u64::from(next));
        spent || self.rule.until_us.is_some_and(|until_us| now_us >= until_us)
    }

    /// Whether it happens this time.
    fn happens(&mut self) -> bool {
        self.seen += 1;
        let in_turn = self.rule.every.is_none_or(|every| self.seen.is_multiple_of(u64::from(every)));
        // Drawn at each, so that what chance says does not depend on the rhythm.
        let lucky = self.rule.percent.is_none_or(|percent| draw(&mut self.dice) % 100 < u64::from(percent));
        in_turn && lucky
    }

    fn hit(&mut self) -> Hit {
        self.hits += 1;
        let fault = self.rule.fault;
        let latency_ms = latency_of(fault, &mut self.dice);
        Hit { fault, rule: Some(self.no), of_method: self.rule.method.is_some(), latency_ms }
    }
}

fn latency_of(fault: Fault, dice: &mut u64) -> u32 {
    let Fault::Latency { from_ms, to_ms } = fault else { return 0 };
    let width = u64::from(to_ms.saturating_sub(from_ms)) + 1;
    from_ms + u32::try_from(draw(dice) % width).expect("below the width, which is 32 bits and one")
}

/// The next number of a seed (SplitMix64, public domain).
fn draw(dice: &mut u64) -> u64 {
    *dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *dice;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Where a rule comes to stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    First,
    Last,
    /// Nowhere while one stands that does the same.
    LastUnlessThere,
}

#[derive(Debug, Default)]
struct Book {
    last_no: u64,
    rules: Vec<Standing>,
    dice: u64,
}

/// The faults of one world. They live in memory: a server that starts anew has none.
#[derive(Debug, Default)]
pub struct Faults {
    book: Mutex<Book>,
    /// Whether any rule stands, so that a world without faults pays next to nothing for them.
    any: AtomicBool,
}

impl Faults {
    /// Sets a rule, and gives its number.
    ///
    /// # Errors
    /// See [`RuleRefused`]; nothing was set.
    pub fn set(&self, rule: Rule, now_us: i64) -> Result<u64, RuleRefused> {
        self.insert(rule, now_us, Place::Last)
    }

    /// Sets a rule unless one stands that does the same to the same calls, and gives the number of the one that stands:
    /// whoever asks twice, because no answer came, has it once.
    ///
    /// # Errors
    /// See [`RuleRefused`]; nothing was set.
    pub fn set_once(&self, rule: Rule, now_us: i64) -> Result<u64, RuleRefused> {
        self.insert(rule, now_us, Place::LastUnlessThere)
    }

    /// Sets a rule before all that stand: a call asked for it itself. Gives its number.
    ///
    /// # Errors
    /// See [`RuleRefused`]; nothing was set.
    pub fn set_first(&self, rule: Rule, now_us: i64) -> Result<u64, RuleRefused> {
        self.insert(rule, now_us, Place::First)
    }

    fn insert(&self, rule: Rule, now_us: i64, place: Place) -> Result<u64, RuleRefused> {
        rule.check()?;
        let rule = rule.bounded();
        let mut book = self.book(now_us);
        if place == Place::LastUnlessThere
            && let Some(there) = book.rules.iter().find(|standing| standing.rule.does_as(&rule))
        {
            return Ok(there.no);
        }
        if book.rules.len() >= RULES_MAX {
            return Err(RuleRefused::TooMany);
        }
        book.last_no += 1;
        let (no, dice) = (book.last_no, rule.seed);
        let place = match place {
            Place::First => 0,
            Place::Last | Place::LastUnlessThere => book.rules.len(),
        };
        book.rules.insert(place, Standing { no, rule, seen: 0, hits: 0, dice });
        self.any.store(true, Ordering::Release);
        Ok(no)
    }

    /// The rules that stand, in the order in which they are looked at: what calls asked for, the last one foremost,
    /// then the others as they were set.
    pub fn list(&self, now_us: i64) -> Vec<Standing> {
        self.book(now_us).rules.clone()
    }

    /// Takes rules away: the one of this number, those for this app, or with neither all. Tells how many.
    pub fn clear(&self, no: Option<u64>, app: Option<AppId>, now_us: i64) -> usize {
        let mut book = self.book(now_us);
        let before = book.rules.len();
        let meant = |standing: &Standing| {
            no.is_none_or(|no| standing.no == no) && app.is_none_or(|app| standing.rule.app == Some(app))
        };
        book.rules.retain(|standing| !meant(standing));
        self.tidy(&mut book, now_us);
        before - book.rules.len()
    }

    /// Whether no rule stands.
    pub fn is_quiet(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    /// What happens to this call: the first rule that fires, in the order in which they were set; later ones do not
    /// see the call.
    pub fn of_call(&self, app: AppId, method: &str, now_us: i64) -> Option<Hit> {
        self.pick(app, Some(method), now_us)
    }

    /// What happens to a letter to this app, as [`Faults::of_call`].
    pub fn of_letter(&self, app: AppId, now_us: i64) -> Option<Hit> {
        self.pick(app, None, now_us)
    }

    /// What happens to a call that asks for it itself.
    pub fn asked(&self, fault: Fault) -> Hit {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        Hit { fault, rule: None, of_method: false, latency_ms: latency_of(fault, &mut book.dice) }
    }

    fn pick(&self, app: AppId, method: Option<&str>, now_us: i64) -> Option<Hit> {
        if self.is_quiet() {
            return None;
        }
        let mut book = self.book(now_us);
        let mut about = book.rules.iter_mut().filter(|standing| standing.rule.is_about(app, method));
        let hit = about.find_map(|standing| standing.happens().then(|| standing.hit()));
        self.tidy(&mut book, now_us);
        hit
    }

    /// The book, without what is over.
    fn book(&self, now_us: i64) -> MutexGuard<'_, Book> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        self.tidy(&mut book, now_us);
        book
    }

    fn tidy(&self, book: &mut Book, now_us: i64) {
        book.rules.retain(|standing| !standing.is_over(now_us));
        self.any.store(!book.rules.is_empty(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAY: &str = "alipay.trade.pay";
    const QUERY: &str = "alipay.trade.query";

    fn app(number: u64) -> AppId {
        AppId::issue(number, base::Slot::new(1).unwrap()).unwrap()
    }

    fn rule(fault: Fault) -> Rule {
        Rule { next: None, ..Rule::once(fault, None) }
    }

    /// Which of so many calls are hit.
    fn hits(faults: &Faults, calls: usize) -> Vec<usize> {
        (0..calls).filter(|_| faults.of_call(app(1), PAY, 0).is_some()).collect()
    }

    #[test]
    fn what_is_asked_for_twice_stands_once() {
        let faults = Faults::default();
        let plain = rule(Fault::ErrorAfter);
        let ends = |until_us| Rule { next: Some(3), until_us: Some(until_us), ..plain.clone() };
        assert_eq!(faults.set_once(plain.clone(), 0), Ok(1));
        assert_eq!(faults.set_once(plain.clone(), 0), Ok(1));
        let said = Rule { next: Some(1), ..plain.clone() };
        assert_eq!(faults.set_once(said, 0), Ok(1), "that is what it means");
        assert_eq!(faults.set_once(ends(60), 0), Ok(2));
        assert_eq!(faults.set_once(ends(65), 5), Ok(2), "asked for again, five later");
        for other in [
            rule(Fault::ErrorBefore),
            Rule { app: Some(app(1)), ..plain.clone() },
            Rule { method: Some(PAY.to_owned()), ..plain.clone() },
            Rule { next: Some(2), ..plain.clone() },
            Rule { every: Some(2), ..plain.clone() },
            Rule { percent: Some(2), ..plain.clone() },
            Rule { seed: 2, ..plain.clone() },
        ] {
            let before = faults.list(5).len();
            let no = faults.set_once(other.clone(), 5).unwrap();
            assert_eq!(faults.set_once(other.clone(), 5), Ok(no));
            assert_eq!(faults.list(5).len(), before + 1, "{other:?}");
        }
        assert!(faults.of_call(app(1), QUERY, 5).is_some(), "the first is used up");
        assert!(faults.set_once(plain.clone(), 5).unwrap() > 2, "and is set anew");
        let before = faults.list(5).len();
        faults.set(plain, 5).unwrap();
        assert_eq!(faults.list(5).len(), before + 1, "who sets it as another has two");
    }

    #[test]
    fn a_rule_is_for_the_next_calls_or_each_nth_or_by_chance() {
        let faults = Faults::default();
        assert!(faults.is_quiet());
        let set = |rule| {
            faults.clear(None, None, 0);
            faults.set(rule, 0).unwrap()
        };
        set(rule(Fault::ErrorAfter));
        assert_eq!(hits(&faults, 4), [0], "nothing said: the next one");
        assert!(faults.is_quiet(), "it is used up");
        set(Rule { next: Some(3), ..rule(Fault::ErrorAfter) });
        assert_eq!(hits(&faults, 6), [0, 1, 2]);
        set(Rule { every: Some(5), ..rule(Fault::ErrorAfter) });
        assert_eq!(hits(&faults, 16), [4, 9, 14]);
        set(Rule { every: Some(2), next: Some(2), ..rule(Fault::ErrorAfter) });
        assert_eq!(hits(&faults, 16), [1, 3]);
        let by_chance = |seed| Rule { percent: Some(30), seed, ..rule(Fault::ErrorAfter) };
        set(by_chance(7));
        let first = hits(&faults, 1_000);
        set(by_chance(7));
        assert_eq!(hits(&faults, 1_000), first, "the same seed, the same calls");
        set(by_chance(8));
        assert_ne!(hits(&faults, 1_000), first);
        assert!((200..400).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn a_rule_is_for_its_app_its_method_its_kind_and_its_time() {
        let faults = Faults::default();
        let method = Some(PAY.to_owned());
        let until_us = Some(100);
        let no =
            faults.set(Rule { app: Some(app(1)), method, until_us, ..rule(Fault::Maintenance) }, 0).unwrap();
        assert_eq!(faults.of_call(app(2), PAY, 0), None);
        assert_eq!(faults.of_call(app(1), QUERY, 0), None);
        assert_eq!(faults.of_letter(app(1), 0), None);
        let hit = faults.of_call(app(1), PAY, 99).unwrap();
        assert_eq!((hit.fault, hit.rule, hit.of_method), (Fault::Maintenance, Some(no), true));
        let seen = faults.list(99);
        assert_eq!((seen.len(), seen[0].seen, seen[0].hits), (1, 1, 1));
        assert_eq!(faults.of_call(app(1), PAY, 100), None, "over");
        assert!(faults.list(100).is_empty());
        faults.set(rule(Fault::NotifyDuplicate), 0).unwrap();
        assert_eq!(faults.of_call(app(1), PAY, 0), None);
        assert_eq!(faults.of_letter(app(1), 0).unwrap().fault, Fault::NotifyDuplicate);
        faults.set(rule(Fault::QueryLag { seconds: 9 }), 0).unwrap();
        assert_eq!(faults.of_call(app(1), PAY, 0), None, "a payment does not use a lag up");
        assert!(faults.of_call(app(1), QUERY, 0).is_some());
    }

    #[test]
    fn the_first_that_fires_is_the_one_and_clearing_is_by_number_or_app() {
        let faults = Faults::default();
        let first = faults.set(Rule { every: Some(2), ..rule(Fault::RateLimit) }, 0).unwrap();
        let second =
            faults.set(Rule { every: Some(1), app: Some(app(1)), ..rule(Fault::ErrorBefore) }, 0).unwrap();
        let picked: Vec<_> = (0..4).map(|_| faults.of_call(app(1), PAY, 0).unwrap().rule.unwrap()).collect();
        assert_eq!(picked, [second, first, second, first]);
        assert_eq!(faults.clear(None, Some(app(2)), 0), 0);
        assert_eq!(faults.clear(None, Some(app(1)), 0), 1);
        assert_eq!(faults.clear(Some(second), None, 0), 0);
        assert_eq!(faults.clear(Some(first), None, 0), 1);
        assert!(faults.is_quiet());
    }

    #[test]
    fn a_latency_stays_in_its_range_and_a_call_may_ask_for_itself() {
        let faults = Faults::default();
        let range = Fault::Latency { from_ms: 5, to_ms: 9 };
        faults.set(Rule { next: Some(500), ..rule(range) }, 0).unwrap();
        let mut lengths: Vec<_> =
            (0..500).map(|_| faults.of_call(app(1), PAY, 0).unwrap().latency_ms).collect();
        lengths.extend((0..500).map(|_| faults.asked(range).latency_ms));
        assert!((5..=9).all(|length| lengths.contains(&length)));
        assert!(lengths.iter().all(|length| (5..=9).contains(length)));
        assert_eq!(faults.asked(Fault::LostAnswer).rule, None);
    }

    #[test]
    fn what_cannot_stand_is_refused_in_order() {
        use RuleRefused as R;
        let faults = Faults::default();
        let of = |fault, method: &str| Rule { method: Some(method.to_owned()), ..rule(fault) };
        for (rule, refused) in [
            (of(Fault::NotifyDuplicate, "!"), R::MethodOfLetters),
            (of(Fault::ErrorAfter, ""), R::MethodMalformed),
            (of(Fault::ErrorAfter, "alipay.Trade"), R::MethodMalformed),
            (of(Fault::QueryLag { seconds: 1 }, PAY), R::MethodHasNoLag),
            (Rule { next: Some(0), percent: Some(0), ..rule(Fault::ErrorAfter) }, R::CountIsZero),
            (Rule { every: Some(0), ..rule(Fault::ErrorAfter) }, R::CountIsZero),
            (Rule { percent: Some(0), ..rule(Fault::ErrorAfter) }, R::PercentOutOfRange),
            (Rule { percent: Some(101), ..rule(Fault::ErrorAfter) }, R::PercentOutOfRange),
        ] {
            assert_eq!(faults.set(rule, 0), Err(refused));
            assert!(faults.is_quiet(), "{refused:?}: nothing was set");
        }
        for _ in 0..RULES_MAX {
            faults.set(rule(Fault::ErrorAfter), 0).unwrap();
        }
        assert_eq!(faults.set(rule(Fault::ErrorAfter), 0), Err(R::TooMany));
        assert_eq!(faults.clear(None, None, 0), RULES_MAX);
    }
}
