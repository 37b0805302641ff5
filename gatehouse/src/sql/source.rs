//! A table as the source of a fact.

use std::marker::PhantomData;

use smallvec::SmallVec;

use super::dialect::Words;
use super::fetch::fetch;
use super::keys::{Keys, Part, Refused};
use super::lend::{Lend, Lends};
use super::mapping::Mapping;
use super::rows::Cells;
use super::shared_statement::SharedStatement;
use super::statement::{Answer, Statement};
use super::value::{All, Collected, Found, IsSet, IsTruth, Presence, ReadValue, Single};
use crate::fact::parts::{Columns, Cover, KeyParts, Nth, PartTypes};
use crate::fact::{FactError, LoadedFact};
use crate::source::{Call, FactSource, Loaded};
use crate::value::{Form, Misfit, Value};

/// A table as the source of the fact `K`, or what is known of it so far: `H` lends connections, `T` are the
/// types of the key parts, `V` is how the value is read.
///
/// What does not fit has an error in the step that takes it, at the user's token. No later step asks for
/// the same again, so that the error is the only one.
pub struct TableSource<H, K, T: PartTypes, V> {
    lender: H,
    mapping: &'static Mapping,
    parts: SmallVec<[Part<T>; 3]>,
    parts_of: for<'k> fn(&'k K) -> T::Refs<'k>,
    value: V,
}

/// The source of a table, found by the types of the key parts. What is no fact in a table has an error where
/// it is written; it has no key parts and so no source, and what is built on that has no error of its own.
pub trait SourceOf: PartTypes + Sized {
    /// The source of the fact `K`, with nothing said about its value.
    type Source<H, K: KeyParts<Self>>;

    /// The source.
    fn source<H, K: KeyParts<Self>>(lender: H, mapping: &'static Mapping) -> Self::Source<H, K>;
}

impl<T: PartTypes> SourceOf for T {
    type Source<H, K: KeyParts<T>> = TableSource<H, K, T, Unread<K::Value>>;

    fn source<H, K: KeyParts<T>>(
        lender: H,
        mapping: &'static Mapping,
    ) -> TableSource<H, K, T, Unread<K::Value>> {
        let parts = SmallVec::new();
        TableSource { lender, mapping, parts, parts_of: K::parts, value: Unread(PhantomData) }
    }
}

/// The table of `mapping`, without columns so far.
pub fn table<K: KeyParts<T>, T: SourceOf, H>(
    lender: H,
    mapping: &'static Mapping,
) -> T::Source<H, K> {
    T::source(lender, mapping)
}

/// The value `V`, of which it is not known how it is read.
pub struct Unread<V>(PhantomData<fn() -> V>);

impl<H, K, T: PartTypes, X> TableSource<H, K, T, Unread<X>> {
    /// The next column of the key is the part with the index `N`, a `V`.
    #[must_use]
    pub fn key<const N: usize, V: Value>(mut self) -> Self
    where
        T: Nth<N, Part = V>,
    {
        self.parts.push(Part::<T>::nth::<N>());
        self
    }

    /// The key has `N` columns, and no more parts than that.
    #[must_use]
    pub fn covered<const N: usize>(self) -> Self
    where
        Columns<N>: Cover<T>,
    {
        self
    }

    /// A row makes the fact `true`.
    pub fn presence(self) -> TableSource<H, K, T, Presence<X>>
    where
        X: IsTruth,
    {
        self.with(Presence(X::truth))
    }

    /// A row makes the fact `true` if a column is not NULL.
    pub fn set(self) -> TableSource<H, K, T, IsSet<X>>
    where
        X: IsTruth,
    {
        self.with(IsSet(X::truth))
    }

