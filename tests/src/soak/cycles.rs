//! Loads that wait for themselves, directly or in a cycle.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures::future::join_all;
use gatehouse::prelude::*;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::random::Random;
use super::sources::LONG;

/// The time limit of a cycle, which is detected immediately.
const PATIENCE: Duration = Duration::from_secs(5);

/// A key of a cycle of so many.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u16,
    of: u16,
}

struct Places;
impl Domain for Places {
    type Subject = ();
    type Action = ();
    type Resource = Place;
    type Context = ();
}

fact! {
    /// Its source checks the next place of the cycle.
    pub Ring(at: u16, of: u16) -> bool = false;
    /// Its source checks `Pong`.
    pub Ping(at: u16) -> bool = false;
    /// Its source checks `Ping`.
    pub Pong(at: u16) -> bool = false;
    /// Its source checks nothing.
    pub Calm(at: u16) -> bool = false;
}

#[policy]
async fn ring(_: _, place: &Place) -> bool {
    Ring(place.at, place.of).await
}

#[policy]
async fn ping(_: _, place: &Place) -> bool {
    Ping(place.at).await
}

#[policy]
async fn pong(_: _, place: &Place) -> bool {
    Pong(place.at).await
}

#[policy]
async fn calm(_: _, place: &Place) -> bool {
    Calm(place.at).await
}

static RING: Gate<Places, ring> = Gate::new();
static PING: Gate<Places, ping> = Gate::new();
static PONG: Gate<Places, pong> = Gate::new();
static CALM: Gate<Places, calm> = Gate::new();

#[derive(Sources)]
struct Facts {
    #[loads(Ring, Ping, Pong, Calm)]
    source: Source,
}

struct Source {
    own: Arc<OnceLock<Weak<Session<Facts>>>>,
    limit: usize,
    /// Whether it fails if its own check is indeterminate.
    heeds: bool,
}

impl Source {
    fn session(&self) -> Result<Arc<Session<Facts>>, FactError> {
        let session = self.own.get().and_then(Weak::upgrade);
        session.ok_or_else(|| FactError::safe("the session is gone"))
    }

    fn heed(&self, decision: &Decision) -> Result<bool, FactError> {
        if self.heeds && decision.is_indeterminate() {
            return Err(FactError::safe(decision.to_string()));
        }
        Ok(decision.is_allow())
    }
}

macro_rules! asks {
    ($($fact:ident $gate:ident $next:expr;)*) => {
        $(impl FactSource<$fact> for Source {
            async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                let session = self.session()?;
                let mut loaded = Loaded::new();
                for key in keys {
                    let next = $next(key);
                    let decision = $gate.bind(&session, &(), &()).check(&next).await;
                    loaded.insert(key.clone(), self.heed(&decision)?);
                }
                Ok(loaded)
            }

            fn max_batch_size(&self) -> usize {
                self.limit
            }
        })*
    };
}

asks! {
    Ring RING |key: &Ring| Place { at: (key.at + 1) % key.of, of: key.of };
    Ping PONG |key: &Ping| Place { at: key.at, of: 2 };
    Pong PING |key: &Pong| Place { at: key.at, of: 2 };
}

impl FactSource<Calm> for Source {
    async fn load(&self, keys: &[Calm]) -> Result<Loaded<Calm>, FactError> {
        yield_now().await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

/// Runs checks of a cycle, perhaps several at once: each must fail, and an unrelated check must be
/// answered.
pub(super) async fn cycle(seed: u64) -> Result<(), String> {
    let mut random = Random::new(seed);
    let own = Arc::new(OnceLock::new());
    let (limit, heeds) = (random.pick(&[1, usize::MAX]), random.one_in(2));
    let facts = Facts { source: Source { own: Arc::clone(&own), limit, heeds } };
    let mut session = Session::new(facts);
    let deadline = random.one_in(3);
    if deadline {
        session = session.with_deadline(sleep(LONG));
    }
    let session = Arc::new(session);
    own.set(Arc::downgrade(&session)).map_err(|_| "it is set once")?;
    let (of, many) = (random.pick(&[1, 2, 2, 5]), random.pick(&[1, 1, 3]));
    let two_facts = of == 2 && random.one_in(2);
    let asked = (0..many).map(|i| {
        let (session, place) = (Arc::clone(&session), Place { at: i % of, of });
        tokio::spawn(async move {
            if !two_facts {
                RING.bind(&session, &(), &()).check(&place).await
            } else if i % 2 == 0 {
                PING.bind(&session, &(), &()).check(&Place { at: 0, of }).await
            } else {
                PONG.bind(&session, &(), &()).check(&Place { at: 0, of }).await
            }
        })
    });
    let case = format!(
        "cycle of {of} (two facts: {two_facts}), {many} at a time, {limit} keys a call, \
         deadline: {deadline}, heeds: {heeds}"
    );
    let asked: Vec<_> = asked.collect();
    let place = Place { at: 0, of };
    let bystander = timeout(PATIENCE, CALM.bind(&session, &(), &()).check(&place)).await;
    let bystander = bystander.map(|decision| decision.to_string());
    let aborts: Vec<_> = asked.iter().map(tokio::task::JoinHandle::abort_handle).collect();
    let Ok(decisions) = timeout(PATIENCE, join_all(asked)).await else {
        aborts.iter().for_each(tokio::task::AbortHandle::abort);
        return Err(format!("{case}: nobody is answered"));
    };
    if bystander.as_deref() != Ok("allowed by `calm`") {
        return Err(format!("{case}: the other one got {bystander:?}"));
    }
    // Keys of one call are one load, so a cycle of keys can be closed by fewer loads: a load that leads
    // there and ignores the failure has a value of its own.
    let may_lead_there = many > 1 && limit > 1 && !heeds;
    for decision in decisions {
        let text = decision.map_err(|error| format!("{case}: {error}"))?.to_string();
        let is_circular = text.starts_with("indeterminate") && text.contains("waits for itself");
        let is_expected = is_circular || (may_lead_there && text.starts_with("denied"));
        if !is_expected {
            return Err(format!("{case}: {text}"));
        }
    }
    Ok(())
}
