//! A key in the place of the fact's value: a forgotten `.await`.

use crate::fact::FactKey;

/// No key implements it: a method of the value that is called on the key fails with this message.
#[diagnostic::on_unimplemented(
    message = "the fact `{Self}` is not loaded here",
    label = "a key, and not the fact's value",
    note = "write `.await` behind it: `{Self}(…).await`"
)]
pub trait IsLoaded: FactKey {
    /// The value.
    fn loaded(self) -> Option<Self::Value>;
}

/// The methods of `Option` on a key, which rules have in scope. The value of a load is an `Option` with
/// methods of its own.
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
