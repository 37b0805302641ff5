//! What the counts of a row come to, and what they should.

use std::fmt;

use crate::counting::Count;

/// What two counts come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// The second, in parts of the first.
    Ratio,
    /// The exponent by which a count grows with the size: 1 is linear, 2 is quadratic.
    Degree,
    /// What each unit of size adds.
    Each,
}

/// What a count should come to at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    pub count: Count,
    pub at_most: f64,
}

impl Measure {
    /// What two counts of two sizes come to; nothing, if that is no number.
    pub fn of(self, sizes: [usize; 2], counts: [u64; 2]) -> Option<f64> {
        let [small, large] = counts.map(as_f64);
        let sizes = sizes.map(|size| as_f64(size as u64));
        let result = match self {
            Self::Ratio => large / small,
            Self::Degree => (large / small).ln() / (sizes[1] / sizes[0]).ln(),
            Self::Each => (large - small) / (sizes[1] - sizes[0]),
        };
        result.is_finite().then_some(result)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ratio => "ratio",
            Self::Degree => "degree",
            Self::Each => "each adds",
        })
    }
}

/// Counts are far below 2^52.
#[allow(clippy::cast_precision_loss)]
pub fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::Measure;

    #[test]
    fn a_measure_compares_two_counts() {
        let close = |measure: Measure, counts, expected: f64| {
            let result = measure.of([50, 200], counts).expect("a number");
            assert!((result - expected).abs() < 1e-9, "{measure}: {result}");
        };
        close(Measure::Ratio, [10, 44], 4.4);
        close(Measure::Degree, [10, 40], 1.0);
        close(Measure::Degree, [10, 160], 2.0);
        close(Measure::Each, [1_000, 2_500], 10.0);
        assert_eq!(Measure::Ratio.of([50, 200], [0, 10]), None);
        assert_eq!(Measure::Degree.of([1, 1], [5, 10]), None);
    }
}