    /// The value is in the only row of a key.
    pub fn single<F>(self, read: F) -> TableSource<H, K, T, Single<F>>
    where
        F: Fn(&mut Cells<'_>) -> Result<X, Misfit>,
    {
        self.with(Single(read))
    }

    /// The value has an element for each row of a key.
    pub fn all<I, F>(self, read: F) -> TableSource<H, K, T, All<X, I, F>>
    where
        X: Collected<Item = I>,
        F: Fn(&mut Cells<'_>) -> Result<I, Misfit>,
    {
        self.with(All { empty: X::empty, push: X::push, read })
    }

    fn with<V>(self, value: V) -> TableSource<H, K, T, V> {
        let Self { lender, mapping, parts, parts_of, value: _ } = self;
        TableSource { lender, mapping, parts, parts_of, value }
    }
}

#[diagnostic::do_not_recommend]
impl<H, K, T, V> FactSource<K> for TableSource<H, K, T, V>
where
    K: LoadedFact,
    H: Lends,
    T: PartTypes,
    V: ReadValue<K::Value> + Send + Sync,
{
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], call: &Call) -> Result<Loaded<K>, FactError> {
        let statement =
            Statement { mapping: self.mapping, answer: self.value.answer(self.mapping) };
        let (encoded, refused) =
            Keys::encode(&self.parts, self.parts_of, keys, <H::Lend as Lend>::Database::holds);
        let lend = self.lender.lend();
        let mut rows = match SharedStatement::of(call, lend, self.mapping, &encoded) {
            Some(shared) => shared.rows(statement.answer, &encoded, lend, call).await?,
            None => fetch(lend, call, &statement, &encoded).await?,
        };
        let mut found: Vec<Found<K::Value>> = Vec::new();
        found.resize_with(encoded.len(), || Found::Nothing);
        for (position, row) in rows.each() {
            if let Some(found) = found.get_mut(position) {
                self.value.add(self.mapping, found, Cells::new(row));
            }
        }
        Ok(self.loaded(keys, &encoded, found, refused))
    }
}

/// A fact that is in a table: its source, and its mapping.
pub trait TableFact<K: LoadedFact>: FactSource<K> + Mapped {}

impl<K, H, T, V> TableFact<K> for TableSource<H, K, T, V>
where
    K: LoadedFact,
    H: Lends,
    T: PartTypes,
    V: ReadValue<K::Value> + Send + Sync,
{
}

/// What is mapped to a table.
pub trait Mapped {
    /// What lends connections.
    type Lend: Lend;

    /// What lends connections.
    fn lend(&self) -> &Self::Lend;

    /// The mapping, with the forms of all columns.
    fn described(&self) -> Described;
}

/// A mapping with the forms of its columns.
pub struct Described {
    pub(super) mapping: &'static Mapping,
    /// The forms of the key parts.
    pub(super) key: Vec<Form>,
    /// What is asked about each key.
    pub(super) answer: Answer<'static>,
    /// Whether a missing value is a failed load.
    pub(super) is_required: bool,
}

impl<H, K, T, V> Mapped for TableSource<H, K, T, V>
where
    K: LoadedFact,
    H: Lends,
    T: PartTypes,
    V: ReadValue<K::Value> + Send + Sync,
{
    type Lend = H::Lend;

    fn lend(&self) -> &H::Lend {
        self.lender.lend()
    }

    fn described(&self) -> Described {
        let key = self.parts.iter().map(|part| part.form).collect();
        let answer = self.value.answer(self.mapping);
        Described { mapping: self.mapping, key, answer, is_required: K::REQUIRED }
    }
}

impl<H, K: LoadedFact, T: PartTypes, V> TableSource<H, K, T, V> {
    /// The answer: the values by the position of their keys, and the keys that have no stored form.
    fn loaded(
        &self,
        keys: &[K],
        encoded: &Keys<'_>,
        found: Vec<Found<K::Value>>,
        refused: Vec<Refused>,
    ) -> Loaded<K> {
        let mut loaded = Loaded::new();
        for (position, found) in found.into_iter().enumerate() {
            let Some(key) = encoded.number(position).and_then(|number| keys.get(number)) else {
                continue;
            };
            match found {
                Found::Nothing | Found::Null => {}
                Found::Value(value) => loaded.insert(key.clone(), value),
                Found::Failed(error) => loaded.fail(key.clone(), error),
            }
        }
        for Refused { key, part, misfit } in refused {
            let column = self.mapping.key.get(part).unwrap_or(&"");
            let table = self.mapping.table_in_text();
            let text = format!("a key does not fit the column `{column}` of {table}: {misfit}");
            if let Some(key) = keys.get(key) {
                loaded.fail(key.clone(), FactError::safe(text));
            }
        }
        loaded
    }
}
