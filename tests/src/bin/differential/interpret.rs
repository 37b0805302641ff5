//! What a body means: a sequential interpreter that loads a fact when it comes to it.

use std::collections::BTreeSet;

use crate::body::is_three_valued;
use crate::body::{
    Actions, Arm, Block, Body, Comparison, Expr, Field, ITEM, Items, Many, Name, Op, Pattern, Stmt,
    Type,
};
use crate::data::{Action, DOMAIN, Doc, User, action, request};
use crate::derived::{self, PARTS};
use crate::effects::added_to;
use crate::notes::{Kind, Notes};
use crate::render;
use crate::world::World;

/// The condition that the parameter's pattern of [`Body::admins_only`] is.
const ADMINS_ONLY: &str = "subject is user @ User { admin: true, .. }";

/// A key: the place of its fact, and its parts.
pub type Key = (usize, Vec<u64>);

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `u64`
    Int(u64),
    /// `Option<u64>`
    Opt(Option<u64>),
    /// `Vec<Option<u64>>`
    List(Vec<Option<u64>>),
    /// `&Action`
    Action(Action),
    /// `()`
    Unit,
}

impl Value {
    /// The `bool`.
    pub fn bool(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The `u64`.
    pub fn int(&self) -> u64 {
        if let Self::Int(value) = self { *value } else { unreachable!("a number: {self:?}") }
    }

    /// The option.
    pub fn opt(&self) -> Option<u64> {
        if let Self::Opt(value) = self { *value } else { unreachable!("an option: {self:?}") }
    }
}

/// What a policy comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It applies.
    Applies,
    /// It does not.
    Not,
    /// A load failed that it needs.
    Failed,
    /// It panics.
    Panics,
}

/// Why an expression comes to no value.
enum Stop {
    Failed,
    /// A getter has nothing to give.
    Panicked,
    /// A fact is not loaded: only where notes are taken.
    Pending,
    /// The body was left, with this; by `?`, with nothing.
    Left(Option<Value>),
    Broke(Name, Value),
}

/// A data set, and what the request brings.
pub struct Scene<'w> {
    /// The facts.
    pub world: &'w World<'w>,
    /// Who asks.
    pub user: User,
    /// What is to be done.
    pub action: Action,
    /// What is asked for.
    pub doc: Doc,
}

impl<'w> Scene<'w> {
    /// That of a data set.
    pub fn new(world: &'w World<'w>) -> Self {
        Self::about(world, world.data)
    }

    /// A data set, with the document of another one.
    pub fn about(world: &'w World<'w>, doc: u64) -> Self {
        let (user, action) = (request(world.data).0, action(world.data));
        Self { world, user, action, doc: request(doc).1 }
    }

    /// A field's value; `None` if its getter panics.
    pub fn field(&self, field: Field) -> Option<Value> {
        let Self { user, doc, .. } = self;
        Some(match field {
            Field::BossId => Value::Int(user.boss?),
            Field::ParentId => Value::Int(doc.parent?),
            Field::UserId => Value::Int(user.id),
            Field::Team => Value::Int(user.team),
            Field::Boss => Value::Opt(user.boss),
            Field::Admin => Value::Bool(user.admin),
            Field::DocId => Value::Int(doc.id),
            Field::Owner => Value::Int(doc.owner),
            Field::Org => Value::Int(doc.org),
            Field::Parent => Value::Opt(doc.parent),
            Field::Shared => Value::Bool(doc.shared),
        })
    }
}

impl Actions {
    /// Whether the action is one of them.
    pub fn holds(&self, scene: &Scene<'_>) -> bool {
        self.actions.contains(&scene.action)
    }
}

