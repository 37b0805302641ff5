//! What of a long explanation is shown to a reader. The data has all of it.

use std::borrow::Cow;
use std::fmt::Write;

use super::{ConditionMet, FactFound, FactRead};

/// How many conditions of a body are shown at its beginning and at its end: one in a loop may be met
/// thousands of times.
const CONDITIONS: (usize, usize) = (24, 8);
/// How many facts of a condition, which may be on thousands of keys. The last one decides.
const FACTS: (usize, usize) = (6, 4);
/// How many failed ones between those.
const FAILED: usize = 4;
/// How many letters of a key or a value.
const LETTERS: usize = 200;

/// A part of a list.
pub(super) enum Part<'l, T> {
    /// One that is shown.
    One(&'l T),
    /// So many that are not.
    Others(usize),
}

/// A condition that came to the same so often, one time after the other, and read nothing.
pub(super) struct Repeated<'c> {
    pub(super) met: &'c ConditionMet,
    pub(super) times: usize,
}

/// The conditions of a body, those in a loop put together.
pub(super) fn repeated(met: &[ConditionMet]) -> Vec<Repeated<'_>> {
    let is_same = |a: &ConditionMet, b: &ConditionMet| {
        a.condition == b.condition && a.held == b.held && a.facts.is_empty() && b.facts.is_empty()
    };
    met.chunk_by(is_same).map(|same| Repeated { met: &same[0], times: same.len() }).collect()
}

/// Those of them that are shown.
pub(super) fn conditions<'r, 'c>(all: &'r [Repeated<'c>]) -> Vec<Part<'r, Repeated<'c>>> {
    excerpt(all, CONDITIONS, |_| false)
}

/// The facts of a condition.
pub(super) fn facts(facts: &[FactRead]) -> Vec<Part<'_, FactRead>> {
    excerpt(facts, FACTS, |fact| matches!(fact.found, FactFound::Failed(_)))
}

fn excerpt<T>(
    all: &[T],
    (first, last): (usize, usize),
    matters: impl Fn(&T) -> bool,
) -> Vec<Part<'_, T>> {
    let (mut parts, mut others, mut left) = (Vec::new(), 0, FAILED);
    // One line instead of another one says less.
    let is_short = all.len() <= first + last + 1;
    for (at, one) in all.iter().enumerate() {
        let is_end = at < first || at + last >= all.len();
        let is_failed = !is_end && left > 0 && matters(one);
        left -= usize::from(is_failed);
        if is_short || is_end || is_failed {
            if others > 0 {
                parts.push(Part::Others(std::mem::take(&mut others)));
            }
            parts.push(Part::One(one));
        } else {
            others += 1;
        }
    }
    parts
}

/// How often a condition came to the same, if more than once.
pub(super) fn times(times: usize) -> String {
    if times > 1 { format!(" ({times} times)") } else { String::new() }
}

/// A fact, and what was found of it, with what a user wrote put between marks by `quote`.
pub(super) fn fact(fact: &FactRead, quote: impl Fn(&str) -> String) -> String {
    let FactRead { key, found, already_shown, .. } = fact;
    let quoted = |text: &str| quote(&cut(text));
    let mut text = match found {
        FactFound::Value(value) => format!("{} is {}", quoted(key), quoted(value)),
        FactFound::Missing(Some(default)) => {
            format!("{} is missing, which counts as {}", quoted(key), quoted(default))
        }
        found => format!("{} {found}", quoted(key)),
    };
    if *already_shown {
        // Writing to a `String` cannot fail.
        let _ = write!(text, " (as told before)");
    }
    text
}

fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// The first paragraph of a doc comment, on one line.
pub(super) fn docs(docs: &str) -> String {
    let lines = docs.trim().lines().map(str::trim);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
