//! What goes wrong at this bank: thirteen classes for answers and statement lines, and three for whole files. Each is
//! drawn by a pure function of the seed and the key of what it strikes, so that a run can be repeated.

use base::{DAY_US, Day, HOUR_US, MINUTE_US};
use serde::{Deserialize, Serialize};

/// Parts of a whole: rates are parts per million.
pub const WHOLE_PPM: u32 = 1_000_000;
/// A statement line comes at most so many days late.
pub const LATE_DAYS_MAX: u32 = 3;

/// How often each class strikes, parts per million of what it can strike. All 0: a bank without faults.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// The first arrival of an order gets no answer and is not done.
    pub silent_before_ppm: u32,
    /// An order is done, and its first arrival gets no answer.
    pub silent_after_ppm: u32,
    /// An order is under way for minutes, for hours, or past midnight.
    pub slow_ppm: u32,
    /// An order is refused in the answer, and done later.
    pub late_success_ppm: u32,
    /// An order is done twice, under two references.
    pub twice_ppm: u32,
    /// The first answer names another amount than what was done.
    pub other_amount_ppm: u32,
    /// What was paid to a card is sent back one to three days later, under a reference of its own: its account is
    /// closed.
    pub sent_back_ppm: u32,
    /// What was done never stands in a statement.
    pub line_missing_ppm: u32,
    /// A line stands twice.
    pub line_twice_ppm: u32,
    /// A line has another amount.
    pub line_amount_ppm: u32,
    /// A line has the wrong sign or another currency.
    pub line_sign_ppm: u32,
    /// A line comes one to three days late.
    pub line_late_ppm: u32,
    /// A day's statement has a line that nobody asked for.
    pub line_stranger_ppm: u32,
    /// A download of a statement is cut off.
    pub file_cut_ppm: u32,
    /// A download of a statement is that of the day before.
    pub file_resent_ppm: u32,
    /// A download of a statement has its lines out of order.
    pub file_shuffled_ppm: u32,
}

impl Rates {
    /// Whether each rate is at most the whole.
    pub fn are_rates(&self) -> bool {
        let Rates {
            silent_before_ppm,
            silent_after_ppm,
            slow_ppm,
            late_success_ppm,
            twice_ppm,
            other_amount_ppm,
            sent_back_ppm,
            line_missing_ppm,
            line_twice_ppm,
            line_amount_ppm,
            line_sign_ppm,
            line_late_ppm,
            line_stranger_ppm,
            file_cut_ppm,
            file_resent_ppm,
            file_shuffled_ppm,
        } = *self;
        [
            silent_before_ppm,
            silent_after_ppm,
            slow_ppm,
            late_success_ppm,
            twice_ppm,
            other_amount_ppm,
            sent_back_ppm,
            line_missing_ppm,
            line_twice_ppm,
            line_amount_ppm,
            line_sign_ppm,
            line_late_ppm,
            line_stranger_ppm,
            file_cut_ppm,
            file_resent_ppm,
            file_shuffled_ppm,
        ]
        .iter()
        .all(|rate_ppm| *rate_ppm <= WHOLE_PPM)
    }
}

/// What strikes an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderFault {
    /// Not done, no answer to the first arrival.
    SilentBefore,
    /// Done, no answer to the first arrival.
    SilentAfter,
    /// Done at this moment, microseconds UTC; until then it is under way.
    Slow(i64),
    /// Refused in the answer, done at this moment, microseconds UTC.
    LateSuccess(i64),
    /// Done twice.
    Twice,
    /// The first answer has another amount.
    OtherAmount,
}

impl OrderFault {
    /// As `GET /truth` names it.
    pub const fn code(self) -> &'static str {
        match self {
            OrderFault::SilentBefore => "silent_before",
            OrderFault::SilentAfter => "silent_after",
            OrderFault::Slow(_) => "slow",
            OrderFault::LateSuccess(_) => "late_success",
            OrderFault::Twice => "twice",
            OrderFault::OtherAmount => "other_amount",
        }
    }
}

/// What strikes a statement line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineFault {
    /// It stands nowhere.
    Missing,
    /// It stands twice.
    Twice,
    /// Another amount.
    OtherAmount,
    /// Debit for credit, or the other way round.
    OtherSign,
    /// Another currency.
    OtherCurrency,
    /// So many days late.
    Late(u32),
}

impl LineFault {
    /// As `GET /truth` names it.
    pub const fn code(self) -> &'static str {
        match self {
            LineFault::Missing => "line_missing",
            LineFault::Twice => "line_twice",
            LineFault::OtherAmount => "line_amount",
            LineFault::OtherSign => "line_sign",
            LineFault::OtherCurrency => "line_currency",
            LineFault::Late(_) => "line_late",
        }
    }
}

/// What strikes one download of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFault {
    /// Cut off.
    Cut,
    /// That of the day before.
    Resent,
    /// Lines out of order.
    Shuffled,
}

/// The draws of one bank.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    seed: u64,
    rates: Rates,
}

impl Chance {
    /// The draws that a seed and these rates give.
    pub const fn new(seed: u64, rates: Rates) -> Chance {
        Chance { seed, rates }
    }

