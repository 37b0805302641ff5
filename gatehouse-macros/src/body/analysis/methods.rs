//! Methods and macros, by name, that may run where the body might not have reached them, and those that may not.
//!
//! A macro sees names and no types, so these lists are a convention: a method of the user's that has one of the names, and
//! behaves unlike the standard library's, breaks it. The consequence is bounded: early code asks for loads and decides
//! nothing, and the library catches its panics.

use syn::{ExprMethodCall, Path};

/// Methods without arguments that are no getters, each with the reason.
const NO_GETTERS: [&str; 22] = [
    // An integer's smallest value has no absolute value: it overflows.
    "abs",
    // A cell that is borrowed panics.
    "borrow",
    "borrow_mut",
    // It lends the iterator to code that advances it.
    "by_ref",
    // Another time gives another answer.
    "elapsed",
    // The logarithm of zero panics.
    "ilog10",
    "ilog2",
    // The root of a negative number panics.
    "isqrt",
    // It waits for a thread.
    "join",
    // It waits for a lock.
    "lock",
    // Negation overflows.
    "neg",
    // It advances the iterator.
    "next",
    "next_back",
    // It overflows.
    "next_power_of_two",
    // It takes an element out.
    "pop",
    // Arithmetic overflows.
    "product",
    // It waits for a lock, or reads from a stream.
    "read",
    // It waits for a message, and takes it.
    "recv",
    // Arithmetic overflows.
    "sum",
    // It leaves `None` or a default behind.
    "take",
    // It waits.
    "wait",
    // It waits for a lock.
    "write",
];

/// The beginnings of the names of further ones: those that panic on a missing value, those that take something out, and
/// arithmetic that panics by contract.
const NO_GETTERS_BEGIN: [&str; 5] = ["unwrap", "expect", "pop_", "take_", "strict_"];

/// `value.name()`: a getter, unless its name says otherwise.
pub(super) fn is_getter(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    // A default is no panic.
    name == "unwrap_or_default"
        || call.args.is_empty()
            && !NO_GETTERS.contains(&name.as_str())
            && !NO_GETTERS_BEGIN.iter().any(|word| name.starts_with(word))
}

/// Methods of the standard library with arguments that cannot panic by themselves, and change nothing but an iterator that
/// the expression owns. Each is total for every value of its arguments; a closure among them is looked into.
const TOTAL_METHODS: [&str; 26] = [
    // Iterators.
    "all",
    "any",
    "chain",
    "filter",
    "filter_map",
    "flat_map",
    "map",
    "skip",
    // With an argument it is an iterator's, and leaves nothing behind.
    "take",
    // Options and results: a closure, or a default, for what is missing.
    "and_then",
    "is_none_or",
    "is_some_and",
    "map_or",
    "map_or_else",
    "or",
    "or_else",
    "unwrap_or",
    "unwrap_or_else",
    // Comparisons.
    "cmp",
    "eq",
    "ne",
    // Collections and strings: they give an `Option` or a `bool` where an index would panic.
    "contains",
    "contains_key",
    "ends_with",
    "get",
    "starts_with",
];

/// `items.map(|item| …)` and the like: safe if the arguments are.
pub(super) fn is_adaptor(call: &ExprMethodCall) -> bool {
    !call.args.is_empty() && TOTAL_METHODS.iter().any(|name| call.method == name)
}

/// Methods whose result has the type that its use wants.
const OPEN: [&str; 7] =
    ["collect", "into", "parse", "product", "sum", "try_into", "unwrap_or_default"];

/// Whether the result of a method of this name has the type that its use wants.
pub(super) fn is_open(name: &syn::Ident) -> bool {
    OPEN.iter().any(|open| name == open)
}

/// Macros of the standard library, which change nothing but their arguments.
const KNOWN_MACROS: [&str; 18] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprintln",
    "format",
    "matches",
    "panic",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Whether a macro of this name may change any local, by naming it in its body.
pub(crate) fn may_change_all(path: &Path) -> bool {
    path.segments.last().is_none_or(|name| !is_known_macro(&name.ident))
}

/// Whether a macro of this name is one of the standard library's.
pub(super) fn is_known_macro(name: &syn::Ident) -> bool {
    KNOWN_MACROS.iter().any(|known| name == known)
}
