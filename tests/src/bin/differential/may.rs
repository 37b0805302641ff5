//! Which keys may be asked for: those that the body meets on some path on which every condition on
//! local data is decided truly, while a condition on facts may go either way.
//!
//! An expression comes to a set of possible outcomes, and to a value where it can be known: what it
//! would be with the facts as they are. Keys are made of such values alone, so a fact that is missing
//! or failed yields none.

#![allow(clippy::option_option, reason = "what may be unknown may be an option")]

use std::collections::BTreeSet;

use crate::body::{
    Arm, Block, Body, Expr, ITEM, Items, Many, Name, Op, Part, Pattern, Stmt, Type, is_three_valued,
};
use crate::data::DOMAIN;
use crate::derived::{self, PARTS};
use crate::effects::added_to;
use crate::interpret::{self, Key, Scene, Value, compare, matched, quantified};
use crate::types;
use crate::world::World;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
struct May {
    /// The value with the facts as they are.
    value: Option<Value>,
    /// Whether a fact has a part in it.
    fed: bool,
    /// Whether a condition may come to true, or an option to `Some`.
    yes: bool,
    /// Whether it may come to false, or `None`.
    no: bool,
}

impl May {
    fn known(value: Value) -> Self {
        let (yes, no) = match &value {
            Value::Bool(value) => (*value, !*value),
            Value::Opt(value) => (value.is_some(), value.is_none()),
            _ => (true, true),
        };
        Self { value: Some(value), fed: false, yes, no }
    }

    fn of_facts(value: Option<Value>) -> Self {
        Self { value, fed: true, yes: true, no: true }
    }

    fn truth(&self) -> Option<bool> {
        self.value.as_ref().map(Value::bool)
    }

    fn int(&self) -> Option<u64> {
        self.value.as_ref().map(Value::int)
    }

    fn opt(&self) -> Option<Option<u64>> {
        self.value.as_ref().map(Value::opt)
    }

    /// What is kept of it under a name: the compiler looks at conditions where they stand, and takes
    /// a local that a fact feeds for a condition on facts.
    fn named(self) -> Self {
        if self.fed { Self::of_facts(self.value) } else { self }
    }

    /// Either of two, as a condition on facts decides.
    fn either(left: Option<Self>, right: Option<Self>, decides: Option<bool>) -> Option<Self> {
        let chosen = match decides {
            Some(true) => left.as_ref(),
            Some(false) => right.as_ref(),
            None => None,
        };
        let value = chosen.and_then(|chosen| chosen.value.clone());
        match (left, right) {
            (None, None) => None,
            (left, right) => {
                let both = || left.iter().chain(&right);
                let (yes, no) = (both().any(|it| it.yes), both().any(|it| it.no));
                Some(Self { value, fed: true, yes, no })
            }
        }
    }
}

/// The keys that may be asked for.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Of a source.
    pub stored: BTreeSet<Key>,
    /// Of derived facts.
    pub derived: BTreeSet<Key>,
}

/// What a policy may ask for, by itself and through derived facts.
pub fn of_policy(body: &Body, scene: &Scene<'_>) -> Reached {
    let is_for_action = body.actions.as_ref().is_none_or(|actions| actions.holds(scene));
    if body.admins_only && !scene.user.admin || !is_for_action {
        return Reached::default();
    }
    scene.world.close(Walk::new(scene, Vec::new(), true).reached(body))
}

/// What the body of a derived fact may ask for, by itself.
pub fn of_fact(body: &Body, key: &Key, world: &World<'_>) -> Reached {
    let parts = interpret::parts(key).into_iter();
    let locals = parts.map(|(name, part)| (name, May::known(part))).collect();
    Walk::new(&Scene::new(world), locals, derived::ty(key.0) == Type::Bool).reached(body)
}

/// A jump to a label: the value it brings, and whether the facts as they are lead to it.
type Jump = (Name, Option<May>, bool);

/// Whether an expression mentions a name that a condition binds: such names the compiler does not
/// follow where a fact has a part in the whole.
fn speaks_of(expr: &Expr, condition: &Expr) -> bool {
    let mut bound = Vec::new();
    bound_in(condition, &mut bound);
    expr.any(&|it| matches!(it, Expr::Var(name, _) if bound.contains(&name)))
}

