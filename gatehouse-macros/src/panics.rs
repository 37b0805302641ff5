//! Panics of the compiler itself: caught at the boundary, and reported in one error that asks for a bug report.
//!
//! The panic hook runs as usual. rustc hides what is printed inside a macro, except with
//! `-Zproc-macro-backtrace`, so the error has the panic's text.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// The result of `compile`; if it panics, an error at the name of `item`, and the `skeleton` of the item, so that uses of
/// the item have no error of their own.
pub(crate) fn caught(
    what: &str,
    item: &TokenStream,
    compile: impl FnOnce() -> TokenStream,
    skeleton: impl FnOnce() -> TokenStream,
) -> TokenStream {
    attempt(compile).unwrap_or_else(|panic| {
        let mut tokens = report(what, item, text(&*panic)).to_compile_error();
        // The skeleton may panic for the same reason: one error is enough.
        tokens.extend(attempt(skeleton).unwrap_or_default());
        tokens
    })
}

/// The result of `stage`, or its panic. `stage` owns its data, so nothing is observed half-changed.
pub(crate) fn attempt(
    stage: impl FnOnce() -> TokenStream,
) -> Result<TokenStream, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(|| {
        let tokens = stage();
        #[cfg(test)]
        seeded::panic();
        tokens
    }))
}

/// The text of a panic.
fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it does not say why")
}

fn report(what: &str, item: &TokenStream, why: &str) -> syn::Error {
    let version = env!("CARGO_PKG_VERSION");
    let text = format!(
        "`{what}` panicked: {why}; this is a fault of gatehouse {version} and not of what is written \
         here: report it, with the item [panicked]"
    );
    syn::Error::new_spanned(name(item).as_ref().unwrap_or(item), text)
}

/// The name of an item; a block of facts has none.
fn name(item: &TokenStream) -> Option<TokenStream> {
    let keywords = ["fn", "struct", "enum", "union"];
    let is_keyword = |token: &TokenTree| keywords.contains(&token.to_string().as_str());
    let mut tokens = item.clone().into_iter();
    tokens.find(is_keyword)?;
    tokens.next().map(TokenTree::into_token_stream)
}

/// Panics that a test asks for.
#[cfg(test)]
pub(crate) mod seeded {
    use std::cell::Cell;

    thread_local! {
        /// The number of the next stages that panic.
        static STAGES: Cell<u32> = const { Cell::new(0) };
    }

    /// Runs `test`, in which the next `stages` stages panic.
    pub(crate) fn with<T>(stages: u32, test: impl FnOnce() -> T) -> T {
        STAGES.set(stages);
        let result = test();
        assert_eq!(STAGES.get(), 0, "fewer stages ran");
        result
    }

    pub(super) fn panic() {
        if let Some(left) = STAGES.get().checked_sub(1) {
            STAGES.set(left);
            panic!("a seeded panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// The expansion of `item` if so many stages panic: the errors, each with the text that it underlines, and the rest.
    fn panicking(
        stages: u32,
        expand: fn(&TokenStream) -> TokenStream,
        item: &str,
    ) -> (Vec<(String, String)>, String) {
        let item = &item.parse().expect("tokens");
        testing::split_errors(seeded::with(stages, || expand(item)))
    }

    fn policy(item: &TokenStream) -> TokenStream {
        crate::policy::expand(&quote::quote!(forbid, crate = auth), item)
    }

    const POLICY: &str = "/// Admins.
        #[cfg(unix)]
        pub(crate) async fn admin(user: &User) -> bool { Admin(user.id).await }";
    const FACTS: &str = "pub Admin(user: u32) -> bool = false;
        pub Level(user: u32) -> u8;
        pub Chief(user: u32) -> bool { Admin(user).await && Level(user).await == Some(9) }";
    const VALUE: &str = "pub enum Role { Viewer, Editor }";
    const SOURCES: &str = "pub struct App { #[loads(Admin, Level)] db: Db }";

    fn of(what: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "`{what}` panicked: a seeded panic; this is a fault of gatehouse {version} and not of what \
             is written here: report it, with the item [panicked]"
        )
    }

    #[test]
    fn a_panic_of_a_policy_is_one_error_and_the_policy_is_there() {
        let (errors, rest) = panicking(1, policy, POLICY);
        assert_eq!(errors, [("admin".to_owned(), of("#[policy]"))]);
        assert!(rest.contains("#[cfg(unix)]\n"), "{rest}");
        assert!(rest.contains("pub(crate) enum admin {}"), "{rest}");
        assert!(rest.contains("auth::private::Rule<__Domain, __Sources> for admin"), "{rest}");
        assert!(!rest.contains("await"), "{rest}");
    }

    #[test]
    fn a_panic_of_facts_is_one_error_and_the_facts_are_there() {
        let (errors, rest) = panicking(1, crate::fact::expand, FACTS);
        assert_eq!(errors, [(FACTS.to_owned(), of("fact!"))]);
        for name in ["Admin", "Level", "Chief"] {
            assert!(rest.contains(&format!("::gatehouse::FactKey for {name}")), "{rest}");
        }
        assert!(rest.contains("type Output = ::core::option::Option<u8>;"), "{rest}");
        assert!(!rest.contains("await"), "{rest}");
    }

    #[test]
    fn a_panic_of_sources_is_one_error_and_the_set_is_there() {
        let (errors, rest) = panicking(1, crate::sources::expand, SOURCES);
        assert_eq!(errors, [("App".to_owned(), of("#[derive(Sources)]"))]);
        assert!(rest.contains("::gatehouse::Sources for App"), "{rest}");
        assert!(rest.contains("::gatehouse::ResolvedBy<App> for Level"), "{rest}");
        // An error in the loads does not remove the set.
        let (errors, rest) = panicking(2, crate::sources::expand, SOURCES);
        assert_eq!(errors.len(), 1);
        assert!(rest.contains("::gatehouse::Sources for App"), "{rest}");
        assert!(!rest.contains("Level"), "{rest}");
    }

    #[test]
    fn a_panic_of_a_value_is_one_error_and_the_value_is_there() {
        let (errors, rest) = panicking(1, crate::value::expand, VALUE);
        assert_eq!(errors, [("Role".to_owned(), of("#[derive(Value)]"))]);
        assert!(rest.contains("::gatehouse::value::Value for Role"), "{rest}");
        assert!(rest.contains("&[Self::Viewer, Self::Editor]"), "{rest}");
    }

    #[test]
    fn a_skeleton_that_panics_leaves_the_one_error() {
        let rows = [
            (policy as fn(&_) -> _, POLICY),
            (crate::fact::expand, FACTS),
            (crate::value::expand, VALUE),
        ];
        for (expand, item) in rows {
            let (errors, rest) = panicking(2, expand, item);
            assert_eq!((errors.len(), rest.as_str()), (1, ""));
        }
        assert_eq!(panicking(3, crate::sources::expand, SOURCES).0.len(), 1);
    }

    /// Every payload of a panic has a text.
    #[test]
    fn a_panic_says_what_it_can() {
        let caught = |panic: Box<dyn Any + Send>| text(&*panic).to_owned();
        assert_eq!(caught(Box::new("why")), "why");
        assert_eq!(caught(Box::new("why".to_owned())), "why");
        assert_eq!(caught(Box::new(7)), "it does not say why");
    }

    /// An item without a name, or no item at all, has the error, too.
    #[test]
    fn the_error_has_a_place() {
        for item in ["fn", "", "3 + 4", "struct"] {
            let (errors, _) = panicking(2, policy, item);
            assert_eq!(errors.len(), 1, "{item}");
        }
    }
}
