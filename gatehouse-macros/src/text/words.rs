//! Questions to names, and the words that messages write.

use syn::ext::IdentExt;
use syn::{Ident, Type};

/// Whether the last segment of a type's path is `name`: tokens show no more of a type.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(it) => it.path.segments.last().is_some_and(|last| last.ident == name),
        Type::Paren(it) => is_named(&it.elem, name),
        _ => false,
    }
}

/// Whether a name is one that a type has: it does not begin with a small letter.
pub(crate) fn is_type_name(name: &Ident) -> bool {
    !name.unraw().to_string().starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// The name of a type for what is named like a function: `org_role` becomes `OrgRole`.
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect()
}

/// An ordinal: `second`, `12th`.
pub(crate) fn ordinal(number: u32) -> String {
    let words = ["first", "second", "third", "fourth", "fifth", "sixth"];
    let word = usize::try_from(number).ok().and_then(|number| words.get(number.checked_sub(1)?));
    word.map_or_else(|| format!("{number}th"), |word| (*word).to_owned())
}
