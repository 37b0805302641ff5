//! Bodies that try to turn a failure into a permit. None succeeds.
// The bodies are attempts, not advice.
#![allow(clippy::pedantic, clippy::nonminimal_bool, clippy::match_like_matches_macro)]

use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::facts::Flag;
use gatehouse_tests::{Answer, Scripted};

// Odd numbers are true, and numbers over a hundred fail.
fact! {
    pub Fact(id: u32) -> bool;
    pub Suspended(id: u32) -> bool = false;
}

#[derive(Sources)]
struct Facts {
    #[loads(Fact)]
    fact: Scripted<Fact>,
    #[loads(Flag)]
    flag: Scripted<Flag>,
    #[loads(Suspended)]
    suspended: Scripted<Suspended>,
}

fn answer(id: u32) -> Answer<bool> {
    if id > 100 { Answer::Failure } else { Answer::Value(id % 2 == 1) }
}

fn facts() -> Facts {
    Facts {
        fact: Scripted::new(|key: &Fact| answer(key.id)),
        flag: Scripted::new(|key: &Flag| answer(key.id)),
        suspended: Scripted::new(|key: &Suspended| answer(key.id)),
    }
}

/// Number 200 fails; numbers 1 and 2 do not.
const FAILS: u32 = 200;

macro_rules! attempts {
    ($($name:ident ($thing:ident) $body:block)*) => {
        $(
            #[policy]
            async fn $name(_: _, $thing: &u32) -> bool $body
        )*

        #[tokio::test]
        async fn no_attempt_is_allowed() {
            $({
                static GATE: Gate<Things, $name> = Gate::new();
                let session = Session::new(facts());
                let access = GATE.bind(&session, &(), &());
                let decision = access.check(&FAILS).await;
                assert!(!decision.is_allow(), "{}: {decision}", stringify!($name));
                // The same in a batch, on a session that has cached the failure.
                let all = access.check_all([1, 2, FAILS]).await;
                assert!(!all[2].is_allow(), "{}: {}", stringify!($name), all[2]);
            })*
        }
    };
}

attempts! {
    catch_all(thing) {
        match Fact(*thing).await { Some(true) => false, _ => true }
    }
    unwrapped(thing) { Fact(*thing).await.unwrap_or(true) }
    unwrapped_by_closure(thing) { Fact(*thing).await.map_or_else(|| true, |fact| !fact) }
    negated(thing) { !Flag(*thing).await }
    compared(thing) { Fact(*thing).await != Some(true) }
    is_none(thing) { Fact(*thing).await.is_none() }
    let_else(thing) {
        let Some(false) = Fact(*thing).await else { return true };
        true
    }
    if_not(thing) {
        if Flag(*thing).await { false } else { true }
    }
    while_not(thing) {
        let flag = Flag(*thing).await;
        while flag { return false; }
        true
    }
    negated_and(thing) { !(Flag(*thing).await && Flag(1).await) }
    or_of_both(thing) { Flag(*thing).await || !Flag(*thing).await }
    or_with_a_way_out(thing) {
        (Fact(*thing).await? && *thing == 0) || Flag(1).await
    }
    returned_from_an_operand(thing) { Flag(*thing).await || { return Flag(1).await } }
    // Operands with side effects do not compile: `fail-rustc/operand_effects` of the UI tests.
    remembered_after(thing) {
        let mut seen = false;
        let either = Flag(*thing).await || Flag(2).await;
        seen |= !either;
        seen
    }
    counted_in_what_ends(thing) {
        let mut count = 0;
        let counted = *thing == 0 || { count += 1; Flag(*thing).await };
        !counted && count == 1
    }
    counted_by_the_iterator(thing) {
        let mut count = 0;
        let found = any([*thing, 2].into_iter().inspect(|_| count += 1).map(Flag)).await;
        !found && count == 2
    }
    // An iterator that continues after its end is read up to its first end.
    left_behind_the_end(thing) {
        let mut ids = [2, 1000, *thing, 1].into_iter();
        let found = any(ids.by_ref().map_while(|id| (id < 1000).then(|| Flag(id)))).await;
        !found && ids.len() == 2 && !Flag(*thing).await
    }
    left_in_the_iterator(thing) {
        let mut ids = [2, *thing, 4].into_iter();
        let found = any(ids.by_ref().map(Flag)).await;
        !found && ids.len() == 0
    }
    any_of_one(thing) { !any([*thing, 2].map(Flag)).await }
    all_of_one(thing) { !all([*thing, 1].map(Flag)).await }
    each_of_one(thing) { each([*thing].map(Fact)).await.iter().all(Option::is_none) }
    key_of_a_failure(thing) { Flag(u32::from(Fact(*thing).await.is_none())).await }
    late_guard(thing) {
        let first = Flag(1).await;
        first && matches!(Fact(*thing).await, None | Some(false))
    }
}

