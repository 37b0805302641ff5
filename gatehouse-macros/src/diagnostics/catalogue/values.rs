//! Diagnostics of `#[derive(Value)]`.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { VALUES "Values"
    /// Each field of a union has a stored form of its own, and none of them is the union's.
    value_union(name) {
        says: "`{name}` is a union, and a value is a newtype or an enum without fields; write `struct {name}(Type);`",
        wrong: "#[derive(Clone, Copy, Value)]
«union» Badge {
    number: u64,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
struct Badge(u64);",
    }
    /// A column has one type. A type with parameters is many.
    value_generic(name) {
        says: "`{name}` has parameters, and a column has one type; write a newtype for each type that is stored",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
struct Id«<T>»(T);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
struct DocumentId(u64);",
    }
    /// Facts keep values, and may outlive what a value borrows from.
    value_lifetime(name, lifetime) {
        says: "`{name}` borrows for `{lifetime}`, and a value owns what it has; write an owned type, such as `String`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
struct Name<«'a»>(&'a str);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
struct Name(String);",
    }
    /// A column holds one value.
    value_fields(name, count) {
        says: "`{name}` has {count}, and a column holds one value; write `struct {name}(Type);`, or derive `Value` on the type of each part",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
struct Amount «{
    cents: i64,
    currency: String,
}»",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
struct Cents(i64);",
    }
    /// A column holds the name or the number of a variant, and nothing of its fields.
    value_variant_fields(variant) {
        says: "the variant `{variant}` has fields, and a column holds no more than the variant; remove the fields, or implement `Value` by hand",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    Shared«(u64)»,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    Shared,
}",
    }
    /// An enum without variants has no value that a database could hold.
    value_without_variants(name) {
        says: "`{name}` has no variants, so no value; write a variant for each text of the column",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
enum «Access» {}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    Shared,
}",
    }
    /// A text in the database is one variant.
    value_same_text(variant, text, first) {
        says: "`{variant}` is stored as \"{text}\", and so is `{first}`; write another text: `#[value(rename = \"…\")]`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = \"lowercase\")]
enum Access {
    Owner,
    #[value(rename = «\"owner\"»)]
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = \"lowercase\")]
enum Access {
    Owner,
    #[value(rename = \"share\")]
    Shared,
}",
    }
    /// A database holds integers up to `i64::MAX`, and `repr` names the range of an enum's.
    value_repr(written, types) {
        says: "`{written}` is no integer type of a database; write one of {types}",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = «\"u64\"»)]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = \"i64\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// An integer that its column does not hold could never be read or written. (rustc evaluates a
    /// discriminant that is an expression, and says the same.)
    value_discriminant(discriminant, variant, repr) {
        says: "the discriminant {discriminant} of `{variant}` does not fit into `{repr}`; write a larger `repr`, or a smaller discriminant",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = \"u8\")]
enum Access {
    Owner = 1,
    Shared = «256»,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = \"i16\")]
enum Access {
    Owner = 1,
    Shared = 256,
}",
    }
    /// An enum is stored as texts or as integers. A text beside `repr` would be lost.
    value_repr_renamed(option, repr) {
        says: "`{option}` is about texts, and `repr = \"{repr}\"` stores integers; remove one",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = \"i16\", «rename_all» = \"snake_case\")]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = \"snake_case\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// The values of an enum in PostgreSQL are texts.
    value_repr_type(repr, name) {
        says: "`repr = \"{repr}\"` stores integers, and `type = \"{name}\"` names an enum of PostgreSQL, whose values are texts; remove one",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = \"i16\", «type» = \"access\")]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = \"access\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// The ways to write names are those of serde.
    value_case(written, cases) {
        says: "`rename_all` has no case \"{written}\"; write one of {cases}",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = «\"snake\"»)]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = \"snake_case\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// A text with this character could never be read or written: PostgreSQL refuses it.
    value_null_character(option) {
        says: "`{option}` has the character U+0000, which a database does not hold; remove the character",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    #[value(rename = «\"shared\\0\"»)]
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    #[value(rename = \"shared\")]
    Shared,
}",
    }
    /// Without the option, a type of PostgreSQL is the usual one.
    value_type_empty() {
        says: "`type` names no type; write `type = \"citext\"`, or remove it",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = «\"\"»)]
struct Email(String);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = \"citext\")]
struct Email(String);",
    }
    /// The text of an option is a literal in quotes.
    value_option_text(option, example) {
        says: "`{option}` takes a text; write `{option} = \"{example}\"`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = «i16»)]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = \"i16\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// A newtype is stored like its field; only its type in PostgreSQL may be another.
    value_newtype_option(option, name) {
        says: "`{option}` is about the variants of an enum, and `{name}` is stored like its field; remove `{option}`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(«rename» = \"email\")]
struct Email(String);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
struct Email(String);",
    }
    /// An option at another place would be lost.
    value_option_place(option, there, here) {
        says: "`{option}` stands on {there}, not on {here}; move it there",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    #[value(«rename_all» = \"snake_case\")]
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = \"snake_case\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// A misspelt option is never ignored.
    value_option_misspelt(name, meant) {
        says: "`value` has no option `{name}`; write `{meant}`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(«rename_al» = \"snake_case\")]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = \"snake_case\")]
enum Access {
    Owner,
    Shared,
}",
    }
    /// An unknown option is never ignored.
    value_option_unknown(name) {
        says: "`value` has no option `{name}`; the options are `type`, `repr`, `rename_all`, `rename` and `crate = path`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(«default» = \"owner\")]
enum Access {
    Owner,
    Shared,
}",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    Shared,
}",
    }
    /// Options are words with a text, separated by commas.
    value_option_expected() {
        says: "expected an option, without quotes; the options are `type`, `repr`, `rename_all`, `rename` and `crate = path`",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(«\"citext\"»)]
struct Email(String);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = \"citext\")]
struct Email(String);",
    }
    /// Of two texts, one would be lost.
    value_option_twice(name) {
        says: "`{name}` is given twice; remove one",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = \"citext\", «type» = \"text\")]
struct Email(String);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = \"citext\")]
struct Email(String);",
    }
    /// A type without options needs no attribute.
    value_empty() {
        says: "`value` has no option; write `#[value(option = \"text\")]`, or remove it",
        wrong: "#[derive(Clone, Debug, PartialEq, Value)]
#[«value»]
struct Email(String);",
        right: "#[derive(Clone, Debug, PartialEq, Value)]
struct Email(String);",
    }
}
