//! The body language: each construct, with requests that it allows and requests that it does not.
// The bodies show constructs; some have a shorter form.
#![allow(clippy::pedantic, clippy::needless_return, clippy::question_mark)]

use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};

/// The subject of a request.
struct Subject {
    id: u32,
    admin: bool,
    team: Option<u32>,
    groups: Vec<u32>,
}

#[derive(Debug, PartialEq)]
enum Action {
    Read,
    Edit,
    Delete,
}

struct Thing {
    id: u32,
    shared: bool,
}

struct Things;
impl Domain for Things {
    type Subject = Subject;
    type Action = Action;
    type Resource = Thing;
    type Context = u8;
}

// Keys below 100 have a value, keys from 100 are missing, keys from 200 fail.
fact! {
    pub Level(id: u32) -> u8;
    pub Flag(id: u32) -> bool = false;
    #[required]
    pub Needed(id: u32) -> u8;
}

#[derive(Sources)]
struct Facts {
    #[loads(Level)]
    level: Scripted<Level>,
    #[loads(Flag)]
    flag: Scripted<Flag>,
    #[loads(Needed)]
    needed: Scripted<Needed>,
}

fn answer<V>(id: u32, value: V) -> Answer<V> {
    match id {
        0..100 => Answer::Value(value),
        100..200 => Answer::Missing,
        _ => Answer::Failure,
    }
}

fn level(id: u32) -> u8 {
    u8::try_from(id % 10).unwrap()
}

fn facts() -> Facts {
    Facts {
        level: Scripted::new(|key: &Level| answer(key.id, level(key.id))),
        flag: Scripted::new(|key: &Flag| answer(key.id, key.id % 2 == 1)),
        needed: Scripted::new(|key: &Needed| answer(key.id, level(key.id))),
    }
}

fn subject(id: u32) -> Subject {
    Subject { id, admin: false, team: None, groups: Vec::new() }
}

async fn decide<A>(subject: &Subject, action: Action, thing: u32, shared: bool, hour: u8) -> String
where
    A: gatehouse::bounds::PolicySet<Things, Facts>,
{
    let session = Session::new(facts());
    let gate: Gate<Things, A> = Gate::new();
    let access = gate.bind(&session, subject, &action).with_context(&hour);
    access.check(&Thing { id: thing, shared }).await.as_str().to_owned()
}

/// The decision of a single permit about a user and a thing.
async fn by<A: gatehouse::bounds::PolicySet<Things, Facts>>(user: u32, thing: u32) -> String {
    decide::<A>(&subject(user), Action::Read, thing, true, 12).await
}

macro_rules! cases {
    ($($test:ident: $policy:ident { $(($user:expr, $thing:expr) => $decision:literal,)* })*) => {
        $(#[tokio::test]
        async fn $test() {
            $(assert_eq!(
                by::<$policy>($user, $thing).await, $decision,
                "user {}, thing {}", $user, $thing
            );)*
        })*
    };
}

#[policy]
async fn option(_: _, thing: &Thing) -> bool {
    Level(thing.id).await.is_none()
}

#[policy]
async fn with_default(_: _, thing: &Thing) -> bool {
    Flag(thing.id).await
}

#[policy]
async fn question_mark(user: &Subject, thing: &Thing) -> bool {
    let a = Level(user.id).await?;
    let b = Level(thing.id).await?;
    a == b
}

#[policy]
async fn local_question_mark(user: &Subject, thing: &Thing) -> bool {
    let first = user.groups.first()?;
    Level(thing.id).await? > 3 || *first == 1
}

#[policy]
async fn early_return(user: &Subject, thing: &Thing) -> bool {
    if user.id == thing.id {
        return true;
    }
    return Flag(thing.id).await;
}

#[policy]
async fn let_else(_: _, thing: &Thing) -> bool {
    let Some(level) = Level(thing.id).await else { return true };
    level == 5
}

#[policy]
async fn if_let(_: _, thing: &Thing) -> bool {
    if let Some(level) = Level(thing.id).await { level == 5 } else { true }
}

#[policy]
async fn let_chain(user: &Subject, thing: &Thing) -> bool {
    if let Some(level) = Level(thing.id).await
        && level > 3
        && Flag(user.id).await
    {
        true
    } else {
        false
    }
}

