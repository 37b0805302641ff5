//! What a database holds of dates and times: whole microseconds and days, in the range of PostgreSQL, where
//! no date is before day 0 of the Julian calendar, 24 November of 4714 BC.
//!
//! A key out of this range is refused here: PostgreSQL would refuse the whole batch.

use super::misfit::Misfit;
use super::scalar::Scalar;

/// 1970-01-01, in Julian days.
pub(super) const EPOCH: i32 = 2_440_588;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A time of so many nanoseconds since 1970.
pub(super) fn time(nanoseconds: i128) -> Result<Scalar<'static>, Misfit> {
    if nanoseconds % 1000 != 0 {
        return Err(Misfit::new(
            "a time is finer than a microsecond, which a database does not hold",
        ));
    }
    let microseconds = i64::try_from(nanoseconds / 1000).map_err(|_| time_out_of_range())?;
    in_range(microseconds).map(Scalar::Timestamp)
}

/// The microseconds of a stored time. (SQLite has integers for it.)
pub(super) fn microseconds(stored: &Scalar<'_>) -> Result<i64, Misfit> {
    match stored {
        Scalar::Timestamp(microseconds) | Scalar::Int(microseconds) => in_range(*microseconds),
        other => Err(Misfit::kind(other, "a time")),
    }
}

/// A date of so many days since 1970.
pub(super) fn date(days: i32) -> Result<Scalar<'static>, Misfit> {
    day_in_range(days).map(Scalar::Date)
}

/// The days of a stored date. (SQLite has integers for it.)
pub(super) fn days(stored: &Scalar<'_>) -> Result<i32, Misfit> {
    match stored {
        Scalar::Date(days) => day_in_range(*days),
        Scalar::Int(days) => {
            i32::try_from(*days).map_err(|_| date_out_of_range()).and_then(day_in_range)
        }
        other => Err(Misfit::kind(other, "a date")),
    }
}

fn in_range(microseconds: i64) -> Result<i64, Misfit> {
    let is_in = microseconds >= -i64::from(EPOCH) * DAY;
    is_in.then_some(microseconds).ok_or_else(time_out_of_range)
}

fn day_in_range(days: i32) -> Result<i32, Misfit> {
    (days >= -EPOCH).then_some(days).ok_or_else(date_out_of_range)
}

/// For a time that one of both sides does not have.
pub(super) fn time_out_of_range() -> Misfit {
    Misfit::new("a time is out of range")
}

/// For a date that one of both sides does not have.
pub(super) fn date_out_of_range() -> Misfit {
    Misfit::new("a date is out of range")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PostgreSQL: `SELECT extract(epoch FROM '4714-11-24 00:00:00Z BC'::timestamptz)`.
    const LEAST: i64 = -210_866_803_200_000_000;

    #[test]
    fn times_are_whole_microseconds() {
        assert_eq!(time(1_000), Ok(Scalar::Timestamp(1)));
        assert_eq!(time(-1_000), Ok(Scalar::Timestamp(-1)));
        for finer in [1, 999, -1, -999, 1_001] {
            assert!(time(finer).is_err(), "{finer}");
        }
    }

    #[test]
    fn what_postgresql_does_not_hold_is_out_of_range() {
        assert_eq!(time(i128::from(LEAST) * 1000), Ok(Scalar::Timestamp(LEAST)));
        assert_eq!(time(i128::from(LEAST - 1) * 1000), Err(time_out_of_range()));
        assert_eq!(time(i128::from(i64::MAX) * 1000), Ok(Scalar::Timestamp(i64::MAX)));
        assert_eq!(time((i128::from(i64::MAX) + 1) * 1000), Err(time_out_of_range()));
        assert_eq!(time(i128::MIN / 1000 * 1000), Err(time_out_of_range()));
        assert_eq!(date(-EPOCH), Ok(Scalar::Date(-EPOCH)));
        assert_eq!(date(-EPOCH - 1), Err(date_out_of_range()));
        assert_eq!(microseconds(&Scalar::Int(LEAST)), Ok(LEAST));
        assert_eq!(microseconds(&Scalar::Int(LEAST - 1)), Err(time_out_of_range()));
        assert_eq!(days(&Scalar::Int(i64::from(i32::MIN))), Err(date_out_of_range()));
        assert_eq!(days(&Scalar::Int(i64::MAX)), Err(date_out_of_range()));
    }

    #[test]
    fn a_date_is_no_time() {
        assert!(microseconds(&Scalar::Date(1)).is_err());
        assert!(days(&Scalar::Timestamp(1)).is_err());
        assert!(days(&Scalar::Text("1970-01-01".into())).is_err());
        assert!(days(&Scalar::Null).unwrap_err().is_null());
        assert!(microseconds(&Scalar::Null).unwrap_err().is_null());
    }
}
