//! The ways that were seen of conditions, and the lines of a file that keep them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::plan::Condition;
use crate::plan::Location;

/// A policy, a derived fact, or a condition of one: the same in all processes built from one source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    name: Cow<'static, str>,
    file: Cow<'static, str>,
    line: u32,
    /// Macros can make policies of one name at one place of a file, in different modules.
    module: Cow<'static, str>,
    /// The number in the body's plan, line, column and text.
    condition: Option<(u32, u32, u32, Cow<'static, str>)>,
}

/// A way in which a place is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Of a condition: it holds, has a value, matches, is taken. Of a body: it runs.
    Yes,
    /// Of a condition: it does not.
    No,
}

/// The ways that were seen at a place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ways {
    pub(crate) yes: bool,
    pub(crate) no: bool,
}

/// The ways that were seen, by places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(BTreeMap<Place, Ways>);

impl Place {
    /// Of a body.
    pub(crate) fn body(name: &'static str, location: Location) -> Self {
        let Location { file, line, module } = location;
        let (name, file, module) = (on_one_line(name), on_one_line(file), on_one_line(module));
        Self { name, file, line, module, condition: None }
    }

    /// Of the condition in this body that has the number `id`.
    pub(crate) fn condition(&self, id: u32, condition: &'static Condition) -> Self {
        let Condition { line, column, text, .. } = *condition;
        Self { condition: Some((id, line, column, on_one_line(text))), ..self.clone() }
    }

    /// The line of a file that says that `way` was seen.
    pub(crate) fn to_line(&self, way: Way) -> String {
        let Self { name, file, line, module, condition } = self;
        match condition {
            None => format!("ran\t{name}\t{file}\t{line}\t{module}\n"),
            Some((id, at, column, text)) => {
                let way = way == Way::Yes;
                format!("{way}\t{name}\t{file}\t{line}\t{module}\t{id}\t{at}\t{column}\t{text}\n")
            }
        }
    }

    /// Parses such a line; `None` if it is none, or is cut.
    pub(crate) fn of_line(line: &[u8]) -> Option<(Self, Way)> {
        let line = str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
        let mut fields = line.split('\t');
        let (way, name, file, line) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?.parse().ok()?);
        let module = fields.next()?.to_owned().into();
        let (way, is_condition) = match way {
            "ran" => (Way::Yes, false),
            "true" => (Way::Yes, true),
            "false" => (Way::No, true),
            _ => return None,
        };
        let mut condition = None;
        if is_condition {
            let mut number = || fields.next()?.parse().ok();
            let (id, at, column) = (number()?, number()?, number()?);
            condition = Some((id, at, column, fields.next()?.to_owned().into()));
        }
        let (name, file) = (name.to_owned().into(), file.to_owned().into());
        fields.next().is_none().then_some((Self { name, file, line, module, condition }, way))
    }
}

/// A text without tabs and line ends.
pub(crate) fn on_one_line(text: &'static str) -> Cow<'static, str> {
    if !text.contains(char::is_control) {
        return text.into();
    }
    let mut line = String::new();
    for letter in text.chars() {
        if letter.is_control() { line.extend(letter.escape_debug()) } else { line.push(letter) }
    }
    line.into()
}

impl Seen {
    pub(crate) const fn nothing() -> Self {
        Self(BTreeMap::new())
    }

    /// Notes that `way` was seen at `place`. Whether that is new.
    pub(crate) fn note(&mut self, place: &Place, way: Way) -> bool {
        if !self.0.contains_key(place) {
            self.0.insert(place.clone(), Ways::default());
        }
        let Some(ways) = self.0.get_mut(place) else { return false };
        let seen = match way {
            Way::Yes => &mut ways.yes,
            Way::No => &mut ways.no,
        };
        !std::mem::replace(seen, true)
    }

    /// The ways that were seen at `place`.
    pub(crate) fn at(&self, place: &Place) -> Ways {
        self.0.get(place).copied().unwrap_or_default()
    }
}
