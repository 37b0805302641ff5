//! The ways in which a body changes a local: by `mut`, by a unique borrow under any name, by a
//! closure, an iterator, a cell, a macro.
//!
//! Each comes in three steps, with other statements between them: what the way needs is bound, the
//! change is made, and the local has its new value. Between the first step and the last, the local
//! may be borrowed, so it is not named. The middle step is what no operand beside a fact may contain.

/// A way to add a number to a local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `m = m + …`
    Assigned,
    /// `m += …`
    Compound,
    /// `*(&mut m) = …`
    Borrowed,
    /// `let r = &mut m`
    Alias,
    /// `let r = &mut { m }`
    Temporary,
    /// `let ref mut r = m`
    RefMut,
    /// `let (r, ()) = (&mut m, ())`
    Pattern,
    /// `Some(m).as_mut()`
    AsMut,
    /// A field that is a `&mut`.
    Field,
    /// A closure that is called.
    Closure,
    /// A `&mut dyn FnMut`.
    DynClosure,
    /// `for r in [&mut m]`
    Loop,
    /// `….inspect(|by| m += by)`
    Inspect,
    /// `iter.next()`
    Next,
    /// `iter.by_ref()`
    ByRef,
    /// A `Cell`.
    Cell,
    /// A `RefCell`.
    RefCell,
    /// An `Rc<Cell<_>>`.
    Rc,
    /// A macro that names the local by itself.
    Macro,
    /// A macro that takes its name.
    MacroOf,
    /// A raw name.
    Raw,
    /// A name with a capital.
    Capital,
    /// `std::mem::replace(&mut m, …)`
    Replace,
    /// `vec.push(…)`
    Push,
    /// `let vec = &mut vec![m]`
    PushToTemporary,
}

/// The text of each step.
#[derive(Clone, Debug)]
pub struct Steps {
    /// What is bound before.
    pub prepare: String,
    /// The change.
    pub change: String,
    /// What gives the local its new value.
    pub settle: String,
}

