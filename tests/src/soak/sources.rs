//! Sources that answer from a truth in many ways: immediately, late, by a panic, or by a check on the
//! session for which they load.

use std::panic::panic_any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures::future::join_all;
use gatehouse::limit::{MaxConcurrent, Timeout};
use gatehouse::prelude::*;
use tokio::task::yield_now;

use super::plan::{Habits, Which as Number};
use super::random::Random;
use super::rules::{Ban, Deep, Grant, Link, Seen, Thing, Which, on_gate};
use super::steps::walk;
use super::truth::{Fact, Truth};

/// The session for which a source loads, while it exists.
pub(super) type Own = Arc<OnceLock<Weak<Session<Facts>>>>;

/// Longer than any session takes.
pub(super) const LONG: Duration = Duration::from_secs(3_600);

#[derive(Sources)]
pub struct Facts {
    #[loads(Link, Seen, Deep)]
    source: Source,
    #[loads(Grant)]
    grants: Timeout<Source>,
    #[loads(Ban)]
    bans: MaxConcurrent<Source>,
}

impl Facts {
    pub(super) fn new(truth: Truth, habits: Habits, own: &Own) -> Self {
        let source = || Source { truth, habits, own: Arc::clone(own), calls: AtomicU64::new(0) };
        let limit = if habits.late { Duration::from_millis(1) } else { LONG };
        Self {
            source: source(),
            grants: Timeout::new(source(), limit, tokio::time::sleep),
            bans: MaxConcurrent::new(source(), habits.at_a_time),
        }
    }
}

pub struct Source {
    truth: Truth,
    habits: Habits,
    own: Own,
    calls: AtomicU64,
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "{PLANNED} by a payload");
    }
}

/// The beginning of the text of a planned panic.
const PLANNED: &str = "planned";

/// Whether a panic was planned, and need not be reported.
pub(super) fn is_planned(payload: &(dyn std::any::Any + Send)) -> bool {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    payload.is::<Bomb>() || text.is_some_and(|text| text.starts_with(PLANNED))
}

impl Source {
    /// The random numbers of one call.
    fn call(&self) -> Random {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        Random::new(self.truth.0.rotate_left(32) ^ number)
    }

    async fn plain<K: gatehouse::bounds::LoadedFact>(
        &self,
        number: Number,
        keys: &[K],
        truth: impl Fn(&K) -> Fact<K::Value> + Send + Sync,
    ) -> Result<Loaded<K>, FactError> {
        let mut random = self.call();
        walk(&mut random, self.habits.steps).await;
        if self.habits.stuck && random.one_in(10) {
            std::future::pending::<()>().await;
        }
        let mut loaded = Loaded::new();
        for key in keys {
            match truth(key) {
                Ok(Some(value)) => loaded.insert(key.clone(), value),
                Ok(None) => {}
                Err(()) => self.fail(number, key, &mut random, &mut loaded)?,
            }
        }
        Ok(loaded)
    }

    /// Fails one key: alone, or with its call if it is the only one.
    fn fail<K: FactKey>(
        &self,
        number: Number,
        key: &K,
        random: &mut Random,
        loaded: &mut Loaded<K>,
    ) -> Result<(), FactError> {
        if self.habits.limits[number as usize] == 1 {
            match random.below(4) {
                0 => return Err(FactError::new("no such luck")),
                1 => panic!("{PLANNED} by a source"),
                2 if self.habits.bombs => panic_any(Bomb),
                _ => {}
            }
        }
        loaded.fail(key.clone(), FactError::safe("bad luck"));
        Ok(())
    }