/// The names that the `let`s of a condition bind.
fn bound_in<'b>(condition: &'b Expr, bound: &mut Vec<&'b Name>) {
    match condition {
        Expr::Let(pattern, _) => bound.extend(pattern.binds()),
        Expr::Logic(_, left, right) => {
            bound_in(left, bound);
            bound_in(right, bound);
        }
        _ => {}
    }
}

/// Whether a block has a `let`.
fn binds(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Let(..) | Stmt::LetElse(..)))
}

#[derive(Clone)]
struct Walk<'w> {
    scene: &'w Scene<'w>,
    /// Whether the body's value is a `bool`.
    gives_bool: bool,
    /// Whether nothing is granted to the compiler; see [`Walk::granted`].
    strict: bool,
    locals: Vec<(Name, May)>,
    keys: Reached,
    breaks: Vec<Jump>,
    /// Whether the facts as they are lead here, from the label around.
    likely: bool,
    /// How many loads were met.
    met: usize,
}

// `None` is an expression that control does not come out of.
impl<'w> Walk<'w> {
    fn new(scene: &'w Scene<'w>, locals: Vec<(Name, May)>, gives_bool: bool) -> Self {
        Self {
            scene,
            gives_bool,
            strict: scene.world.strict,
            locals,
            keys: Reached::default(),
            breaks: Vec::new(),
            likely: true,
            met: 0,
        }
    }

    fn reached(mut self, body: &Body) -> Reached {
        self.block(&body.block);
        self.keys
    }

    fn scoped<T>(&mut self, walk: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.locals.len();
        let result = walk(self);
        self.locals.truncate(outside);
        result
    }

    fn block(&mut self, block: &Block) -> Option<May> {
        self.scoped(|it| it.inside(block))
    }

