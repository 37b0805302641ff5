//! A grid as text, read: names to places, words to outcomes, every combination once.

use std::collections::BTreeSet;

use crate::testing::assertion::Outcome;

/// Subject, action and resource of a decision, by their places.
pub(super) type Place = [usize; 3];

/// The names of subjects, actions and resources.
type Names<'n> = [Vec<&'n str>; 3];

/// The names of the three axes in messages.
const AXES: [&str; 3] = ["subject", "action", "resource"];

/// A grid that was read.
pub(super) struct Grid {
    /// The names of the columns.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One line.
pub(super) struct Row {
    /// As written, the names in front.
    pub(super) label: String,
    pub(super) cells: Vec<Cell>,
}

/// One expected decision.
pub(super) struct Cell {
    pub(super) place: Place,
    /// The names of the place.
    pub(super) name: String,
    pub(super) expected: Outcome,
}

impl Grid {
    /// Reads `text`, or says what is wrong with it.
    pub(super) fn read(text: &str, names: &Names<'_>) -> Result<Self, String> {
        check_names(names)?;
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let mut lines = lines.filter(|line| !line.is_empty());
        let columns = lines.next().ok_or("the grid is empty")?;
        let places = columns.iter().map(|name| find(name, names)).collect::<Result<Vec<_>, _>>()?;
        let rows = lines.map(|line| read_row(&line, &places, names)).collect::<Result<_, _>>()?;
        let columns = columns.into_iter().map(str::to_owned).collect();
        let grid = Self { columns, rows };
        check_complete(&grid, names)?;
        Ok(grid)
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rows.iter().flat_map(|row| &row.cells)
    }
}

/// A name must say by itself what it is of.
fn check_names(names: &Names<'_>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for (axis, names) in AXES.iter().zip(names) {
        if names.is_empty() {
            return Err(format!(
                "the table has no {axis}s: call `.{axis}s(…)`, or `.{axis}(…)` for one without a name"
            ));
        }
        for name in names {
            if name.contains(char::is_whitespace) {
                return Err(format!("the name `{name}` is not one word"));
            }
            if names.len() > 1 && name.is_empty() {
                return Err(format!("one of several {axis}s has no name"));
            }
            if !name.is_empty() && !seen.insert(*name) {
                return Err(format!("the table has the name `{name}` twice"));
            }
        }
    }
    Ok(())
}

/// The axis and the place of a name.
fn find(name: &str, names: &Names<'_>) -> Result<(usize, usize), String> {
    let places = names.iter().map(|names| names.iter().position(|known| *known == name));
    places.enumerate().find_map(|(axis, place)| Some((axis, place?))).ok_or_else(|| {
        let known: Vec<&str> = names.concat().into_iter().filter(|name| !name.is_empty()).collect();
        format!("the grid names `{name}`, which the table does not; it has: {}", known.join(", "))
    })
}

fn read_row(line: &[&str], columns: &[(usize, usize)], names: &Names<'_>) -> Result<Row, String> {
    let width = columns.len();
    let in_row = |why: String| format!("in the row `{}`, of {width} cells: {why}", line.join(" "));
    let labels = line.len().checked_sub(width).ok_or_else(|| in_row("too few of them".into()))?;
    let (labels, cells) = line.split_at(labels);
    let row = read_labels(labels, names).map_err(in_row)?;
    let cells = cells.iter().zip(columns);
    let cells = cells.map(|(word, column)| read_cell(word, row, *column, names).map_err(in_row));
    Ok(Row { label: labels.join(" "), cells: cells.collect::<Result<_, _>>()? })
}

/// The place that labels name, on each axis.
fn read_labels(labels: &[&str], names: &Names<'_>) -> Result<[Option<usize>; 3], String> {
    let mut row = [None; 3];
    for label in labels {
        let (axis, place) = find(label, names)?;
        if row[axis].replace(place).is_some() {
            return Err(format!("it names two {}s", AXES[axis]));
        }
    }
    Ok(row)
}

fn read_cell(
    word: &str,
    mut row: [Option<usize>; 3],
    (axis, column): (usize, usize),
    names: &Names<'_>,
) -> Result<Cell, String> {
    let expected = match word.to_lowercase().as_str() {
        "a" | "allow" => Outcome::Allow,
        "d" | "deny" => Outcome::Deny,
        "i" | "indeterminate" => Outcome::Indeterminate,
        _ => return Err(format!("`{word}` is no decision: write A, D or I")),
    };
    if row[axis].replace(column).is_some() {
        return Err(format!("it names a {}, and so does the column", AXES[axis]));
    }
    let mut place = [0; 3];
    for (axis, named) in row.into_iter().enumerate() {
        // An axis with one name need not be named.
        let alone = (names[axis].len() == 1).then_some(0);
        place[axis] = named.or(alone).ok_or_else(|| format!("it names no {}", AXES[axis]))?;
    }
    Ok(Cell { place, name: name(place, names), expected })
}

/// The names of a place.
fn name(place: Place, names: &Names<'_>) -> String {
    let names = [0, 1, 2].map(|axis: usize| names[axis][place[axis]]);
    names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Every combination is there once.
fn check_complete(grid: &Grid, names: &Names<'_>) -> Result<(), String> {
    let mut missing = BTreeSet::new();
    for subject in 0..names[0].len() {
        for action in 0..names[1].len() {
            missing.extend((0..names[2].len()).map(|resource| [subject, action, resource]));
        }
    }
    for cell in grid.cells() {
        if !missing.remove(&cell.place) {
            return Err(format!("the grid has two cells for `{}`", cell.name));
        }
    }
    let missing: Vec<String> =
        missing.into_iter().map(|place| format!("`{}`", name(place, names))).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("the grid has no cell for {}", missing.join(", ")))
}
