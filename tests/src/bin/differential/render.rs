//! From a body to Rust.

use std::cell::RefCell;
use std::fmt::Write;

use crate::body::{
    Actions, Arm, Block, Body, Comparison, Counting, Expr, ITEM, Items, Many, Op, Pattern, Shared,
    Spelt, Stmt, Type,
};
use crate::data::{Action, DOMAIN, FACTS, Fact, Random, Shape};
use crate::derived::{self, PARTS};
use crate::effects::added_to;
use crate::fragments::{Arguments, Fragment, MARK};

/// An attribute that changes nothing.
pub const ATTRIBUTE: &str = "#[allow(unused_variables, clippy::all)] ";

/// The policy `name` with this body.
pub fn policy(body: &Body, name: &str, lazy: bool) -> String {
    let options: Vec<&str> =
        [(body.forbid, "forbid"), (lazy, "lazy")].iter().filter(|it| it.0).map(|it| it.1).collect();
    let options =
        if options.is_empty() { String::new() } else { format!("({})", options.join(", ")) };
    let user = if body.admins_only { "user @ User { admin: true, .. }" } else { "user" };
    let action = body.actions.as_ref().map_or_else(|| "action".into(), in_parentheses);
    written(&format!("{name}_rule"), [body], |it| {
        it.attributes = attributes(body);
        it.attributes_of_policy(name, &format!("policy{options}"));
        it.push(&format!("pub async fn {name}("));
        it.attribute();
        let user = user.replacen("user", &it.name("user"), 1);
        it.push(&format!("{user}: &User, "));
        it.attribute();
        let action = if body.actions.is_none() { it.name("action") } else { action };
        let doc = it.name("doc");
        // The last parameter's pattern keeps a body that is always true from being refused.
        it.push(&format!("{action}: &Action, {doc}: &Doc, (): &()) -> bool "));
        it.block(&body.block);
        it.push("\n");
    })
}

/// Rules with these bodies: as they are, or by a macro if one of the bodies has fragments.
fn written<'b>(
    name: &str,
    bodies: impl IntoIterator<Item = &'b Body>,
    render: impl FnOnce(&mut Renderer<'_>),
) -> String {
    let arguments = RefCell::new(Arguments::default());
    let by_macro = bodies.into_iter().any(Body::has_fragments);
    let mut text = String::new();
    let mut it = Renderer::new(&mut text);
    it.arguments = by_macro.then_some(&arguments);
    render(&mut it);
    if by_macro { arguments.take().around(name, &text) } else { text }
}

fn attributes(body: &Body) -> Option<Random> {
    (body.attributes != 0).then(|| Random::new(body.attributes))
}

/// The condition that a parameter's pattern is, as an explanation quotes it.
pub fn actions_as_told(actions: &Actions) -> String {
    format!("action is {}", in_parentheses(actions))
}

fn in_parentheses(actions: &Actions) -> String {
    let text = pattern_of(actions);
    if actions.actions.len() > 1 { format!("({text})") } else { text }
}

fn pattern_of(actions: &Actions) -> String {
    let names = actions.actions.iter().map(|action| match actions.spelt {
        Spelt::Imported => format!("{action:?}"),
        Spelt::Path => format!("Action::{action:?}"),
        // A constant is compared as it is: the parameter is a reference.
        Spelt::Constant => format!("&{action:?}").to_uppercase(),
        Spelt::Slip => match action {
            Action::Read => "Raed".into(),
            Action::Edit => "Eidt".into(),
            Action::Share => "Shaer".into(),
        },
    });
    names.collect::<Vec<_>>().join(" | ")
}

/// The policy, with the derived facts that it needs.
pub fn rules(facts: &[Body], body: &Body, name: &str, lazy: bool) -> String {
    let needed = derived::needed(facts, [body]);
    let facts: Vec<_> = needed.iter().map(|at| (*at, &facts[*at - FACTS.len()])).collect();
    derived_facts(&facts) + &policy(body, name, lazy)
}

/// The line of `fact!` for a fact.
pub fn fact(fact: &Fact) -> String {
    let parts = ["a", "b"].map(|part| format!("{part}: u64"))[..fact.parts].join(", ");
    let (required, value) = match fact.shape {
        // Of arguments of the macro that writes the facts: see `stored_facts`.
        Shape::Flag(default) => {
            let opposite = if default { "$d" } else { "$c" };
            ("", format!("bool = !{opposite}"))
        }
        Shape::Optional | Shape::Number => ("", "u64".to_owned()),
        Shape::Required => ("#[required] ", "u64".to_owned()),
    };
    format!("{required}pub {}({parts}) -> {value};", fact.name)
}