#[policy]
async fn matching(user: &Subject, thing: &Thing) -> bool {
    match Level(thing.id).await {
        Some(level) if level > 7 => true,
        Some(1..=3) => Flag(user.id).await,
        Some(_) => false,
        None => true,
    }
}

#[policy]
async fn matches_macro(_: _, thing: &Thing) -> bool {
    matches!(Level(thing.id).await, Some(level) if level > 7)
}

#[policy]
async fn closure(_: _, thing: &Thing) -> bool {
    let enough = |level: u8| level > 7;
    Level(thing.id).await.is_some_and(enough)
}

fn enough(level: u8, least: u8) -> bool {
    level >= least
}

#[policy]
async fn function(_: _, thing: &Thing) -> bool {
    const LEAST: u8 = 8;
    enough(Level(thing.id).await?, LEAST)
}

#[policy]
async fn block(_: _, thing: &Thing) -> bool {
    let level = {
        let found = Level(thing.id).await?;
        found + 1
    };
    level > 8
}

#[policy]
async fn looping(user: &Subject, thing: &Thing) -> bool {
    let levels = each([user.id, thing.id].map(Level)).await;
    let mut sum = 0;
    for level in levels {
        sum += u32::from(level?);
    }
    sum > 10
}

#[policy]
async fn shadowing(user: &Subject, thing: &Thing) -> bool {
    let level = Level(thing.id).await?;
    let level = Level(u32::from(level)).await?;
    let user = level == 4 && user.id == 1;
    user
}

#[policy]
async fn nested_key(_: _, thing: &Thing) -> bool {
    Flag(u32::from(Level(thing.id).await?)).await
}

#[policy]
async fn required(_: _, thing: &Thing) -> bool {
    Needed(thing.id).await.is_none_or(|level| level == 5)
}

#[policy(lazy)]
async fn lazily(_: _, thing: &Thing) -> bool {
    Flag(thing.id).await && lazy(Level(thing.id)).await.is_some()
}

#[policy]
async fn or(user: &Subject, thing: &Thing) -> bool {
    Flag(user.id).await || Flag(thing.id).await
}

#[policy]
async fn and(user: &Subject, thing: &Thing) -> bool {
    Flag(user.id).await && Flag(thing.id).await
}

#[policy]
async fn not_and(user: &Subject, thing: &Thing) -> bool {
    !(Flag(user.id).await && Flag(thing.id).await)
}

/// The left side may return, so its failure stands.
#[policy]
async fn or_that_leaves(user: &Subject, thing: &Thing) -> bool {
    Level(user.id).await? == 1 || Flag(thing.id).await
}

/// The right side returns from the policy.
#[policy]
async fn or_whose_right_leaves(user: &Subject, thing: &Thing) -> bool {
    Flag(user.id).await || Level(thing.id).await? == 1
}

/// The right side would panic if the left one were not true.
#[policy]
async fn and_that_guards(user: &Subject, thing: &Thing) -> bool {
    Flag(user.id).await && user.groups[thing.id as usize] == 0
}

/// Operands read a local that changed before.
#[policy]
async fn or_beside_changes(user: &Subject, thing: &Thing) -> bool {
    let mut ids = vec![user.id];
    ids.push(thing.id);
    let either = Flag(ids[0]).await || ids.len() == 2 && Flag(ids[1]).await;
    ids.clear();
    either && ids.is_empty()
}

