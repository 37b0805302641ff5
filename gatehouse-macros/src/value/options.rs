//! The options in `#[value(…)]`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Meta, Token};

use super::ast::{Name, Options, Setting};
use crate::diagnostics;
use crate::diagnostics::Diagnostics;
use crate::parse_util::up_to_comma;

/// The options that can be misspelt. (`crate` is a keyword.)
const OPTIONS: [&str; 4] = ["type", "repr", "rename_all", "rename"];

impl Name {
    /// The option with this name.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "type" => Self::Type,
            "repr" => Self::Repr,
            "rename_all" => Self::RenameAll,
            "rename" => Self::Rename,
            _ => return None,
        })
    }

    /// An example of its text.
    fn example(self) -> &'static str {
        match self {
            Self::Type => "citext",
            Self::Repr => "i16",
            Self::RenameAll => "snake_case",
            Self::Rename => "text",
        }
    }
}

impl Options {
    /// Reads the options of each `#[value(…)]` among `attrs`. An error in one does not hide the others.
    pub(super) fn parse(attrs: &[Attribute], errors: &Diagnostics) -> Self {
        let mut options = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("value")) {
            match &attr.meta {
                Meta::List(list) if !list.tokens.is_empty() => {
                    options.list(list.tokens.clone(), errors);
                }
                meta => errors.push(meta, diagnostics::value_empty()),
            }
        }
        options
    }

    fn list(&mut self, tokens: TokenStream, errors: &Diagnostics) {
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                self.one(input, errors)?;
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        errors.keep(list.parse2(tokens));
    }

    /// Reads one option, up to its comma.
    fn one(&mut self, input: ParseStream<'_>, errors: &Diagnostics) -> syn::Result<()> {
        if input.peek(Token![crate]) {
            self.library(input, errors);
            return Ok(());
        }
        if !input.peek(Ident::peek_any) {
            let here = input.span();
            let (wrong, diagnostic) = (up_to_comma(input), diagnostics::value_option_expected());
            errors.push_syn(if wrong.is_empty() {
                diagnostic.at(here)
            } else {
                diagnostic.on(wrong)
            });
            return Ok(());
        }
        let name = input.call(Ident::parse_any)?;
        let value = up_to_comma(input);
        if let Some(option) = known(&name, errors) {
            self.setting(option, name, value, errors);
        }
        Ok(())
    }

    /// `crate = path`
    fn library(&mut self, input: ParseStream<'_>, errors: &Diagnostics) {
        let keyword = input.fork().parse();
        let path = errors.keep(input.parse());
        let rest = up_to_comma(input);
        // The tokens after a broken path belong to it.
        if path.is_some() && !rest.is_empty() {
            errors.push(rest, diagnostics::crate_path());
        }
        let (Ok(keyword), Some(path)) = (keyword, path) else { return };
        if self.library.is_some() {
            errors.push(keyword, diagnostics::value_option_twice("crate"));
        } else {
            self.library = Some((keyword, path));
        }
    }

    /// `option = "text"`
    fn setting(&mut self, option: Name, name: Ident, value: TokenStream, errors: &Diagnostics) {
        let text = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            input.parse::<LitStr>()
        };
        let text = text.parse2(value.clone()).ok().filter(|text| text.suffix().is_empty());
        let Some(text) = text else {
            let equals = |input: ParseStream<'_>| {
                input.parse::<Option<Token![=]>>()?;
                input.parse::<TokenStream>()
            };
            let wrong = equals.parse2(value).unwrap_or_default();
            let wrong = if wrong.is_empty() { name.to_token_stream() } else { wrong };
            errors.push(wrong, diagnostics::value_option_text(name.unraw(), option.example()));
            return;
        };
        if self.get(option).is_some() {
            errors.push(&name, diagnostics::value_option_twice(&name));
        } else {
            self.settings.push(Setting { name, text, option });
        }
    }
}

/// The option of this name, or the error that there is none.
fn known(name: &Ident, errors: &Diagnostics) -> Option<Name> {
    let written = name.to_string();
    let known = Name::of(&written);
    if known.is_none() {
        errors.push(
            name,
            match diagnostics::nearest(&written, &OPTIONS) {
                Some(meant) => diagnostics::value_option_misspelt(written, meant),
                None => diagnostics::value_option_unknown(written),
            },
        );
    }
    known
}
