//! The texts of variants. `rename_all` writes names as serde does.

use syn::ext::IdentExt;

use super::ast::{Name, Options, Variant};

/// The text of each variant of an enum with these options.
pub(super) fn texts(options: &Options, variants: &[Variant]) -> Vec<String> {
    let case = options.text(Name::RenameAll).and_then(|name| Case::of(&name));
    let case = case.unwrap_or(Case::Pascal);
    let written = |variant: &Variant| case.apply(&variant.name.unraw().to_string());
    let text =
        |variant: &Variant| variant.options.text(Name::Rename).unwrap_or_else(|| written(variant));
    variants.iter().map(text).collect()
}

/// A way to write names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// Every case, by its name.
    const ALL: [(&'static str, Self); 8] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("PascalCase", Self::Pascal),
        ("camelCase", Self::Camel),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
    ];

    /// The case with this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(its, _)| *its == name).map(|(_, case)| case)
    }

    /// The names of all cases, for a message.
    pub(super) fn names() -> String {
        Self::ALL.map(|(name, _)| format!("`{name}`")).join(", ")
    }

    /// The text of a variant's name.
    pub(super) fn apply(self, variant: &str) -> String {
        match self {
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Pascal => variant.to_owned(),
            Self::Camel => {
                let mut letters = variant.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Self::Snake => separated(variant),
            Self::ScreamingSnake => separated(variant).to_ascii_uppercase(),
            Self::Kebab => separated(variant).replace('_', "-"),
            Self::ScreamingKebab => separated(variant).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// Small letters, with `_` before each capital but the first.
fn separated(variant: &str) -> String {
    let mut text = String::new();
    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows are those of serde's own test.
    #[test]
    fn names_are_those_of_serde() {
        let rows = [
            (
                "Outcome", "outcome", "OUTCOME", "outcome", "outcome", "OUTCOME", "outcome",
                "OUTCOME",
            ),
            (
                "VeryTasty",
                "verytasty",
                "VERYTASTY",
                "veryTasty",
                "very_tasty",
                "VERY_TASTY",
                "very-tasty",
                "VERY-TASTY",
            ),
            ("A", "a", "A", "a", "a", "A", "a", "A"),
            ("Z42", "z42", "Z42", "z42", "z42", "Z42", "z42", "Z42"),
            ("A_B", "a_b", "A_B", "a_B", "a__b", "A__B", "a--b", "A--B"),
        ];
        for (name, lower, upper, camel, snake, screaming, kebab, loud) in rows {
            let of = |case: &str| Case::of(case).expect("a case").apply(name);
            assert_eq!(of("PascalCase"), name);
            assert_eq!([of("lowercase"), of("UPPERCASE")], [lower, upper]);
            assert_eq!([of("camelCase"), of("snake_case")], [camel, snake]);
            assert_eq!([of("SCREAMING_SNAKE_CASE"), of("kebab-case")], [screaming, kebab]);
            assert_eq!(of("SCREAMING-KEBAB-CASE"), loud);
        }
        assert_eq!(Case::Camel.apply("Äpfel"), "Äpfel");
        assert_eq!(Case::of("Snake_case"), None);
    }
}