    /// Decisions of the session for which the source loads, or of another session if no source may check on
    /// its own.
    async fn ask(&self, questions: Vec<(Which, Thing)>) -> Result<Vec<Decision>, FactError> {
        if !self.habits.reentrant {
            let facts = Facts::new(self.truth, self.habits, &Own::default());
            return Ok(all_at_once(&Session::new(facts), &questions).await);
        }
        let gone = || FactError::safe("the session is gone");
        let session = self.own.get().and_then(Weak::upgrade).ok_or_else(gone)?;
        let mut random = self.call();
        walk(&mut random, self.habits.steps / 2).await;
        match random.below(6) {
            0 => {
                let mut decisions = Vec::new();
                for (gate, thing) in questions {
                    decisions.push(decide(&session, gate, thing).await);
                }
                return Ok(decisions);
            }
            1 => {
                let asked = async move { all_at_once(&session, &questions).await };
                return Ok(tokio::spawn(asked).await?);
            }
            // A check that is begun and dropped.
            2 => {
                let (gate, thing) = questions[0];
                tokio::select! {
                    biased;
                    _ = decide(&session, gate, thing) => {}
                    () = yield_now() => {}
                }
            }
            // A check in a task of its own, whose result is not used.
            3 => {
                let (session, (gate, thing)) = (Arc::clone(&session), questions[0]);
                drop(tokio::spawn(async move { decide(&session, gate, thing).await }));
            }
            _ => {}
        }
        Ok(all_at_once(&session, &questions).await)
    }
}

async fn decide(session: &Session<Facts>, gate: Which, thing: Thing) -> Decision {
    on_gate!(gate, gate => gate.bind(session, &(), &()).check(&thing).await)
}

async fn all_at_once(session: &Session<Facts>, questions: &[(Which, Thing)]) -> Vec<Decision> {
    join_all(questions.iter().map(|(gate, thing)| decide(session, *gate, *thing))).await
}

/// A decision as the value of a fact. Its reasons are passed on, so that a deadline is visible.
fn answer<K: FactKey<Value = bool>>(keys: &[K], decisions: &[Decision]) -> Loaded<K> {
    let mut loaded = Loaded::new();
    for (key, decision) in keys.iter().zip(decisions) {
        if decision.is_indeterminate() {
            loaded.fail(key.clone(), FactError::safe(decision.to_string()));
        } else if decision.is_allow() {
            loaded.insert(key.clone(), true);
        }
    }
    loaded
}

macro_rules! plain {
    ($($fact:ident $truth:expr;)*) => {
        $(impl FactSource<$fact> for Source {
            async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                self.plain(Number::$fact, keys, |key| $truth(self.truth, key.id)).await
            }

            fn max_batch_size(&self) -> usize {
                self.habits.limits[Number::$fact as usize]
            }
        })*
    };
}

plain! {
    Link Truth::link;
    Grant Truth::grant;
    Ban Truth::ban;
}

impl FactSource<Seen> for Source {
    async fn load(&self, keys: &[Seen]) -> Result<Loaded<Seen>, FactError> {
        let question = |key: &Seen| (Truth::inside(key.id), Thing { id: key.id, level: 0 });
        let decisions = self.ask(keys.iter().map(question).collect()).await?;
        Ok(answer(keys, &decisions))
    }

    fn max_batch_size(&self) -> usize {
        self.habits.limits[Number::Seen as usize]
    }
}

impl FactSource<Deep> for Source {
    async fn load(&self, keys: &[Deep]) -> Result<Loaded<Deep>, FactError> {
        let (bottom, above): (Vec<Deep>, Vec<Deep>) =
            keys.iter().cloned().partition(|key| key.level == 0);
        let question =
            |key: &Deep| (Which::Chain, Truth::below(Thing { id: key.id, level: key.level }));
        let mut loaded = if above.is_empty() {
            Loaded::new()
        } else {
            answer(&above, &self.ask(above.iter().map(question).collect()).await?)
        };
        let mut random = self.call();
        for key in bottom {
            match self.truth.grant(key.id) {
                Ok(Some(value)) => loaded.insert(key, value),
                Ok(None) => {}
                Err(()) => self.fail(Number::Deep, &key, &mut random, &mut loaded)?,
            }
        }
        Ok(loaded)
    }

    fn max_batch_size(&self) -> usize {
        self.habits.limits[Number::Deep as usize]
    }
}
