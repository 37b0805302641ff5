//! The parts of a load: the fact, the number of its keys, and the expression that gives them.

use std::collections::BTreeMap;

use syn::{Attribute, Expr, Member, Path};

use super::super::tree::Kind;
use crate::diagnostics::Diagnostics;
use crate::syntax::{
    fact_of_keys, fact_path, is_called, is_capitalised, is_fact, only_name, turbofish,
    without_arguments,
};
use crate::{diagnostics, text};

/// The words around several keys.
const MANY: [(&str, Kind); 3] = [("any", Kind::Any), ("all", Kind::All), ("each", Kind::Each)];

/// The names that are bound before a load, each with the fact whose key it is; `None` for other values, and for names that
/// are bound twice.
pub(super) type Locals = BTreeMap<String, Option<Path>>;

/// The parts of `base.await`.
pub(super) struct LoadParts {
    pub(super) kind: Kind,
    pub(super) fact: Path,
    /// The key, or the expression of the keys.
    pub(super) keys: Expr,
    /// `lazy`, as the user names it.
    pub(super) lazy: Option<Path>,
    /// Whether the fact is named at the keys.
    pub(super) named: bool,
    /// `any`, `all` or `each`, as the user names it.
    pub(super) word: Option<Expr>,
}

/// Reads the expression before `.await`, and reports what is no load.
pub(super) struct LoadReader<'l> {
    pub(super) errors: &'l Diagnostics,
    pub(super) locals: &'l Locals,
    /// The attributes of the expressions that are taken apart.
    pub(super) attributes: Vec<Attribute>,
}

impl LoadReader<'_> {
    /// The parts of a load; `None` if an error was reported.
    pub(super) fn parts(&mut self, base: Expr) -> Option<LoadParts> {
        let (base, lazy) = self.lazy(base)?;
        let named = matches!(&base, Expr::Call(call) if turbofish(&call.func).is_some());
        let word = word(&base);
        let (kind, fact, keys) = self.keys(base)?;
        Some(LoadParts { kind, fact, keys, lazy, named, word })
    }

    /// Removes parentheses and invisible groups.
    pub(super) fn unwrapped(&mut self, expr: Expr) -> Expr {
        match expr {
            Expr::Paren(it) => {
                self.attributes.extend(it.attrs);
                self.unwrapped(*it.expr)
            }
            Expr::Group(it) => self.unwrapped(*it.expr),
            expr => expr,
        }
    }

    /// Removes `lazy(…)`.
    fn lazy(&mut self, base: Expr) -> Option<(Expr, Option<Path>)> {
        match base {
            Expr::Call(mut call) if is_called(&call, "lazy") => {
                self.attributes.append(&mut call.attrs);
                if call.args.len() == 1 {
                    let inner = call.args.pop().expect("there is one argument");
                    Some((self.unwrapped(inner), fact_path(&call.func)))
                } else {
                    self.errors.push(&call.func, diagnostics::lazy_argument());
                    None
                }
            }
            other => Some((other, None)),
        }
    }

    /// The fact of a load, and the expression that gives its key or keys.
    fn keys(&mut self, base: Expr) -> Option<(Kind, Path, Expr)> {
        match base {
            Expr::Call(call) if MANY.iter().any(|(name, _)| is_called(&call, name)) => {
                let (name, kind) = *MANY.iter().find(|(name, _)| is_called(&call, name))?;
                self.many(call, name, kind)
            }
            Expr::Call(ref call) => match fact_path(&call.func) {
                Some(fact) if is_capitalised(&fact) => Some((Kind::One, fact, base)),
                Some(function) => self.not_a_word(&function, call.clone()),
                None => self.not_a_fact(&base),
            },
            Expr::Struct(ref it) if it.qself.is_none() => {
                Some((Kind::One, without_arguments(it.path.clone()), base))
            }
            _ => self.not_a_fact(&base),
        }
    }

    /// A call of a name in lower case: a misspelt `any`, or no load.
    fn not_a_word(&mut self, function: &Path, call: syn::ExprCall) -> Option<(Kind, Path, Expr)> {
        let name = &function.segments.last()?.ident;
        let written = name.to_string();
        let Some(meant) = diagnostics::nearest(&written, &["any", "all", "each", "lazy"]) else {
            let (function, fact) = (text::of_expr(function), text::camel_case(name));
            self.errors.push(&call.func, diagnostics::await_on_function(function, fact));
            return None;
        };
        self.errors.push(&call.func, diagnostics::await_word_misspelt(written, meant));
        let (name, kind) = *MANY.iter().find(|(name, _)| *name == meant)?;
        self.many(call, name, kind)
    }

    fn not_a_fact<T>(&self, base: &Expr) -> Option<T> {
        let name = only_name(base).unwrap_or_default();
        self.errors.push(
            base,
            match self.locals.get(&name) {
                Some(Some(fact)) => diagnostics::load_through_local(name, text::of_expr(fact)),
                _ => diagnostics::await_not_a_fact(),
            },
        );
        None
    }

    fn many(
        &mut self,
        mut call: syn::ExprCall,
        name: &str,
        kind: Kind,
    ) -> Option<(Kind, Path, Expr)> {
        self.attributes.append(&mut call.attrs);
        if call.args.len() != 1 {
            self.errors.push(&call.func, diagnostics::many_arguments(name));
            return None;
        }
        let keys = call.args.pop()?;
        let Some(fact) = turbofish(&call.func).or_else(|| fact_of_keys(&keys)) else {
            self.errors.push(&keys, diagnostics::many_without_fact(name));
            return None;
        };
        Some((kind, fact, keys))
    }
}

/// Whether `Fact(…).awit` is a misspelt load.
pub(super) fn is_misspelt_load(field: &syn::ExprField) -> bool {
    let Member::Named(name) = &field.member else { return false };
    let Expr::Call(call) = &*field.base else { return false };
    let loads = MANY.iter().any(|(word, _)| is_called(call, word)) || is_fact(Some(&call.func));
    loads && diagnostics::nearest(&name.to_string(), &["await"]).is_some()
}

/// The word around several keys, as the user names it.
fn word(base: &Expr) -> Option<Expr> {
    let Expr::Call(call) = base else { return None };
    MANY.iter().any(|(name, _)| is_called(call, name)).then(|| (*call.func).clone())
}
