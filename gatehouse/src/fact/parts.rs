//! The parts of a key by their index, for code that `#[derive(Sources)]` generates: it knows no names of
//! parts.

use super::key::LoadedFact;

/// A key whose parts have the types `T`, a tuple. A key has one such tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in a table",
    label = "not a fact that is loaded, with at most 12 key parts",
    note = "declare it as `fact! {{ Name(part: Type) -> Value; }}`; a fact with a body is computed from other facts: map those, and remove it here",
    note = "for a fact of more key parts write `impl FactSource`, and `#[loads(…)]` in place of `#[rows(…)]`"
)]
pub trait KeyParts<T: PartTypes>: LoadedFact {
    /// The parts, in the order of declaration.
    fn parts(&self) -> T::Refs<'_>;
}

/// The types of a key's parts: a tuple.
pub trait PartTypes: 'static {
    /// A reference to each part.
    type Refs<'k>: Copy;
}

/// The types of a key's parts, of which there is one with the index `N`.
#[diagnostic::on_unimplemented(
    message = "more columns are named than the fact has key parts",
    label = "the fact has no key part for this column",
    note = "the types of its key parts are `{Self}`: name one column for each, in their order"
)]
pub trait Nth<const N: usize>: PartTypes {
    /// The type of the part.
    type Part: 'static;

    /// The part.
    fn nth(parts: Self::Refs<'_>) -> &Self::Part;
}

/// `N` columns.
#[derive(Debug)]
pub struct Columns<const N: usize>;

/// Columns that are enough for key parts of the types `T`.
#[diagnostic::on_unimplemented(
    message = "fewer columns are named than the fact has key parts",
    label = "a key part has no column",
    note = "the types of its key parts are `{T}`: name one column for each, in their order"
)]
pub trait Cover<T> {}

/// Implements the traits for tuples: the types; the index of each; the numbers of columns that are enough.
macro_rules! tuples {
    ($([$($type:ident)*] $indices:tt $enough:tt;)*) => {$(
        impl<$($type: 'static),*> PartTypes for ($($type,)*) {
            type Refs<'k> = ($(&'k $type,)*);
        }
        tuples! { @nth [$($type)*] ($($type,)*) $indices }
        tuples! { @enough [$($type)*] ($($type,)*) $enough }
    )*};
    (@nth $types:tt $tuple:tt [$($at:tt:$part:ident)*]) => {
        $(tuples! { @one $types $tuple $at $part })*
    };
    (@one [$($type:ident)*] $tuple:tt $at:tt $part:ident) => {
        #[diagnostic::do_not_recommend]
        impl<$($type: 'static),*> Nth<$at> for $tuple {
            type Part = $part;

            fn nth(parts: Self::Refs<'_>) -> &$part {
                parts.$at
            }
        }
    };
    (@enough $types:tt $tuple:tt [$($columns:literal)*]) => {
        $(tuples! { @covered $types $tuple $columns })*
    };
    (@covered [$($type:ident)*] $tuple:tt $columns:literal) => {
        #[diagnostic::do_not_recommend]
        impl<$($type),*> Cover<$tuple> for Columns<$columns> {}
    };
}
tuples! {
    [] [] [0 1 2 3 4 5 6 7 8 9 10 11 12];
    [A] [0:A] [1 2 3 4 5 6 7 8 9 10 11 12];
    [A B] [0:A 1:B] [2 3 4 5 6 7 8 9 10 11 12];
    [A B C] [0:A 1:B 2:C] [3 4 5 6 7 8 9 10 11 12];
    [A B C D] [0:A 1:B 2:C 3:D] [4 5 6 7 8 9 10 11 12];
    [A B C D E] [0:A 1:B 2:C 3:D 4:E] [5 6 7 8 9 10 11 12];
    [A B C D E F] [0:A 1:B 2:C 3:D 4:E 5:F] [6 7 8 9 10 11 12];
    [A B C D E F G] [0:A 1:B 2:C 3:D 4:E 5:F 6:G] [7 8 9 10 11 12];
    [A B C D E F G H] [0:A 1:B 2:C 3:D 4:E 5:F 6:G 7:H] [8 9 10 11 12];
    [A B C D E F G H I] [0:A 1:B 2:C 3:D 4:E 5:F 6:G 7:H 8:I] [9 10 11 12];
    [A B C D E F G H I J] [0:A 1:B 2:C 3:D 4:E 5:F 6:G 7:H 8:I 9:J] [10 11 12];
    [A B C D E F G H I J K] [0:A 1:B 2:C 3:D 4:E 5:F 6:G 7:H 8:I 9:J 10:K] [11 12];
    [A B C D E F G H I J K L] [0:A 1:B 2:C 3:D 4:E 5:F 6:G 7:H 8:I 9:J 10:K 11:L] [12];
}
