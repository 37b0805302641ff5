//! A key where the fact's value is meant: a forgotten `.await`.

use crate::fact::FactKey;

/// What no key is, so that a method of the value's, called on the key, says what to write.
#[diagnostic::on_unimplemented(
    message = "the fact `{Self}` is not loaded here",
    label = "a key, and not the fact's value",
    note = "write `.await` behind it: `{Self}(…).await`"
)]
pub trait IsLoaded: FactKey {
    /// The value.
    fn loaded(self) -> Option<Self::Value>;
}

/// The methods of `Option` on a key, which rules have in scope. What loads a fact is an `Option` by
/// itself and has its own.
#[allow(clippy::wrong_self_convention, reason = "they are named as `Option` names them")]
pub trait Unloaded: FactKey {
    /// `Option::is_some`
    fn is_some(self) -> bool
    where
        Self: IsLoaded,
    {
        self.loaded().is_some()
    }

    /// `Option::is_none`
    fn is_none(self) -> bool
    where
        Self: IsLoaded,
    {
        self.loaded().is_none()
    }

    /// `Option::is_some_and`
    fn is_some_and(self, test: impl FnOnce(Self::Value) -> bool) -> bool
    where
        Self: IsLoaded,
    {
        self.loaded().is_some_and(test)
    }

    /// `Option::is_none_or`
    fn is_none_or(self, test: impl FnOnce(Self::Value) -> bool) -> bool
    where
        Self: IsLoaded,
    {
        self.loaded().is_none_or(test)
    }

    /// `Option::unwrap_or`
    fn unwrap_or(self, otherwise: Self::Value) -> Self::Value
    where
        Self: IsLoaded,
    {
        self.loaded().unwrap_or(otherwise)
    }

    /// `Option::unwrap_or_default`
    fn unwrap_or_default(self) -> Self::Value
    where
        Self: IsLoaded,
        Self::Value: Default,
    {
        self.loaded().unwrap_or_default()
    }

    /// `Option::map`
    fn map<T>(self, change: impl FnOnce(Self::Value) -> T) -> Option<T>
    where
        Self: IsLoaded,
    {
        self.loaded().map(change)
    }

    /// `Option::map_or`
    fn map_or<T>(self, otherwise: T, change: impl FnOnce(Self::Value) -> T) -> T
    where
        Self: IsLoaded,
    {
        self.loaded().map_or(otherwise, change)
    }
}

impl<K: FactKey> Unloaded for K {}