cases! {
    an_option_is_some_or_none: option { (1, 5) => "deny", (1, 105) => "allow", (1, 205) => "indeterminate", }
    a_default_stands_for_missing: with_default { (1, 5) => "allow", (1, 4) => "deny", (1, 105) => "deny", (1, 205) => "indeterminate", }
    question_mark_returns_on_missing: question_mark { (4, 14) => "allow", (4, 15) => "deny", (104, 4) => "deny", (4, 104) => "deny", (204, 4) => "indeterminate", (104, 204) => "deny", (204, 104) => "indeterminate", }
    question_mark_on_a_local: local_question_mark { (1, 9) => "deny", }
    return_ends_the_policy: early_return { (4, 4) => "allow", (1, 5) => "allow", (1, 4) => "deny", (204, 204) => "allow", }
    let_else_binds_or_returns: let_else { (1, 5) => "allow", (1, 4) => "deny", (1, 105) => "allow", (1, 205) => "indeterminate", }
    if_let_binds: if_let { (1, 5) => "allow", (1, 4) => "deny", (1, 105) => "allow", (1, 205) => "indeterminate", }
    let_chains_bind: let_chain { (1, 5) => "allow", (2, 5) => "deny", (1, 3) => "deny", (201, 3) => "deny", (201, 5) => "indeterminate", }
    match_arms_are_taken: matching { (2, 9) => "allow", (1, 2) => "allow", (2, 2) => "deny", (1, 5) => "deny", (1, 105) => "allow", (201, 5) => "deny", (201, 2) => "indeterminate", }
    matches_reads_facts: matches_macro { (1, 9) => "allow", (1, 5) => "deny", (1, 105) => "deny", (1, 205) => "indeterminate", }
    closures_are_called: closure { (1, 9) => "allow", (1, 5) => "deny", }
    functions_are_called: function { (1, 9) => "allow", (1, 5) => "deny", (1, 105) => "deny", }
    blocks_nest: block { (1, 9) => "allow", (1, 5) => "deny", (1, 105) => "deny", }
    loops_iterate_over_values: looping { (9, 9) => "allow", (1, 9) => "deny", (109, 9) => "deny", (209, 9) => "indeterminate", }
    names_are_shadowed: shadowing { (1, 4) => "allow", (2, 4) => "deny", (1, 5) => "deny", }
    keys_are_made_of_facts: nested_key { (1, 5) => "allow", (1, 4) => "deny", (1, 105) => "deny", }
    required_means_never_missing: required { (1, 5) => "allow", (1, 4) => "deny", (1, 105) => "indeterminate", (1, 205) => "indeterminate", }
    lazy_changes_no_decision: lazily { (1, 5) => "allow", (1, 4) => "deny", (1, 205) => "indeterminate", }
    or_is_true_if_either_is: or { (1, 2) => "allow", (2, 1) => "allow", (2, 2) => "deny", (1, 202) => "allow", (202, 1) => "allow", (202, 2) => "indeterminate", (2, 202) => "indeterminate", (202, 202) => "indeterminate", }
    and_is_false_if_either_is: and { (1, 1) => "allow", (1, 2) => "deny", (202, 2) => "deny", (2, 202) => "deny", (202, 1) => "indeterminate", (1, 202) => "indeterminate", }
    not_keeps_a_failure: not_and { (202, 2) => "allow", (202, 1) => "indeterminate", (1, 1) => "deny", }
    an_operand_that_returns_is_strict: or_that_leaves { (1, 2) => "allow", (2, 1) => "allow", (202, 1) => "indeterminate", (102, 1) => "deny", }
    a_right_side_that_returns_decides_nothing: or_whose_right_leaves { (1, 102) => "allow", (202, 1) => "allow", (202, 102) => "indeterminate", (202, 2) => "indeterminate", }
    a_guarded_panic_stays_guarded: and_that_guards { (2, 0) => "deny", (202, 0) => "indeterminate", }
    a_changed_local_can_be_read: or_beside_changes { (1, 2) => "allow", (2, 1) => "allow", (202, 1) => "allow", (202, 2) => "indeterminate", (1, 202) => "allow", }
}

#[policy]
async fn any_group(user: &Subject) -> bool {
    any(user.groups.iter().map(|id| Flag(*id))).await
}

#[policy]
async fn all_groups(user: &Subject) -> bool {
    all(user.groups.iter().map(|id| Flag(*id))).await
}

#[policy]
async fn each_group(user: &Subject) -> bool {
    let levels = each::<Level>(user.groups.iter().map(|id| Level(*id))).await;
    levels.iter().map(|level| level.unwrap_or(0)).eq(user.groups.iter().map(|id| (id % 10) as u8))
}

#[tokio::test]
async fn many_keys_in_one_round() {
    for (groups, any_is, all_are) in [
        (vec![], "deny", "allow"),
        (vec![1, 3], "allow", "allow"),
        (vec![2, 1], "allow", "deny"),
        (vec![2, 4, 104], "deny", "deny"),
        (vec![201, 1], "allow", "indeterminate"),
        (vec![201, 2], "indeterminate", "deny"),
        (vec![202], "indeterminate", "indeterminate"),
    ] {
        let user = Subject { groups: groups.clone(), ..subject(1) };
        let any = decide::<any_group>(&user, Action::Read, 1, true, 0).await;
        let all = decide::<all_groups>(&user, Action::Read, 1, true, 0).await;
        assert_eq!((any.as_str(), all.as_str()), (any_is, all_are), "{groups:?}");
    }
    for (groups, decision) in
        [(vec![3, 1, 2], "allow"), (vec![103, 1], "deny"), (vec![1, 203], "indeterminate")]
    {
        let user = Subject { groups, ..subject(1) };
        assert_eq!(decide::<each_group>(&user, Action::Read, 1, true, 0).await, decision);
    }
}