/// Derived facts, by their places, with their bodies.
pub fn derived_facts(facts: &[(usize, &Body)]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    written("facts", facts.iter().map(|fact| fact.1), |it| {
        it.push("fact! {\n");
        for (place, body) in facts {
            it.derived(*place, body);
        }
        it.push("}\n");
    })
}

/// An expression as the plan and an explanation quote it: without `lazy(…)`.
pub fn as_told(expr: &Expr) -> String {
    told(|it| it.expr(expr))
}

/// A pattern that is to match, as an explanation quotes it: of a condition, or of `let … else`.
pub fn let_as_told(pattern: &Pattern, value: &Expr, has_else: bool) -> String {
    told(|it| {
        it.push("let ");
        it.let_pattern(pattern, has_else);
        it.push(" = ");
        if has_else { it.before_else(value) } else { it.operand(value, 4, true) }
    })
}

/// The arm of a `match`, as an explanation quotes it.
pub fn arm_as_told(value: &Expr, arm: &Arm) -> String {
    told(|it| {
        it.operand(value, 1, true);
        it.push(" is ");
        it.pattern(&arm.pattern);
        it.guard(arm.guard.as_ref());
    })
}

fn told(render: impl FnOnce(&mut Renderer<'_>)) -> String {
    let mut text = String::new();
    render(&mut Renderer { hides_lazy: true, ..Renderer::new(&mut text) });
    text
}

struct Renderer<'r> {
    text: &'r mut String,
    indent: usize,
    /// Whether `lazy(…)` is left out.
    hides_lazy: bool,
    /// Where attributes are added, if they are.
    attributes: Option<Random>,
    /// Where the arguments are collected of the macro that writes the text, if one does.
    arguments: Option<&'r RefCell<Arguments>>,
}

/// The constant of a number.
fn constant(value: u64) -> &'static str {
    ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE"][usize::try_from(value).expect("a small number")]
}

/// How tightly an expression holds together; operands of something tighter need parentheses.
fn tightness(expr: &Expr) -> u8 {
    match expr {
        Expr::Return(_) | Expr::Break(..) => 0,
        Expr::Logic(Op::Or, ..) => 1,
        Expr::Logic(Op::And, ..) | Expr::Let(..) => 2,
        Expr::Compare(..) => 3,
        Expr::Sum(..) | Expr::If(..) | Expr::Match(..) | Expr::Block(_) | Expr::Labelled(..) => 4,
        Expr::Not(_) => 5,
        _ => 6,
    }
}

impl<'r> Renderer<'r> {
    fn new(text: &'r mut String) -> Self {
        Self { text, indent: 0, hides_lazy: false, attributes: None, arguments: None }
    }
}

