//! Several runs of one measurement as one: the median of each figure.

use serde_json::{Map, Number, Value};

/// Figures in the shape of the first run. Each number is the median of that number over all runs that have it; of an
/// even count the lower of the two in the middle, so that a figure is always one that was measured. Lists whose
/// lengths differ and everything else are the first run's. `null` for no run.
pub(crate) fn of(runs: &[Value]) -> Value {
    let all: Vec<&Value> = runs.iter().collect();
    median(&all)
}

fn median(all: &[&Value]) -> Value {
    match all.first() {
        None => Value::Null,
        Some(Value::Number(first)) => Value::Number(middle(all).unwrap_or_else(|| first.clone())),
        Some(Value::Object(first)) => {
            let under = |key: &String| all.iter().filter_map(|one| one.get(key)).collect::<Vec<_>>();
            Value::Object(first.keys().map(|key| (key.clone(), median(&under(key)))).collect::<Map<_, _>>())
        }
        Some(Value::Array(first))
            if all.iter().all(|one| one.as_array().map(Vec::len) == Some(first.len())) =>
        {
            let at = |index: usize| all.iter().filter_map(|one| one.get(index)).collect::<Vec<_>>();
            Value::Array((0..first.len()).map(|index| median(&at(index))).collect())
        }
        Some(other) => (*other).clone(),
    }
}

fn middle(all: &[&Value]) -> Option<Number> {
    let mut numbers: Vec<&Number> = all.iter().filter_map(|one| one.as_number()).collect();
    numbers.sort_by(|one, other| {
        one.as_f64().unwrap_or_default().total_cmp(&other.as_f64().unwrap_or_default())
    });
    numbers.get(numbers.len().saturating_sub(1) / 2).map(|number| (*number).clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_figure_is_the_median_of_its_own() {
        let runs = [
            json!({"rate": 5, "name": "x", "parts": [{"p99": 1.5}, {"p99": 9}], "uneven": [1]}),
            json!({"rate": 9, "name": "y", "parts": [{"p99": 0.5}, {"p99": 7}], "uneven": [2, 3]}),
            json!({"rate": 6, "name": "z", "parts": [{"p99": 2.5}, {"p99": 8}], "uneven": [4]}),
        ];
        let told = json!({"rate": 6, "name": "x", "parts": [{"p99": 1.5}, {"p99": 8}], "uneven": [1]});
        assert_eq!(of(&runs), told);
        assert_eq!(of(&runs[..2])["rate"], 5);
        assert_eq!(of(&[]), Value::Null);
    }
}