#[policy]
fn admin(Subject { admin: true, .. }: &Subject) -> bool {
    true
}

#[policy]
fn edits(_: _, Action::Edit: &Action, _: _) -> bool {
    true
}

#[policy]
fn edits_or_deletes(_: &Subject, (Action::Edit | Action::Delete): &Action, _: &Thing) -> bool {
    true
}

#[policy]
fn in_the_morning(_: _, _: _, thing: &Thing, hour: &u8) -> bool {
    thing.shared && *hour < 12
}

#[policy]
fn of_a_team(Subject { team: Some(team), .. }: &Subject, thing: &Thing) -> bool {
    *team == thing.id
}

#[policy]
fn nobody_named() -> bool {
    usize::BITS > 8
}

#[tokio::test]
async fn parameters_and_patterns() {
    let ann = || subject(1);
    let admin_user = Subject { admin: true, ..subject(1) };
    assert_eq!(decide::<admin>(&ann(), Action::Read, 1, true, 0).await, "deny");
    assert_eq!(decide::<admin>(&admin_user, Action::Read, 1, true, 0).await, "allow");
    assert_eq!(decide::<edits>(&ann(), Action::Edit, 1, true, 0).await, "allow");
    assert_eq!(decide::<edits>(&ann(), Action::Delete, 1, true, 0).await, "deny");
    for (action, decision) in
        [(Action::Read, "deny"), (Action::Edit, "allow"), (Action::Delete, "allow")]
    {
        assert_eq!(decide::<edits_or_deletes>(&ann(), action, 1, true, 0).await, decision);
    }
    assert_eq!(decide::<in_the_morning>(&ann(), Action::Read, 1, true, 8).await, "allow");
    assert_eq!(decide::<in_the_morning>(&ann(), Action::Read, 1, true, 13).await, "deny");
    assert_eq!(decide::<in_the_morning>(&ann(), Action::Read, 1, false, 8).await, "deny");
    let member = Subject { team: Some(7), ..subject(1) };
    assert_eq!(decide::<of_a_team>(&member, Action::Read, 7, true, 0).await, "allow");
    assert_eq!(decide::<of_a_team>(&member, Action::Read, 8, true, 0).await, "deny");
    assert_eq!(decide::<of_a_team>(&ann(), Action::Read, 7, true, 0).await, "deny");
    assert_eq!(decide::<nobody_named>(&ann(), Action::Read, 7, true, 0).await, "allow");
}

/// One policy serves every domain with its subject.
struct Places;
impl Domain for Places {
    type Subject = Subject;
    type Action = str;
    type Resource = [u8];
    type Context = ();
}

#[policy]
fn enters(_: _, "enter": &str, place: &[u8]) -> bool {
    place.is_empty()
}

#[tokio::test]
async fn a_policy_in_two_domains() {
    static GATE: Gate<Places, (admin, enters)> = Gate::new();
    let session = Session::new(facts());
    let user = subject(1);
    let access = GATE.bind(&session, &user, "enter");
    assert!(access.check(&[]).await.is_allow());
    assert!(access.check_local(&[1]).is_deny());
    let admin = Subject { admin: true, ..subject(1) };
    assert!(GATE.bind(&session, &admin, "leave").check(&[1]).await.is_allow());
}

