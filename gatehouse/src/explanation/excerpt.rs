//! The excerpt of a long explanation that the renderers show. The data is always complete.

use std::borrow::Cow;
use std::fmt::Write;

use super::conditions::{ConditionMet, FactFound, FactRead};

/// The number of conditions that are shown at the beginning and at the end of a body. A condition in a
/// loop may be evaluated thousands of times.
const SHOWN_CONDITIONS: (usize, usize) = (24, 8);
/// The number of facts that are shown at the beginning and at the end of a condition, which may read
/// thousands of keys. The last one decides.
const SHOWN_FACTS: (usize, usize) = (6, 4);
/// The number of failed facts that are shown between those.
const SHOWN_FAILED: usize = 4;
/// The number of characters that are shown of a key or a value.
const SHOWN_CHARS: usize = 200;

/// A part of a list.
pub(super) enum Part<'l, T> {
    /// An element that is shown.
    One(&'l T),
    /// The number of elements that are not shown.
    Others(usize),
}

/// A condition without facts that had the same outcome so many times in a row.
pub(super) struct Repeated<'c> {
    pub(super) met: &'c ConditionMet,
    pub(super) times: usize,
}

/// The conditions of a body, with equal neighbours merged: those of a loop.
pub(super) fn repeated(met: &[ConditionMet]) -> Vec<Repeated<'_>> {
    let is_same = |a: &ConditionMet, b: &ConditionMet| {
        a.condition == b.condition && a.held == b.held && a.facts.is_empty() && b.facts.is_empty()
    };
    met.chunk_by(is_same).map(|same| Repeated { met: &same[0], times: same.len() }).collect()
}

/// The excerpt of the conditions of a body.
pub(super) fn conditions<'r, 'c>(all: &'r [Repeated<'c>]) -> Vec<Part<'r, Repeated<'c>>> {
    excerpt(all, SHOWN_CONDITIONS, |_| false)
}

/// The excerpt of the facts of a condition.
pub(super) fn facts(facts: &[FactRead]) -> Vec<Part<'_, FactRead>> {
    excerpt(facts, SHOWN_FACTS, |fact| matches!(fact.found, FactFound::Failed(_)))
}

fn excerpt<T>(
    all: &[T],
    (first, last): (usize, usize),
    always_shown: impl Fn(&T) -> bool,
) -> Vec<Part<'_, T>> {
    let (mut parts, mut others, mut left) = (Vec::new(), 0, SHOWN_FAILED);
    // Leaving out one element saves no line.
    let is_short = all.len() <= first + last + 1;
    for (at, one) in all.iter().enumerate() {
        let is_end = at < first || at + last >= all.len();
        let is_failed = !is_end && left > 0 && always_shown(one);
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

/// The number of times that a condition had the same outcome, if more than one.
pub(super) fn times(times: usize) -> String {
    if times > 1 { format!(" ({times} times)") } else { String::new() }
}

/// A fact with the result of its load. `quote` marks the user's texts.
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
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// The first paragraph of a doc comment, on one line.
pub(super) fn docs(docs: &str) -> String {
    let lines = docs.trim().lines().map(str::trim);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The sign for the outcome of a condition.
pub(super) fn mark(met: &ConditionMet) -> char {
    match met.held {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '?',
    }
}