/// Whether `pattern` matches `value`, and the local that it binds, if it does.
pub fn matched(pattern: &Pattern, value: &Value) -> Option<Vec<(Name, Value)>> {
    let nothing = Some(Vec::new());
    let bound = |name: &Name, value| Some(vec![(name.clone(), value)]);
    match (pattern, value) {
        (Pattern::Wild, _)
        | (Pattern::AnySome, Value::Opt(Some(_)))
        | (Pattern::None, Value::Opt(None)) => nothing,
        (Pattern::Bind(name), value) => bound(name, value.clone()),
        (Pattern::Some(name), Value::Opt(Some(value))) => bound(name, Value::Int(*value)),
        (Pattern::SomeInt(wanted) | Pattern::SomeConst(wanted), Value::Opt(Some(value)))
        | (Pattern::Int(wanted) | Pattern::Const(wanted), Value::Int(value)) => {
            (wanted == value).then(Vec::new)
        }
        (Pattern::Actions(wanted), Value::Action(value)) => {
            wanted.actions.contains(value).then(Vec::new)
        }
        _ => None,
    }
}

/// Compares two numbers.
pub fn compare(how: Comparison, left: u64, right: u64) -> bool {
    match how {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::Less => left < right,
        Comparison::AtLeast => left >= right,
    }
}

/// What a run of a body came to.
pub struct Outcome {
    /// Whether it applies; `None` if a fact is not loaded.
    pub verdict: Option<Verdict>,
    /// The keys that it read.
    pub read: BTreeSet<Key>,
}

/// Runs a policy's body.
pub fn interpret(body: &Body, scene: &Scene<'_>, mut notes: Option<&mut Notes<'_>>) -> Outcome {
    let mut taken = |kind, text, held| {
        if let Some(notes) = &mut notes {
            notes.met(kind, text, held);
        }
        held
    };
    if body.admins_only && !taken(Kind::Pattern, ADMINS_ONLY, scene.user.admin) {
        return Outcome { verdict: Some(Verdict::Not), read: BTreeSet::new() };
    }
    if let Some(actions) = &body.actions
        && !taken(Kind::Pattern, &render::actions_as_told(actions), actions.holds(scene))
    {
        return Outcome { verdict: Some(Verdict::Not), read: BTreeSet::new() };
    }
    let locals = Vec::new();
    let mut run = Run::new(scene, locals, true, notes);
    let verdict = match run.block(&body.block, true) {
        Ok(Value::Bool(true)) | Err(Stop::Left(Some(Value::Bool(true)))) => Some(Verdict::Applies),
        Err(Stop::Failed) => Some(Verdict::Failed),
        Err(Stop::Panicked) => Some(Verdict::Panics),
        Err(Stop::Pending) => None,
        _ => Some(Verdict::Not),
    };
    Outcome { verdict, read: run.read }
}

/// Runs the body of a derived fact; `None` if it failed.
pub fn fact(
    body: &Body,
    key: &Key,
    world: &World<'_>,
    notes: Option<&mut Notes<'_>>,
) -> Option<Value> {
    let scene = &Scene::new(world);
    let gives_bool = derived::ty(key.0) == Type::Bool;
    let mut run = Run::new(scene, parts(key), gives_bool, notes);
    match run.block(&body.block, gives_bool) {
        Ok(value) | Err(Stop::Left(Some(value))) => Some(value),
        Err(Stop::Left(None)) => Some(Value::Opt(None)),
        Err(Stop::Failed | Stop::Pending) => None,
        Err(Stop::Broke(..)) => unreachable!("a label is around"),
        Err(Stop::Panicked) => unreachable!("a key has no getters"),
    }
}

/// The parts of a key, as the locals that they are in the fact's body.
pub fn parts((_, parts): &Key) -> Vec<(Name, Value)> {
    let parts = PARTS.iter().zip(parts);
    parts.map(|(name, part)| ((*name).to_owned(), Value::Int(*part))).collect()
}

struct Run<'r, 'n> {
    scene: &'r Scene<'r>,
    locals: Vec<(Name, Value)>,
    /// The labels of the blocks around, and whether the block's value is an answer.
    labels: Vec<(Name, bool)>,
    read: BTreeSet<Key>,
    /// Whether the body's value is a `bool`.
    gives_bool: bool,
    /// What is noted of the conditions, if anything is.
    notes: Option<&'r mut Notes<'n>>,
}

