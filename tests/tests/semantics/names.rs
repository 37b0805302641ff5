//! Names and attributes in a rule mean what they mean in Rust.
// The bodies show constructs; some have a shorter form.
#![allow(clippy::pedantic, clippy::eq_op, clippy::non_minimal_cfg, clippy::useless_vec)]

use gatehouse::Policy;
use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};

#[derive(Debug, PartialEq)]
enum Action {
    Read,
    Edit,
}
use Action::{Edit, Read};

struct Things;
impl Domain for Things {
    type Subject = u32;
    type Action = Action;
    type Resource = ();
    type Context = ();
}

fact! {
    pub Flag(id: u32) -> bool = false;
    pub Level(id: u32) -> u32;
}

#[derive(Sources)]
struct Facts {
    #[loads(Flag)]
    flags: Scripted<Flag>,
    #[loads(Level)]
    levels: Scripted<Level>,
}

/// Odd flags are set, and the level of each key is the key.
fn new_session() -> Session<Facts> {
    Session::new(Facts {
        flags: Scripted::new(|key: &Flag| Answer::Value(key.id % 2 == 1)),
        levels: Scripted::new(|key: &Level| Answer::Value(key.id)),
    })
}

/// Whether the policy permits, for each user.
macro_rules! permits {
    ($policy:ident, $action:expr, [$($user:expr => $expected:expr),+ $(,)?]) => {{
        static GATE: Gate<Things, $policy> = Gate::new();
        $(
            let session = new_session();
            let decision = GATE.bind(&session, &$user, &$action).check(&()).await;
            assert_eq!(decision.is_allow(), $expected, "{} {:?}", $user, $action);
        )+
    }};
}

const ROOT: u32 = 1;

#[policy]
fn reader(_: _, Read: &Action, (): &()) -> bool {
    1 + 1 == 2
}

#[policy]
async fn root(user: &u32) -> bool {
    let Some(ROOT | 3) = Level(*user).await else { return false };
    matches!(Level(*user).await, Some(ROOT))
        || [*user].iter().any(|id| matches!(*id, ROOT)) && Flag(*user).await
}

#[allow(non_snake_case)]
#[policy]
async fn bound(user: &u32) -> bool {
    let mut Last = *user;
    Last += 1;
    match Level(Last).await {
        Some(ref Level) if *Level > 5 => Flag(*Level).await,
        Some(Level @ 2..) => Flag(Level + 1).await,
        _ => false,
    }
}

#[tokio::test]
async fn a_capitalised_pattern_is_a_constant_or_a_marked_binding() {
    permits!(reader, Action::Read, [1 => true]);
    permits!(reader, Action::Edit, [1 => false]);
    permits!(root, Edit, [1 => true, 2 => false, 3 => false]);
    permits!(bound, Edit, [0 => false, 1 => true, 2 => false, 5 => false, 6 => true]);
}

#[tokio::test]
async fn texts_have_the_names_that_were_written() {
    static GATE: Gate<Things, (reader, root)> = Gate::new();
    let (session, action) = (new_session(), Action::Edit);
    let access = GATE.bind(&session, &1, &action);
    let explained = access.explain(&()).await.to_string();
    let plan = GATE.plan().to_string();
    for text in [&explained, &plan] {
        assert!(!text.contains("::<>"), "{text}");
    }
    for written in ["action is Read", "Some(ROOT | 3)", "matches!(Level(*user).await, Some(ROOT))"]
    {
        assert!(explained.contains(written), "{explained}");
    }
    assert!(plan.contains("let Some(ROOT | 3)"), "{plan}");
}

/// Code that is disabled by `cfg` is not compiled.
#[policy]
async fn compiled_out(user: &u32) -> bool {
    let list = vec![
        false,
        #[cfg(any())]
        true,
    ];
    let any = [
        false,
        #[cfg(any())]
        true,
        #[cfg(all())]
        (*user == 4),
    ]
    .contains(&true);
    any || list.contains(&true) || Flag(*user).await
}

/// As [`compiled_out`], with a lint on a parameter and in a condition.
#[policy]
#[cfg_attr(all(), allow(clippy::nonminimal_bool))]
#[cfg_attr(any(), cfg(any()))]
async fn linted(user: &u32, #[expect(unused_variables)] thing: &()) -> bool {
    !!Flag(*user).await
}

/// This policy does not exist.
#[policy]
#[cfg_attr(all(), cfg(any()))]
fn linted(nobody: &Nobody) -> bool {
    nobody.is_there()
}

#[tokio::test]
async fn code_disabled_by_cfg_is_not_compiled() {
    permits!(compiled_out, Edit, [1 => true, 2 => false, 4 => true]);
    permits!(linted, Edit, [1 => true, 2 => false]);
    assert_eq!(<compiled_out as Policy>::PLAN.loads.len(), 1);
}

/// A user's function with the name of a combinator.
mod own {
    pub(super) fn any(id: u32) -> u32 {
        id + 1
    }
}

#[policy]
async fn words(user: &u32) -> bool {
    let all = own::any(*user);
    any([Flag(all), Flag(own::any(all))]).await && gatehouse::lazy(Flag(all)).await
}

#[tokio::test]
async fn a_function_named_like_a_combinator_is_called() {
    permits!(words, Edit, [1 => false, 2 => true]);
}
