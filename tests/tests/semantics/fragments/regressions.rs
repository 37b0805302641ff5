//! Rules whose meaning once differed from the function of the same text.

use super::*;

macro_rules! unless {
    ($name:ident, $hand:ident, $d:ident, $condition:expr) => {
        #[policy]
        fn $name(_: _, $d: &Data) -> bool {
            !$condition
        }
        fn $hand($d: &Data) -> bool {
            !$condition
        }
    };
}

macro_rules! forbid_unless {
    ($name:ident, $hand:ident, $d:ident, $ok:expr) => {
        #[policy(forbid)]
        fn $name(_: _, $d: &Data) -> bool {
            !$ok
        }
        fn $hand($d: &Data) -> bool {
            !$ok
        }
    };
}

macro_rules! forbid_both {
    ($name:ident, $hand:ident, $d:ident, $a:expr, $b:expr) => {
        #[policy(forbid)]
        fn $name(_: _, $d: &Data) -> bool {
            $a && $b
        }
        fn $hand($d: &Data) -> bool {
            $a && $b
        }
    };
}

unless!(usable, usable_by_hand, d, d.a || d.b);
forbid_unless!(unfit, unfit_by_hand, d, !d.a && !d.b);
forbid_both!(frozen, frozen_by_hand, d, d.n > 0, d.a || d.b);
forbid_both!(thawed, thawed_by_hand, d, d.a || d.b, d.n > 0);

#[policy(unconditional)]
fn everybody() -> bool {
    true
}

static USABLE: Gate<Things, usable> = Gate::new();
static UNFIT: Gate<Things, (unfit, everybody)> = Gate::new();
static FROZEN: Gate<Things, (frozen, everybody)> = Gate::new();
static THAWED: Gate<Things, (thawed, everybody)> = Gate::new();

#[test]
fn a_negated_condition_is_negated_whole() {
    let session = session();
    let (usable, unfit) = (USABLE.bind(&session, &(), &()), UNFIT.bind(&session, &(), &()));
    every(1, |data| {
        assert_eq!(block_on(usable.check(data)).is_allow(), usable_by_hand(data), "{data:?}");
        assert_eq!(block_on(unfit.check(data)).is_allow(), !unfit_by_hand(data), "{data:?}");
    });
}

#[test]
fn a_forbid_of_two_conditions_needs_both() {
    let session = session();
    let (frozen, thawed) = (FROZEN.bind(&session, &(), &()), THAWED.bind(&session, &(), &()));
    every(1, |data| {
        assert_eq!(block_on(frozen.check(data)).is_allow(), !frozen_by_hand(data), "{data:?}");
        assert_eq!(block_on(thawed.check(data)).is_allow(), !thawed_by_hand(data), "{data:?}");
    });
}

macro_rules! key {
    ($name:ident, $d:ident, $a:expr) => {
        #[policy]
        async fn $name(_: _, $d: &Data) -> bool {
            Known($a * 10).await
        }
    };
}

key!(tenth, d, d.n + 1);

static TENTH: Gate<Things, tenth> = Gate::new();

#[test]
fn a_key_is_made_of_the_whole() {
    let session = session();
    let access = TENTH.bind(&session, &(), &());
    every(1, |data| {
        let known = is_known((data.n + 1) * 10);
        assert_eq!(block_on(access.check(data)).is_allow(), known, "{data:?}");
    });
}
