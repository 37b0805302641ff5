//! The values of the crate `rust_decimal`.

use std::borrow::Cow;

use ::rust_decimal::Decimal;

use super::misfit::Misfit;
use super::scalar::{Form, Kind, Scalar};
use super::traits::Value;

/// Stored without trailing zeros and without a sign of zero: `1.0` and `1.00` are equal.
impl Value for Decimal {
    const FORM: Form = Form::new(Kind::Decimal);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Decimal(Cow::Owned(self.normalize().to_string())))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            // SQLite has texts for decimal numbers.
            Scalar::Decimal(text) | Scalar::Text(text) => decimal(&text),
            other => Err(Misfit::kind(&other, "a decimal number")),
        }
    }
}

/// The number that is written as `-12.50`. One that is finer than a `Decimal` is an error, and not rounded.
fn decimal(text: &str) -> Result<Decimal, Misfit> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole_digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number = [whole_digits, fraction]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()));
    if !is_number {
        return Err(Misfit::new("a text is no decimal number"));
    }
    let exact = match fraction.trim_end_matches('0') {
        "" => Decimal::from_str_exact(whole),
        fraction => Decimal::from_str_exact(&format!("{whole}.{fraction}")),
    };
    let number = exact
        .map_err(|_| Misfit::new("a decimal number has more digits than a `Decimal` holds"))?;
    Ok(number.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: &str) -> Result<Decimal, Misfit> {
        Decimal::decode(Scalar::Text(text.into()))
    }

    #[test]
    fn a_decimal_is_stored_without_trailing_zeros() {
        for (number, stored) in [
            (Decimal::new(1250, 2), "12.5"),
            (Decimal::new(1200, 2), "12"),
            (Decimal::new(1200, 0), "1200"),
            (Decimal::new(-1, 28), "-0.0000000000000000000000000001"),
            (Decimal::new(0, 5), "0"),
            (-Decimal::new(0, 5), "0"),
            (Decimal::MAX, "79228162514264337593543950335"),
            (Decimal::MIN, "-79228162514264337593543950335"),
        ] {
            assert_eq!(number.encode(), Ok(Scalar::Decimal(stored.into())));
            assert_eq!(Decimal::decode(Scalar::Decimal(stored.into())), Ok(number));
            assert_eq!(of_text(stored), Ok(number));
        }
    }

    #[test]
    fn trailing_zeros_in_the_database_are_nothing() {
        for text in ["12.5", "12.50", "012.5", &format!("12.5{}", "0".repeat(100))] {
            assert_eq!(of_text(text), Ok(Decimal::new(125, 1)), "{text}");
        }
        for text in ["0", "-0", "0.000", "-0.0", &format!("0.{}", "0".repeat(100))] {
            assert_eq!(of_text(text), Ok(Decimal::ZERO), "{text}");
        }
        assert_eq!(of_text("79228162514264337593543950335.0"), Ok(Decimal::MAX));
    }

    #[test]
    fn what_is_no_decimal_is_an_error() {
        let texts =
            ["", "-", ".", "1.", ".5", "+1", "1e3", "1_000", " 1", "1,5", "NaN", "Infinity"];
        for text in texts.into_iter().chain(["--1", "1.-5", "1.5.0", "0x10", "٣"]) {
            assert_eq!(of_text(text), Err(Misfit::new("a text is no decimal number")), "{text}");
        }
        assert!(Decimal::decode(Scalar::Int(1)).is_err());
        assert!(Decimal::decode(Scalar::Null).unwrap_err().is_null());
    }

    #[test]
    fn what_does_not_fit_is_not_rounded() {
        for text in [
            "79228162514264337593543950336",
            "79228162514264337593543950335.1",
            "0.00000000000000000000000000001",
            "7.92281625142643375935439503350",
            "123456789012345678901234567.8901",
        ] {
            let is_exact = of_text(text).is_ok_and(|it| text.starts_with(&it.to_string()));
            assert!(of_text(text).is_err() || is_exact, "{text}: {:?}", of_text(text));
        }
        assert!(of_text("79228162514264337593543950336").is_err());
        assert!(of_text("0.00000000000000000000000000001").is_err());
        assert!(of_text("123456789012345678901234567.8901").is_err());
    }

    #[cfg(not(loom))]
    #[test]
    fn decimals_keep_the_laws() {
        use proptest::prelude::{Strategy, any};
        use proptest::prop_oneof;

        use super::super::laws;

        let small = (-30_i64..30, 0_u32..4).prop_map(|(number, scale)| Decimal::new(number, scale));
        let large = any::<(u32, u32, u32, bool)>();
        let large = (large, 0_u32..=28).prop_map(|((low, middle, high, negative), scale)| {
            Decimal::from_parts(low, middle, high, negative, scale)
        });
        laws::check_random(prop_oneof![small, large], |mut number| {
            // The same number, with as many digits as it can have.
            number.rescale((number.scale() + 2).min(28));
            number
        });
    }
}
