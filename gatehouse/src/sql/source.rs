//! A table as the source of a fact.

use std::marker::PhantomData;

use super::dialect::Words;
use super::keys::{KeyParts, Keys, NoPart, Part, Refused};
use super::lend::Lend;
use super::mapping::Mapping;
use super::rows::{Cells, Rows};
use super::statement::{Answer, Statement};
use super::value::{All, Collected, Found, IsSet, IsTruth, Presence, ReadValue, Single};
use super::within;
use crate::fact::{FactError, FactKey, LoadedFact};
use crate::source::{Call, FactSource, Loaded};
use crate::value::{Form, Misfit, Value};

/// A table as the source of the fact `K`, or what is known of it so far: `P` are the key parts, `V` is how
/// the value is read.
pub struct TableSource<'s, L, K, P, V> {
    lend: &'s L,
    mapping: &'static Mapping,
    parts: P,
    value: V,
    fact: PhantomData<fn() -> K>,
}

/// The parts `P` of the key `K`, and one more, of the type `V`.
type NextPart<P, K, V> = Part<P, fn(&K) -> &V>;

/// The table of `mapping`, without columns so far.
pub fn table<'s, K, L: Lend>(
    lend: &'s L,
    mapping: &'static Mapping,
) -> TableSource<'s, L, K, NoPart, ()> {
    TableSource { lend, mapping, parts: NoPart, value: (), fact: PhantomData }
}

impl<'s, L, K: FactKey, P> TableSource<'s, L, K, P, ()> {
    /// The next column of the key is this part.
    pub fn key<V: Value>(self, part: fn(&K) -> &V) -> TableSource<'s, L, K, NextPart<P, K, V>, ()> {
        let Self { lend, mapping, parts, value, fact } = self;
        TableSource { lend, mapping, parts: Part::new(parts, part), value, fact }
    }

    /// A row makes the fact `true`.
    pub fn presence(self) -> TableSource<'s, L, K, P, Presence>
    where
        K::Value: IsTruth,
    {
        self.with(Presence)
    }

    /// A row makes the fact `true` if a column is not NULL.
    pub fn set(self) -> TableSource<'s, L, K, P, IsSet>
    where
        K::Value: IsTruth,
    {
        self.with(IsSet)
    }

    /// The value is in the only row of a key.
    pub fn single<F>(self, read: F) -> TableSource<'s, L, K, P, Single<F>>
    where
        F: Fn(&mut Cells<'_>) -> Result<K::Value, Misfit>,
    {
        self.with(Single(read))
    }

    /// The value has an element for each row of a key.
    pub fn all<F>(self, read: F) -> TableSource<'s, L, K, P, All<F>>
    where
        K::Value: Collected,
        F: Fn(&mut Cells<'_>) -> Result<<K::Value as Collected>::Item, Misfit>,
    {
        self.with(All(read))
    }

    fn with<V>(self, value: V) -> TableSource<'s, L, K, P, V> {
        let Self { lend, mapping, parts, fact, .. } = self;
        TableSource { lend, mapping, parts, value, fact }
    }
}

impl<K, L, P, V> FactSource<K> for TableSource<'_, L, K, P, V>
where
    K: LoadedFact,
    L: Lend,
    P: KeyParts<K> + Send + Sync,
    V: ReadValue<K::Value> + Send + Sync,
{
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], call: &Call) -> Result<Loaded<K>, FactError> {
        let statement =
            Statement { mapping: self.mapping, answer: self.value.answer(self.mapping) };
        let (encoded, refused) = Keys::encode(&self.parts, keys, L::Database::holds);
        let mut rows = fetch(self.lend, call, &statement, &encoded).await?;
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
pub trait TableFact<K: LoadedFact>: FactSource<K> {
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

impl<K, L, P, V> TableFact<K> for TableSource<'_, L, K, P, V>
where
    K: LoadedFact,
    L: Lend,
    P: KeyParts<K> + Send + Sync,
    V: ReadValue<K::Value> + Send + Sync,
{
    type Lend = L;

    fn lend(&self) -> &L {
        self.lend
    }

    fn described(&self) -> Described {
        let mut key = Vec::new();
        self.parts.forms(&mut key);
        let answer = self.value.answer(self.mapping);
        Described { mapping: self.mapping, key, answer, is_required: K::REQUIRED }
    }
}

impl<K: LoadedFact, L, P, V> TableSource<'_, L, K, P, V> {
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

/// The rows of a statement for keys.
async fn fetch<L: Lend>(
    lend: &L,
    call: &Call,
    statement: &Statement<'_>,
    keys: &Keys<'_>,
) -> Result<Rows, FactError> {
    if keys.len() == 0 {
        // Each key was refused.
        return Ok(Rows::default());
    }
    let text = L::Database::text(statement, keys);
    if let Some(lent) = call.lent(lend)? {
        return within::fetch::<L::Database>(lent, text, statement, keys).await;
    }
    let mut connection = lend.lend().await?;
    Ok(L::Database::fetch(&mut connection, text, statement, keys).await?)
}
