//! The compile errors of the macros: the catalogue of their texts, and the collector of an item's
//! errors.

mod catalogue;
mod collector;
#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
mod typo;

use std::fmt::{self, Display};

use proc_macro2::Span;
use quote::ToTokens;

pub(crate) use catalogue::*;
pub(crate) use collector::Diagnostics;
pub(crate) use typo::nearest;

/// The message for one mistake: the mistake, in the user's names; then what to write instead; then the stable name of
/// its entry in the documentation.
#[derive(Clone, Debug)]
pub(crate) struct Diagnostic {
    /// Its name in the catalogue.
    name: &'static str,
    /// The mistake, and what to write instead.
    text: String,
}

impl Diagnostic {
    /// The diagnostic as an error that underlines `span`.
    pub(crate) fn at(self, span: Span) -> syn::Error {
        syn::Error::new(span, self)
    }

    /// The diagnostic as an error that underlines all of `tokens`.
    pub(crate) fn on(self, tokens: impl ToTokens) -> syn::Error {
        syn::Error::new_spanned(tokens, self)
    }
}

impl Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.text, self.name)
    }
}

/// An entry of the catalogue, for the page and for the tests of the compiler.
#[cfg(test)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// The macro that it belongs to.
    pub(crate) chapter: &'static str,
    /// Why it is an error.
    pub(crate) why: &'static str,
    /// A program with the mistake, with `«…»` around the tokens that the message underlines.
    pub(crate) wrong: &'static str,
    /// The program without the mistake.
    pub(crate) right: &'static str,
}

/// Writes a chapter of the catalogue: a function for each diagnostic, and the entries as data.
macro_rules! chapter {
    ($chapter:ident $title:literal $(
        $(#[doc = $why:literal])+
        $name:ident ( $($what:ident),* ) {
            says: $says:literal,
            wrong: $wrong:literal,
            right: $right:literal,
        }
    )+) => {
        $(
            $(#[doc = $why])+
            pub(crate) fn $name($($what: impl Display),*) -> Diagnostic {
                Diagnostic { name: stringify!($name), text: format!($says) }
            }
        )+

        #[cfg(test)]
        pub(in crate::diagnostics) const $chapter: &[Entry] = &[$(Entry {
            name: stringify!($name),
            chapter: $title,
            why: concat!($($why),+),
            wrong: $wrong,
            right: $right,
        }),+];
    };
}
use chapter;
