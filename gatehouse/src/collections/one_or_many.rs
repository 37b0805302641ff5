//! One or many: most requests ask for one key at a time, and one needs no allocation.
//!
//! Code that is generic over a fact uses these instead of `SmallVec`, which is several times as much code for each
//! fact.

use std::ops::{Deref, DerefMut};

use super::growth::make_room;

/// At least one, but for a list that grows from nothing.
#[derive(Debug)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// One more, as many of which may be `expected` soon.
    pub(crate) fn push(&mut self, value: T, expected: usize) {
        match self {
            Self::Many(many) => make_room(many, expected).push(value),
            Self::One(_) => {
                let one = std::mem::replace(self, Self::Many(Vec::new()));
                if let (Self::One(one), Self::Many(many)) = (one, self) {
                    make_room(many, expected).push(one);
                    many.push(value);
                }
            }
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T> DerefMut for OneOrMany<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::One(one) => std::slice::from_mut(one),
            Self::Many(many) => many,
        }
    }
}
