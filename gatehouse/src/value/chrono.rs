//! The values of the crate `chrono`.

use ::chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Timelike, Utc};

use super::calendar;
use super::misfit::Misfit;
use super::scalar::{Form, Kind, Scalar};
use super::traits::Value;

/// 1970-01-01, in days of chrono's, where 1 is 0001-01-01.
const EPOCH: i32 = 719_163;

impl Value for DateTime<Utc> {
    const FORM: Form = Form::new(Kind::Timestamp);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        time(self.naive_utc())
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        let microseconds = calendar::microseconds(&stored)?;
        Self::from_timestamp_micros(microseconds).ok_or_else(calendar::time_out_of_range)
    }
}

/// A point in time: those with other offsets are equal, and stored alike. It comes back in UTC.
impl Value for DateTime<FixedOffset> {
    const FORM: Form = Form::new(Kind::Timestamp);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        time(self.naive_utc())
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        DateTime::<Utc>::decode(stored).map(|time| time.fixed_offset())
    }
}

/// A time without a zone, stored as if it were in UTC.
impl Value for NaiveDateTime {
    const FORM: Form = Form::new(Kind::LocalTimestamp);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        time(*self)
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        DateTime::<Utc>::decode(stored).map(|time| time.naive_utc())
    }
}

impl Value for NaiveDate {
    const FORM: Form = Form::new(Kind::Date);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        calendar::date(self.num_days_from_ce() - EPOCH)
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        let day = calendar::days(&stored)?.checked_add(EPOCH);
        day.and_then(Self::from_num_days_from_ce_opt).ok_or_else(calendar::date_out_of_range)
    }
}

/// A time in UTC. A leap second is none: to a database it is the second that follows.
fn time(time: NaiveDateTime) -> Result<Scalar<'static>, Misfit> {
    if time.nanosecond() >= 1_000_000_000 {
        return Err(Misfit::new("a time is in a leap second, which a database does not hold"));
    }
    let seconds = i128::from(time.and_utc().timestamp());
    calendar::time(seconds * 1_000_000_000 + i128::from(time.nanosecond()))
}

#[cfg(test)]
mod tests {
    use ::chrono::{NaiveTime, TimeDelta};

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_time_is_microseconds_since_1970() {
        let local = day(2000, 1, 1).and_hms_micro_opt(0, 0, 1, 5).unwrap();
        let stored = 946_684_801_000_005;
        let (utc, fixed) = (local.and_utc(), local.and_utc().fixed_offset());
        assert_eq!(local.encode(), Ok(Scalar::Timestamp(stored)));
        assert_eq!(utc.encode(), Ok(Scalar::Timestamp(stored)));
        assert_eq!(fixed.encode(), Ok(Scalar::Timestamp(stored)));
        for scalar in [Scalar::Timestamp(stored), Scalar::Int(stored)] {
            assert_eq!(NaiveDateTime::decode(scalar.clone()), Ok(local));
            assert_eq!(DateTime::<Utc>::decode(scalar.clone()), Ok(utc));
            assert_eq!(DateTime::<FixedOffset>::decode(scalar), Ok(fixed));
        }
        assert!(DateTime::<Utc>::decode(Scalar::Text("2000-01-01".into())).is_err());
    }

    #[test]
    fn an_instant_has_one_stored_form() {
        let utc = DateTime::UNIX_EPOCH.fixed_offset();
        let elsewhere = utc.with_timezone(&FixedOffset::east_opt(9_000).unwrap());
        assert_eq!(utc, elsewhere);
        assert_eq!(utc.encode(), elsewhere.encode());
    }

    #[test]
    fn a_finer_time_is_an_error() {
        for nanoseconds in [1, 999, 1_001, -1, -999] {
            let time = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(nanoseconds);
            assert!(time.encode().is_err(), "{nanoseconds}");
            assert!(time.fixed_offset().encode().is_err(), "{nanoseconds}");
            assert!(time.naive_utc().encode().is_err(), "{nanoseconds}");
        }
    }

    #[test]
    fn a_leap_second_is_an_error() {
        let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_000).unwrap();
        let leap = day(2016, 12, 31).and_time(leap);
        let next = day(2017, 1, 1).and_time(NaiveTime::MIN);
        assert_ne!(leap, next);
        assert!(leap.encode().is_err() && leap.and_utc().encode().is_err());
        assert!(next.encode().is_ok());
    }

    #[test]
    fn a_date_is_days_since_1970() {
        for (date, days) in [
            (day(1970, 1, 1), 0),
            (day(1969, 12, 31), -1),
            (day(2000, 3, 1), 11_017),
            (day(-4713, 11, 24), -2_440_588),
        ] {
            assert_eq!(date.encode(), Ok(Scalar::Date(days)));
            assert_eq!(NaiveDate::decode(Scalar::Date(days)), Ok(date));
            assert_eq!(NaiveDate::decode(Scalar::Int(days.into())), Ok(date));
        }
        assert!(NaiveDate::decode(Scalar::Null).unwrap_err().is_null());
    }

    #[test]
    fn what_is_out_of_range_is_an_error() {
        assert!(day(-4713, 11, 23).encode().is_err());
        assert!(NaiveDate::MIN.encode().is_err());
        assert!(NaiveDateTime::MIN.encode().is_err());
        assert!(DateTime::<Utc>::MIN_UTC.encode().is_err());
        let last = NaiveDate::MAX.and_time(NaiveTime::MIN);
        assert_eq!(last.encode().and_then(NaiveDateTime::decode), Ok(last));
        assert_eq!(last.date().encode().and_then(NaiveDate::decode), Ok(last.date()));
        for far in [i64::MAX, i64::MIN] {
            assert!(DateTime::<Utc>::decode(Scalar::Int(far)).is_err());
            assert!(NaiveDateTime::decode(Scalar::Timestamp(far)).is_err());
            assert!(NaiveDate::decode(Scalar::Int(far)).is_err());
        }
        for far in [i32::MAX, i32::MIN] {
            assert!(NaiveDate::decode(Scalar::Date(far)).is_err());
        }
    }

    #[cfg(not(loom))]
    #[test]
    fn times_keep_the_laws() {
        use proptest::prelude::{Just, Strategy};
        use proptest::prop_oneof;

        use super::super::laws;

        // From year 1 to year 9998, close together, and the last second of a minute, which a leap second
        // may follow.
        let seconds =
            prop_oneof![-3_i64..3, -62_135_000_000_i64..253_370_000_000, Just(1_483_228_799)];
        let nanoseconds = prop_oneof![0_u32..3_000, 0_u32..2_000_000_000];
        let nanoseconds = (nanoseconds, proptest::bool::ANY);
        let times =
            (seconds, nanoseconds).prop_filter_map("no time", |(seconds, (finer, whole))| {
                DateTime::from_timestamp(seconds, if whole { finer / 1000 * 1000 } else { finer })
            });
        let offset = FixedOffset::west_opt(41_407).expect("an offset");
        laws::check_random(times.clone(), |it| it);
        let fixed = times.clone().prop_map(|it| it.fixed_offset());
        laws::check_random(fixed, move |it| it.with_timezone(&offset));
        laws::check_random(times.prop_map(|it| it.naive_utc()), |it| it);
        let days = prop_oneof![-5..5, -3_000_000..90_000_000]
            .prop_map(|it| NaiveDate::from_num_days_from_ce_opt(it + EPOCH).unwrap_or_default());
        laws::check_random(days, |it| it);
    }
}
