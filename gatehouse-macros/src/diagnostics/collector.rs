//! The collector of errors: a check pushes its error and goes on, so that a user sees all errors of an
//! item at once.

use std::cell::RefCell;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use super::Diagnostic;

/// Collects errors behind a shared reference; [`Diagnostics::finish`] turns them into tokens.
///
/// In tests it panics if it is dropped unfinished: an error that was pushed must be emitted.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    /// The errors so far, in order; `None` once finished.
    pushed: RefCell<Option<Vec<syn::Error>>>,
}

impl Diagnostics {
    /// No errors yet.
    pub(crate) fn new() -> Self {
        Self { pushed: RefCell::new(Some(Vec::new())) }
    }

    /// An error that underlines all of `tokens`.
    pub(crate) fn push(&self, tokens: impl ToTokens, diagnostic: Diagnostic) {
        self.push_syn(diagnostic.on(tokens));
    }

    /// An error that underlines `span`.
    pub(crate) fn push_at(&self, span: Span, diagnostic: Diagnostic) {
        self.push_syn(diagnostic.at(span));
    }

    /// An error that parsing gave.
    pub(crate) fn push_syn(&self, error: syn::Error) {
        if let Some(pushed) = &mut *self.pushed.borrow_mut() {
            pushed.push(error);
        }
    }

    /// Keeps the value of an `Ok`, and the error of an `Err`.
    pub(crate) fn keep<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push_syn(error)).ok()
    }

    /// Takes over the errors of a part.
    pub(crate) fn absorb(&self, part: &Self) {
        part.take().into_iter().for_each(|error| self.push_syn(error));
    }

    /// The number of errors so far.
    pub(crate) fn count(&self) -> usize {
        self.pushed.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Whether there is no error.
    pub(crate) fn is_empty(&self) -> bool {
        self.pushed.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// One `compile_error!` per error, in the order of the user's lines.
    pub(crate) fn finish(self) -> TokenStream {
        let mut errors = self.take();
        errors.sort_by_key(|error| place(error.span()));
        errors.iter().map(syn::Error::to_compile_error).collect()
    }

    /// The errors, each a single message, and the collector counted as finished.
    fn take(&self) -> Vec<syn::Error> {
        let pushed = self.pushed.borrow_mut().take().unwrap_or_default();
        pushed.into_iter().flatten().collect()
    }

    /// The output of [`Diagnostics::finish`], as data.
    #[cfg(test)]
    pub(crate) fn into_vec(self) -> Vec<syn::Error> {
        self.take()
    }
}

/// Line and column, if there is a compiler that knows them.
fn place(span: Span) -> (usize, usize) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}

#[cfg(test)]
impl Drop for Diagnostics {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.pushed.borrow().is_none(), "an error collector was dropped unfinished");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "dropped unfinished")]
    fn a_forgotten_collector_is_noticed() {
        drop(Diagnostics::new());
    }

    #[test]
    fn errors_come_out_in_order() {
        let errors = Diagnostics::new();
        errors.push_syn(syn::Error::new(Span::call_site(), "first"));
        errors.push_syn(syn::Error::new(Span::call_site(), "second"));
        let messages: Vec<_> = errors.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(messages, ["first", "second"]);
    }
}
