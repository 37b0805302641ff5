//! What the program says of an explanation.

use std::collections::HashMap;

use crate::derived::{self, SETS};
use crate::interpret::Key;
use crate::notes::{Found, Kind, Met, Read, Text, spaceless};

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The decision.
    pub decision: String,
    /// What was asked of a source for it, after the check.
    pub loads: u64,
    /// Each policy: `applies`, `does_not_apply`, `indeterminate` or `not_needed`, and its conditions.
    pub policies: Vec<(String, Vec<Met>)>,
    /// What would have decided otherwise.
    pub changes: Vec<Change>,
    /// The places of the conditions.
    pub places: Vec<Place>,
}

/// A condition that would have decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The place of the policy.
    pub policy: usize,
    /// The place of the condition among those that the policy met.
    pub condition: usize,
    /// Whether it would hold.
    pub holds: bool,
    /// What would be decided.
    pub decision: String,
}

/// Where a condition is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The source file.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// Its column.
    pub column: usize,
    /// What it asks.
    pub kind: Kind,
    /// Its text, without spaces.
    pub text: String,
}

impl Place {
    /// Whether its text is what stands there, or begins shortly before it: with a word around the keys
    /// or the pattern, or a brace. Parentheses do not count, because `lazy(…)` is not in a text.
    pub fn is_of(&self, source: &str) -> bool {
        let bare = |text: &str| spaceless(text).replace(['(', ')'], "").replace("lazy", "");
        let (source, text) = (bare(source), bare(&self.text));
        let mut text = text.as_str();
        if self.kind == Kind::Arm {
            // The value before it, and the guard after it, may have an `is` as well.
            return text
                .match_indices("is")
                .any(|(at, is)| source.starts_with(&text[at + is.len()..]));
        }
        if let Some(role) = ["subjectis", "actionis"].iter().find(|role| text.starts_with(**role)) {
            text = &text[role.len()..];
        }
        while !source.starts_with(text) {
            let words = ["let", "matches!", "any", "all", "each", "{"];
            match words.iter().find_map(|word| text.strip_prefix(word)) {
                Some(rest) => text = rest,
                None => return false,
            }
        }
        true
    }
}

/// Reads what the program says.
pub struct Reader<'t> {
    words: std::str::Split<'t, char>,
    facts: HashMap<String, usize>,
    places: Vec<Place>,
}

impl<'t> Reader<'t> {
    /// For a line of the program.
    pub fn new(text: &'t str) -> Self {
        let facts = (0..derived::first(SETS)).map(|at| (derived::name(at), at)).collect();
        Self { words: text.split('\t'), facts, places: Vec::new() }
    }

    fn word(&mut self) -> &'t str {
        self.words.next().expect("a word")
    }

    fn number(&mut self) -> usize {
        let word = self.word();
        word.parse().unwrap_or_else(|_| panic!("`{word}` is a number"))
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.number()).map(|_| read(self)).collect()
    }

    /// Several explanations.
    pub fn all(&mut self) -> Vec<Told> {
        self.list(Self::explanation)
    }

    fn explanation(&mut self) -> Told {
        let decision = self.word().to_owned();
        let loads = self.number() as u64;
        let policies = self.list(|it| {
            let outcome = it.word().to_owned();
            (outcome, it.conditions())
        });
        let changes = self.list(|it| Change {
            policy: it.number(),
            condition: it.number(),
            holds: it.word() == "true",
            decision: it.word().to_owned(),
        });
        Told { decision, loads, policies, changes, places: std::mem::take(&mut self.places) }
    }

    fn conditions(&mut self) -> Vec<Met> {
        let file = self.word();
        self.list(|it| it.condition(file))
    }

    fn condition(&mut self, file: &str) -> Met {
        let kind = match self.word() {
            "truth" => Kind::Truth,
            "present" => Kind::Present,
            "pattern" => Kind::Pattern,
            "arm" => Kind::Arm,
            _ => Kind::Between,
        };
        let (line, column) = (self.number(), self.number());
        let text = spaceless(self.word());
        if kind != Kind::Between {
            let (file, text) = (file.to_owned(), text.clone());
            self.places.push(Place { file, line, column, kind, text });
        }
        let held = self.word().parse().ok();
        Met { kind, text: Text(text), held, facts: self.list(Self::fact) }
    }

    fn fact(&mut self) -> Read {
        let key = self.word();
        let name = key.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let place = *self.facts.get(name).unwrap_or_else(|| panic!("`{key}` is a fact's key"));
        let parts = key[name.len()..].split(|c: char| !c.is_ascii_digit());
        let parts = parts.filter_map(|part| part.parse().ok()).collect();
        let key: Key = (place, parts);
        let found = match self.word().split_at(1) {
            ("v", value) => Found::Value(value.to_owned()),
            ("m", default) => Found::Missing(default.to_owned()),
            ("f", _) => Found::Failed,
            _ => Found::NotLoaded,
        };
        Read { key, found, conditions: self.conditions() }
    }
}