impl Renderer<'_> {
    fn derived(&mut self, place: usize, body: &Body) {
        let parts = PARTS.map(|part| format!("{}: u64", self.name(part)));
        let parts = parts[..derived::fact(place).parts].join(", ");
        let value = match derived::ty(place) {
            Type::Bool => "bool",
            Type::Int => "u64",
            _ => "Option<u64>",
        };
        self.attributes = attributes(body);
        self.indent = 1;
        self.push(&format!("    pub {}({parts}) -> {value} ", derived::name(place)));
        self.block(&body.block);
        self.push("\n");
    }

    /// A local's name, or what a macro has for it.
    fn name(&self, name: &str) -> String {
        if self.arguments.is_some() { format!("${name}") } else { name.to_owned() }
    }

    /// What a macro has for an argument, or the argument, which is one expression.
    fn fragment(&mut self, fragment: Fragment, it: &Expr) {
        let Some(arguments) = self.arguments else {
            if self.hides_lazy {
                self.text.push(MARK);
            }
            return match fragment {
                Fragment::Expr | Fragment::Tt => self.parenthesized(it),
                Fragment::Block | Fragment::Literal => self.expr(it),
            };
        };
        let mut text = String::new();
        Renderer { indent: self.indent, ..Renderer::new(&mut text) }.expr(it);
        let variable = arguments.borrow_mut().add(fragment, text);
        self.push(&variable);
    }

    fn adds_attribute(&mut self, percent: u64) -> bool {
        self.attributes.as_mut().is_some_and(|random| random.chance(percent))
    }

    /// An attribute that changes nothing, here and there.
    fn attribute(&mut self) {
        if self.adds_attribute(25) {
            self.push(ATTRIBUTE);
        }
    }

    /// The attribute that makes a policy, and others: what is compiled out is there under the same name.
    fn attributes_of_policy(&mut self, name: &str, policy: &str) {
        if self.adds_attribute(40) {
            self.push("#[cfg(any())]\n#[policy]\n");
            self.push(&format!("pub async fn {name}(_: &Nobody) -> bool {{ true }}\n"));
            self.push("#[cfg(all())]\n");
        }
        let is_conditional = self.adds_attribute(30);
        let text =
            if is_conditional { format!("cfg_attr(all(), {policy})") } else { policy.into() };
        self.push(&format!("#[{text}]\n"));
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self) {
        let _ = write!(self.text, "\n{}", "    ".repeat(self.indent));
    }

    fn block(&mut self, block: &Block) {
        self.push("{");
        self.indent += 1;
        for stmt in &block.stmts {
            self.line();
            self.stmt(stmt);
        }
        if let Some(tail) = &block.tail {
            self.line();
            self.expr(tail);
        }
        self.indent -= 1;
        self.line();
        self.push("}");
    }

    fn stmt(&mut self, stmt: &Stmt) {
        if matches!(stmt, Stmt::Let(..) | Stmt::LetElse(..)) {
            self.attribute();
        }
        match stmt {
            Stmt::Let(name, mutable, value) => {
                let mutable = if *mutable { "mut " } else { "" };
                self.push(&format!("let {mutable}{} = ", self.name(name)));
                self.expr(value);
            }
            Stmt::LetElse(pattern, value, otherwise) => {
                self.push("let ");
                self.let_pattern(pattern, true);
                self.push(" = ");
                self.before_else(value);
                self.push(" else ");
                self.block(otherwise);
            }
            Stmt::Assign(name, value) => {
                self.push(&format!("{} = ", self.name(name)));
                self.expr(value);
            }
            Stmt::Set(name, kind, value) => {
                let call = if *kind == Shared::RefCell { "replace" } else { "set" };
                self.push(&format!("{}.{call}", self.name(name)));
                self.parenthesized(value);
            }
            Stmt::Prepare(way, name, by) => {
                self.push(&format!("let {} = ", added_to(name)));
                self.expr(by);
                self.push("; ");
                return self.push(&way.steps(name, &self.name(name)).prepare);
            }
            Stmt::Change(way, name) => return self.push(&way.steps(name, &self.name(name)).change),
            Stmt::Settle(way, name) => return self.push(&way.steps(name, &self.name(name)).settle),
            Stmt::Expr(value) => {
                self.expr(value);
                if matches!(value, Expr::If(..) | Expr::Match(..) | Expr::Block(_)) {
                    return;
                }
            }
        }
        self.push(";");
    }

    /// Before `else`, Rust wants no brace and no lazy operator.
    fn before_else(&mut self, value: &Expr) {
        let bare = matches!(value, Expr::Load(..) | Expr::Var(..) | Expr::Field(_) | Expr::Action);
        if bare { self.expr(value) } else { self.parenthesized(value) }
    }

    /// The pattern of a `let`: of one with `else`, alternatives are in parentheses.
    fn let_pattern(&mut self, pattern: &Pattern, has_else: bool) {
        match pattern {
            Pattern::Actions(actions) if has_else => self.push(&in_parentheses(actions)),
            pattern => self.pattern(pattern),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let text = match pattern {
            Pattern::Some(name) => format!("Some({})", self.name(name)),
            Pattern::AnySome => "Some(_)".into(),
            Pattern::SomeInt(value) => format!("Some({value})"),
            Pattern::SomeConst(value) => format!("Some({})", constant(*value)),
            Pattern::Const(value) => constant(*value).into(),
            Pattern::Actions(actions) => pattern_of(actions),
            Pattern::None => "None".into(),
            Pattern::Wild => "_".into(),
            Pattern::Int(value) => value.to_string(),
            Pattern::Bind(name) => self.name(name),
            Pattern::Slip(name) => name.clone(),
        };
        self.push(&text);
    }

    fn parenthesized(&mut self, expr: &Expr) {
        self.push("(");
        self.expr(expr);
        self.push(")");
    }

    fn operand(&mut self, expr: &Expr, least: u8, is_first: bool) {
        // At the beginning of a statement, a fragment that is a block would be one by itself.
        let inside = if let Expr::Fragment(_, it) = expr { it } else { expr };
        let is_block =
            matches!(inside, Expr::If(..) | Expr::Match(..) | Expr::Block(_) | Expr::Labelled(..));
        let bare = tightness(expr) >= least && (!is_block || !is_first);
        if bare { self.expr(expr) } else { self.parenthesized(expr) }
    }

    fn infix(&mut self, left: &Expr, op: &str, right: &Expr, tightness: u8) {
        // `let` holds less tightly than it looks, but may not stand in parentheses.
        let is_let = |side: &Expr| matches!(side, Expr::Let(..));
        if is_let(left) {
            self.expr(left);
        } else {
            self.operand(left, tightness, true);
        }
        self.push(&format!(" {op} "));
        if is_let(right) { self.expr(right) } else { self.operand(right, tightness + 1, false) }
    }

    fn method(&mut self, receiver: &Expr, call: &str) {
        self.operand(receiver, 6, true);
        self.push(call);
    }

    fn call(&mut self, fact: usize, keys: &[Expr]) {
        self.push(&derived::name(fact));
        self.push("(");
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            let is_item = matches!(key, Expr::Var(name, _) if name == ITEM);
            if is_item { self.push("*item") } else { self.expr(key) }
        }
        self.push(")");
    }

    fn lazily(&mut self, lazy: bool, load: impl FnOnce(&mut Self)) {
        let lazy = lazy && !self.hides_lazy;
        if lazy {
            self.push("lazy(");
        }
        load(self);
        self.push(if lazy { ").await" } else { ".await" });
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Bool(value) => self.push(&value.to_string()),
            Expr::Int(value) => self.push(&format!("{value}_u64")),
            Expr::None => self.push("None::<u64>"),
            Expr::Some(it) => {
                self.push("Some");
                self.parenthesized(it);
            }
            Expr::Field(field) => self.push(&self.name(field.path())),
            Expr::Var(name, _) => self.push(&self.name(name)),
            Expr::Action => self.push(&self.name("action")),
            Expr::OneOf(numbers, it) => {
                let numbers = numbers.iter().map(|(number, is_there)| match is_there {
                    None => format!("{number}_u64"),
                    Some(true) => format!("#[cfg(all())] {number}_u64"),
                    Some(false) => format!("#[cfg(any())] {number}_u64"),
                });
                self.push(&format!("[{}].contains(&", numbers.collect::<Vec<_>>().join(", ")));
                self.operand(it, 5, true);
                self.push(")");
            }
            Expr::Iter | Expr::Next(_) | Expr::Left(_) | Expr::Cell(..) | Expr::Get(..) => {
                self.what_changes(expr);
            }
            Expr::Not(it) => {
                self.push("!");
                self.operand(it, 5, true);
            }
            Expr::Paren(it) => self.parenthesized(it),
            Expr::Fragment(fragment, it) => self.fragment(*fragment, it),
            Expr::Logic(Op::And, left, right) => self.infix(left, "&&", right, 2),
            Expr::Logic(Op::Or, left, right) => self.infix(left, "||", right, 1),
            Expr::Compare(how, left, right) => {
                let how = match how {
                    Comparison::Equal => "==",
                    Comparison::Unequal => "!=",
                    Comparison::Less => "<",
                    Comparison::AtLeast => ">=",
                };
                self.infix(left, how, right, 4);
            }
            Expr::Sum(left, right) => {
                self.push("(");
                self.infix(left, "+", right, 5);
                self.push(&format!(") % {DOMAIN}"));
            }
            Expr::IsSome(it) => self.method(it, ".is_some()"),
            Expr::UnwrapOr(it, otherwise) => {
                self.method(it, ".unwrap_or");
                self.parenthesized(otherwise);
            }
            Expr::Contains(name, it) => {
                self.push(&format!("{}.contains(&Some", self.name(name)));
                self.parenthesized(it);
                self.push(")");
            }
            Expr::Load(fact, keys, lazy) => self.lazily(*lazy, |it| it.call(*fact, keys)),
            Expr::Many(many, items, fact, keys, lazy) => {
                self.lazily(*lazy, |it| it.many(*many, items, *fact, keys));
            }
            Expr::Try(it) => self.method(it, "?"),
            Expr::Return(it) => {
                self.push("return ");
                self.expr(it);
            }
            Expr::Let(pattern, it) => {
                self.push("let ");
                self.pattern(pattern);
                self.push(" = ");
                self.operand(it, 4, true);
            }
            Expr::Matches(it, pattern, guard) => {
                self.push("matches!(");
                self.expr(it);
                self.push(", ");
                self.pattern(pattern);
                self.guard(guard.as_deref());
                self.push(")");
            }
            Expr::If(condition, then, otherwise) => {
                self.branch(condition, then, otherwise.as_ref());
            }
            Expr::Match(it, arms) => self.arms(it, arms),
            Expr::Block(block) => self.block(block),
            Expr::Labelled(label, block) => {
                self.label(label);
                self.push(": ");
                self.block(block);
            }
            Expr::Break(label, it) => {
                self.push("break ");
                self.label(label);
                self.push(" ");
                self.expr(it);
            }
        }
    }

    fn label(&mut self, label: &str) {
        let of_macro = self.arguments.is_some();
        self.push(&if of_macro { format!("${label}") } else { format!("'{label}") });
    }

    /// A local that changes without an assignment: what makes it, and what looks at it.
    fn what_changes(&mut self, expr: &Expr) {
        match expr {
            Expr::Iter => self.push(&self.name("doc.labels.iter()")),
            Expr::Next(name) => self.push(&format!("{}.next().copied()", self.name(name))),
            Expr::Left(name) => self.push(&format!("({}.len() as u64)", self.name(name))),
            Expr::Cell(kind, it) => {
                let (before, after) = match kind {
                    Shared::Cell => ("std::cell::Cell::new", ""),
                    Shared::RefCell => ("std::cell::RefCell::new", ""),
                    Shared::Rc => ("std::rc::Rc::new(std::cell::Cell::new", ")"),
                };
                self.push(before);
                self.parenthesized(it);
                self.push(after);
            }
            Expr::Get(name, Shared::RefCell) => {
                self.push(&format!("(*{}.borrow())", self.name(name)));
            }
            Expr::Get(name, _) => self.push(&format!("{}.get()", self.name(name))),
            other => unreachable!("{other:?}"),
        }
    }

    fn many(&mut self, many: Many, items: &Items, fact: usize, keys: &[Expr]) {
        self.push(match many {
            Many::Any => "any(",
            Many::All => "all(",
            Many::Each => "each(",
        });
        self.items(items);
        let counter = match items {
            Items::Counted(_, Counting::Map, counter) => Some(counter),
            _ => None,
        };
        self.push(".map(|item| ");
        if let Some(counter) = counter {
            let counter = self.name(counter);
            self.push(&format!("{{ {counter} = ({counter} + 1) % {DOMAIN}; "));
        }
        self.call(fact, keys);
        self.push(if counter.is_some() { " }))" } else { "))" });
    }

    fn items(&mut self, items: &Items) {
        match items {
            Items::Labels => self.push(&self.name("doc.labels.iter()")),
            Items::Near(number) => {
                self.push(&format!("[{}, {number}_u64].iter()", self.name(PARTS[0])));
            }
            Items::List(name) => self.push(&format!("{}.iter().flatten()", self.name(name))),
            Items::ByRef(name, None) => self.push(&format!("{}.by_ref()", self.name(name))),
            Items::ByRef(name, Some(most)) => {
                self.push(&format!("{}.by_ref().take({most})", self.name(name)));
            }
            Items::Counted(items, counting, counter) => {
                self.items(items);
                if *counting == Counting::Inspect {
                    let counter = self.name(counter);
                    let count = format!("{counter} = ({counter} + 1) % {DOMAIN}");
                    self.push(&format!(".inspect(|_| {count})"));
                }
            }
        }
    }

    fn guard(&mut self, guard: Option<&Expr>) {
        if let Some(guard) = guard {
            self.push(" if ");
            self.expr(guard);
        }
    }

    fn branch(&mut self, condition: &Expr, then: &Block, otherwise: Option<&Block>) {
        self.push("if ");
        self.operand(condition, 1, true);
        self.push(" ");
        self.block(then);
        if let Some(otherwise) = otherwise {
            self.push(" else ");
            match otherwise {
                Block { stmts, tail: Some(tail) }
                    if stmts.is_empty() && matches!(**tail, Expr::If(..)) =>
                {
                    self.expr(tail);
                }
                block => self.block(block),
            }
        }
    }

    fn arms(&mut self, value: &Expr, arms: &[Arm]) {
        self.push("match ");
        self.operand(value, 1, true);
        self.push(" {");
        self.indent += 1;
        for arm in arms {
            self.line();
            self.attribute();
            self.pattern(&arm.pattern);
            self.guard(arm.guard.as_ref());
            self.push(" => ");
            self.expr(&arm.value);
            self.push(",");
        }
        self.indent -= 1;
        self.line();
        self.push("}");
    }
}
