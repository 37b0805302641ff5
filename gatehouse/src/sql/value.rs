//! The value of a fact, from the rows of its key.

use super::mapping::Mapping;
use super::rows::Cells;
use super::statement::Answer;
use crate::fact::FactError;
use crate::value::Misfit;

/// How the value of a fact is read from the rows of its key.
pub trait ReadValue<V> {
    /// What the statement asks.
    fn answer<'m>(&self, mapping: &'m Mapping) -> Answer<'m>;

    /// Adds a row of a key to what is known of its value.
    fn add(&self, mapping: &Mapping, found: &mut Found<V>, row: Cells<'_>);
}

/// What is known of a key's value.
#[derive(Debug)]
pub enum Found<V> {
    /// It has no row.
    Nothing,
    /// It has a row whose value is NULL.
    Null,
    /// Its value.
    Value(V),
    /// Its rows are no value.
    Failed(FactError),
}

/// The value `true` of a key that has a row.
#[derive(Clone, Copy, Debug)]
pub struct Presence<V>(pub(super) fn() -> V);

/// The value `true` of a key that has a row in which the column of the value is not NULL.
#[derive(Clone, Copy, Debug)]
pub struct IsSet<V>(pub(super) fn() -> V);

/// The value in the only row of a key.
#[derive(Clone, Copy, Debug)]
pub struct Single<F>(pub(super) F);

/// A `Vec` of what is in each row of a key.
#[derive(Clone, Copy, Debug)]
pub struct All<V, I, F> {
    pub(super) empty: fn() -> V,
    pub(super) push: fn(&mut V, I),
    pub(super) read: F,
}

/// The value of a fact that a row makes `true`.
#[diagnostic::on_unimplemented(
    message = "a row makes a fact `true`, and the value of this fact is `{Self}`",
    label = "not a `bool`",
    note = "name the column of the value: `#[rows(Fact = table(key) -> column)]`"
)]
pub trait IsTruth: Sized {
    /// `true`
    fn truth() -> Self;
}

impl IsTruth for bool {
    fn truth() -> Self {
        true
    }
}

/// The value of a fact that is collected from all rows of a key.
#[diagnostic::on_unimplemented(
    message = "`[…]` collects all rows of a key, and the value of this fact is `{Self}`",
    label = "not a `Vec`",
    note = "for the only row of a key write the column without brackets: `-> column`"
)]
pub trait Collected: Sized {
    /// The value of one row.
    type Item;

    /// The values of no row.
    fn empty() -> Self;

    /// Adds the value of a row.
    fn push(&mut self, item: Self::Item);
}

impl<T> Collected for Vec<T> {
    type Item = T;

    fn empty() -> Self {
        Self::new()
    }

    fn push(&mut self, item: T) {
        Vec::push(self, item);
    }
}

impl<V> ReadValue<V> for Presence<V> {
    fn answer<'m>(&self, _: &'m Mapping) -> Answer<'m> {
        Answer::Exists { not_null: None }
    }

    fn add(&self, _: &Mapping, found: &mut Found<V>, _: Cells<'_>) {
        *found = Found::Value((self.0)());
    }
}

impl<V> ReadValue<V> for IsSet<V> {
    fn answer<'m>(&self, mapping: &'m Mapping) -> Answer<'m> {
        Answer::Exists { not_null: mapping.value.first().copied() }
    }

    fn add(&self, _: &Mapping, found: &mut Found<V>, _: Cells<'_>) {
        *found = Found::Value((self.0)());
    }
}

impl<V, F: Fn(&mut Cells<'_>) -> Result<V, Misfit>> ReadValue<V> for Single<F> {
    fn answer<'m>(&self, mapping: &'m Mapping) -> Answer<'m> {
        // Two rows are enough to see that a value is ambiguous.
        rows(mapping, &self.0, Some(2))
    }

    fn add(&self, mapping: &Mapping, found: &mut Found<V>, row: Cells<'_>) {
        *found = match found {
            Found::Nothing => read(mapping, &self.0, row),
            Found::Null | Found::Value(_) | Found::Failed(_) => Found::Failed(ambiguous(mapping)),
        };
    }
}

impl<V, I, F: Fn(&mut Cells<'_>) -> Result<I, Misfit>> ReadValue<V> for All<V, I, F> {
    fn answer<'m>(&self, mapping: &'m Mapping) -> Answer<'m> {
        rows(mapping, &self.read, None)
    }

    fn add(&self, mapping: &Mapping, found: &mut Found<V>, row: Cells<'_>) {
        if let Found::Failed(_) = found {
            return;
        }
        match read(mapping, &self.read, row) {
            Found::Nothing | Found::Null => {}
            Found::Failed(error) => *found = Found::Failed(error),
            Found::Value(item) => {
                if let Found::Nothing = found {
                    *found = Found::Value((self.empty)());
                }
                if let Found::Value(items) = found {
                    (self.push)(items, item);
                }
            }
        }
    }
}

/// The rows of a key, with the columns that `read` takes.
fn rows<V>(
    mapping: &Mapping,
    read: impl Fn(&mut Cells<'_>) -> Result<V, Misfit>,
    limit: Option<u8>,
) -> Answer<'_> {
    let columns = mapping.value.iter().copied().zip(Cells::forms_of(read)).collect();
    Answer::Rows { columns, limit }
}

/// The value of a row. NULL in the only column is none.
fn read<V>(
    mapping: &Mapping,
    read: impl Fn(&mut Cells<'_>) -> Result<V, Misfit>,
    mut row: Cells<'_>,
) -> Found<V> {
    match read(&mut row) {
        Ok(value) => Found::Value(value),
        Err(misfit) if misfit.is_null() && mapping.value.len() == 1 => Found::Null,
        Err(misfit) => {
            let column = row.failed().and_then(|at| mapping.value.get(at)).unwrap_or(&"");
            Found::Failed(does_not_fit(mapping, column, &misfit))
        }
    }
}

/// A column has no value of the fact.
fn does_not_fit(mapping: &Mapping, column: &str, misfit: &Misfit) -> FactError {
    let table = mapping.table_in_text();
    FactError::safe(format!("the column `{column}` of {table} does not fit: {misfit}"))
}

/// A key of a fact of one value has several rows.
fn ambiguous(mapping: &Mapping) -> FactError {
    let (table, fact) = (mapping.table_in_text(), mapping.fact);
    FactError::safe(format!(
        "{table} has several rows for one key of `{fact}`, which has one value"
    ))
}
