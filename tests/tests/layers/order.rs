//! The order of the layers: what a new file belongs to is written here.

/// A layer: its name and what is in it. `"plan"` is the file `plan.rs` and the folder `plan`, from the
/// folder of the crate's root.
pub type Layer = (&'static str, &'static [&'static str]);

/// The layers of the library, lowest first. A file imports from its own layer and from lower ones.
pub const LIBRARY: &[Layer] = &[
    ("sync", &["sync", "unwind"]),
    ("collections", &["collections"]),
    ("text", &["text"]),
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
    ("testing", &["testing"]),
    ("front", &["private", "prelude", "lib"]),
];

/// The compiler, whose stages have no order yet: what is asked of it is that there is no circle.
pub const COMPILER: &[Layer] = &[("compiler", &[""])];
