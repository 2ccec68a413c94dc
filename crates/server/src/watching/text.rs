//! The text form in which figures are told (Prometheus, version 0.0.4).

use super::list::{Kind, Metric};
use cell::{BOUNDS_US, Spread};

/// The content type of the form.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Microseconds of a second.
const SECOND_US: u64 = 1_000_000;

/// Figures as they are written down.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
}

impl Page {
    /// A whole number.
    pub(crate) fn number(&mut self, metric: &Metric, number: u64) {
        self.head(metric);
        self.line(metric.name, "", &number.to_string());
    }

    /// Whether something is so.
    pub(crate) fn is(&mut self, metric: &Metric, is_so: bool) {
        self.number(metric, u64::from(is_so));
    }

    /// A span or a moment, given in microseconds.
    pub(crate) fn seconds(&mut self, metric: &Metric, us: u64) {
        self.head(metric);
        self.line(metric.name, "", &seconds(us));
    }

    /// Whole numbers, each with its labels.
    pub(crate) fn labelled<'a>(
        &mut self,
        metric: &Metric,
        numbers: impl IntoIterator<Item = (Vec<(&'static str, &'a str)>, u64)>,
    ) {
        self.head(metric);
        for (labels, number) in numbers {
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            self.line(metric.name, &format!("{{{}}}", labels.join(",")), &number.to_string());
        }
    }

    /// How often something took how long.
    pub(crate) fn spread(&mut self, metric: &Metric, spread: &Spread) {
        debug_assert_eq!(metric.kind, Kind::Histogram, "{}", metric.name);
        self.head(metric);
        let bucket = format!("{}_bucket", metric.name);
        for (bound_us, within) in BOUNDS_US.into_iter().zip(spread.within) {
            self.line(&bucket, &format!("{{le=\"{}\"}}", seconds(bound_us)), &within.to_string());
        }
        self.line(&bucket, "{le=\"+Inf\"}", &spread.count.to_string());
        self.line(&format!("{}_sum", metric.name), "", &seconds(spread.sum_us));
        self.line(&format!("{}_count", metric.name), "", &spread.count.to_string());
    }

    /// All of it.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn head(&mut self, metric: &Metric) {
        let Metric { name, kind, help } = metric;
        self.text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {}\n", kind.name()));
    }

    fn line(&mut self, name: &str, labels: &str, value: &str) {
        self.text.push_str(&format!("{name}{labels} {value}\n"));
    }
}

/// A label's value as it stands between its quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Seconds, exactly, without zeros at the end.
fn seconds(us: u64) -> String {
    let (whole, rest) = (us / SECOND_US, us % SECOND_US);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:06}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watching::list;
    use std::time::Duration;

    #[test]
    fn figures_stand_in_the_form() {
        let mut page = Page::default();
        page.number(&list::BUSY, 3);
        page.seconds(&list::LAG, 1_500_000);
        page.labelled(&list::BUILD, [(vec![("version", "0.\"1\\\n")], 1)]);
        let expected = "# HELP tongbao_busy_total Commands turned away because the queue was full.\n\
            # TYPE tongbao_busy_total counter\ntongbao_busy_total 3\n\
            # HELP tongbao_posting_lag_seconds How long the oldest of those has waited for the tables.\n\
            # TYPE tongbao_posting_lag_seconds gauge\ntongbao_posting_lag_seconds 1.5\n\
            # HELP tongbao_build_info Always 1; its label is the version of the program.\n\
            # TYPE tongbao_build_info gauge\ntongbao_build_info{version=\"0.\\\"1\\\\\\n\"} 1\n";
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn buckets_count_what_is_below_them_too() {
        let histogram = cell::Histogram::default();
        for took_us in [40, 60, 11_000_000] {
            histogram.note(Duration::from_micros(took_us));
        }
        let mut page = Page::default();
        page.spread(&list::ANSWER, &histogram.read());
        let text = page.into_text();
        for line in [
            "tongbao_answer_seconds_bucket{le=\"0.00005\"} 1\n",
            "tongbao_answer_seconds_bucket{le=\"0.0001\"} 2\n",
            "tongbao_answer_seconds_bucket{le=\"10\"} 2\n",
            "tongbao_answer_seconds_bucket{le=\"+Inf\"} 3\n",
            "tongbao_answer_seconds_sum 11.0001\n",
            "tongbao_answer_seconds_count 3\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn seconds_are_exact() {
        let told = [0, 1, 50, 1_000_000, 1_000_001, 2_500_000, 1_767_229_200_000_000].map(seconds);
        assert_eq!(told, ["0", "0.000001", "0.00005", "1", "1.000001", "2.5", "1767229200"]);
    }
}
