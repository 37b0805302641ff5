//! The keys of a load in their stored form.

use std::fmt;

use crate::fact::parts::{Nth, PartTypes};
use crate::value::{Form, Kind, Misfit, Scalar, Value};

/// How one part of a key is stored; `T` are the types of all parts.
pub(super) struct Part<T: PartTypes> {
    /// The form.
    pub(super) form: Form,
    /// Appends the stored form of the part.
    push: for<'k> fn(T::Refs<'k>, &mut Vec<Scalar<'k>>) -> Result<(), Misfit>,
}

impl<T: PartTypes> Part<T> {
    /// The part with the index `N`.
    pub(super) fn nth<const N: usize>() -> Self
    where
        T: Nth<N>,
        T::Part: Value,
    {
        Self {
            form: T::Part::FORM,
            push: |parts, cells| {
                cells.push(T::nth(parts).encode()?);
                Ok(())
            },
        }
    }
}

/// The keys of a load: those that have a stored form.
pub struct Keys<'k> {
    /// The stored parts, key by key.
    cells: Vec<Scalar<'k>>,
    /// The index of each key among those that were asked for.
    numbers: Vec<usize>,
    /// The parts.
    pub(super) parts: Vec<KeyPart>,
}

/// One part of the keys of a load.
pub(super) struct KeyPart {
    pub(super) form: Form,
    /// Whether it is the same in all keys, and so is sent once.
    pub(super) is_shared: bool,
    /// Whether it is NULL in a key.
    pub(super) has_null: bool,
}

/// A key that has no stored form: its index, and why.
pub(super) struct Refused {
    pub(super) key: usize,
    pub(super) part: usize,
    pub(super) misfit: Misfit,
}

impl<'k> Keys<'k> {
    /// The stored forms of `keys`, whose parts `parts_of` gives, and the keys that have none.
    pub(super) fn encode<K, T: PartTypes>(
        parts: &[Part<T>],
        parts_of: fn(&K) -> T::Refs<'_>,
        keys: &'k [K],
        holds: impl Fn(&Scalar<'_>) -> Result<(), Misfit>,
    ) -> (Self, Vec<Refused>) {
        let mut cells = Vec::with_capacity(parts.len() * keys.len());
        let (mut numbers, mut refused) = (Vec::with_capacity(keys.len()), Vec::new());
        for (key, number) in keys.iter().zip(0..) {
            let (first, values) = (cells.len(), parts_of(key));
            let encoded = parts.iter().enumerate().try_for_each(|(at, part)| {
                let stored = (part.push)(values, &mut cells)
                    .and_then(|()| cells.last().map_or(Ok(()), |cell| check(part.form, cell)))
                    .and_then(|()| cells.last().map_or(Ok(()), &holds));
                stored.map_err(|misfit| (at, misfit))
            });
            match encoded {
                Ok(()) => numbers.push(number),
                Err((part, misfit)) => {
                    cells.truncate(first);
                    refused.push(Refused { key: number, part, misfit });
                }
            }
        }
        let forms: Vec<_> = parts.iter().map(|part| part.form).collect();
        let parts = key_parts(&forms, &cells, numbers.len());
        (Self { cells, numbers, parts }, refused)
    }

    /// Keys with these parts, in the order in which they are asked.
    pub(super) fn of_cells(forms: &[Form], cells: Vec<Scalar<'k>>, keys: usize) -> Self {
        let parts = key_parts(forms, &cells, keys);
        Self { cells, numbers: (0..keys).collect(), parts }
    }

    /// The forms of the parts.
    pub(super) fn forms(&self) -> Vec<Form> {
        self.parts.iter().map(|part| part.form).collect()
    }

    /// The stored parts, key by key.
    pub(super) fn to_owned_cells(&self) -> Vec<Scalar<'static>> {
        self.cells.iter().cloned().map(Scalar::into_owned).collect()
    }

    /// The number of keys.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The index, among the keys that were asked for, of the key at a position.
    pub(super) fn number(&self, position: usize) -> Option<usize> {
        self.numbers.get(position).copied()
    }

