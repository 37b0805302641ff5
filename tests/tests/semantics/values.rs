//! `#[derive(Value)]` at run time: what is stored, what comes back, and what does not.

use std::borrow::Cow;
use std::fmt::Debug;

use gatehouse::value::{Finite, Form, Kind, Scalar, Value};

fn text(text: &str) -> Scalar<'_> {
    Scalar::Text(Cow::Borrowed(text))
}

/// A value is stored as `stored`, and nothing else is this value.
#[track_caller]
fn assert_stored<V: Value>(value: &V, stored: &Scalar<'_>) {
    assert_eq!(value.encode().as_ref(), Ok(stored));
    assert_eq!(stored.kind(), Some(V::FORM.kind));
    assert_eq!(V::decode(stored.clone()).as_ref(), Ok(value));
}

/// The variants are stored as `stored`, in the order of declaration.
#[track_caller]
fn assert_all<V: Finite>(stored: &[Scalar<'_>]) {
    assert_eq!(V::ALL.len(), stored.len());
    for (value, stored) in V::ALL.iter().zip(stored) {
        assert_stored(value, stored);
    }
}

#[track_caller]
fn assert_misfit<V: Value>(stored: Scalar<'_>, says: &str) {
    assert_eq!(V::decode(stored).unwrap_err().to_string(), says);
}

#[derive(Clone, Debug, PartialEq, Value)]
struct UserId(u64);

#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = "citext")]
struct Email {
    r#type: String,
}

#[derive(Clone, Debug, PartialEq, Value)]
struct Work(Email);

#[derive(Clone, Debug, PartialEq, Value)]
struct Parent(Option<UserId>);

#[derive(Clone, Debug, PartialEq, Value)]
#[allow(non_camel_case_types, reason = "a name that needs `r#` as it is")]
enum Access {
    ReadOnly,
    r#Type,
    r#match,
    #[value(rename = "")]
    Nothing,
    #[value(rename = "'; DROP TABLE member; --")]
    Quoted,
}

#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = "snake_case", type = "role")]
enum Role {
    OrgViewer,
    #[value(rename = "writer")]
    OrgEditor,
    r#Type,
    #[cfg(any())]
    Never,
    #[cfg_attr(all(), value(rename = "the_owner"))]
    Owner,
}

const TOP: isize = 30;

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "i16")]
enum Level {
    Guest = -3,
    Member,
    Staff = TOP - 1,
    Root,
    Last = 32_767,
}

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "i64")]
#[repr(i64)]
enum Extreme {
    Least = i64::MIN,
    Greatest = i64::MAX,
}

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "u32")]
#[repr(u64)]
enum Wide {
    Zero,
    Greatest = 0xffff_ffff,
}

#[test]
fn a_newtype_is_stored_like_its_field() {
    assert_eq!(UserId::FORM, u64::FORM);
    assert_stored(&UserId(7), &Scalar::Int(7));
    assert_eq!(UserId(u64::MAX).encode(), u64::MAX.encode());
    assert_misfit::<UserId>(Scalar::Int(-1), "an integer is out of the range of `u64`");
    assert_misfit::<UserId>(text("7"), "a text where an integer is expected");
    assert_misfit::<UserId>(Scalar::Null, "NULL where a value is expected");
}

