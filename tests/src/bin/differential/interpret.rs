//! What a body means: a sequential interpreter that loads a fact when it comes to it.

use std::collections::BTreeSet;

use crate::body::is_three_valued;
use crate::body::{
    Block, Body, Comparison, Expr, Field, ITEM, Items, Many, Name, Op, Pattern, Stmt, Type,
};
use crate::data::{DOMAIN, Doc, User, request};
use crate::derived::{self, PARTS};
use crate::world::World;

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
}

/// Why an expression comes to no value.
enum Stop {
    Failed,
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
        Self { world, user: request(world.data).0, doc: request(doc).1 }
    }

    /// A field's value.
    pub fn field(&self, field: Field) -> Value {
        let Self { user, doc, .. } = self;
        match field {
            Field::UserId => Value::Int(user.id),
            Field::Team => Value::Int(user.team),
            Field::Boss => Value::Opt(user.boss),
            Field::Admin => Value::Bool(user.admin),
            Field::DocId => Value::Int(doc.id),
            Field::Owner => Value::Int(doc.owner),
            Field::Org => Value::Int(doc.org),
            Field::Parent => Value::Opt(doc.parent),
            Field::Shared => Value::Bool(doc.shared),
        }
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
        (Pattern::SomeInt(wanted), Value::Opt(Some(value)))
        | (Pattern::Int(wanted), Value::Int(value)) => (wanted == value).then(Vec::new),
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
    /// Whether it applies.
    pub verdict: Verdict,
    /// The keys that it read.
    pub read: BTreeSet<Key>,
}

/// Runs a policy's body.
pub fn interpret(body: &Body, scene: &Scene<'_>) -> Outcome {
    let locals = Vec::new();
    let mut run = Run { scene, locals, read: BTreeSet::new(), gives_bool: true };
    if body.admins_only && !scene.user.admin {
        return Outcome { verdict: Verdict::Not, read: run.read };
    }
    let verdict = match run.block(&body.block) {
        Ok(Value::Bool(true)) | Err(Stop::Left(Some(Value::Bool(true)))) => Verdict::Applies,
        Err(Stop::Failed) => Verdict::Failed,
        _ => Verdict::Not,
    };
    Outcome { verdict, read: run.read }
}

/// Runs the body of a derived fact; `None` if it failed.
pub fn fact(body: &Body, key: &Key, world: &World<'_>) -> Option<Value> {
    let scene = &Scene::new(world);
    let gives_bool = derived::ty(key.0) == Type::Bool;
    let mut run = Run { scene, locals: parts(key), read: BTreeSet::new(), gives_bool };
    match run.block(&body.block) {
        Ok(value) | Err(Stop::Left(Some(value))) => Some(value),
        Err(Stop::Left(None)) => Some(Value::Opt(None)),
        Err(Stop::Failed) => None,
        Err(Stop::Broke(..)) => unreachable!("a label is around"),
    }
}

/// The parts of a key, as the locals that they are in the fact's body.
pub fn parts((_, parts): &Key) -> Vec<(Name, Value)> {
    let parts = PARTS.iter().zip(parts);
    parts.map(|(name, part)| ((*name).to_owned(), Value::Int(*part))).collect()
}

struct Run<'r> {
    scene: &'r Scene<'r>,
    locals: Vec<(Name, Value)>,
    read: BTreeSet<Key>,
    /// Whether the body's value is a `bool`.
    gives_bool: bool,
}