    /// What strikes the order with this key, when it arrives at this moment. The first class that strikes, in the
    /// order of [`Rates`].
    pub fn order(&self, key: &str, now_us: i64) -> Option<OrderFault> {
        let strikes = |class: &str, rate_ppm: u32| self.strikes(class, key, rate_ppm);
        if strikes("silent_before", self.rates.silent_before_ppm) {
            return Some(OrderFault::SilentBefore);
        }
        if strikes("silent_after", self.rates.silent_after_ppm) {
            return Some(OrderFault::SilentAfter);
        }
        if strikes("slow", self.rates.slow_ppm) {
            return Some(OrderFault::Slow(self.later_us("slow for", key, now_us)));
        }
        if strikes("late_success", self.rates.late_success_ppm) {
            return Some(OrderFault::LateSuccess(self.later_us("late for", key, now_us)));
        }
        if strikes("twice", self.rates.twice_ppm) {
            return Some(OrderFault::Twice);
        }
        strikes("other_amount", self.rates.other_amount_ppm).then_some(OrderFault::OtherAmount)
    }

    /// When what was paid to a card at a moment (microseconds UTC) is sent back, if it is: one to three days later.
    pub fn sent_back(&self, key: &str, done_at_us: i64) -> Option<i64> {
        let days = 1 + i64::from(self.below("days until it is back", key, LATE_DAYS_MAX));
        let strikes = self.strikes("sent_back", key, self.rates.sent_back_ppm);
        strikes.then(|| done_at_us.saturating_add(days * DAY_US))
    }

    /// What strikes the line with this key.
    pub fn line(&self, key: &str) -> Option<LineFault> {
        let strikes = |class: &str, rate_ppm: u32| self.strikes(class, key, rate_ppm);
        if strikes("line_missing", self.rates.line_missing_ppm) {
            return Some(LineFault::Missing);
        }
        if strikes("line_twice", self.rates.line_twice_ppm) {
            return Some(LineFault::Twice);
        }
        if strikes("line_amount", self.rates.line_amount_ppm) {
            return Some(LineFault::OtherAmount);
        }
        if strikes("line_sign", self.rates.line_sign_ppm) {
            let sign = self.draw("sign or currency", key).is_multiple_of(2);
            return Some(if sign { LineFault::OtherSign } else { LineFault::OtherCurrency });
        }
        let late = strikes("line_late", self.rates.line_late_ppm);
        late.then(|| LineFault::Late(1 + self.below("days late", key, LATE_DAYS_MAX)))
    }

    /// Whether a day has a line that nobody asked for, and its amount: 0.01 to 10,000.00, in fen.
    pub fn stranger(&self, key: &str) -> Option<i64> {
        let strikes = self.strikes("line_stranger", key, self.rates.line_stranger_ppm);
        strikes.then(|| 1 + i64::from(self.below("stranger's amount", key, WHOLE_PPM)))
    }

    /// Whether the stranger of a day pays in or takes out.
    pub fn stranger_pays_in(&self, key: &str) -> bool {
        self.draw("stranger's direction", key).is_multiple_of(2)
    }

    /// What strikes a download; the key names the day and the count of the download.
    pub fn file(&self, key: &str) -> Option<FileFault> {
        let strikes = |class: &str, rate_ppm: u32| self.strikes(class, key, rate_ppm);
        if strikes("file_cut", self.rates.file_cut_ppm) {
            return Some(FileFault::Cut);
        }
        if strikes("file_resent", self.rates.file_resent_ppm) {
            return Some(FileFault::Resent);
        }
        strikes("file_shuffled", self.rates.file_shuffled_ppm).then_some(FileFault::Shuffled)
    }

    /// A whole number below a bound, which is at least 1.
    pub fn below(&self, label: &str, key: &str, bound: u32) -> u32 {
        let rest = self.draw(label, key) % u64::from(bound.max(1));
        u32::try_from(rest).unwrap_or(0)
    }

    /// One to ten minutes later, one to five hours later, or soon after the next midnight in China.
    fn later_us(&self, label: &str, key: &str, now_us: i64) -> i64 {
        let within = i64::from(self.below("within", key, 9));
        match self.below(label, key, 3) {
            0 => now_us.saturating_add((1 + within) * MINUTE_US),
            1 => now_us.saturating_add((1 + within / 2) * HOUR_US),
            _ => {
                Day::of(now_us.saturating_add(DAY_US)).begins_at_us().saturating_add((1 + within) * MINUTE_US)
            }
        }
    }

    fn strikes(&self, class: &str, key: &str, rate_ppm: u32) -> bool {
        self.draw(class, key) % u64::from(WHOLE_PPM) < u64::from(rate_ppm)
    }