    /// The positions of the keys in the order in which they are sent: about that of an index, so that neighbours
    /// are found in the same page. Any order is right.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut varying = self.varying();
        let (Some(first), second) = (varying.next(), varying.next()) else {
            return (0..self.len()).collect();
        };
        let rank_of = |position| {
            let cells: &[Scalar<'_>] = self.cells(position);
            rank(&cells[first]) | second.map_or(0, |second| rank(&cells[second]) >> 64)
        };
        let mut order: Vec<_> =
            (0..self.len()).map(|position| (rank_of(position), position)).collect();
        order.sort_unstable_by_key(|(rank, _)| *rank);
        order.into_iter().map(|(_, position)| position).collect()
    }

    /// The stored forms of the parts of the key at a position, which there must be.
    pub(super) fn cells(&self, position: usize) -> &[Scalar<'k>] {
        let width = self.parts.len();
        &self.cells[position * width..(position + 1) * width]
    }

    /// The stored forms of one part, in the order of the keys.
    pub(super) fn column(&self, part: usize) -> impl Iterator<Item = &Scalar<'k>> + Clone {
        self.cells.iter().skip(part).step_by(self.parts.len())
    }

    /// The parts that differ between keys, by index.
    pub(super) fn varying(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.with_shared(false)
    }

    /// The parts that are the same in all keys, by index.
    pub(super) fn shared(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.with_shared(true)
    }

    fn with_shared(&self, is_shared: bool) -> impl Iterator<Item = usize> + Clone + '_ {
        let parts = self.parts.iter().enumerate();
        parts.filter(move |(_, part)| part.is_shared == is_shared).map(|(at, _)| at)
    }
}

/// Whether a scalar is of the form of its type. An implementation of [`Value`] by hand may give another, which
/// a database would look up without an error, and not find.
fn check(form: Form, scalar: &Scalar<'_>) -> Result<(), Misfit> {
    let kind = match form.kind {
        Kind::LocalTimestamp => Kind::Timestamp,
        kind => kind,
    };
    match scalar {
        Scalar::Null if form.nullable => Ok(()),
        scalar if scalar.kind() != Some(kind) => {
            Err(Misfit::new("`Value::encode` gives another form than `Value::FORM`"))
        }
        Scalar::Text(text) | Scalar::Decimal(text) if text.contains('\0') => {
            Err(Misfit::null_character())
        }
        _ => Ok(()),
    }
}

/// The rank of a value in its column, by its first eight bytes. They are the first of the rank, so that there is
/// place for the rank of another part.
fn rank(scalar: &Scalar<'_>) -> u128 {
    let of_number = |number: i64| number.cast_unsigned() ^ (1 << 63);
    let of_bytes = |bytes: &[u8]| {
        let mut first = [0; 8];
        let length = bytes.len().min(8);
        first[..length].copy_from_slice(&bytes[..length]);
        u64::from_be_bytes(first)
    };
    u128::from(match scalar {
        Scalar::Null => 0,
        Scalar::Bool(it) => u64::from(*it),
        Scalar::Int(it) | Scalar::Timestamp(it) => of_number(*it),
        Scalar::Date(it) => of_number(i64::from(*it)),
        Scalar::Text(it) | Scalar::Decimal(it) => of_bytes(it.as_bytes()),
        Scalar::Bytes(it) => of_bytes(it),
        Scalar::Uuid(it) => of_bytes(it),
    }) << 64
}

/// The parts of keys whose cells are `cells`.
fn key_parts(forms: &[Form], cells: &[Scalar<'_>], keys: usize) -> Vec<KeyPart> {
    let part = |(at, form): (usize, &Form)| {
        let mut column = cells.iter().skip(at).step_by(forms.len());
        let has_null = form.nullable && column.clone().any(|cell| *cell == Scalar::Null);
        let first = column.next();
        let is_shared = column.all(|cell| Some(cell) == first);
        KeyPart { form: *form, is_shared, has_null }
    };
    let mut parts: Vec<_> = forms.iter().enumerate().map(part).collect();
    if keys > 1
        && parts.iter().all(|part| part.is_shared)
        && let Some(last) = parts.last_mut()
    {
        // Keys that differ by `==` and not in their stored form: each is answered by its number.
        last.is_shared = false;
    }
    parts
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys are shown nowhere.
        f.debug_struct("Keys").field("len", &self.len()).finish_non_exhaustive()
    }
}