impl Run<'_> {
    fn block(&mut self, block: &Block) -> Result<Value, Stop> {
        let outside = self.locals.len();
        let result = self.inside(block);
        self.locals.truncate(outside);
        result
    }

    fn inside(&mut self, block: &Block) -> Result<Value, Stop> {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(name, _, value) => {
                    let value = self.expr(value)?;
                    self.locals.push((name.clone(), value));
                }
                Stmt::LetElse(pattern, value, otherwise) => {
                    let value = self.expr(value)?;
                    match matched(pattern, &value) {
                        Some(bound) => self.locals.extend(bound),
                        None => drop(self.block(otherwise)?),
                    }
                }
                Stmt::Assign(name, value) => {
                    let value = self.expr(value)?;
                    let found = self.locals.iter_mut().rev().find(|local| local.0 == *name);
                    found.expect("a local").1 = value;
                }
                Stmt::Expr(value) => drop(self.expr(value)?),
            }
        }
        block.tail.as_ref().map_or(Ok(Value::Unit), |tail| self.expr(tail))
    }

    fn local(&self, name: &str) -> &Value {
        let found = self.locals.iter().rev().find(|local| local.0 == *name);
        &found.unwrap_or_else(|| unreachable!("`{name}` is bound")).1
    }

    fn expr(&mut self, expr: &Expr) -> Result<Value, Stop> {
        Ok(match expr {
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Int(value) => Value::Int(*value),
            Expr::None => Value::Opt(None),
            Expr::Some(it) => Value::Opt(Some(self.expr(it)?.int())),
            Expr::Field(field) => self.scene.field(*field),
            Expr::Var(name, _) => self.local(name).clone(),
            Expr::Not(it) => Value::Bool(!self.expr(it)?.bool()),
            Expr::Paren(it) => self.expr(it)?,
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
                self.load(key).ok_or(Stop::Failed)?
            }
            Expr::Many(many, items, fact, keys, _) => self.many(*many, items, *fact, keys)?,
            Expr::Try(it) => Value::Int(self.expr(it)?.opt().ok_or(Stop::Left(None))?),
            Expr::Return(it) => return Err(Stop::Left(Some(self.expr(it)?))),
            Expr::Let(pattern, it) => {
                let value = self.expr(it)?;
                let bound = matched(pattern, &value);
                let is_match = bound.is_some();
                self.locals.extend(bound.unwrap_or_default());
                Value::Bool(is_match)
            }
            Expr::Matches(it, pattern, guard) => {
                let value = self.expr(it)?;
                Value::Bool(self.arm(pattern, guard.as_deref(), &value)?.is_some())
            }
            Expr::If(condition, then, otherwise) => {
                return self.branch(condition, then, otherwise.as_ref());
            }
            Expr::Match(it, arms) => {
                let value = self.expr(it)?;
                for arm in arms {
                    if let Some(bound) = self.arm(&arm.pattern, arm.guard.as_ref(), &value)? {
                        let outside = self.locals.len();
                        self.locals.extend(bound);
                        let result = self.expr(&arm.value);
                        self.locals.truncate(outside);
                        return result;
                    }
                }
                unreachable!("a match has an arm for everything")
            }
            Expr::Block(block) => return self.block(block),
            Expr::Labelled(label, block) => match self.block(block) {
                Err(Stop::Broke(to, value)) if to == *label => value,
                result => return result,
            },
            Expr::Break(label, it) => return Err(Stop::Broke(label.clone(), self.expr(it)?)),
        })
    }

    /// What an arm binds, if it is taken.
    fn arm(
        &mut self,
        pattern: &Pattern,
        guard: Option<&Expr>,
        value: &Value,
    ) -> Result<Option<Vec<(Name, Value)>>, Stop> {
        let Some(bound) = matched(pattern, value) else { return Ok(None) };
        let outside = self.locals.len();
        self.locals.extend(bound.clone());
        let holds = guard.map_or(Ok(true), |guard| Ok(self.expr(guard)?.bool()));
        self.locals.truncate(outside);
        Ok(holds?.then_some(bound))
    }

    /// The names that a condition binds are there in the first block only.
    fn branch(
        &mut self,
        condition: &Expr,
        then: &Block,
        otherwise: Option<&Block>,
    ) -> Result<Value, Stop> {
        let outside = self.locals.len();
        let result = match self.expr(condition) {
            Ok(value) if value.bool() => self.block(then),
            Ok(_) => {
                self.locals.truncate(outside);
                otherwise.map_or(Ok(Value::Unit), |otherwise| self.block(otherwise))
            }
            Err(stop) => Err(stop),
        };
        self.locals.truncate(outside);
        result
    }

    fn logic(&mut self, op: Op, left: &Expr, right: &Expr) -> Result<Value, Stop> {
        let decisive = op == Op::Or;
        match self.expr(left) {
            Ok(value) if value.bool() == decisive => Ok(Value::Bool(decisive)),
            Ok(_) => self.expr(right),
            Err(Stop::Failed) if is_three_valued(left, right, self.gives_bool) => {
                match self.expr(right) {
                    Ok(value) if value.bool() == decisive => Ok(value),
                    _ => Err(Stop::Failed),
                }
            }
            stop => stop,
        }
    }

    fn load(&mut self, key: Key) -> Option<Value> {
        let value = self.scene.world.read(&key);
        self.read.insert(key);
        value
    }

    fn many(
        &mut self,
        many: Many,
        items: &Items,
        fact: usize,
        keys: &[Expr],
    ) -> Result<Value, Stop> {
        let items = match items {
            Items::Labels => self.scene.doc.labels.clone(),
            Items::Near(number) => vec![self.local(PARTS[0]).int(), *number],
            Items::List(name) => match self.local(name) {
                Value::List(list) => list.iter().flatten().copied().collect(),
                _ => unreachable!("a list"),
            },
        };
        let mut values = Vec::new();
        for item in items {
            self.locals.push((ITEM.into(), Value::Int(item)));
            let parts = keys.iter().map(|key| Ok(self.expr(key)?.int()));
            let parts = parts.collect::<Result<_, Stop>>();
            self.locals.pop();
            values.push(self.load((fact, parts?)));
        }
        quantified(many, &values).ok_or(Stop::Failed)
    }
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
