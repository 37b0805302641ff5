//! The layers and their order. Every file belongs to one layer.
//!
//! A new file goes into the folder of the lowest layer above everything that it uses. A new folder is
//! added to a layer here.

/// A layer: its name and its parts. The part `"plan"` is the file `plan.rs` and all files in `plan/`, both
/// beside the crate's `lib.rs`.
pub type Layer = (&'static str, &'static [&'static str]);

/// The layers of the library, lowest first. A file uses files of its own layer and of lower ones.
pub const LIBRARY: &[Layer] = &[
    ("sync", &["sync", "unwind"]),
    ("collections", &["collections"]),
    ("text", &["text"]),
    ("value", &["value"]),
    ("plan, domain", &["plan", "domain"]),
    ("fact", &["fact"]),
    ("combinators", &["combinators"]),
    ("source", &["source"]),
    ("decision, explanation", &["decision", "explanation"]),
    ("observe", &["observe"]),
    ("session", &["session"]),
    ("limit", &["limit"]),
    ("eval", &["eval"]),
    ("policy", &["policy"]),
    ("gate", &["gate"]),
    ("sql", &["sql"]),
    ("testing", &["testing"]),
    ("front", &["private", "prelude", "lib"]),
];

/// The layers of the compiler, lowest first: its stages, each of which sees those before it.
pub const COMPILER: &[Layer] = &[
    ("text", &["text", "fragment"]),
    ("syntax", &["syntax"]),
    ("diagnostics", &["diagnostics", "panics", "parse_util"]),
    ("path of the library, attributes", &["crate_path", "conditional"]),
    ("tree", &["body/tree", "body/source"]),
    ("analysis", &["body/analysis"]),
    (
        "lower, check",
        &["body/attributes", "body/capitals", "body/check", "body/leftover", "body/lower"],
    ),
    ("plan", &["body/plan"]),
    ("back ends", &["body/rust"]),
    ("macros", &["body/mod", "fact", "policy", "sources", "value"]),
    ("front", &["lib"]),
];
