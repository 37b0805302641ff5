//! The path under which generated code finds the library.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, Token};

use crate::diagnostics::Diagnostics;
use crate::parse_util::up_to_comma;
use crate::{diagnostics, text};

/// The path of the library: `::gatehouse`, or the argument of `crate = …`.
///
/// For users who rename the dependency, or re-export the library from a crate of their own.
#[derive(Clone)]
pub(crate) struct CratePath(Option<syn::Path>);

impl CratePath {
    /// `::gatehouse`.
    pub(crate) fn default_path() -> Self {
        Self(None)
    }

    /// The argument of `#[<name>(crate = path)]` among `attrs`, or the default. Other attributes are ignored; an error in
    /// this one goes to `errors`.
    pub(crate) fn from_attributes(attrs: &[Attribute], name: &str, errors: &Diagnostics) -> Self {
        let mut found = Self::default_path();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
            let wrong = |_| diagnostics::crate_argument(name).on(&attr.meta);
            if let Some(path) = errors.keep(attr.parse_args::<Self>().map_err(wrong)) {
                found = path;
            }
        }
        found
    }

    /// The path with every token at `span`, for code whose errors must underline the user's tokens.
    pub(crate) fn spanned(&self, span: Span) -> TokenStream {
        text::at(&self.to_token_stream(), span)
    }
}

/// Parses `crate = path`, as it stands in the arguments of an attribute.
impl Parse for CratePath {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let keyword: Token![crate] = input.parse()?;
        let equals: Option<Token![=]> = input.parse()?;
        let rest = up_to_comma(&input.fork());
        if equals.is_some()
            && let Ok(path) = syn::Path::parse_mod_style(input)
            && is_of_module(&path)
        {
            return Ok(Self(Some(path)));
        }
        // At the end of the input, the error underlines the last tokens.
        let wrong = if rest.is_empty() { quote!(#keyword #equals) } else { rest };
        Err(diagnostics::crate_path().on(wrong))
    }
}

/// Whether a path can name a module: its keywords are where they may be.
fn is_of_module(path: &syn::Path) -> bool {
    let mut names = path.segments.iter().map(|segment| &segment.ident).peekable();
    if path.leading_colon.is_none() && names.next_if(|name| *name == "crate").is_none() {
        names.next_if(|name| *name == "self");
        while names.next_if(|name| *name == "super").is_some() {}
    }
    names.all(|name| syn::parse2::<Ident>(quote!(#name)).is_ok())
}

impl ToTokens for CratePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            None => tokens.extend(quote!(::gatehouse)),
            Some(path) => path.to_tokens(tokens),
        }
    }
}