impl<'r, 'n> Run<'r, 'n> {
    fn new(
        scene: &'r Scene<'r>,
        locals: Vec<(Name, Value)>,
        gives_bool: bool,
        notes: Option<&'r mut Notes<'n>>,
    ) -> Self {
        Self { scene, locals, labels: Vec::new(), read: BTreeSet::new(), gives_bool, notes }
    }

    /// `answers`: whether the block's value is an answer, true or false.
    fn block(&mut self, block: &Block, answers: bool) -> Result<Value, Stop> {
        let outside = self.locals.len();
        let result = self.inside(block, answers);
        self.locals.truncate(outside);
        result
    }

    fn inside(&mut self, block: &Block, answers: bool) -> Result<Value, Stop> {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(name, _, value) => {
                    let is_bool = is_surely_bool(value);
                    let value = if is_bool { self.answer(value)? } else { self.expr(value)? };
                    self.locals.push((name.clone(), value));
                }
                Stmt::LetElse(pattern, value, otherwise) => {
                    match self.pattern(pattern, value, true)? {
                        Some(bound) => self.locals.extend(bound),
                        None => drop(self.block(otherwise, false)?),
                    }
                }
                Stmt::Assign(name, value) | Stmt::Set(name, _, value) => {
                    let value = self.expr(value)?;
                    *self.local_mut(name) = value;
                }
                Stmt::Prepare(_, name, by) => {
                    let by = self.expr(by)?;
                    self.locals.push((added_to(name), by));
                }
                Stmt::Change(_, name) => {
                    let by = self.local(&added_to(name)).int();
                    self.add(name, by);
                }
                Stmt::Settle(..) => {}
                Stmt::Expr(value) => drop(self.expr(value)?),
            }
        }
        match &block.tail {
            Some(tail) if answers => self.answer(tail),
            Some(tail) => self.expr(tail),
            None => Ok(Value::Unit),
        }
    }

    fn local(&self, name: &str) -> &Value {
        let found = self.locals.iter().rev().find(|local| local.0 == *name);
        &found.unwrap_or_else(|| unreachable!("`{name}` is bound")).1
    }

    fn local_mut(&mut self, name: &str) -> &mut Value {
        &mut self.locals.iter_mut().rev().find(|local| local.0 == *name).expect("a local").1
    }

    fn add(&mut self, name: &str, by: u64) {
        let local = self.local_mut(name);
        *local = Value::Int((local.int() + by) % DOMAIN);
    }

    /// What stands where true or false is wanted: an operand, a condition of `if`, a guard, an answer.
    /// Where such a thing is made of others, they are what is noted.
    fn answer(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match expr {
            Expr::Paren(it) | Expr::Fragment(_, it) => self.answer(it),
            Expr::If(condition, then, otherwise) => {
                self.branch(condition, then, otherwise.as_ref(), true)
            }
            Expr::Match(it, arms) => self.matching(it, arms, true),
            Expr::Block(block) => self.block(block, true),
            Expr::Labelled(label, block) => self.labelled(label, block, true),
            // What is no question.
            Expr::Logic(..) | Expr::Let(..) | Expr::Bool(_) | Expr::Return(_) | Expr::Break(..) => {
                self.expr(expr)
            }
            _ => self.condition(
                Kind::Truth,
                |notes| notes.text(expr),
                |it| it.expr(expr),
                Value::bool,
            ),
        }
    }

    /// Evaluates what a condition is about, and notes whether it holds. What it comes to is the
    /// opposite, if the notes are about what would be then.
    fn condition(
        &mut self,
        kind: Kind,
        text: impl FnOnce(&mut Notes<'_>) -> String,
        evaluate: impl FnOnce(&mut Self) -> Result<Value, Stop>,
        holds: impl FnOnce(&Value) -> bool,
    ) -> Result<Value, Stop> {
        let Some(notes) = &mut self.notes else { return evaluate(self) };
        let text = text(notes);
        notes.begin(kind, text);
        let result = evaluate(self);
        let held = result.as_ref().ok().map(holds);
        let notes = self.notes.as_deref_mut().expect("they were there");
        if notes.end(held) { Ok(Value::Bool(held != Some(true))) } else { result }
    }

    /// What a pattern of a condition, or of `let … else`, binds if it matches.
    fn pattern(
        &mut self,
        pattern: &Pattern,
        value: &Expr,
        has_else: bool,
    ) -> Result<Option<Vec<(Name, Value)>>, Stop> {
        let value = self.condition(
            Kind::Pattern,
            |notes| notes.text_of_let(pattern, value, has_else),
            |it| it.expr(value),
            |value| matched(pattern, value).is_some(),
        )?;
        Ok(matched(pattern, &value))
    }

    fn expr(&mut self, expr: &Expr) -> Result<Value, Stop> {
        Ok(match expr {
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Int(value) => Value::Int(*value),
            Expr::None => Value::Opt(None),
            Expr::Some(it) => Value::Opt(Some(self.expr(it)?.int())),
            Expr::Field(field) => self.scene.field(*field).ok_or(Stop::Panicked)?,
            Expr::Var(name, _) | Expr::Get(name, _) => self.local(name).clone(),
            Expr::Action => Value::Action(self.scene.action),
            Expr::OneOf(numbers, it) => Value::Bool(is_one_of(numbers, self.expr(it)?.int())),
            Expr::Iter => iterated(&self.scene.doc.labels),
            Expr::Next(name) => Value::Opt(self.taken(name, Some(1)).first().copied()),
            Expr::Left(name) => Value::Int(self.left(name).len() as u64),
            Expr::Not(it) => Value::Bool(!self.expr(it)?.bool()),
            Expr::Paren(it) | Expr::Fragment(_, it) | Expr::Cell(_, it) => self.expr(it)?,
            Expr::Logic(op, left, right) => return self.logic(*op, left, right),
            Expr::Compare(how, left, right) => {
                Value::Bool(compare(*how, self.expr(left)?.int(), self.expr(right)?.int()))
            }
            Expr::Sum(left, right) => {
                Value::Int((self.expr(left)?.int() + self.expr(right)?.int()) % DOMAIN)
            }
            Expr::IsSome(it) => Value::Bool(self.expr(it)?.opt().is_some()),
            Expr::UnwrapOr(it, otherwise) => {
                let (value, otherwise) = (self.expr(it)?.opt(), self.expr(otherwise)?.int());
                Value::Int(value.unwrap_or(otherwise))
            }
            Expr::Contains(name, it) => {
                let value = self.expr(it)?.int();
                let Value::List(list) = self.local(name) else { unreachable!("a list") };
                Value::Bool(list.contains(&Some(value)))
            }
            Expr::Load(fact, keys, _) => {
                let parts = keys.iter().map(|key| Ok(self.expr(key)?.int()));
                let key = (*fact, parts.collect::<Result<_, Stop>>()?);
                self.load(key)?
            }
            Expr::Many(many, items, fact, keys, _) => self.many(*many, items, *fact, keys)?,
            Expr::Try(it) => {
                let value = self.condition(
                    Kind::Present,
                    |notes| notes.text(expr),
                    |run| run.expr(it),
                    |value| value.opt().is_some(),
                )?;
                Value::Int(value.opt().ok_or(Stop::Left(None))?)
            }
            Expr::Return(it) if self.gives_bool => {
                return Err(Stop::Left(Some(self.answer(it)?)));
            }
            Expr::Return(it) => return Err(Stop::Left(Some(self.expr(it)?))),
            Expr::Let(pattern, it) => {
                let bound = self.pattern(pattern, it, false)?;
                let is_match = bound.is_some();
                self.locals.extend(bound.unwrap_or_default());
                Value::Bool(is_match)
            }
            Expr::Matches(it, pattern, guard) => {
                // What has neither loads nor conditions inside is one condition.
                let is_one = guard.as_ref().is_none_or(|guard| is_plain(guard));
                let is_plain = is_one && is_plain(it);
                let value = self.expr(it)?;
                let guard = guard.as_deref();
                Value::Bool(self.arm(pattern, guard, &value, !is_plain)?.is_some())
            }
            Expr::If(condition, then, otherwise) => {
                return self.branch(condition, then, otherwise.as_ref(), false);
            }
            Expr::Match(it, arms) => return self.matching(it, arms, false),
            Expr::Block(block) => return self.block(block, false),
            Expr::Labelled(label, block) => return self.labelled(label, block, false),
            Expr::Break(label, it) => {
                let answers = self.labels.iter().rev().find(|around| around.0 == *label);
                let answers = answers.expect("a label is around").1;
                let value = if answers { self.answer(it)? } else { self.expr(it)? };
                return Err(Stop::Broke(label.clone(), value));
            }
        })
    }

    fn labelled(&mut self, label: &Name, block: &Block, answers: bool) -> Result<Value, Stop> {
        self.labels.push((label.clone(), answers));
        let result = self.block(block, answers);
        self.labels.pop();
        match result {
            Err(Stop::Broke(to, value)) if to == *label => Ok(value),
            result => result,
        }
    }

    fn matching(&mut self, it: &Expr, arms: &[Arm], answers: bool) -> Result<Value, Stop> {
        let before = self.notes.as_deref_mut().map(Notes::between);
        let value = self.expr(it)?;
        for arm in arms {
            if let Some(bound) = self.arm(&arm.pattern, arm.guard.as_ref(), &value, true)? {
                if let Some((notes, before)) = self.notes.as_deref_mut().zip(before) {
                    notes.took(it, arm, before);
                }
                let outside = self.locals.len();
                self.locals.extend(bound);
                let result = if answers { self.answer(&arm.value) } else { self.expr(&arm.value) };
                self.locals.truncate(outside);
                return result;
            }
        }
        unreachable!("a match has an arm for everything")
    }

    /// What an arm binds, if it is taken.
    fn arm(
        &mut self,
        pattern: &Pattern,
        guard: Option<&Expr>,
        value: &Value,
        answers: bool,
    ) -> Result<Option<Vec<(Name, Value)>>, Stop> {
        let Some(bound) = matched(pattern, value) else { return Ok(None) };
        let outside = self.locals.len();
        self.locals.extend(bound.clone());
        let holds = guard.map_or(Ok(true), |guard| {
            Ok(if answers { self.answer(guard)? } else { self.expr(guard)? }.bool())
        });
        self.locals.truncate(outside);
        Ok(holds?.then_some(bound))
    }

    /// The names that a condition binds are there in the first block only.
    fn branch(
        &mut self,
        condition: &Expr,
        then: &Block,
        otherwise: Option<&Block>,
        answers: bool,
    ) -> Result<Value, Stop> {
        let outside = self.locals.len();
        let result = match self.answer(condition) {
            Ok(value) if value.bool() => self.block(then, answers),
            Ok(_) => {
                self.locals.truncate(outside);
                otherwise.map_or(Ok(Value::Unit), |otherwise| self.block(otherwise, answers))
            }
            Err(stop) => Err(stop),
        };
        self.locals.truncate(outside);
        result
    }

    fn logic(&mut self, op: Op, left: &Expr, right: &Expr) -> Result<Value, Stop> {
        let decisive = op == Op::Or;
        match self.answer(left) {
            Ok(value) if value.bool() == decisive => Ok(Value::Bool(decisive)),
            Ok(_) => self.answer(right),
            Err(Stop::Failed) if is_three_valued(left, right, self.gives_bool) => {
                match self.answer(right) {
                    Ok(value) if value.bool() == decisive => Ok(value),
                    Err(Stop::Pending) => Err(Stop::Pending),
                    _ => Err(Stop::Failed),
                }
            }
            stop => stop,
        }
    }

    fn load(&mut self, key: Key) -> Result<Value, Stop> {
        let value = match &mut self.notes {
            Some(notes) if notes.is_pending(&key) => {
                notes.read(&key, None, self.scene.world);
                return Err(Stop::Pending);
            }
            Some(notes) => {
                let value = self.scene.world.read(&key);
                notes.read(&key, Some(&value), self.scene.world);
                value
            }
            None => self.scene.world.read(&key),
        };
        self.read.insert(key);
        value.ok_or(Stop::Failed)
    }

    /// What an iterator gives, and the local that counts it. It is exhausted, whatever is known.
    fn items<'i>(&mut self, items: &'i Items) -> (Vec<u64>, Option<&'i Name>) {
        let items = match items {
            Items::Labels => self.scene.doc.labels.clone(),
            Items::Near(number) => vec![self.local(PARTS[0]).int(), *number],
            Items::List(name) => self.left(name),
            Items::ByRef(name, most) => self.taken(name, *most),
            Items::Counted(items, _, counter) => return (self.items(items).0, Some(counter)),
        };
        (items, None)
    }

    /// The items of a list that are there.
    fn left(&self, name: &Name) -> Vec<u64> {
        let Value::List(list) = self.local(name) else { unreachable!("a list") };
        list.iter().flatten().copied().collect()
    }

    /// Takes items from an iterator: so many, or all.
    fn taken(&mut self, name: &Name, most: Option<usize>) -> Vec<u64> {
        let mut items = self.left(name);
        let left = items.split_off(most.unwrap_or(items.len()).min(items.len()));
        *self.local_mut(name) = iterated(&left);
        items
    }

    fn many(
        &mut self,
        many: Many,
        items: &Items,
        fact: usize,
        keys: &[Expr],
    ) -> Result<Value, Stop> {
        let (items, counter) = self.items(items);
        let decisive = match many {
            Many::Each => None,
            Many::Any => Some(Value::Bool(true)),
            Many::All => Some(Value::Bool(false)),
        };
        let (mut values, mut is_pending) = (Vec::new(), false);
        for item in items {
            if let Some(counter) = counter {
                self.add(counter, 1);
            }
            // What comes after the one that decides is taken, and not looked at.
            if self.notes.is_some() && decisive.is_some() && values.last() == Some(&decisive) {
                continue;
            }
            self.locals.push((ITEM.into(), Value::Int(item)));
            let parts = keys.iter().map(|key| Ok(self.expr(key)?.int()));
            let parts = parts.collect::<Result<_, Stop>>();
            self.locals.pop();
            let value = self.load((fact, parts?));
            is_pending |= matches!(value, Err(Stop::Pending));
            values.push(value.ok());
        }
        let unknown = || if is_pending { Stop::Pending } else { Stop::Failed };
        quantified(many, &values).ok_or_else(unknown)
    }
}

