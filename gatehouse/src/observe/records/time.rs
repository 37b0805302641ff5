//! Timestamps in the format of RFC 3339, in UTC.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// `2026-11-21T16:24:05.123456Z`. A time before 1970 is shown as the first moment of 1970.
pub(super) struct Timestamp(pub(super) SystemTime);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.0.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        write!(f, ".{:06}Z", since.subsec_micros())
    }
}

/// The year, month and day of a day that is counted from 1970-01-01, in the Gregorian calendar.
///
/// It counts from the year 0, 719 468 days earlier, in years that begin in March, so that a leap day is the
/// last day of its year. 146 097 days are 400 years.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on, months have 31, 30, 31, 30 and 31 days, repeatedly: 153 days for five.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_agree_with_the_calendar() {
        // As `date -u -d @…` prints them.
        for (second, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399, "2000-02-28T23:59:59.000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000000Z"),
            (1_709_251_200, "2024-03-01T00:00:00.000000Z"),
            (1_735_689_599, "2024-12-31T23:59:59.000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
        ] {
            assert_eq!(Timestamp(UNIX_EPOCH + Duration::from_secs(second)).to_string(), text);
        }
        let early = Timestamp(UNIX_EPOCH - Duration::from_secs(5)).to_string();
        assert_eq!(early, "1970-01-01T00:00:00.000000Z");
        let fraction = Timestamp(UNIX_EPOCH + Duration::from_nanos(1_000_123_456_789)).to_string();
        assert_eq!(fraction, "1970-01-01T00:16:40.123456Z");
    }

    /// Every day of eight centuries follows the day before.
    #[test]
    fn no_day_is_left_out() {
        let leap = |year: u64| {
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        };
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..800 * 365 {
            assert_eq!(civil(days), (year, month, day));
            let length = match month {
                2 => 28 + u64::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
}