    fn inside(&mut self, block: &Block) -> Option<May> {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(name, _, value) => {
                    let is_fed = !self.strict && self.is_fed(value);
                    let value = self.expr(value);
                    let value = if is_fed { Self::granted(value) } else { value?.named() };
                    self.locals.push((name.clone(), value));
                }
                Stmt::LetElse(pattern, value, otherwise) => {
                    let value = self.expr(value)?;
                    let matches = Self::matches(pattern, &value);
                    if matches.no {
                        self.leaning(&matches, false, |it| it.block(otherwise));
                    }
                    self.likely &= matches.truth() == Some(true);
                    if !matches.yes {
                        return None;
                    }
                    self.bind(pattern, &value);
                }
                Stmt::Assign(name, value) | Stmt::Set(name, _, value) => {
                    let value = self.expr(value)?.named();
                    *self.local_mut(name) = value;
                }
                Stmt::Prepare(_, name, by) => {
                    let by = self.expr(by)?.named();
                    self.locals.push((added_to(name), by));
                }
                Stmt::Change(_, name) => {
                    let by = self.local(&added_to(name)).clone();
                    self.add(name, &by);
                }
                Stmt::Settle(..) => {}
                Stmt::Expr(value) => {
                    // The compiler looks at what such a statement changes, not where it leads.
                    let is_granted = !self.strict
                        && !value.diverges()
                        && value.mentions_mutable()
                        && self.is_fed(value);
                    if self.expr(value).is_none() && !is_granted {
                        return None;
                    }
                }
            }
        }
        match &block.tail {
            Some(tail) => self.expr(tail),
            None => Some(May::known(Value::Unit)),
        }
    }

    /// Walks a path that a condition leads to if it is `holds`.
    fn leaning<T>(&mut self, condition: &May, holds: bool, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.likely;
        self.likely &= condition.truth() == Some(holds);
        let result = walk(self);
        self.likely = before;
        result
    }

    /// Walks both ways, as far as the condition may go there, and joins what they change.
    fn either(
        &mut self,
        condition: &May,
        yes: impl FnOnce(&mut Self) -> Option<May>,
        no: impl FnOnce(&mut Self) -> Option<May>,
    ) -> Option<May> {
        if !condition.no {
            return self.leaning(condition, true, yes);
        }
        if !condition.yes {
            return self.leaning(condition, false, no);
        }
        let before = self.locals.clone();
        let left = self.leaning(condition, true, yes);
        let after = std::mem::replace(&mut self.locals, before);
        let right = self.leaning(condition, false, no);
        let decides = condition.truth();
        // A way that leaves changes nothing for what follows.
        match (&left, &right) {
            (Some(_), None) => self.locals = after,
            (Some(_), Some(_)) => self.join(after, decides),
            _ => {}
        }
        if left.is_none() || right.is_none() {
            self.likely &= decides == Some(left.is_some());
        }
        May::either(left, right, decides)
    }

    /// Joins the locals of the first way with those of the second. What only one has was bound by a
    /// condition, and is there where that one is taken.
    fn join(&mut self, first: Vec<(Name, May)>, decides: Option<bool>) {
        let second = std::mem::replace(&mut self.locals, first);
        for (first, second) in self.locals.iter_mut().zip(&second) {
            if first != second {
                let (left, right) = (first.1.clone(), second.1.clone());
                let joined = May::either(Some(left), Some(right), decides);
                first.1 = joined.expect("both are there").named();
            }
        }
        let common = self.locals.len();
        self.locals.extend(second.into_iter().skip(common));
    }

    /// Whether a pattern may match.
    fn matches(pattern: &Pattern, value: &May) -> May {
        let truth = value.value.as_ref().map(|value| matched(pattern, value).is_some());
        if let (Some(truth), false) = (truth, value.fed) {
            return May::known(Value::Bool(truth));
        }
        if matches!(pattern, Pattern::Wild | Pattern::Bind(_)) {
            return May::known(Value::Bool(true));
        }
        May::of_facts(truth.map(Value::Bool))
    }

    fn bind(&mut self, pattern: &Pattern, value: &May) {
        let Some(name) = pattern.binds() else { return };
        let bound = value.value.as_ref().and_then(|value| matched(pattern, value)?.pop());
        let bound = bound.map(|bound| bound.1);
        let may = match (bound, value.fed) {
            (Some(bound), false) => May::known(bound),
            (bound, _) => May::of_facts(bound),
        };
        self.locals.push((name.clone(), may));
    }

    fn local(&self, name: &str) -> &May {
        &self.locals.iter().rev().find(|local| local.0 == *name).expect("a local").1
    }

    fn local_mut(&mut self, name: &str) -> &mut May {
        &mut self.locals.iter_mut().rev().find(|local| local.0 == *name).expect("a local").1
    }

    fn add(&mut self, name: &str, by: &May) {
        let local = self.local(name);
        let sum = local.int().zip(by.int()).map(|(l, r)| Value::Int((l + r) % DOMAIN));
        *self.local_mut(name) = Self::computed(&[local, by], sum).named();
    }

    /// Of one or two parts, by a function of their values.
    fn computed(parts: &[&May], value: Option<Value>) -> May {
        if parts.iter().any(|part| part.fed) {
            return May::of_facts(value);
        }
        value.map_or(May::of_facts(None), May::known)
    }

    fn expr(&mut self, expr: &Expr) -> Option<May> {
        let is_fed = !self.strict && self.is_fed(expr);
        let exact = self.exact(expr, is_fed);
        let is_seen_through = match expr {
            Expr::Logic(..) | Expr::Not(_) | Expr::Paren(_) | Expr::Fragment(..) => true,
            Expr::If(..) | Expr::Block(_) if expr.diverges() => true,
            Expr::If(..) => matches!(types::of(expr), Type::Bool | Type::Unit),
            Expr::Block(block) => types::of(expr) == Type::Bool && !binds(block),
            expr => expr.diverges(),
        };
        if is_fed && !is_seen_through { Some(Self::granted(exact)) } else { exact }
    }

    /// What the compiler makes of an expression in which a fact has a part, unless it sees through
    /// it: that it may come to anything, and to its end.
    ///
    /// It sees through `&&`, `||`, `!`, `if` and blocks without a `let`. So, where a fact has a part in
    /// the whole, local data decide neither a `match`, nor what follows a `let` in a block, nor a `?`
    /// in a key; and a local that a fact feeds is a condition on facts.
    fn granted(exact: Option<May>) -> May {
        May::of_facts(exact.and_then(|exact| exact.value))
    }

    /// Whether a fact has a part in an expression, as the compiler sees it: it goes by names, so an
    /// expression that binds the name of a local which a fact feeds counts as well.
    fn is_fed(&self, expr: &Expr) -> bool {
        let is_fed = |name: &Name| {
            let local = self.locals.iter().rev().find(|local| local.0 == *name);
            local.is_some_and(|local| local.1.fed)
        };
        expr.clone().walk(&mut |part| match part {
            Part::Expr(Expr::Load(..) | Expr::Many(..)) => true,
            Part::Expr(
                Expr::Var(name, _)
                | Expr::Contains(name, _)
                | Expr::Next(name)
                | Expr::Left(name)
                | Expr::Get(name, _),
            ) => is_fed(name),
            Part::Expr(Expr::Let(pattern, _) | Expr::Matches(_, pattern, _)) => {
                pattern.binds().is_some_and(is_fed)
            }
            Part::Expr(Expr::Match(_, arms)) => {
                arms.iter().filter_map(|arm| arm.pattern.binds()).any(is_fed)
            }
            Part::Expr(_) => false,
            Part::Block(block) => block.stmts.iter().any(|stmt| match stmt {
                Stmt::Let(name, ..)
                | Stmt::Assign(name, _)
                | Stmt::Set(name, ..)
                | Stmt::Prepare(_, name, _)
                | Stmt::Change(_, name)
                | Stmt::Settle(_, name) => is_fed(name),
                Stmt::LetElse(pattern, ..) => pattern.binds().is_some_and(is_fed),
                Stmt::Expr(_) => false,
            }),
        })
    }

    /// As far as the facts leave it open.
    fn exact(&mut self, expr: &Expr, is_fed: bool) -> Option<May> {
        Some(match expr {
            Expr::Bool(value) => May::known(Value::Bool(*value)),
            Expr::Int(value) => May::known(Value::Int(*value)),
            Expr::None => May::known(Value::Opt(None)),
            // Of a getter that panics nothing is known; what does not need it may be asked for.
            Expr::Field(field) => {
                self.scene.field(*field).map_or_else(|| May::of_facts(None), May::known)
            }
            Expr::Var(name, _) | Expr::Get(name, _) => self.local(name).clone(),
            Expr::Action => May::known(Value::Action(self.scene.action)),
            Expr::Iter => May::known(interpret::iterated(&self.scene.doc.labels)),
            Expr::Not(it) => {
                let May { value, fed, yes, no } = self.expr(it)?;
                let value = value.map(|value| Value::Bool(!value.bool()));
                May { value, fed, yes: no, no: yes }
            }
            Expr::Paren(it) | Expr::Fragment(_, it) | Expr::Cell(_, it) => self.expr(it)?,
            Expr::Logic(op, left, right) => {
                let right_is_granted = is_fed && speaks_of(right, left);
                self.logic(*op, left, right, right_is_granted)?
            }
            Expr::Load(fact, keys, _) => {
                let key = self.key(keys)?;
                self.met += 1;
                May::of_facts(key.and_then(|key| self.load((*fact, key))))
            }
            Expr::Many(many, items, fact, keys, _) => self.many(*many, items, *fact, keys)?,
            Expr::Try(it) => {
                let it = self.expr(it)?;
                if !it.yes {
                    return None;
                }
                let value = it.opt().flatten().map(Value::Int);
                self.likely &= value.is_some();
                Self::computed(&[&it], value)
            }
            Expr::Return(it) => {
                self.expr(it);
                return None;
            }
            Expr::Let(pattern, it) => {
                let value = self.expr(it)?;
                self.bind(pattern, &value);
                Self::matches(pattern, &value)
            }
            Expr::Matches(it, pattern, guard) => {
                let value = self.expr(it)?;
                self.scoped(|it| it.taken(pattern, guard.as_deref(), &value))?
            }
            Expr::If(condition, then, otherwise) => {
                return self.branch(condition, then, otherwise.as_ref(), is_fed);
            }
            Expr::Match(it, arms) => {
                let value = self.expr(it)?;
                return self.arms(&value, arms);
            }
            Expr::Block(block) => return self.block(block),
            Expr::Labelled(label, block) => return self.labelled(label, block),
            Expr::Break(label, it) => {
                let value = self.expr(it)?;
                self.breaks.push((label.clone(), Some(value), self.likely));
                return None;
            }
            _ => return self.of_parts(expr),
        })
    }

    /// What is made of the values of its parts, or of what a local holds.
    fn of_parts(&mut self, expr: &Expr) -> Option<May> {
        Some(match expr {
            Expr::Some(it) => {
                let it = self.expr(it)?;
                Self::computed(&[&it], it.int().map(|it| Value::Opt(Some(it))))
            }
            Expr::Next(name) => {
                let taken = self.take(name, Some(1));
                let iter = self.local(name);
                Self::computed(&[iter], taken.map(|taken| Value::Opt(taken.first().copied())))
            }
            Expr::Left(name) => {
                let left = self.left(name).map(|left| Value::Int(left.len() as u64));
                Self::computed(&[self.local(name)], left)
            }
            Expr::Compare(how, left, right) => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                let value = left.int().zip(right.int());
                let value = value.map(|(l, r)| Value::Bool(compare(*how, l, r)));
                Self::computed(&[&left, &right], value)
            }
            Expr::Sum(left, right) => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                let value = left.int().zip(right.int());
                Self::computed(&[&left, &right], value.map(|(l, r)| Value::Int((l + r) % DOMAIN)))
            }
            Expr::IsSome(it) => {
                let it = self.expr(it)?;
                Self::computed(&[&it], it.opt().map(|it| Value::Bool(it.is_some())))
            }
            Expr::UnwrapOr(it, otherwise) => {
                let (it, otherwise) = (self.expr(it)?, self.expr(otherwise)?);
                let value = match it.opt() {
                    Some(Some(value)) => Some(value),
                    Some(None) => otherwise.int(),
                    None => None,
                };
                Self::computed(&[&it, &otherwise], value.map(Value::Int))
            }
            Expr::Contains(name, it) => {
                let it = self.expr(it)?;
                let list = self.local(name).clone();
                let value = match (&list.value, it.int()) {
                    (Some(Value::List(list)), Some(it)) => {
                        Some(Value::Bool(list.contains(&Some(it))))
                    }
                    _ => None,
                };
                Self::computed(&[&list, &it], value)
            }
            Expr::OneOf(numbers, it) => {
                let it = self.expr(it)?;
                let value = it.int().map(|it| Value::Bool(interpret::is_one_of(numbers, it)));
                Self::computed(&[&it], value)
            }
            _ => unreachable!("it has no parts: {expr:?}"),
        })
    }

    /// The parts of a key, if they are known.
    fn key(&mut self, keys: &[Expr]) -> Option<Option<Vec<u64>>> {
        let mut parts = Some(Vec::new());
        for key in keys {
            let part = self.expr(key)?.int();
            parts = parts.zip(part).map(|(mut parts, part)| {
                parts.push(part);
                parts
            });
        }
        Some(parts)
    }

    fn load(&mut self, key: Key) -> Option<Value> {
        let value = self.scene.world.read(&key);
        let is_derived = derived::is_derived(key.0);
        let keys = if is_derived { &mut self.keys.derived } else { &mut self.keys.stored };
        keys.insert(key);
        value
    }

    /// What an iterator gives, if it is known, and the local that counts it.
    fn items<'i>(&mut self, items: &'i Items) -> (Option<Vec<u64>>, Option<&'i Name>) {
        let items = match items {
            Items::Labels => Some(self.scene.doc.labels.clone()),
            Items::Near(number) => {
                let part = self.local(PARTS[0]).int();
                Some(vec![part.expect("a key is known in its body"), *number])
            }
            Items::List(name) => self.left(name),
            Items::ByRef(name, most) => self.take(name, *most),
            Items::Counted(items, _, counter) => return (self.items(items).0, Some(counter)),
        };
        (items, None)
    }

    fn left(&self, name: &Name) -> Option<Vec<u64>> {
        let Some(Value::List(list)) = &self.local(name).value else { return None };
        Some(list.iter().flatten().copied().collect())
    }

    fn take(&mut self, name: &Name, most: Option<usize>) -> Option<Vec<u64>> {
        let mut items = self.left(name)?;
        let left = items.split_off(most.unwrap_or(items.len()).min(items.len()));
        self.local_mut(name).value = Some(interpret::iterated(&left));
        Some(items)
    }

    fn many(&mut self, many: Many, items: &Items, fact: usize, keys: &[Expr]) -> Option<May> {
        self.met += 1;
        let (items, counter) = self.items(items);
        let Some(items) = items else {
            if let Some(counter) = counter {
                self.add(counter, &May::of_facts(None));
            }
            return Some(May::of_facts(None));
        };
        let mut values = Vec::new();
        for item in items {
            if let Some(counter) = counter {
                self.add(counter, &May::known(Value::Int(1)));
            }
            self.locals.push((ITEM.into(), May::known(Value::Int(item))));
            let key = self.key(keys);
            self.locals.pop();
            values.push(key?.and_then(|key| self.load((fact, key))));
        }
        debug_assert!(derived::ty(fact) == Type::Bool || many == Many::Each);
        Some(May::of_facts(quantified(many, &values)))
    }

    fn logic(&mut self, op: Op, left: &Expr, right: &Expr, right_is_granted: bool) -> Option<May> {
        // Of a left side that leaves by local data, the compiler knows that it is not true, say, and
        // goes on as if it were false, where a fact has a part in the whole.
        let is_fed = self.is_fed(left) || self.is_fed(right);
        let is_granted = !self.strict && !left.diverges() && is_fed;
        let may_fail = self.may_fail(left, right);
        let left_side = left;
        let mut left = match self.expr(left) {
            None if is_granted => May::of_facts(None),
            left => left?,
        };
        let is_and = op == Op::And;
        if if is_and { !left.yes } else { !left.no } {
            if may_fail {
                self.after_failure(&mut left, right, !is_and);
            }
            return Some(left);
        }
        let (decisive, mut of_right) = (!is_and, None);
        let mut walk_right = |it: &mut Self| {
            let exact = it.expr(right);
            let right = if right_is_granted { Some(Self::granted(exact)) } else { exact };
            of_right = right.as_ref().and_then(May::truth);
            right
        };
        let decided = |_: &mut Self| Some(May::known(Value::Bool(decisive)));
        let mut both = if is_and {
            self.either(&left, &mut walk_right, decided)?
        } else {
            self.either(&left, decided, &mut walk_right)?
        };
        both.fed |= left.fed;
        if !self.strict && speaks_of(right, left_side) {
            // What the left side binds is not known where the compiler looks at the whole.
            both.yes |= left.yes;
            both.no |= left.no || is_and;
        }
        if left.truth().is_none() {
            // The left side failed; the right one may be known to decide.
            both.value = of_right.filter(|right| *right == decisive).map(Value::Bool);
        }
        Some(both)
    }

    /// The right side, though the left one is not what leads to it: it may have failed.
    fn after_failure(&mut self, left: &mut May, right: &Expr, decisive: bool) {
        let before = (self.likely, self.locals.clone());
        self.likely = false;
        let right = self.expr(right);
        (self.likely, self.locals) = before;
        if left.value.is_none() {
            let right = right.as_ref().and_then(May::truth);
            left.value = right.filter(|right| *right == decisive).map(Value::Bool);
        }
    }

    /// Whether local data lead to a load in the left side of `||` or `&&`: it may fail, and then the
    /// right side has a say.
    ///
    /// The compiler looks so far into the left side as it sees through it; and it does not look
    /// whether a failure of the left side is the end.
    fn may_fail(&self, left: &Expr, right: &Expr) -> bool {
        if self.strict {
            return is_three_valued(left, right, self.gives_bool) && self.meets_load(left);
        }
        left.loads() && !left.binds_names() && self.seems_to_fail(left)
    }

    /// Whether local data lead to a load.
    fn meets_load(&self, expr: &Expr) -> bool {
        let mut copy = self.clone();
        copy.met = 0;
        copy.expr(expr);
        copy.met > 0
    }

    /// As the compiler sees it.
    fn seems_to_fail(&self, expr: &Expr) -> bool {
        let may_be = |condition: &Expr, value: bool| {
            let may = self.clone().expr(condition);
            may.is_none_or(|may| if value { may.yes } else { may.no })
        };
        match expr {
            expr if !expr.loads() => false,
            // What it binds is not known here.
            Expr::Logic(_, it, _) | Expr::If(it, ..) if it.binds_names() => true,
            Expr::Paren(it) | Expr::Fragment(_, it) => self.seems_to_fail(it),
            Expr::Logic(op, left, right) => {
                self.seems_to_fail(left)
                    || may_be(left, *op == Op::And) && self.seems_to_fail(right)
            }
            Expr::If(condition, then, otherwise) if !condition.loads() => {
                may_be(condition, true) && self.block_seems_to_fail(then)
                    || may_be(condition, false)
                        && otherwise.as_ref().is_some_and(|it| self.block_seems_to_fail(it))
            }
            Expr::Block(block) => self.block_seems_to_fail(block),
            _ => true,
        }
    }

    fn block_seems_to_fail(&self, block: &Block) -> bool {
        let inside = Expr::Block(block.clone());
        if binds(block) || block.stmts.iter().any(|stmt| !matches!(stmt, Stmt::Expr(_))) {
            return inside.loads();
        }
        let stmts = block.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::Expr(value) => Some(value),
            _ => None,
        });
        let mut exprs = stmts.chain(block.tail.as_deref());
        exprs.any(|it| self.seems_to_fail(it))
    }

    fn branch(
        &mut self,
        condition: &Expr,
        then: &Block,
        otherwise: Option<&Block>,
        is_fed: bool,
    ) -> Option<May> {
        let way = |it: &mut Self, block: &Block| {
            let exact = it.block(block);
            if is_fed && binds(block) && !block.diverges() {
                Some(Self::granted(exact))
            } else {
                exact
            }
        };
        let outside = self.locals.len();
        let decides = self.expr(condition)?;
        let result = self.either(
            &decides,
            |it| {
                let exact = way(it, then);
                let inside = Expr::Block(then.clone());
                let is_granted = is_fed && !then.diverges() && speaks_of(&inside, condition);
                if is_granted { Some(Self::granted(exact)) } else { exact }
            },
            |it| match otherwise {
                Some(otherwise) => {
                    // The names that the condition binds are not there.
                    let bound = it.locals.split_off(outside);
                    let result = way(it, otherwise);
                    it.locals.extend(bound);
                    result
                }
                None => Some(May::known(Value::Unit)),
            },
        );
        self.locals.truncate(outside);
        result
    }

    /// Whether an arm may be taken.
    fn taken(&mut self, pattern: &Pattern, guard: Option<&Expr>, value: &May) -> Option<May> {
        let matches = Self::matches(pattern, value);
        if !matches.yes {
            return Some(matches);
        }
        self.bind(pattern, value);
        let Some(guard) = guard else { return Some(matches) };
        self.either(&matches, |it| it.expr(guard), |_| Some(May::known(Value::Bool(false))))
    }

    fn arms(&mut self, value: &May, arms: &[Arm]) -> Option<May> {
        let (arm, rest) = arms.split_first()?;
        let outside = self.locals.len();
        let guard = arm.guard.as_ref();
        // Where a fact decides about an arm, the compiler lets it exclude no later one.
        let is_granted = !self.strict
            && !rest.is_empty()
            && (value.fed || guard.is_some_and(|guard| self.is_fed(guard)));
        let taken = match self.taken(&arm.pattern, guard, value) {
            Some(taken) => May { no: taken.no || is_granted, ..taken },
            None if is_granted => May::of_facts(None),
            None => return None,
        };
        let result = self.either(
            &taken,
            |it| it.expr(&arm.value),
            |it| {
                let bound = it.locals.split_off(outside);
                let result = it.arms(value, rest);
                it.locals.extend(bound);
                result
            },
        );
        self.locals.truncate(outside);
        result
    }

    fn labelled(&mut self, label: &Name, block: &Block) -> Option<May> {
        let before = std::mem::replace(&mut self.likely, true);
        let end = self.block(block);
        let at_end = self.likely;
        let (mine, others): (Vec<Jump>, Vec<Jump>) =
            std::mem::take(&mut self.breaks).into_iter().partition(|jump| jump.0 == *label);
        self.breaks = others;
        self.likely = before;
        if mine.is_empty() {
            self.likely &= at_end;
            return end;
        }
        let ends: Vec<(May, bool)> = mine
            .into_iter()
            .filter_map(|(_, value, likely)| Some((value?, likely)))
            .chain(end.map(|end| (end, at_end)))
            .collect();
        if let [(value, _)] = &ends[..] {
            return Some(value.clone());
        }
        let value = ends.iter().find(|end| end.1).and_then(|end| end.0.value.clone());
        self.likely &= value.is_some();
        let (yes, no) = (ends.iter().any(|end| end.0.yes), ends.iter().any(|end| end.0.no));
        Some(May { value, fed: true, yes, no })
    }
}