    /// Different labels draw apart from each other.
    fn draw(&self, label: &str, key: &str) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_be_bytes()).update(label.as_bytes()).update(&[0]).update(key.as_bytes());
        let hash = hasher.finalize();
        let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_767_283_200_000_000 + DAY_US / 2;

    fn always(set: impl Fn(&mut Rates)) -> Chance {
        let mut rates = Rates::default();
        set(&mut rates);
        Chance::new(7, rates)
    }

    #[test]
    fn a_bank_without_rates_has_no_faults() {
        let chance = Chance::new(7, Rates::default());
        for key in 0..1_000 {
            let key = key.to_string();
            assert_eq!(
                (chance.order(&key, NOON), chance.line(&key), chance.stranger(&key), chance.file(&key)),
                (None, None, None, None)
            );
        }
    }

    #[test]
    fn each_class_strikes_at_its_rate_and_the_same_key_always_alike() {
        let one_in_ten = always(|rates| rates.twice_ppm = 100_000);
        let struck = (0..10_000).filter(|key| one_in_ten.order(&key.to_string(), NOON).is_some()).count();
        assert!((800..1_200).contains(&struck), "{struck}");
        let another_seed = Chance::new(8, one_in_ten.rates);
        let differs = |key: &i32| {
            let key = key.to_string();
            assert_eq!(one_in_ten.order(&key, NOON), one_in_ten.order(&key, NOON));
            one_in_ten.order(&key, NOON) != another_seed.order(&key, NOON)
        };
        assert!((0..1_000).any(|key| differs(&key)), "the seed decides");
    }

    #[test]
    fn every_class_can_be_had_alone() {
        let order = |set: fn(&mut Rates)| always(set).order("k", NOON);
        assert_eq!(order(|rates| rates.silent_before_ppm = WHOLE_PPM), Some(OrderFault::SilentBefore));
        assert_eq!(order(|rates| rates.silent_after_ppm = WHOLE_PPM), Some(OrderFault::SilentAfter));
        assert_eq!(order(|rates| rates.twice_ppm = WHOLE_PPM), Some(OrderFault::Twice));
        assert_eq!(order(|rates| rates.other_amount_ppm = WHOLE_PPM), Some(OrderFault::OtherAmount));
        let line = |set: fn(&mut Rates)| always(set).line("k");
        assert_eq!(line(|rates| rates.line_missing_ppm = WHOLE_PPM), Some(LineFault::Missing));
        assert_eq!(line(|rates| rates.line_twice_ppm = WHOLE_PPM), Some(LineFault::Twice));
        assert_eq!(line(|rates| rates.line_amount_ppm = WHOLE_PPM), Some(LineFault::OtherAmount));
        let file = |set: fn(&mut Rates)| always(set).file("k");
        assert_eq!(file(|rates| rates.file_cut_ppm = WHOLE_PPM), Some(FileFault::Cut));
        assert_eq!(file(|rates| rates.file_resent_ppm = WHOLE_PPM), Some(FileFault::Resent));
        assert_eq!(file(|rates| rates.file_shuffled_ppm = WHOLE_PPM), Some(FileFault::Shuffled));
        let back = always(|rates| rates.sent_back_ppm = WHOLE_PPM);
        let days = back.sent_back("k", NOON).map(|at_us| (at_us - NOON) / DAY_US);
        assert!(days.is_some_and(|days| (1..=3).contains(&days)), "{days:?}");
        let stranger = always(|rates| rates.line_stranger_ppm = WHOLE_PPM);
        assert!((1..=1_000_000).contains(&stranger.stranger("k").unwrap()));
        let signs = always(|rates| rates.line_sign_ppm = WHOLE_PPM);
        let all: Vec<_> = (0..50).filter_map(|key| signs.line(&key.to_string())).collect();
        assert!(all.contains(&LineFault::OtherSign) && all.contains(&LineFault::OtherCurrency));
    }

    #[test]
    fn what_is_slow_takes_minutes_or_hours_or_passes_midnight() {
        let slow = always(|rates| rates.slow_ppm = WHOLE_PPM);
        let late = always(|rates| rates.late_success_ppm = WHOLE_PPM);
        let (mut minutes, mut hours, mut next_day) = (0, 0, 0);
        for key in 0..300 {
            let key = key.to_string();
            let Some(OrderFault::Slow(at_us)) = slow.order(&key, NOON) else { panic!("not slow") };
            assert!(matches!(late.order(&key, NOON), Some(OrderFault::LateSuccess(at_us)) if at_us > NOON));
            assert!(at_us > NOON);
            match at_us - NOON {
                ..HOUR_US => minutes += 1,
                _ if Day::of(at_us) == Day::of(NOON) => hours += 1,
                _ => next_day += 1,
            }
        }
        assert!(minutes > 50 && hours > 50 && next_day > 50, "{minutes} {hours} {next_day}");
        let lines = always(|rates| rates.line_late_ppm = WHOLE_PPM);
        for key in 0..100 {
            let late = lines.line(&key.to_string());
            assert!(matches!(late, Some(LineFault::Late(days)) if (1..=LATE_DAYS_MAX).contains(&days)));
        }
    }

    #[test]
    fn a_rate_above_the_whole_is_none() {
        assert!(Rates { slow_ppm: WHOLE_PPM, ..Rates::default() }.are_rates());
        assert!(!Rates { file_cut_ppm: WHOLE_PPM + 1, ..Rates::default() }.are_rates());
    }
}
