//! What criterion left on disk, and how to compute with it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Div, Sub};
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A median or what was computed of medians, with the bounds of its 95 % confidence interval.
///
/// Those of a difference or a quotient are the widest that the bounds of both sides allow.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Sub for Estimate {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            low: self.low - other.high,
            high: self.high - other.low,
        }
    }
}

impl Div for Estimate {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        Self {
            value: self.value / other.value,
            low: self.low / other.high,
            high: self.high / other.low,
        }
    }
}

/// Two or three digits of a ratio.
fn digits(ratio: f64) -> String {
    match ratio {
        it if it.abs() < 10.0 => format!("{it:.2}"),
        it if it.abs() < 100.0 => format!("{it:.1}"),
        it => format!("{it:.0}"),
    }
}

impl Estimate {
    /// As a duration, of nanoseconds.
    pub fn time(self) -> String {
        let (unit, nanoseconds) = match self.value {
            it if it < 1e3 => ("ns", 1.0),
            it if it < 1e6 => ("µs", 1e3),
            _ => ("ms", 1e6),
        };
        let [value, low, high] =
            [self.value, self.low, self.high].map(|it| digits(it / nanoseconds));
        format!("{value} {unit} ({low}–{high})")
    }
}

/// As a ratio.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [value, low, high] = [self.value, self.low, self.high].map(digits);
        write!(f, "{value}× ({low}–{high})")
    }
}

/// The medians of a run, in nanoseconds, by workload and column.
pub struct Measurements(BTreeMap<(String, String), Estimate>);

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Median,
}

#[derive(Deserialize)]
struct Median {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Box<dyn std::error::Error>> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let entries = std::fs::read_dir(path)
        .map_err(|error| format!("{}: {error}: did `cargo bench` run?", path.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

impl Measurements {
    /// Reads what criterion wrote last for each benchmark.
    pub fn of_the_last_run() -> Result<Self, Box<dyn std::error::Error>> {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
        let mut medians = BTreeMap::new();
        for group in folders(&target.join("criterion"))? {
            for column in folders(&group)? {
                let newest = column.join("new");
                if !newest.is_dir() {
                    continue;
                }
                let benchmark: Benchmark = read(&newest.join("benchmark.json"))?;
                let Estimates { median } = read(&newest.join("estimates.json"))?;
                let estimate = Estimate {
                    value: median.point_estimate,
                    low: median.confidence_interval.lower_bound,
                    high: median.confidence_interval.upper_bound,
                };
                let column = benchmark.function_id.ok_or("a benchmark without a column")?;
                medians.insert((benchmark.group_id, column), estimate);
            }
        }
        Ok(Self(medians))
    }

    /// The median of a column of a workload, if it was measured.
    pub fn get(&self, workload: &str, column: &str) -> Option<Estimate> {
        self.0.get(&(workload.to_owned(), column.to_owned())).copied()
    }
}
