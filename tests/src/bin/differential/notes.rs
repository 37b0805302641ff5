//! What the interpreter notes of a run, as an explanation must tell it: the conditions that the body
//! met, each with its value and the facts that were read for it.
//!
//! A fact belongs to the innermost condition that is being evaluated, or else to the next one that
//! comes to a value. A condition is told where its first fact was read, or else where it came to its
//! value.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crate::body::{Arm, Expr, Pattern, Type};
use crate::data::{Answer, answer};
use crate::derived;
use crate::fragments::MARK;
use crate::interpret::{Key, Value};
use crate::render::{self, ATTRIBUTE};
use crate::world::World;

/// How many derived facts' bodies one explanation shows.
const MOST_SHOWN: usize = 256;

/// What a condition asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Whether it is true.
    Truth,
    /// Whether there is a value.
    Present,
    /// Whether a pattern matches.
    Pattern,
    /// Whether an arm is taken.
    Arm,
    /// None: facts that are part of no condition.
    Between,
}

/// A condition that a body met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// What it asks.
    pub kind: Kind,
    /// Its text.
    pub text: Text,
    /// Whether it held; `None` if it came to no value.
    pub held: Option<bool>,
    /// The facts that were read for it.
    pub facts: Vec<Read>,
}

/// The text of a condition, without spaces.
#[derive(Clone, Debug, Eq)]
pub struct Text(pub String);

/// Where a fragment is a part of one, parentheses do not count.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        if !self.0.contains(MARK) && !other.0.contains(MARK) {
            return self.0 == other.0;
        }
        let bare = |text: &str| text.replace([MARK, '(', ')'], "");
        bare(&self.0) == bare(&other.0)
    }
}

/// A fact that a body read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Which.
    pub key: Key,
    /// What was found.
    pub found: Found,
    /// What its body met, of a derived fact that was not shown before.
    pub conditions: Vec<Met>,
}

/// What was found of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This value, as it is shown.
    Value(String),
    /// None, and what stands in for it.
    Missing(String),
    /// It failed.
    Failed,
    /// It is not loaded.
    NotLoaded,
}

/// A condition that came to a value.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// Its place among those that were met.
    pub at: usize,
    /// What it asks.
    pub kind: Kind,
    /// The value.
    pub value: bool,
}

/// The texts of conditions, each printed once. They are known by where the expression is in memory.
#[derive(Default)]
pub struct Texts(RefCell<HashMap<(usize, Kind), String>>);

impl Texts {
    fn get<T>(&self, node: &T, kind: Kind, print: impl FnOnce() -> String) -> String {
        let key = (std::ptr::from_ref(node) as usize, kind);
        self.0.borrow_mut().entry(key).or_insert_with(|| spaceless(&print())).clone()
    }
}

/// A text without its spaces, without commas at the end of a row, and without the attributes that
/// change nothing: how a condition is broken into lines does not count.
pub fn spaceless(text: &str) -> String {
    let attribute: String = ATTRIBUTE.split_whitespace().collect();
    text.split_whitespace().collect::<String>().replace(",}", "}").replace(&attribute, "")
}

/// What is noted of the policies of one explanation.
pub struct Notes<'n> {
    texts: &'n Texts,
    /// Whether a fact is not loaded.
    pending: &'n dyn Fn(&Key) -> bool,
    /// The event that is to come out the other way.
    flipped: Option<usize>,
    /// The derived facts whose bodies were shown.
    shown: BTreeSet<Key>,
    /// The bodies that run: the policy's, and above it those of derived facts.
    runs: Vec<Run>,
    /// The policy's conditions that came to a value, in that order.
    events: Vec<Event>,
}

#[derive(Default)]
struct Run {
    met: Vec<Met>,
    /// The conditions that are being evaluated, and where they are in `met`.
    open: Vec<(Kind, String, Option<usize>)>,
    /// Facts that were read since the last one.
    between: Vec<Read>,
    /// How many there were before these.
    passed: usize,
}

impl Run {
    /// The place of the innermost condition that is open.
    fn placed(&mut self) -> Option<usize> {
        if self.open.last()?.2.is_none() {
            self.flush();
        }
        let (kind, text, at) = self.open.last_mut()?;
        Some(*at.get_or_insert_with(|| {
            self.met.push(Met {
                kind: *kind,
                text: Text(text.clone()),
                held: None,
                facts: Vec::new(),
            });
            self.met.len() - 1
        }))
    }

    /// Gives the facts that are part of no condition a line of their own.
    fn flush(&mut self) {
        if !self.between.is_empty() {
            self.passed += self.between.len();
            let (kind, facts) = (Kind::Between, std::mem::take(&mut self.between));
            self.met.push(Met { kind, text: Text(String::new()), held: None, facts });
        }
    }

    fn over(mut self) -> Vec<Met> {
        self.flush();
        self.met
    }
}