#[tokio::test]
async fn filters_and_errors() {
    static GATE: Gate<Things, with_default> = Gate::new();
    let (session, user, hour) = (Session::new(facts()), subject(1), 0);
    let access = GATE.bind(&session, &user, &Action::Read).with_context(&hour);
    let thing = |id| Thing { id, shared: true };
    let ids = |things: &[Thing]| things.iter().map(|thing| thing.id).collect::<Vec<_>>();

    let owned = access.filter([1, 2, 3].map(thing)).await.unwrap();
    assert_eq!(ids(&owned), [1, 3]);
    let things = [1, 2, 3].map(thing);
    let borrowed = access.filter(&things).await.unwrap();
    assert_eq!(borrowed.len(), 2);
    let shared = access.filter(things.map(std::sync::Arc::new)).await.unwrap();
    assert_eq!(shared.len(), 2);
    let rows = [("b", thing(2)), ("a", thing(1))];
    let rows = access.filter_by(rows, |row| &row.1).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), ["a"]);

    let error = access.filter([1, 202, 3].map(thing)).await.map(drop).unwrap_err();
    assert!(error.to_string().starts_with("1 of 3 items could not be decided, the first: "));
    let decided: Vec<_> = error.decisions().map(|(_, decision)| decision.as_str()).collect();
    assert_eq!(decided, ["allow", "indeterminate", "allow"]);
    assert_eq!(ids(&error.into_items()), [1, 202, 3]);
    let lossy = access.filter_lossy([1, 202, 3].map(thing)).await;
    assert_eq!(ids(&lossy), [1, 3]);
    let lossy = access.filter_lossy_by([(thing(1), 'a'), (thing(202), 'b')], |row| &row.0).await;
    assert_eq!(lossy.len(), 1);

    let all = access.check_all([202, 1, 2].map(thing)).await;
    let all: Vec<_> = all.iter().map(Decision::as_str).collect();
    assert_eq!(all, ["indeterminate", "allow", "deny"]);

    assert_eq!(access.authorize(&thing(1)).await.unwrap().by.name, "with_default");
    let denied = access.authorize(&thing(2)).await.unwrap_err();
    assert_eq!(denied.to_string(), "denied: no permit applies");
    let unknown = access.authorize(&thing(202)).await.unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "indeterminate: `with_default` could not be decided: `Flag`: scripted failure"
    );
}

/// A type without values: a local, a field and a module may have its name.
#[policy]
fn owner(user: &Subject, thing: &Thing) -> bool {
    let owner = thing.id;
    owner == user.id
}

mod owner_of {
    use super::{Subject, Thing};
    use gatehouse::prelude::*;

    #[policy]
    pub fn r#type(user: &Subject, thing: &Thing) -> bool {
        thing.id == user.id
    }
}

#[tokio::test]
async fn names_do_not_clash() {
    let owner = 4;
    assert_eq!(by::<owner>(owner, owner).await, "allow");
    assert_eq!(by::<owner_of::r#type>(4, 5).await, "deny");
    #[policy]
    fn local(user: &Subject, thing: &Thing) -> bool {
        user.id < thing.id
    }
    assert_eq!(by::<local>(4, 5).await, "allow");
    assert_eq!(<owner_of::r#type as Policy>::INFO.name, "type");
}

/// A chain that is longer than the calls which are nested for it.
#[policy]
async fn long_or(user: &Subject, thing: &Thing) -> bool {
    Flag(0).await
        || Flag(2).await
        || Flag(thing.id).await
        || Flag(4).await
        || Flag(6).await
        || Flag(8).await
        || Flag(10).await
        || Flag(12).await
        || Flag(14).await
        || Flag(user.id).await
        || Flag(16).await
        || Flag(18).await
}

#[policy]
async fn long_and(user: &Subject, thing: &Thing) -> bool {
    Flag(1).await
        && Flag(3).await
        && Flag(thing.id).await
        && Flag(5).await
        && Flag(7).await
        && Flag(9).await
        && Flag(11).await
        && Flag(13).await
        && Flag(15).await
        && Flag(user.id).await
        && Flag(17).await
        && Flag(19).await
}

#[tokio::test]
async fn long_chains() {
    let failed = 200;
    for (user, thing, or, and) in [
        (0, 0, "deny", "deny"),
        (1, 0, "allow", "deny"),
        (0, 1, "allow", "deny"),
        (1, 1, "allow", "allow"),
        (failed, 1, "allow", "indeterminate"),
        (1, failed, "allow", "indeterminate"),
        (failed, 0, "indeterminate", "deny"),
        (0, failed, "indeterminate", "deny"),
    ] {
        assert_eq!(by::<long_or>(user, thing).await, or, "{user} || {thing}");
        assert_eq!(by::<long_and>(user, thing).await, and, "{user} && {thing}");
    }
}