/// Whether a number is among those that are there.
pub fn is_one_of(numbers: &[(u64, Option<bool>)], wanted: u64) -> bool {
    numbers.iter().any(|(number, is_there)| *is_there != Some(false) && *number == wanted)
}

/// An iterator over items.
pub fn iterated(items: &[u64]) -> Value {
    Value::List(items.iter().copied().map(Some).collect())
}

/// Whether an expression says by itself that it is true or false.
fn is_surely_bool(expr: &Expr) -> bool {
    match expr {
        Expr::Logic(..) | Expr::Compare(..) | Expr::Matches(..) => true,
        Expr::Not(it) | Expr::Paren(it) | Expr::Fragment(_, it) => is_surely_bool(it),
        _ => false,
    }
}

/// Whether nothing inside is a condition by itself, or a load.
fn is_plain(expr: &Expr) -> bool {
    let has_parts = |it: &Expr| {
        matches!(
            it,
            Expr::Load(..)
                | Expr::Many(..)
                | Expr::Try(_)
                | Expr::Return(_)
                | Expr::Logic(..)
                | Expr::If(..)
                | Expr::Match(..)
                | Expr::Block(_)
                | Expr::Labelled(..)
        )
    };
    !expr.any(&has_parts)
}

/// What `any`, `all` and `each` make of values, of which some may have failed.
pub fn quantified(many: Many, values: &[Option<Value>]) -> Option<Value> {
    let decisive = match many {
        Many::Each => {
            let values: Option<Vec<Value>> = values.iter().cloned().collect();
            return Some(Value::List(values?.iter().map(Value::opt).collect()));
        }
        Many::Any => true,
        Many::All => false,
    };
    if values.contains(&Some(Value::Bool(decisive))) {
        return Some(Value::Bool(decisive));
    }
    (!values.contains(&None)).then_some(Value::Bool(!decisive))
}
