//! Rules that a macro writes: parts of them are its arguments, each of which is one expression.
//!
//! The names of locals are arguments too, so that the parts and what is around them mean the same
//! ones: what a macro writes by itself is out of sight for its arguments.

/// What a part is to the macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// `$f:expr`
    Expr,
    /// `$f:tt`, which is in parentheses.
    Tt,
    /// `$f:block`
    Block,
    /// `$f:literal`
    Literal,
}

/// Stands before a fragment in the text of a condition: it may have parentheses there, or not.
pub const MARK: char = '\u{1}';

/// What opens the macro that writes a module's rules.
pub const MACRO: &str = "macro_rules! ";

/// Every name that a rule may give to a local.
const NAMES: [&str; 16] =
    ["user", "action", "doc", "x", "y", "a", "b", "c", "d", "e", "m", "mm", "M", "mi", "mc", "md"];

/// Labels in a rule at most.
const LABELS: usize = 9;

/// The parts that are arguments.
#[derive(Default)]
pub struct Arguments(Vec<(Fragment, String)>);

impl Arguments {
    /// Makes a part an argument; gives what stands for it in the macro.
    pub fn add(&mut self, fragment: Fragment, text: String) -> String {
        self.0.push((fragment, text));
        format!("$f{}", self.0.len() - 1)
    }

    /// The macro `name` that writes `rules`, and its use; every other one is used through another macro.
    pub fn around(&self, name: &str, rules: &str) -> String {
        let (mut parameters, mut passed, mut given) = (Vec::new(), Vec::new(), Vec::new());
        let mut add = |name: String, kind: &str, text: String| {
            parameters.push(format!("${name}:{kind}"));
            passed.push(format!("${name}"));
            given.push(text);
        };
        for name in NAMES {
            add(name.into(), "ident", name.into());
        }
        for at in 0..LABELS {
            add(format!("l{at}"), "lifetime", format!("'l{at}"));
        }
        for (at, (fragment, text)) in self.0.iter().enumerate() {
            let (kind, text) = match fragment {
                Fragment::Expr => ("expr", text.clone()),
                Fragment::Tt => ("tt", format!("({text})")),
                Fragment::Block => ("block", text.clone()),
                Fragment::Literal => ("literal", text.clone()),
            };
            add(format!("f{at}"), kind, text);
        }
        let [parameters, passed, given] = [parameters, passed, given].map(|it| it.join(", "));
        let is_passed_on = self.0.len().is_multiple_of(2);
        let (used, again) = if is_passed_on {
            let again = format!(
                "{MACRO}{name}_again {{ ({parameters}) => {{ {name}! {{ {passed} }} }} }}\n"
            );
            (format!("{name}_again"), again)
        } else {
            (name.to_owned(), String::new())
        };
        format!(
            "{MACRO}{name} {{ ({parameters}) => {{\n{rules}}} }}\n{again}{used}! {{ {given} }}\n"
        )
    }
}