#[policy(forbid)]
async fn suspended(_: _, thing: &u32) -> bool {
    Suspended(*thing).await
}

#[policy]
fn anybody(_: _, thing: &u32) -> bool {
    *thing > 0
}

/// An indeterminate forbid allows nothing, whatever permits.
#[tokio::test]
async fn an_indeterminate_forbid_allows_nothing() {
    static GATE: Gate<Things, (suspended, anybody)> = Gate::new();
    let session = Session::new(facts());
    let access = GATE.bind(&session, &(), &());
    let words: Vec<_> =
        access.check_all([1, 2, FAILS]).await.iter().map(Decision::as_str).collect();
    assert_eq!(words, ["deny", "allow", "indeterminate"]);
}

/// The value of the left side cannot change the result: had it loaded, the result would be the same.
#[tokio::test]
async fn the_right_side_decides_where_the_left_cannot() {
    #[policy]
    async fn either(_: _, thing: &u32) -> bool {
        Flag(*thing).await || Flag(1).await
    }
    static GATE: Gate<Things, either> = Gate::new();
    let session = Session::new(facts());
    assert!(GATE.bind(&session, &(), &()).check(&FAILS).await.is_allow());
}

/// `any` and `all` read their iterator up to its first end, independent of which facts are loaded.
#[tokio::test]
async fn an_iterator_is_taken_to_its_first_end() {
    #[policy]
    async fn rest(_: _, ids: &Vec<u32>) -> bool {
        let mut ids = ids.iter();
        let taken = any(ids.by_ref().map_while(|id| (*id < 1000).then(|| Flag(*id)))).await;
        taken && ids.len() == 1
    }
    #[policy]
    async fn without_end(_: _, ids: &Vec<u32>) -> bool {
        let first = ids[0];
        !all((first..).map_while(|id| (id != first + 3).then(|| Flag(id)))).await
    }
    #[policy]
    async fn first(_: _, ids: &Vec<u32>) -> bool {
        Flag(ids[0]).await
    }
    struct Lists;
    impl Domain for Lists {
        type Subject = ();
        type Action = ();
        type Resource = Vec<u32>;
        type Context = ();
    }
    static REST: Gate<Lists, rest> = Gate::new();
    static WITHOUT_END: Gate<Lists, without_end> = Gate::new();
    static FIRST: Gate<Lists, first> = Gate::new();
    for ids in [vec![11, 1, 0, 1000, 5], vec![0, 1, 1000, 5], vec![0, 200, 3, 1000, 7]] {
        let (cold, warm) = (Session::new(facts()), Session::new(facts()));
        let _ = FIRST.bind(&warm, &(), &()).check(&ids).await;
        for session in [cold, warm] {
            assert!(REST.bind(&session, &(), &()).check(&ids).await.is_allow(), "{ids:?}");
            assert!(WITHOUT_END.bind(&session, &(), &()).check(&ids).await.is_allow(), "{ids:?}");
        }
    }
}

/// An error is logged by its `Debug`: the text has the policy and its place, and not its plan.
#[tokio::test]
async fn an_error_is_one_short_line() {
    #[policy(forbid)]
    async fn suspended(_: _, id: &u32) -> bool {
        Suspended(*id).await
    }
    #[policy(unconditional)]
    fn everybody() -> bool {
        true
    }
    static GATE: Gate<Things, (suspended, everybody)> = Gate::new();
    let session = Session::new(facts());
    for id in [1, 101] {
        let refused = GATE.bind(&session, &(), &()).authorize(&id).await;
        let text = format!("{:?}", refused.expect_err("odd numbers and those over a hundred"));
        assert!(text.contains("Forbid suspended (tests/tests/semantics/fail_closed.rs:"), "{text}");
        assert!(text.len() < 200 && !text.contains("loads"), "{text}");
    }
}
