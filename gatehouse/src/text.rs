//! Texts of keys, values and errors: shared, on one line, and cut to a maximal length on request.

use std::fmt::{self, Debug, Write};
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::unwind::catch;

/// The text of a fact's key, its value or its error. Clones share it.
#[derive(Clone)]
pub struct FactText(Text);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl FactText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Static(text) => text,
            Text::Shared(text) => text,
        }
    }

    /// The bytes that it owns on the heap.
    #[cfg_attr(not(feature = "records"), allow(dead_code, reason = "only records count them"))]
    pub(crate) fn bytes(&self) -> usize {
        match &self.0 {
            Text::Static(_) => 0,
            Text::Shared(text) => text.len() + ARC_COUNTS,
        }
    }

    /// The `Debug` of `value` on one line, of at most `max` bytes. The user's `Debug` may panic, never end, or
    /// write control characters for a terminal.
    pub(crate) fn of(value: &dyn Debug, max: usize) -> Self {
        let mut line = Line { text: String::new(), max, is_full: false };
        let written = catch(|| write!(line, "{value:?}"));
        // A full line returns errors, and some `Debug`s panic or return another error then.
        match written {
            _ if line.is_full => line.cut(),
            Some(Ok(())) => line.text.into(),
            Some(Err(_)) | None => "<its Debug panicked>".into(),
        }
    }

    /// The text, cut to at most `max` bytes.
    pub(crate) fn cut_at(&self, max: usize) -> Self {
        if self.len() <= max {
            return self.clone();
        }
        let mut line = Line { text: String::new(), max, is_full: false };
        // The error says that the line is full, which is expected.
        let _ = line.push(self);
        line.cut()
    }
}

/// The size of the two counts of an `Arc`.
const ARC_COUNTS: usize = 2 * size_of::<usize>();

/// A line of bounded length that is being written.
struct Line {
    text: String,
    max: usize,
    /// Whether something was left out.
    is_full: bool,
}

impl Line {
    fn room(&self) -> usize {
        self.max - self.text.len()
    }

    /// Writes as many characters of `text` as fit.
    fn push(&mut self, text: &str) -> fmt::Result {
        let room = self.room();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| text.is_char_boundary(*end));
        self.text.push_str(&text[..end.unwrap_or(0)]);
        self.fill()
    }

    /// Writes a character as its escape, whole or not at all.
    fn escape(&mut self, control: char) -> fmt::Result {
        let escape = control.escape_debug();
        if escape.len() > self.room() {
            return self.fill();
        }
        self.text.extend(escape);
        Ok(())
    }

    fn fill(&mut self) -> fmt::Result {
        self.is_full = true;
        Err(fmt::Error)
    }

    /// The text, with a note that it is cut.
    fn cut(self) -> FactText {
        format!("{}… (cut after {} bytes)", self.text, self.max).into()
    }
}

impl Write for Line {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        if self.is_full {
            return Err(fmt::Error);
        }
        while let Some((at, control)) = text.char_indices().find(|(_, c)| c.is_control()) {
            self.push(&text[..at])?;
            self.escape(control)?;
            text = &text[at + control.len_utf8()..];
        }
        self.push(text)
    }
}

impl Default for FactText {
    fn default() -> Self {
        "".into()
    }
}

impl From<&'static str> for FactText {
    fn from(text: &'static str) -> Self {
        Self(Text::Static(text))
    }
}

impl From<String> for FactText {
    fn from(text: String) -> Self {
        Self(Text::Shared(text.into()))
    }
}

impl Deref for FactText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for FactText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for FactText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl Debug for FactText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for FactText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for FactText {}

impl PartialEq<str> for FactText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for FactText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Hash for FactText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FactText {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a letter so many times, one at a time, and counts the writes.
    struct Letters(char, usize, std::cell::Cell<usize>);

    impl Debug for Letters {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            for _ in 0..self.1 {
                self.2.set(self.2.get() + 1);
                f.write_char(self.0)?;
            }
            Ok(())
        }
    }

    fn letters(letter: char, count: usize) -> Letters {
        Letters(letter, count, std::cell::Cell::new(0))
    }

    #[test]
    fn a_text_is_cut_where_a_character_ends() {
        for (letter, count, most, left) in [
            ('a', 8, 8, 8),
            ('a', 9, 8, 8),
            ('ß', 4, 8, 4),
            ('ß', 5, 8, 4),
            ('ß', 5, 9, 4),
            ('€', 9, 8, 2),
            ('𝄞', 2, 3, 0),
            // Two characters each.
            ('\n', 4, 8, 4),
            ('\n', 5, 9, 4),
        ] {
            let shown = if letter == '\n' { "\\n".into() } else { letter.to_string() };
            let cut =
                if left < count { format!("… (cut after {most} bytes)") } else { String::new() };
            let text = FactText::of(&letters(letter, count), most);
            assert_eq!(*text, format!("{}{cut}", shown.repeat(left)));
            let whole = FactText::of(&letters(letter, count), usize::MAX);
            assert_eq!(*whole, shown.repeat(count));
            if letter != '\n' {
                assert_eq!(whole.cut_at(most), text);
            }
        }
    }

    #[test]
    fn text_beyond_the_limit_is_not_formatted() {
        let endless = letters('a', usize::MAX);
        assert!(FactText::of(&endless, 100).starts_with("aaa"));
        assert_eq!(endless.2.get(), 101);
    }

    /// A `Debug` that panics when it cannot write.
    #[test]
    fn a_debug_that_unwraps_is_cut_like_any_other() {
        struct Unwraps;
        impl Debug for Unwraps {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (0..9).for_each(|_| f.write_str("abc").unwrap());
                Ok(())
            }
        }
        assert_eq!(FactText::of(&Unwraps, 4), "abca… (cut after 4 bytes)");
        assert_eq!(FactText::of(&Unwraps, 27).len(), 27);
    }

    /// A `Debug` that ignores errors: the text is still a prefix of what it writes.
    #[test]
    fn a_debug_that_ignores_errors_adds_nothing() {
        struct IgnoresErrors;
        impl Debug for IgnoresErrors {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for part in ["€", "€", "a"] {
                    let _ = f.write_str(part);
                }
                Ok(())
            }
        }
        assert_eq!(FactText::of(&IgnoresErrors, 4), "€… (cut after 4 bytes)");
        assert_eq!(FactText::of(&IgnoresErrors, 7), "€€a");
    }

    #[test]
    fn a_debug_that_panics_or_fails_is_named() {
        struct Panics;
        impl Debug for Panics {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                panic!("on purpose")
            }
        }
        struct Fails;
        impl Debug for Fails {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                Err(fmt::Error)
            }
        }
        assert_eq!(FactText::of(&Panics, 100), "<its Debug panicked>");
        assert_eq!(FactText::of(&Fails, 100), "<its Debug panicked>");
    }
}
