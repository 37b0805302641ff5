//! The rows that come back from a database.

use std::mem;
use std::ops::Range;

use crate::value::{Form, Misfit, Scalar, Value};

/// The rows of a statement: the position of the key that each answers, and the columns.
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    positions: Vec<usize>,
    cells: Vec<Cell>,
}

/// What is stored in a column, or why nothing of ours can be.
pub(super) type Cell = Result<Scalar<'static>, Misfit>;

impl Rows {
    /// No rows, each of which has `width` columns.
    pub(super) fn new(width: usize) -> Self {
        Self { width, positions: Vec::new(), cells: Vec::new() }
    }

    #[cfg(feature = "postgres")]
    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Adds a row for the key at `position`; its cells follow.
    pub(super) fn begin(&mut self, position: usize) {
        self.positions.push(position);
    }

    /// Adds a cell to the last row.
    pub(super) fn push(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    /// Some of the rows, with some of the columns: those of the keys at `positions`, counted from its first;
    /// those in which the column `set` is not NULL, if there is one.
    pub(super) fn part(
        &self,
        positions: &Range<usize>,
        columns: &[usize],
        set: Option<usize>,
    ) -> Self {
        let mut part = Self::new(columns.len());
        for (at, position) in self.positions.iter().enumerate() {
            let row = &self.cells[at * self.width..(at + 1) * self.width];
            let is_set = set.is_none_or(|column| row[column] != Ok(Scalar::Null));
            if is_set && positions.contains(position) {
                part.begin(position - positions.start);
                part.cells.extend(columns.iter().map(|column| row[*column].clone()));
            }
        }
        part
    }

    /// The rows, whose cells can be taken: the position of the key, and the cells.
    pub(super) fn each(&mut self) -> impl Iterator<Item = (usize, &mut [Cell])> {
        let (width, mut rest) = (self.width, self.cells.as_mut_slice());
        self.positions.iter().map(move |position| {
            let (row, others) = mem::take(&mut rest).split_at_mut(width);
            rest = others;
            (*position, row)
        })
    }
}

/// The cells of a row, which are taken one after the other.
#[derive(Debug)]
pub struct Cells<'r> {
    state: State<'r>,
    at: usize,
    failed: Option<usize>,
}

#[derive(Debug)]
enum State<'r> {
    /// A row.
    Row(&'r mut [Cell]),
    /// No row: the forms of the cells that would be taken.
    Forms(Vec<Form>),
}

impl<'r> Cells<'r> {
    pub(super) fn new(row: &'r mut [Cell]) -> Self {
        Self { state: State::Row(row), at: 0, failed: None }
    }

    /// The forms of the cells that `read` takes.
    pub(super) fn forms_of<V>(read: impl Fn(&mut Cells<'_>) -> Result<V, Misfit>) -> Vec<Form> {
        let mut cells = Cells { state: State::Forms(Vec::new()), at: 0, failed: None };
        // There is no value without a row.
        let _ = read(&mut cells);
        match cells.state {
            State::Forms(forms) => forms,
            State::Row(_) => Vec::new(),
        }
    }

    /// Takes the next cell of the row.
    ///
    /// # Errors
    /// [`Misfit`] if it is no value of `V`.
    pub fn take<V: Value>(&mut self) -> Result<V, Misfit> {
        let at = self.at;
        self.at += 1;
        let taken = match &mut self.state {
            State::Forms(forms) => {
                forms.push(V::FORM);
                return Err(Misfit::new("there is no row"));
            }
            State::Row(row) => row.get_mut(at).map(|cell| mem::replace(cell, Ok(Scalar::Null))),
        };
        let value = taken.unwrap_or(Ok(Scalar::Null)).and_then(V::decode);
        if value.is_err() {
            self.failed.get_or_insert(at);
        }
        value
    }

    /// The index of the first cell that is no value.
    pub(super) fn failed(&self) -> Option<usize> {
        self.failed
    }
}