#[test]
fn a_newtype_may_have_another_type() {
    let citext = Form::new(Kind::Text).with_type("citext");
    assert_eq!((Email::FORM, Work::FORM), (citext, citext));
    let email = Email { r#type: "ann@example.org".to_owned() };
    assert_stored(&email, &text("ann@example.org"));
    assert_stored(&Work(email), &text("ann@example.org"));
    assert!(Email { r#type: "\0".to_owned() }.encode().is_err());
}

#[test]
fn a_newtype_of_an_option_is_nullable() {
    assert_eq!(Parent::FORM, Form::new(Kind::Int).or_null());
    assert_stored(&Parent(Some(UserId(7))), &Scalar::Int(7));
    assert_eq!(Parent(None).encode(), Ok(Scalar::Null));
    assert_eq!(Parent::decode(Scalar::Null), Ok(Parent(None)));
    assert_eq!(Option::<UserId>::FORM, Parent::FORM);
}

#[test]
fn a_variant_is_its_name() {
    assert_eq!(Access::FORM, Form::new(Kind::Text));
    let quoted = "'; DROP TABLE member; --";
    assert_all::<Access>(&["ReadOnly", "Type", "match", "", quoted].map(text));
    for other in ["readonly", "READONLY", "r#Type", " ", "ReadOnly "] {
        assert_misfit::<Access>(text(other), "a text is no variant of `Access`");
    }
    assert_misfit::<Access>(Scalar::Int(0), "an integer where a text is expected");
    assert_misfit::<Access>(Scalar::Null, "NULL where a value is expected");
}

#[test]
fn a_variant_is_renamed() {
    assert_eq!(Role::FORM, Form::new(Kind::Text).with_type("role"));
    assert_all::<Role>(&["org_viewer", "writer", "type", "the_owner"].map(text));
    assert_misfit::<Role>(text("OrgViewer"), "a text is no variant of `Role`");
    assert_misfit::<Role>(text("org_editor"), "a text is no variant of `Role`");
}

/// The rows are those of serde's own test.
#[test]
fn names_are_written_as_serde_writes_them() {
    macro_rules! assert_case {
        ($($case:literal: $one:literal, $two:literal;)*) => {$({
            #[derive(Clone, Debug, PartialEq, Value)]
            #[value(rename_all = $case)]
            enum Taste {
                VeryTasty,
                Z42,
            }
            assert_all::<Taste>(&[$one, $two].map(text));
        })*};
    }
    assert_case! {
        "lowercase": "verytasty", "z42";
        "UPPERCASE": "VERYTASTY", "Z42";
        "PascalCase": "VeryTasty", "Z42";
        "camelCase": "veryTasty", "z42";
        "snake_case": "very_tasty", "z42";
        "SCREAMING_SNAKE_CASE": "VERY_TASTY", "Z42";
        "kebab-case": "very-tasty", "z42";
        "SCREAMING-KEBAB-CASE": "VERY-TASTY", "Z42";
    }
}

#[test]
fn a_variant_is_its_discriminant() {
    assert_eq!(Level::FORM, Form::new(Kind::Int));
    assert_all::<Level>(&[-3, -2, 29, 30, 32_767].map(Scalar::Int));
    assert_all::<Extreme>(&[i64::MIN, i64::MAX].map(Scalar::Int));
    assert_all::<Wide>(&[0, 0xffff_ffff].map(Scalar::Int));
    for other in [-4, -1, 0, 31, 32_768, i64::MAX] {
        assert_misfit::<Level>(Scalar::Int(other), "an integer is no variant of `Level`");
    }
    assert_misfit::<Wide>(Scalar::Int(-1), "an integer is no variant of `Wide`");
    assert_misfit::<Level>(text("Guest"), "a text where an integer is expected");
}

#[test]
fn an_enum_knows_all_of_its_values() {
    assert_eq!(Level::ALL.first(), Some(&Level::Guest));
    assert_eq!(Level::ALL.len(), 5);
    assert_eq!(Role::ALL, [Role::OrgViewer, Role::OrgEditor, Role::r#Type, Role::Owner]);
}

/// No text of an error has the value in it.
#[test]
fn no_error_shows_a_value() {
    fn assert_silent<V: Value + Debug>(stored: Scalar<'_>) {
        let misfit = V::decode(stored).unwrap_err();
        assert!(!format!("{misfit} {misfit:?}").contains("4711"), "{misfit:?}");
    }
    assert_silent::<Access>(text("4711"));
    assert_silent::<UserId>(text("4711"));
    assert_silent::<Level>(Scalar::Int(4711));
    assert_silent::<Role>(Scalar::Int(4711));
}
