//! The values of the crate `time`.

use ::time::{Date, OffsetDateTime, PrimitiveDateTime};

use super::calendar;
use super::misfit::Misfit;
use super::scalar::{Form, Kind, Scalar};
use super::traits::Value;

/// A point in time: those with other offsets are equal, and stored alike. It comes back in UTC.
impl Value for OffsetDateTime {
    const FORM: Form = Form::new(Kind::Timestamp);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        calendar::time(self.unix_timestamp_nanos())
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        let microseconds = calendar::microseconds(&stored)?;
        Self::from_unix_timestamp_nanos(i128::from(microseconds) * 1000)
            .map_err(|_| calendar::time_out_of_range())
    }
}

/// A time without a zone, stored as if it were in UTC.
impl Value for PrimitiveDateTime {
    const FORM: Form = Form::new(Kind::LocalTimestamp);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        calendar::time(self.assume_utc().unix_timestamp_nanos())
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        let time = OffsetDateTime::decode(stored)?;
        Ok(Self::new(time.date(), time.time()))
    }
}

impl Value for Date {
    const FORM: Form = Form::new(Kind::Date);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        calendar::date(self.to_julian_day() - calendar::EPOCH)
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        let day = calendar::days(&stored)?.checked_add(calendar::EPOCH);
        day.and_then(|day| Self::from_julian_day(day).ok()).ok_or_else(calendar::date_out_of_range)
    }
}

#[cfg(test)]
mod tests {
    use ::time::{Duration, Month, Time, UtcOffset};

    use super::*;

    fn day(year: i32, month: Month, day: u8) -> Date {
        Date::from_calendar_date(year, month, day).unwrap()
    }

    #[test]
    fn a_time_is_microseconds_since_1970() {
        let midnight = day(2000, Month::January, 1).with_hms_micro(0, 0, 1, 5).unwrap();
        let stored = 946_684_801_000_005;
        assert_eq!(midnight.encode(), Ok(Scalar::Timestamp(stored)));
        assert_eq!(midnight.assume_utc().encode(), Ok(Scalar::Timestamp(stored)));
        for scalar in [Scalar::Timestamp(stored), Scalar::Int(stored)] {
            assert_eq!(PrimitiveDateTime::decode(scalar.clone()), Ok(midnight));
            assert_eq!(OffsetDateTime::decode(scalar), Ok(midnight.assume_utc()));
        }
        assert!(OffsetDateTime::decode(Scalar::Text("2000-01-01".into())).is_err());
    }

    #[test]
    fn an_instant_has_one_stored_form() {
        let offset = UtcOffset::from_hms(2, 30, 0).unwrap();
        let utc = OffsetDateTime::UNIX_EPOCH;
        let elsewhere = utc.to_offset(offset);
        assert_eq!(utc, elsewhere);
        assert_eq!(utc.encode(), elsewhere.encode());
    }

    #[test]
    fn a_finer_time_is_an_error() {
        for nanoseconds in [1, 999, 1_001, -1, -999] {
            let time = OffsetDateTime::UNIX_EPOCH + Duration::nanoseconds(nanoseconds);
            assert!(time.encode().is_err(), "{nanoseconds}");
            let local = PrimitiveDateTime::new(time.date(), time.time());
            assert!(local.encode().is_err(), "{nanoseconds}");
        }
    }

    #[test]
    fn a_date_is_days_since_1970() {
        for (date, days) in [
            (day(1970, Month::January, 1), 0),
            (day(1969, Month::December, 31), -1),
            (day(2000, Month::March, 1), 11_017),
            (day(-4713, Month::November, 24), -2_440_588),
        ] {
            assert_eq!(date.encode(), Ok(Scalar::Date(days)));
            assert_eq!(Date::decode(Scalar::Date(days)), Ok(date));
            assert_eq!(Date::decode(Scalar::Int(days.into())), Ok(date));
        }
        assert!(Date::decode(Scalar::Null).unwrap_err().is_null());
    }

    #[test]
    fn what_is_out_of_range_is_an_error() {
        assert!(day(-4713, Month::November, 23).encode().is_err());
        assert!(Date::MIN.encode().is_err());
        assert!(Date::MIN.midnight().encode().is_err());
        assert!(Date::MAX.encode().is_ok());
        let last = PrimitiveDateTime::new(Date::MAX, Time::MIDNIGHT);
        assert_eq!(last.encode().and_then(PrimitiveDateTime::decode), Ok(last));
        for far in [i64::MAX, i64::MIN] {
            assert!(OffsetDateTime::decode(Scalar::Int(far)).is_err());
            assert!(PrimitiveDateTime::decode(Scalar::Timestamp(far)).is_err());
            assert!(Date::decode(Scalar::Int(far)).is_err());
        }
        for far in [i32::MAX, i32::MIN] {
            assert!(Date::decode(Scalar::Date(far)).is_err());
        }
    }

    #[cfg(not(loom))]
    #[test]
    fn times_keep_the_laws() {
        use proptest::prelude::Strategy;
        use proptest::prop_oneof;

        use super::super::laws;

        // From year 1 to year 9998, and close together.
        let near = -3_000_i128..3_000;
        let far = -62_135_000_000_000_000_000_i128..253_370_000_000_000_000_000;
        let whole =
            (-62_135_000_000_000_000_i128..253_370_000_000_000_000).prop_map(|it| it * 1000);
        let times = prop_oneof![near, far, whole]
            .prop_map(|it| OffsetDateTime::from_unix_timestamp_nanos(it).expect("a time"));
        let offset = UtcOffset::from_hms(-11, -30, -7).expect("an offset");
        laws::check_random(times.clone(), move |it| it.to_offset(offset));
        let local = times.prop_map(|it| PrimitiveDateTime::new(it.date(), it.time()));
        laws::check_random(local, |it| it);
        let days = prop_oneof![-5..5, -3_000_000..2_900_000]
            .prop_map(|it| Date::from_julian_day(it + calendar::EPOCH).unwrap_or(Date::MAX));
        laws::check_random(days, |it| it);
    }
}