/// The name of the number that is added to a local.
pub fn added_to(local: &str) -> String {
    format!("by_{local}")
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Assigned,
        Self::Compound,
        Self::Borrowed,
        Self::Alias,
        Self::Temporary,
        Self::RefMut,
        Self::Pattern,
        Self::AsMut,
        Self::Field,
        Self::Closure,
        Self::DynClosure,
        Self::Loop,
        Self::Inspect,
        Self::Next,
        Self::ByRef,
        Self::Cell,
        Self::RefCell,
        Self::Rc,
        Self::Macro,
        Self::MacroOf,
        Self::Raw,
        Self::Capital,
        Self::Replace,
        Self::Push,
        Self::PushToTemporary,
    ];

    /// The steps, with `M` for the local, `BY` for the number, `_M` behind the names that the way binds.
    fn pattern(self) -> [&'static str; 3] {
        const SEQUENCE: &str = "let (from_M, step_M) = (M, BY); let mut next_M = (0_u64..).map(move |i| (from_M + i * step_M) % 6);";
        const FROM_ALIAS: &str = "*r_M = (*r_M + BY) % 6;";
        match self {
            Self::Assigned => ["", "M = (M + BY) % 6;", ""],
            Self::Compound => ["", "M += BY; M %= 6;", ""],
            Self::Borrowed => ["", "*(&mut M) = (M + BY) % 6;", ""],
            Self::Alias => ["let r_M = &mut M;", FROM_ALIAS, ""],
            Self::Temporary => ["let r_M = &mut { M };", FROM_ALIAS, "M = *r_M;"],
            Self::RefMut => ["let ref mut r_M = M;", FROM_ALIAS, ""],
            Self::Pattern => ["let (r_M, ()) = (&mut M, ());", FROM_ALIAS, ""],
            Self::AsMut => [
                "let mut o_M = Some(M);",
                "o_M.as_mut().map(|r| *r = (*r + BY) % 6);",
                "M = o_M.unwrap_or_default();",
            ],
            Self::Field => [
                "struct Slot_M<'s> { it: &'s mut u64 } let slot_M = Slot_M { it: &mut M };",
                "*slot_M.it = (*slot_M.it + BY) % 6;",
                "",
            ],
            Self::Closure => ["let mut add_M = |by: u64| M = (M + by) % 6;", "add_M(BY);", ""],
            Self::DynClosure => {
                ["let add_M: &mut dyn FnMut() = &mut || M = (M + BY) % 6;", "add_M();", ""]
            }
            Self::Loop => ["", "for r in [&mut M] { *r = (*r + BY) % 6; }", ""],
            Self::Inspect => {
                ["", "[BY].iter().inspect(|by| M = (M + **by) % 6).for_each(drop);", ""]
            }
            Self::Next => [SEQUENCE, "next_M.next();", "M = next_M.next().unwrap_or_default();"],
            Self::ByRef => [
                SEQUENCE,
                "next_M.by_ref().take(1).for_each(drop);",
                "M = next_M.next().unwrap_or_default();",
            ],
            Self::Cell => [
                "let cell_M = std::cell::Cell::new(M);",
                "cell_M.set((cell_M.get() + BY) % 6);",
                "M = cell_M.get();",
            ],
            Self::RefCell => [
                "let cell_M = std::cell::RefCell::new(M);",
                "*cell_M.borrow_mut() += BY;",
                "M = *cell_M.borrow() % 6;",
            ],
            Self::Rc => [
                "let cell_M = std::rc::Rc::new(std::cell::Cell::new(M));",
                "cell_M.set((cell_M.get() + BY) % 6);",
                "M = cell_M.get();",
            ],
            Self::Macro => ["macro_rules! bump_M { () => { M = (M + BY) % 6 } }", "bump_M!();", ""],
            Self::MacroOf => [
                "macro_rules! add_to { ($it:ident, $by:expr) => { $it = ($it + $by) % 6 } }",
                "add_to!(M, BY);",
                "",
            ],
            Self::Raw => ["let mut r#mod = M;", "r#mod = (r#mod + BY) % 6;", "M = r#mod;"],
            Self::Capital => {
                ["let mut Changed_M = M;", "Changed_M = (Changed_M + BY) % 6;", "M = Changed_M;"]
            }
            Self::Replace => {
                ["", "let next = (M + BY) % 6; let _ = std::mem::replace(&mut M, next);", ""]
            }
            Self::Push => [
                "let mut seen_M = vec![M];",
                "seen_M.push(BY);",
                "M = seen_M.iter().sum::<u64>() % 6;",
            ],
            Self::PushToTemporary => [
                "let seen_M = &mut vec![M];",
                "seen_M.push(BY);",
                "M = seen_M.iter().sum::<u64>() % 6;",
            ],
        }
    }

    /// The steps that change `local`, which is `shown` as that, or as what a macro has for it.
    pub fn steps(self, local: &str, shown: &str) -> Steps {
        // A macro within a macro has no variables of its own.
        let is_of_macro = shown != local && self == Self::MacroOf;
        let way = if is_of_macro { Self::Macro } else { self };
        let filled = |pattern| filled(pattern, local, shown);
        let [prepare, change, settle] = way.pattern().map(filled);
        Steps { prepare, change, settle }
    }
}

/// A pattern, with what is shown of the local for each `M` that is a word, and with its name for one
/// behind `_`.
fn filled(pattern: &str, local: &str, shown: &str) -> String {
    let text = pattern.replace("BY", "by_M");
    let (mut filled, mut rest) = (String::new(), text.as_str());
    while let Some((before, after)) = rest.split_once('M') {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_local = !is_letter(before.chars().last()) && !is_letter(after.chars().next());
        filled.push_str(before);
        filled.push_str(match before.chars().last() {
            _ if !is_local => "M",
            Some('_') => local,
            _ => shown,
        });
        rest = after;
    }
    filled + rest
}
