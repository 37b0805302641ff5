//! The variables of generated code. Their hygiene keeps them apart from a user's locals. A pattern would compare with
//! a constant of their name, so the names are such that no user writes.

use proc_macro2::{Ident, Span};
use quote::format_ident;

use crate::body::plan::early::MatchId;
use crate::body::plan::known::KnownId;

/// The variable that facts are read from.
pub(crate) fn cx() -> Ident {
    Ident::new("__cx", Span::mixed_site())
}

/// The variable of a condition that may be known early.
pub(super) fn known(id: KnownId) -> Ident {
    format_ident!("__known_{}", id.0, span = Span::mixed_site())
}

/// The variable of the arm that a match takes.
pub(super) fn arm(id: MatchId) -> Ident {
    format_ident!("__arm_{}", id.0, span = Span::mixed_site())
}

/// The variable of the left side of an operator.
pub(super) fn left() -> Ident {
    Ident::new("__left", Span::mixed_site())
}

/// The variable of the load that is requested.
pub(super) fn load() -> Ident {
    Ident::new("__load", Span::mixed_site())
}
