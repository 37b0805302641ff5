//! Tests of the expansions and errors of `#[derive(Value)]`.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;
use crate::testing;

fn compile(input: TokenStream, errors: &Diagnostics) -> TokenStream {
    super::compile(input, errors).unwrap_or_default()
}

fn expansion(source: &str) -> String {
    testing::expansion(compile, source)
}

#[test]
fn a_newtype() {
    insta::assert_snapshot!(expansion(r#"#[value(type = "citext")] pub struct Email(String);"#), @r#"
    const _: () = {
        #[automatically_derived]
        impl ::gatehouse::value::Value for Email {
            const FORM: ::gatehouse::value::Form = <String as ::gatehouse::value::Value>::FORM
                .with_type("citext");
            fn encode(
                &self,
            ) -> ::core::result::Result<
                ::gatehouse::value::Scalar<'_>,
                ::gatehouse::value::Misfit,
            > {
                <String as ::gatehouse::value::Value>::encode(&self.0)
            }
            fn decode(
                __stored: ::gatehouse::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, ::gatehouse::value::Misfit> {
                ::core::result::Result::map(
                    <String as ::gatehouse::value::Value>::decode(__stored),
                    |__field| Self(__field),
                )
            }
        }
    };
    "#);
}

#[test]
fn a_newtype_with_a_named_field() {
    insta::assert_snapshot!(expansion("struct UserId { r#type: std::num::NonZero<u64> }"), @"
    const _: () = {
        #[automatically_derived]
        impl ::gatehouse::value::Value for UserId {
            const FORM: ::gatehouse::value::Form = <std::num::NonZero<
                u64,
            > as ::gatehouse::value::Value>::FORM;
            fn encode(
                &self,
            ) -> ::core::result::Result<
                ::gatehouse::value::Scalar<'_>,
                ::gatehouse::value::Misfit,
            > {
                <std::num::NonZero<u64> as ::gatehouse::value::Value>::encode(&self.r#type)
            }
            fn decode(
                __stored: ::gatehouse::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, ::gatehouse::value::Misfit> {
                ::core::result::Result::map(
                    <std::num::NonZero<u64> as ::gatehouse::value::Value>::decode(__stored),
                    |__field| Self { r#type: __field },
                )
            }
        }
    };
    ");
}

#[test]
fn an_enum_as_texts() {
    insta::assert_snapshot!(expansion(
        r#"#[value(rename_all = "snake_case", type = "role")]
        enum Role { ReadOnly, #[value(rename = "writer")] #[deprecated] Editor, r#Type }"#
    ), @r#"
    const _: () = {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::gatehouse::value::Value for Role {
            const FORM: ::gatehouse::value::Form = ::gatehouse::value::Form::new(
                    ::gatehouse::value::Kind::Text,
                )
                .with_type("role");
            fn encode(
                &self,
            ) -> ::core::result::Result<
                ::gatehouse::value::Scalar<'_>,
                ::gatehouse::value::Misfit,
            > {
                ::core::result::Result::Ok(
                    ::gatehouse::private::variant_as_text(
                        match self {
                            Self::ReadOnly => "read_only",
                            Self::Editor => "writer",
                            Self::r#Type => "type",
                        },
                    ),
                )
            }
            fn decode(
                __stored: ::gatehouse::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, ::gatehouse::value::Misfit> {
                ::gatehouse::private::variant_of_text(
                    __stored,
                    "Role",
                    |__text| match __text {
                        "read_only" => ::core::option::Option::Some(Self::ReadOnly),
                        "writer" => ::core::option::Option::Some(Self::Editor),
                        "type" => ::core::option::Option::Some(Self::r#Type),
                        _ => ::core::option::Option::None,
                    },
                )
            }
        }
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::gatehouse::value::Finite for Role {
            const ALL: &'static [Self] = &[Self::ReadOnly, Self::Editor, Self::r#Type];
        }
    };
    "#);
}

#[test]
fn an_enum_as_integers() {
    insta::assert_snapshot!(expansion(
        r#"#[value(repr = "i16", crate = auth::gate)] enum Level { Guest, Member = 10, Staff = TOP - 1, Root }"#
    ), @r#"
    const _: () = {
        const _: () = auth::gate::private::fits_repr(
            Level::Staff as ::core::primitive::i128,
            ::core::primitive::i16::MIN as ::core::primitive::i128,
            ::core::primitive::i16::MAX as ::core::primitive::i128,
            "the discriminant of `Staff` does not fit into `i16`; write a larger `repr`, or a smaller discriminant",
        );
        const _: () = auth::gate::private::fits_repr(
            Level::Root as ::core::primitive::i128,
            ::core::primitive::i16::MIN as ::core::primitive::i128,
            ::core::primitive::i16::MAX as ::core::primitive::i128,
            "the discriminant of `Root` does not fit into `i16`; write a larger `repr`, or a smaller discriminant",
        );
        #[automatically_derived]
        impl auth::gate::value::Value for Level {
            const FORM: auth::gate::value::Form = auth::gate::value::Form::new(
                auth::gate::value::Kind::Int,
            );
            fn encode(
                &self,
            ) -> ::core::result::Result<
                auth::gate::value::Scalar<'_>,
                auth::gate::value::Misfit,
            > {
                ::core::result::Result::Ok(
                    auth::gate::value::Scalar::Int(
                        match self {
                            Self::Guest => Self::Guest as ::core::primitive::i64,
                            Self::Member => Self::Member as ::core::primitive::i64,
                            Self::Staff => Self::Staff as ::core::primitive::i64,
                            Self::Root => Self::Root as ::core::primitive::i64,
                        },
                    ),
                )
            }
            fn decode(
                __stored: auth::gate::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, auth::gate::value::Misfit> {
                auth::gate::private::variant_of_int(
                    __stored,
                    "Level",
                    |__int| match __int {
                        _ if __int == Self::Guest as ::core::primitive::i64 => {
                            ::core::option::Option::Some(Self::Guest)
                        }
                        _ if __int == Self::Member as ::core::primitive::i64 => {
                            ::core::option::Option::Some(Self::Member)
                        }
                        _ if __int == Self::Staff as ::core::primitive::i64 => {
                            ::core::option::Option::Some(Self::Staff)
                        }
                        _ if __int == Self::Root as ::core::primitive::i64 => {
                            ::core::option::Option::Some(Self::Root)
                        }
                        _ => ::core::option::Option::None,
                    },
                )
            }
        }
        #[automatically_derived]
        impl auth::gate::value::Finite for Level {
            const ALL: &'static [Self] = &[
                Self::Guest,
                Self::Member,
                Self::Staff,
                Self::Root,
            ];
        }
    };
    "#);
}

#[test]
fn an_enum_with_errors_is_a_value_all_the_same() {
    let source = r#"#[value(repr = "u64")] enum Role<'a, T> { Viewer, Editor(&'a T) }"#;
    insta::assert_snapshot!(testing::skeleton(compile, source), @"
    const _: () = {
        #[automatically_derived]
        impl<'a, T> ::gatehouse::value::Value for Role<'a, T>
        where
            for<'__k> Self: ::gatehouse::private::RefusedBounds<'__k>,
        {
            const FORM: ::gatehouse::value::Form = ::gatehouse::value::Form::new(
                ::gatehouse::value::Kind::Text,
            );
            fn encode(
                &self,
            ) -> ::core::result::Result<
                ::gatehouse::value::Scalar<'_>,
                ::gatehouse::value::Misfit,
            > {
                ::core::unreachable!()
            }
            fn decode(
                _: ::gatehouse::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, ::gatehouse::value::Misfit> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl<'a, T> ::gatehouse::value::Finite for Role<'a, T>
        where
            for<'__k> Self: ::gatehouse::private::RefusedBounds<'__k>,
        {
            const ALL: &'static [Self] = &[Self::Viewer];
        }
    };
    ");
}

#[test]
fn a_struct_with_errors_is_a_value_all_the_same() {
    insta::assert_snapshot!(testing::skeleton(compile, "struct Amount { cents: i64, currency: String }"), @"
    const _: () = {
        #[automatically_derived]
        impl ::gatehouse::value::Value for Amount
        where
            for<'__k> Self: ::gatehouse::private::RefusedBounds<'__k>,
        {
            const FORM: ::gatehouse::value::Form = ::gatehouse::value::Form::new(
                ::gatehouse::value::Kind::Text,
            );
            fn encode(
                &self,
            ) -> ::core::result::Result<
                ::gatehouse::value::Scalar<'_>,
                ::gatehouse::value::Misfit,
            > {
                ::core::unreachable!()
            }
            fn decode(
                _: ::gatehouse::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, ::gatehouse::value::Misfit> {
                ::core::unreachable!()
            }
        }
    };
    ");
}

/// The texts of the variants of an enum.
fn texts(options: &str, variants: &str) -> Vec<String> {
    let text = expansion(&format!("{options} enum E {{ {variants} }}"));
    let texts = text.lines().filter_map(|line| line.trim().strip_prefix("Self::"));
    let texts = texts.filter_map(|arm| arm.split_once("=> \"")?.1.strip_suffix("\","));
    texts.map(str::to_owned).collect()
}

#[test]
fn texts_are_names_or_what_the_user_says() {
    let variants = r#"ReadOnly, r#Type, #[value(rename = "")] Empty, #[value(rename = r"\d")] Raw"#;
    assert_eq!(texts("", variants), ["ReadOnly", "Type", "", r"\\d"]);
    let kebab = r#"#[value(rename_all = "SCREAMING-KEBAB-CASE")]"#;
    assert_eq!(texts(kebab, variants), ["READ-ONLY", "TYPE", "", r"\\d"]);
}

/// Discriminants that the compiler knows are held against the range by it, all others by rustc.
#[test]
fn only_unknown_discriminants_are_left_to_rustc() {
    let left = |variants: &str| {
        let text = expansion(&format!(r#"#[value(repr = "i8")] enum E {{ {variants} }}"#));
        text.matches("fits_repr").count()
    };
    assert_eq!(left("A, B = -0x80, C, D = 1_0i8, E = (-(3)), F = b'a', G"), 0);
    assert_eq!(left("A, B = TOP, C, D = 3, E"), 2);
    assert_eq!(left("A = { 1 }, B = 1 + 1, C = !0, D = true as isize"), 4);
}

/// One line per entry of the catalogue: source, and for each error what is underlined, and the message.
#[test]
#[allow(clippy::too_many_lines, reason = "it is what the macro says")]
fn the_catalogue() {
    let sources = [
        "union Badge { number: u64 }",
        "struct Id<T>(T);",
        "struct Id<const N: usize>([u8; N]);",
        "enum Id<'a, T> { A }",
        "struct Name<'a, 'b>(&'a &'b str);",
        "struct Nothing;",
        "struct Nothing {}",
        "struct Nothing();",
        "struct Amount(i64, String);",
        "struct Amount { cents: i64, currency: String }",
        "struct Blank { _: i64 }",
        "enum Never {}",
        "enum Access { Owner {}, Shared(u64), Other() }",
        r#"enum Access { Owner, #[value(rename = "Owner")] Shared }"#,
        r#"enum Access { #[value(rename = "Shared")] Owner, Shared }"#,
        r#"#[value(rename_all = "UPPERCASE")] enum Access { AB, Ab, aB }"#,
        r#"#[value(repr = "usize")] enum Access { Owner = 70000000 }"#,
        r#"#[value(repr = "")] enum Access { Owner }"#,
        r#"#[value(repr = "i8")] enum Access { Owner = 127, Shared, Other = -129, Fine = -128 }"#,
        r#"#[value(repr = "u8")] enum Access { Owner = -1, Shared, Other = 0x100 }"#,
        r#"#[value(repr = "i64")] enum Access { Owner = 0x8000_0000_0000_0000 }"#,
        r#"#[value(repr = "i16", rename_all = "lowercase", type = "access")] enum Access { #[value(rename = "o")] Owner }"#,
        r#"#[value(rename_all = "Snake_Case")] enum Access { Owner }"#,
        r#"#[value(type = "a\0")] enum Access { #[value(rename = "\u{0}")] Owner }"#,
        r#"#[value(type = "")] enum Access { Owner }"#,
        "#[value(type)] struct Email(String);",
        "#[value(type =)] struct Email(String);",
        "#[value(type = citext, repr)] struct Email(String);",
        r#"#[value(type("citext"))] struct Email(String);"#,
        r#"#[value(type = "citext" "text")] struct Email(String);"#,
        r#"#[value(type = "citext"suffix)] struct Email(String);"#,
        r#"#[value(type = b"citext")] struct Email(String);"#,
        r#"#[value(rename = "a", rename_all = "lowercase", repr = "i16")] struct Email(String);"#,
        r#"struct Email(#[value(type = "citext", rename = "a", crate = a)] String);"#,
        r#"#[value(rename = "a")] enum Access { #[value(type = "a", rename_all = "b", repr = "i8", crate = a)] Owner }"#,
        r#"#[value(rename_al = "a", typ = "b", kind = "c", name = "d", rename_as = "e")] enum Access { Owner }"#,
        r#"#[value("citext", 3)] struct Email(String);"#,
        "#[value(,)] struct Email(String);",
        r#"#[value(type = "a", type = "b")] #[value(type = "c", crate = a, crate = b)] struct Email(String);"#,
        "#[value] struct Email(String);",
        "#[value()] struct Email(String);",
        r#"#[value = "citext"] struct Email(String);"#,
        r#"#[value(crate = "a")] struct Email(String);"#,
        r#"#[value(crate = a b, type = "a")] struct Email(String);"#,
    ];
    let lines = sources.map(|source| {
        let errors = testing::errors(compile, source);
        let errors =
            errors.iter().map(|(underlined, message)| format!("    {underlined}\n    {message}\n"));
        format!("{source}\n{}", errors.collect::<String>())
    });
    insta::assert_snapshot!(lines.concat(), @r#"
    union Badge { number: u64 }
        union
        value_union
    struct Id<T>(T);
        <T>
        value_generic
    struct Id<const N: usize>([u8; N]);
        <const N: usize>
        value_generic
    enum Id<'a, T> { A }
        <'a, T>
        value_generic
    struct Name<'a, 'b>(&'a &'b str);
        'a
        value_lifetime
        'b
        value_lifetime
    struct Nothing;
        Nothing
        value_fields
    struct Nothing {}
        {}
        value_fields
    struct Nothing();
        ()
        value_fields
    struct Amount(i64, String);
        (i64, String)
        value_fields
    struct Amount { cents: i64, currency: String }
        { cents: i64, currency: String }
        value_fields
    struct Blank { _: i64 }
        { _: i64 }
        value_fields
    enum Never {}
        Never
        value_without_variants
    enum Access { Owner {}, Shared(u64), Other() }
        {}
        value_variant_fields
        (u64)
        value_variant_fields
        ()
        value_variant_fields
    enum Access { Owner, #[value(rename = "Owner")] Shared }
        "Owner"
        value_same_text
    enum Access { #[value(rename = "Shared")] Owner, Shared }
        Shared
        value_same_text
    #[value(rename_all = "UPPERCASE")] enum Access { AB, Ab, aB }
        Ab
        value_same_text
        aB
        value_same_text
    #[value(repr = "usize")] enum Access { Owner = 70000000 }
        "usize"
        value_repr
    #[value(repr = "")] enum Access { Owner }
        ""
        value_repr
    #[value(repr = "i8")] enum Access { Owner = 127, Shared, Other = -129, Fine = -128 }
        Shared
        value_discriminant
        -129
        value_discriminant
    #[value(repr = "u8")] enum Access { Owner = -1, Shared, Other = 0x100 }
        -1
        value_discriminant
        0x100
        value_discriminant
    #[value(repr = "i64")] enum Access { Owner = 0x8000_0000_0000_0000 }
        0x8000_0000_0000_0000
        value_discriminant
    #[value(repr = "i16", rename_all = "lowercase", type = "access")] enum Access { #[value(rename = "o")] Owner }
        rename_all
        value_repr_renamed
        rename
        value_repr_renamed
        type
        value_repr_type
    #[value(rename_all = "Snake_Case")] enum Access { Owner }
        "Snake_Case"
        value_case
    #[value(type = "a\0")] enum Access { #[value(rename = "\u{0}")] Owner }
        "a\0"
        value_null_character
        "\u{0}"
        value_null_character
    #[value(type = "")] enum Access { Owner }
        ""
        value_type_empty
    #[value(type)] struct Email(String);
        type
        value_option_text
    #[value(type =)] struct Email(String);
        type
        value_option_text
    #[value(type = citext, repr)] struct Email(String);
        citext
        value_option_text
        repr
        value_option_text
    #[value(type("citext"))] struct Email(String);
        ("citext")
        value_option_text
    #[value(type = "citext" "text")] struct Email(String);
        "citext" "text"
        value_option_text
    #[value(type = "citext"suffix)] struct Email(String);
        "citext"suffix
        value_option_text
    #[value(type = b"citext")] struct Email(String);
        b"citext"
        value_option_text
    #[value(rename = "a", rename_all = "lowercase", repr = "i16")] struct Email(String);
        rename
        value_newtype_option
        rename_all
        value_newtype_option
        repr
        value_newtype_option
    struct Email(#[value(type = "citext", rename = "a", crate = a)] String);
        crate
        value_option_place
        type
        value_option_place
        rename
        value_newtype_option
    #[value(rename = "a")] enum Access { #[value(type = "a", rename_all = "b", repr = "i8", crate = a)] Owner }
        rename
        value_option_place
        crate
        value_option_place
        type
        value_option_place
        rename_all
        value_option_place
        repr
        value_option_place
    #[value(rename_al = "a", typ = "b", kind = "c", name = "d", rename_as = "e")] enum Access { Owner }
        rename_al
        value_option_misspelt
        typ
        value_option_misspelt
        kind
        value_option_unknown
        name
        value_option_misspelt
        rename_as
        value_option_misspelt
    #[value("citext", 3)] struct Email(String);
        "citext"
        value_option_expected
        3
        value_option_expected
    #[value(,)] struct Email(String);
        ,
        value_option_expected
    #[value(type = "a", type = "b")] #[value(type = "c", crate = a, crate = b)] struct Email(String);
        type
        value_option_twice
        type
        value_option_twice
        crate
        value_option_twice
    #[value] struct Email(String);
        value
        value_empty
    #[value()] struct Email(String);
        value()
        value_empty
    #[value = "citext"] struct Email(String);
        value = "citext"
        value_empty
    #[value(crate = "a")] struct Email(String);
        "a"
        crate_path
    #[value(crate = a b, type = "a")] struct Email(String);
        b
        crate_path
    "#);
}
