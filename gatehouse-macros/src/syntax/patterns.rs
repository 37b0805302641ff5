//! The parts of patterns.

use syn::Pat;

/// The patterns directly inside a pattern.
pub(crate) fn subpatterns(pat: &Pat) -> Vec<&Pat> {
    match pat {
        Pat::Guard(it) => vec![&*it.pat],
        Pat::Ident(it) => it.subpat.iter().map(|(_, inner)| &**inner).collect(),
        Pat::Or(it) => it.cases.iter().collect(),
        Pat::Paren(it) => vec![&*it.pat],
        Pat::Reference(it) => vec![&*it.pat],
        Pat::Slice(it) => it.elems.iter().collect(),
        Pat::Struct(it) => it.fields.iter().map(|field| &*field.pat).collect(),
        Pat::Tuple(it) => it.elems.iter().collect(),
        Pat::TupleStruct(it) => it.elems.iter().collect(),
        Pat::Type(it) => vec![&*it.pat],
        _ => Vec::new(),
    }
}
