//! Timeouts around a limit and inside it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::future::join_all;
use futures::poll;
use gatehouse::limit::{MaxConcurrent, Timeout};
use gatehouse::prelude::*;

use super::*;

/// A load that holds the only permit and waits for another ends by a timeout inside the limit. It allows
/// nothing, and blocks nobody.
#[tokio::test(start_paused = true)]
async fn a_load_that_waits_for_its_own_permit_ends_by_a_time_out_inside() {
    #[derive(Sources)]
    struct Timed {
        #[loads(Plain, Nested)]
        db: Arc<MaxConcurrent<Timeout<AsksItself>>>,
    }
    #[derive(Default)]
    struct AsksItself(OnceLock<Session<Timed>>);
    impl FactSource<Plain> for AsksItself {
        async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
            Ok(keys.iter().map(|key| (key.clone(), true)).collect())
        }
    }
    impl FactSource<Nested> for AsksItself {
        async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
            let session = self.0.get().expect("it is set before anything is asked").clone();
            let decision = PLAIN.bind(&session, &(), &()).check(&1).await;
            Ok(keys.iter().map(|key| (key.clone(), decision.is_allow())).collect())
        }
    }
    let timed = Timeout::new(AsksItself::default(), Duration::from_secs(1), tokio::time::sleep);
    let db = Arc::new(MaxConcurrent::new(timed, 1));
    let session = Session::new(Timed { db: db.clone() });
    assert!(db.get_ref().get_ref().0.set(session.clone()).is_ok());
    let access = NESTED.bind(&session, &(), &());
    // The check is polled or parked.
    let mut parked = Box::pin(access.check(&1));
    assert!(poll!(parked.as_mut()).is_pending());
    let other = Session::new(Timed { db: db.clone() });
    assert!(soon(PLAIN.bind(&other, &(), &()).check(&1)).await.is_allow());
    let decision = soon(parked).await;
    assert!(decision.is_indeterminate(), "{decision}");
    assert!(decision.to_string().ends_with("its source took longer than 1s"), "{decision}");
    assert!(soon(access.check(&2)).await.is_indeterminate());
}

/// A timeout around the limit includes the wait for a permit, one inside does not; neither leaks a permit.
#[tokio::test(start_paused = true)]
async fn a_time_out_around_counts_the_wait() {
    #[derive(Sources)]
    struct Around {
        #[loads(Plain)]
        db: Timeout<Arc<MaxConcurrent<Db>>>,
    }
    #[derive(Sources)]
    struct Inside {
        #[loads(Plain)]
        db: Arc<MaxConcurrent<Timeout<Db>>>,
    }
    // Each load takes 10 ms; the third waits for 20 ms before.
    let limit = Duration::from_millis(25);
    let db = limited(1);
    let around = Arc::new(Around { db: Timeout::new(db.clone(), limit, tokio::time::sleep) });
    let sessions: Vec<_> = (0..3).map(|_| Session::new(around.clone())).collect();
    let access: Vec<_> = sessions.iter().map(|it| PLAIN.bind(it, &(), &())).collect();
    let decisions = soon(join_all(access.iter().map(|it| it.check(&1)))).await;
    let words: Vec<_> = decisions.iter().map(Decision::as_str).collect();
    assert_eq!(words, ["allow", "allow", "indeterminate"]);
    assert_at_rest(&db, 1);

    let timed = Timeout::new(Db::default(), limit, tokio::time::sleep);
    let inside = Arc::new(Inside { db: Arc::new(MaxConcurrent::new(timed, 1)) });
    let sessions: Vec<_> = (0..3).map(|_| Session::new(inside.clone())).collect();
    let access: Vec<_> = sessions.iter().map(|it| PLAIN.bind(it, &(), &())).collect();
    let decisions = soon(join_all(access.iter().map(|it| it.check(&1)))).await;
    assert!(decisions.iter().all(Decision::is_allow));
}
