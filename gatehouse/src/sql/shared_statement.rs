//! Facts of one table and key, which share a statement in a round.

use std::any::TypeId;
use std::ops::Range;
use std::sync::Arc;

use futures_util::lock::Mutex as AsyncMutex;

use super::fetch::fetch;
use super::keys::Keys;
use super::lend::Lend;
use super::mapping::Mapping;
use super::rows::Rows;
use super::statement::{Answer, Statement};
use crate::fact::FactError;
use crate::gate::yield_now;
use crate::source::Call;
use crate::sync::Mutex;
use crate::value::{Form, Kind, Scalar};

/// Loads that begin together and ask the same table by the same columns of the key. Each adds its request;
/// then the first that goes on asks for all of them, and the others wait for it. If it is dropped before, the
/// next one asks.
pub(super) struct SharedStatement {
    place: Place,
    requests: Mutex<Vec<Arc<Request>>>,
    /// The rows of the requests that were asked for, in their order, until each is taken.
    outcomes: AsyncMutex<Vec<Option<Outcome>>>,
}

/// The rows of a request, or why there are none.
type Outcome = Result<Rows, FactError>;

/// What loads that share a statement have in common.
struct Place {
    /// The type and the address of what lends connections.
    lend: (TypeId, usize),
    mapping: &'static Mapping,
    forms: Vec<Form>,
}

/// What one load asks.
struct Request {
    answer: Answer<'static>,
    cells: Vec<Scalar<'static>>,
    keys: usize,
}

impl SharedStatement {
    /// The loads that began together with this one and share its statement; `None` if none can.
    pub(super) fn of<L: 'static>(
        call: &Call,
        lend: &L,
        mapping: &'static Mapping,
        keys: &Keys<'_>,
    ) -> Option<Arc<Self>> {
        if !mapping.is_shared {
            return None;
        }
        let lend = (TypeId::of::<L>(), std::ptr::from_ref(lend).addr());
        let place = Place { lend, mapping, forms: keys.forms() };
        let new = Self { place, requests: Mutex::default(), outcomes: AsyncMutex::default() };
        call.begun_together()?.find_or_insert(new, |one, other| one.place.is(&other.place))
    }

    /// The rows of a request, which is added to those of the other loads.
    pub(super) async fn rows<L: Lend>(
        &self,
        answer: Answer<'static>,
        keys: &Keys<'_>,
        lend: &L,
        call: &Call,
    ) -> Outcome {
        let number = self.add(answer, keys);
        // The others add theirs meanwhile.
        yield_now().await;
        let mut outcomes = self.outcomes.lock().await;
        if outcomes.len() <= number {
            let requests = self.requests.lock()[outcomes.len()..].to_vec();
            let joint = Joint::of(self.place.mapping, &self.place.forms, &requests);
            let rows = fetch(lend, call, &joint.statement, &joint.keys).await;
            outcomes.extend(joint.split(rows).into_iter().map(Some));
        }
        let outcome = outcomes.get_mut(number).and_then(Option::take);
        outcome.unwrap_or_else(|| Err(FactError::safe("its statement was asked twice")))
    }

    /// Adds a request; returns its number.
    fn add(&self, answer: Answer<'static>, keys: &Keys<'_>) -> usize {
        let (cells, keys) = (keys.to_owned_cells(), keys.len());
        let mut requests = self.requests.lock();
        requests.push(Arc::new(Request { answer, cells, keys }));
        requests.len() - 1
    }
}

impl Place {
    /// Whether both are the same table, by the same columns, on connections of the same lender.
    fn is(&self, other: &Self) -> bool {
        self.lend == other.lend
            && self.forms == other.forms
            && self.mapping.table == other.mapping.table
            && self.mapping.key == other.mapping.key
    }
}

/// Several requests as one statement.
struct Joint<'r> {
    statement: Statement<'r>,
    keys: Keys<'r>,
    /// For each request, the positions of its keys, and the columns of its rows.
    parts: Vec<(Range<usize>, Wanted)>,
}

/// The rows and columns that a request has of a joint statement.
enum Wanted {
    /// All rows, with these columns.
    Rows(Vec<usize>),
    /// The rows in which this column is not NULL.
    Set(usize),
}

impl<'r> Joint<'r> {
    fn of(mapping: &'r Mapping, forms: &[Form], requests: &'r [Arc<Request>]) -> Self {
        let mut cells: Vec<&[Scalar<'static>]> = Vec::new();
        let (mut columns, mut parts, mut count) = (Vec::new(), Vec::new(), 0);
        let mut known: Vec<(&Request, Range<usize>)> = Vec::new();
        for request in requests {
            let same = known.iter().find(|(other, _)| other.cells == request.cells);
            let range = same.filter(|_| request.keys > 0).map(|(_, range)| range.clone());
            let range = range.unwrap_or_else(|| {
                cells.push(&request.cells);
                count += request.keys;
                count - request.keys..count
            });
            known.push((request, range.clone()));
            parts.push((range, wanted(&request.answer, &mut columns)));
        }
        let answer = match requests {
            [one] => one.answer.clone(),
            several => Answer::Rows { columns, limit: limit(several) },
        };
        let keys = Keys::of_cells(forms, cells.concat(), count);
        Self { statement: Statement { mapping, answer }, keys, parts }
    }

    /// The rows of each request.
    fn split(self, rows: Outcome) -> Vec<Outcome> {
        let rows = match rows {
            Ok(rows) if self.parts.len() == 1 => return vec![Ok(rows)],
            Ok(rows) => rows,
            Err(error) => return self.parts.iter().map(|_| Err(error.clone())).collect(),
        };
        let part = |(range, wanted): (Range<usize>, Wanted)| {
            Ok(match wanted {
                Wanted::Rows(columns) => rows.part(&range, &columns, None),
                Wanted::Set(column) => rows.part(&range, &[], Some(column)),
            })
        };
        self.parts.into_iter().map(part).collect()
    }
}

/// What a request has of a joint statement, to whose columns it adds its own.
fn wanted(answer: &Answer<'static>, columns: &mut Vec<(&'static str, Form)>) -> Wanted {
    let mut column = |wanted: (&'static str, Form)| {
        let found = columns.iter().position(|column| *column == wanted);
        found.unwrap_or_else(|| {
            columns.push(wanted);
            columns.len() - 1
        })
    };
    match answer {
        Answer::Exists { not_null: None } => Wanted::Rows(Vec::new()),
        // Only whether it is NULL counts, so that any kind will do.
        Answer::Exists { not_null: Some(name) } => {
            Wanted::Set(column((name, Form::new(Kind::Int))))
        }
        Answer::Rows { columns, .. } => Wanted::Rows(columns.iter().copied().map(column).collect()),
    }
}

/// How many rows of a key are enough for all requests.
fn limit(requests: &[Arc<Request>]) -> Option<u8> {
    let limit = |request: &Arc<Request>| match request.answer {
        Answer::Exists { not_null: None } => Some(1),
        Answer::Exists { not_null: Some(_) } => None,
        Answer::Rows { limit, .. } => limit,
    };
    requests.iter().map(limit).try_fold(0, |most, limit| limit.map(|limit| most.max(limit)))
}