impl<'n> Notes<'n> {
    /// For an explanation, in which such facts are not loaded.
    pub fn new(texts: &'n Texts, pending: &'n dyn Fn(&Key) -> bool) -> Self {
        let (shown, runs, events) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { texts, pending, flipped: None, shown, runs, events }
    }

    /// The same, if one event of the policy came out the other way.
    pub fn flipping(self, event: usize) -> Self {
        Self { flipped: Some(event), ..self }
    }

    /// Begins a policy.
    pub fn begin_policy(&mut self) {
        self.runs = vec![Run::default()];
        self.events.clear();
    }

    /// What it met, and in which order the conditions came to their values.
    pub fn end_policy(&mut self) -> (Vec<Met>, Vec<Event>) {
        let run = self.runs.pop().expect("a policy was begun");
        (run.over(), std::mem::take(&mut self.events))
    }

    /// Whether a fact is not loaded.
    pub fn is_pending(&self, key: &Key) -> bool {
        (self.pending)(key)
    }

    fn run(&mut self) -> &mut Run {
        self.runs.last_mut().expect("a policy was begun")
    }

    /// A condition is about to be evaluated.
    pub fn begin(&mut self, kind: Kind, text: String) {
        self.run().open.push((kind, text, None));
    }

    /// It came to a value, or not. Gives whether it is to be the opposite.
    pub fn end(&mut self, held: Option<bool>) -> bool {
        let is_policy = self.runs.len() == 1;
        let flips = held.is_some() && is_policy && self.flipped == Some(self.events.len());
        let held = held.map(|held| held != flips);
        let run = self.run();
        let kind = run.open.last().expect("a condition was begun").0;
        let Some(value) = held else {
            run.open.pop();
            return false;
        };
        let at = run.placed().expect("it is open");
        run.open.pop();
        run.met[at].held = held;
        if is_policy {
            self.events.push(Event { at, kind, value });
        }
        flips
    }

    /// A condition without facts came to a value.
    pub fn met(&mut self, kind: Kind, text: &str, held: bool) {
        self.begin(kind, spaceless(text));
        self.end(Some(held));
    }

    /// How many facts were read so far that are part of no condition.
    pub fn between(&mut self) -> usize {
        let run = self.run();
        run.passed + run.between.len()
    }

    /// An arm was taken. Its facts are those that were read since there were `before` of them.
    pub fn took(&mut self, value: &Expr, arm: &Arm, before: usize) {
        let run = self.run();
        let at = before.saturating_sub(run.passed);
        let of_arm = run.between.split_off(at.min(run.between.len()));
        run.passed += of_arm.len();
        let text = self.text_of_arm(value, arm);
        self.met(Kind::Arm, &text, true);
        let met = self.run().met.last_mut().expect("it was met");
        met.facts.extend(of_arm);
    }

    /// A fact was read: it is not loaded, failed, or has a value.
    pub fn read(&mut self, key: &Key, value: Option<&Option<Value>>, world: &World<'_>) {
        let mut conditions = Vec::new();
        let found = match value {
            None => Found::NotLoaded,
            Some(None) => Found::Failed,
            Some(Some(value)) => found(key, value, world),
        };
        let is_shown = derived::is_derived(key.0)
            && value.is_some()
            && self.shown.len() < MOST_SHOWN
            && self.shown.insert(key.clone());
        if is_shown {
            self.runs.push(Run::default());
            world.noted(key, self);
            conditions = self.runs.pop().expect("it was pushed").over();
        }
        let read = Read { key: key.clone(), found, conditions };
        let run = self.run();
        match run.placed() {
            Some(at) => run.met[at].facts.push(read),
            None => run.between.push(read),
        }
    }

    /// The text of a condition.
    pub fn text(&self, expr: &Expr) -> String {
        self.texts.get(expr, Kind::Truth, || render::as_told(expr))
    }

    /// The text of a pattern that is to match.
    pub fn text_of_let(&self, pattern: &Pattern, value: &Expr, has_else: bool) -> String {
        let print = || render::let_as_told(pattern, value, has_else);
        self.texts.get(pattern, Kind::Pattern, print)
    }

    /// The text of an arm.
    pub fn text_of_arm(&self, value: &Expr, arm: &Arm) -> String {
        self.texts.get(arm, Kind::Arm, || render::arm_as_told(value, arm))
    }
}

/// What is found of a fact whose value is known.
fn found(key: &Key, value: &Value, world: &World<'_>) -> Found {
    let shown = match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) | Value::Opt(Some(value)) if !is_option(key) => value.to_string(),
        Value::Opt(value) => format!("{value:?}"),
        other => unreachable!("no fact is {other:?}"),
    };
    let is_stored = !derived::is_derived(key.0);
    if is_stored && answer(world.data, key.0, &key.1) == Answer::Missing {
        return Found::Missing(if shown == "None" { String::new() } else { shown });
    }
    Found::Value(shown)
}

/// Whether the value of the fact itself is an option: of a stored one, the option is whether there is
/// a value.
fn is_option(key: &Key) -> bool {
    derived::is_derived(key.0) && derived::ty(key.0) == Type::Opt
}
