//! Every row of the decision table, with facts that are loaded early and late.

use futures::executor::block_on;
use gatehouse::dynamic::{DynGate, DynPolicy, boxed};
use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};
use proptest::prelude::{prop, prop_assert_eq};

fact! {
    /// Whether `policy` applies to `item`; `step` must be loaded before.
    pub Verdict(item: u32, policy: u8, step: u8) -> bool;
    /// Loaded first by a late policy.
    pub Step(item: u32, policy: u8) -> u8;
}

/// The outcome of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Applies,
    DoesNotApply,
    Indeterminate,
}

/// The digits of an item, base six, are the outcomes of its policies, and whether each is late.
fn digit(item: u32, policy: u8) -> u32 {
    item / 6_u32.pow(policy.into()) % 6
}

fn outcome_of(item: u32, policy: u8) -> Outcome {
    [Outcome::Applies, Outcome::DoesNotApply, Outcome::Indeterminate]
        [digit(item, policy) as usize % 3]
}

fn is_late(item: u32, policy: u8) -> bool {
    digit(item, policy) >= 3
}

macro_rules! policies {
    ($($(#[$policy:meta])? $name:ident $number:literal)*) => {
        $(
            #[policy $(($policy))?]
            async fn $name(_: &(), item: &u32) -> bool {
                let step = if is_late(*item, $number) { Step(*item, $number).await? } else { 0 };
                Verdict(*item, $number, step).await.unwrap_or(false)
            }
        )*
    };
}

/// The same without `?`: a forbid must say what a missing value means.
macro_rules! forbids {
    ($($name:ident $number:literal)*) => {
        $(
            #[policy(forbid)]
            async fn $name(_: &(), item: &u32) -> bool {
                let step = if is_late(*item, $number) {
                    Step(*item, $number).await.unwrap_or(1)
                } else {
                    0
                };
                Verdict(*item, $number, step).await.unwrap_or(true)
            }
        )*
    };
}

forbids! { forbid0 0 forbid1 1 forbid2 2 }
policies! { permit0 3 permit1 4 permit2 5 }

/// A permit, so that the gate evaluates its forbids.
#[policy(unconditional)]
fn anything(_: &()) -> bool {
    true
}

/// The resources are the items.
struct Items;
impl Domain for Items {
    type Subject = ();
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[derive(Sources)]
struct Facts {
    #[loads(Verdict)]
    verdicts: Scripted<Verdict>,
    #[loads(Step)]
    steps: Scripted<Step>,
}

fn facts() -> Facts {
    Facts {
        verdicts: Scripted::new(|key: &Verdict| match outcome_of(key.item, key.policy) {
            Outcome::Applies => Answer::Value(true),
            Outcome::DoesNotApply => Answer::Value(false),
            Outcome::Indeterminate => Answer::Failure,
        }),
        steps: Scripted::always(1),
    }
}

/// A gate of the policies with these numbers.
fn gate(numbers: &[u8]) -> DynGate<Items, Facts> {
    let policy = |number: &u8| -> Box<dyn DynPolicy<Items, Facts>> {
        match number {
            0 => boxed::<forbid0, _, _>(),
            1 => boxed::<forbid1, _, _>(),
            2 => boxed::<forbid2, _, _>(),
            3 => boxed::<permit0, _, _>(),
            4 => boxed::<permit1, _, _>(),
            _ => boxed::<permit2, _, _>(),
        }
    };
    DynGate::new(numbers.iter().map(policy).collect())
}

/// The decision table of the documentation, for policies that are all evaluated.
fn table(forbids: &[Outcome], permits: &[Outcome]) -> &'static str {
    if forbids.contains(&Outcome::Applies) {
        return "deny";
    }
    if permits.iter().all(|permit| *permit == Outcome::DoesNotApply) {
        return "deny";
    }
    if forbids.contains(&Outcome::Indeterminate) {
        return "indeterminate";
    }
    if permits.contains(&Outcome::Applies) {
        return "allow";
    }
    "indeterminate"
}

fn expected(item: u32, numbers: &[u8]) -> &'static str {
    let side = |permit: bool| -> Vec<Outcome> {
        let numbers = numbers.iter().filter(|number| (**number >= 3) == permit);
        numbers.map(|number| outcome_of(item, *number)).collect()
    };
    table(&side(false), &side(true))
}

/// Whether the decision may name its policy: the policy has the decisive outcome.
fn is_justified(item: u32, decision: &Decision, numbers: &[u8]) -> bool {
    let names = ["forbid0", "forbid1", "forbid2", "permit0", "permit1", "permit2"];
    let Some(by) = decision.by() else {
        let mut permits = numbers.iter().filter(|number| **number >= 3);
        return decision.is_deny()
            && permits.all(|it| outcome_of(item, *it) == Outcome::DoesNotApply);
    };
    let number = u8::try_from(names.iter().position(|name| *name == by.name).unwrap()).unwrap();
    let outcome = outcome_of(item, number);
    numbers.contains(&number)
        && match decision {
            Decision::Allow { .. } => number >= 3 && outcome == Outcome::Applies,
            Decision::Deny { .. } => number < 3 && outcome == Outcome::Applies,
            Decision::Indeterminate { .. } => outcome == Outcome::Indeterminate,
        }
}

/// All items that differ in the digits of these policies.
fn items(numbers: &[u8]) -> Vec<u32> {
    let mut items = vec![0];
    for number in numbers {
        let place = 6_u32.pow((*number).into());
        items =
            items.into_iter().flat_map(|item| (0..6).map(move |it| item + it * place)).collect();
    }
    items
}

/// Up to three policies of each effect, each early or late and with every outcome: 64 gates and 117 649
/// items.
#[tokio::test]
async fn every_row() {
    let mut decided = 0;
    for mask in 0_u8..64 {
        let numbers: Vec<u8> = (0..6).filter(|number| mask >> number & 1 == 1).collect();
        let (gate, items) = (gate(&numbers), items(&numbers));
        let session = Session::new(facts());
        let decisions = gate.bind(&session, &(), &()).check_all(&items).await;
        for (item, decision) in items.iter().zip(&decisions) {
            assert_eq!(decision.as_str(), expected(*item, &numbers), "{numbers:?} {item}");
            assert!(is_justified(*item, decision, &numbers), "{numbers:?} {item}: {decision}");
        }
        decided += decisions.len();
    }
    assert_eq!(decided, 7_usize.pow(6));
}

/// If every fact is cached, the decision names the first decisive policy in the gate's order.
#[tokio::test]
async fn the_first_in_the_gates_order_is_named() {
    // A gate in two orders.
    for numbers in [[0, 1, 3, 4], [4, 3, 1, 0]] {
        let (gate, items) = (gate(&numbers), items(&numbers));
        let session = Session::new(facts());
        let access = gate.bind(&session, &(), &());
        // This loads every fact.
        for number in numbers {
            let mut single = self::gate(&[number]);
            if number < 3 {
                single.push(boxed::<anything, _, _>());
            }
            let _ = single.bind(&session, &(), &()).check_all(&items).await;
        }
        for item in items {
            let decision = access.check(&item).await;
            let first = |wanted: Outcome, permits: bool| {
                numbers.iter().find(|it| (**it >= 3) == permits && outcome_of(item, **it) == wanted)
            };
            let first = match &decision {
                Decision::Allow { .. } => first(Outcome::Applies, true),
                Decision::Deny { .. } => first(Outcome::Applies, false),
                Decision::Indeterminate { .. } => first(Outcome::Indeterminate, false)
                    .or_else(|| first(Outcome::Indeterminate, true)),
            };
            let names = ["forbid0", "forbid1", "", "permit0", "permit1"];
            let name = first.map(|number| names[usize::from(*number)]);
            // A forbid is evaluated only if a permit may apply.
            if decision.by().is_some() {
                assert_eq!(decision.by().map(|by| by.name), name, "{numbers:?} {item}");
            }
        }
    }
}

#[tokio::test]
async fn an_empty_gate_denies() {
    let session = Session::new(facts());
    let empty: Gate<Items, ()> = Gate::new();
    assert!(empty.bind(&session, &(), &()).check(&1).await.is_deny());
    assert!(gate(&[]).bind(&session, &(), &()).check(&1).await.is_deny());
}

static GATE: Gate<Items, (forbid0, permit0, forbid1, permit1)> = Gate::new();

/// The decision is a function of the facts alone, whatever the batch, the order and the cache.
#[test]
fn batch_single_order_and_cache_agree() {
    let item = || 0_u32..46_656;
    let pages = (prop::collection::vec(item(), 1..40), prop::collection::vec(item(), 0..20));
    gatehouse_random::check(64, &pages, |(items, warm)| {
        block_on(async {
            let names = |decisions: &[Decision]| -> Vec<_> {
                decisions.iter().map(Decision::as_str).collect()
            };
            let cold = Session::new(facts());
            let batch = names(&GATE.bind(&cold, &(), &()).check_all(&items).await);
            let mut single = Vec::new();
            for item in &items {
                let session = Session::new(facts());
                single.push(GATE.bind(&session, &(), &()).check(item).await);
            }
            prop_assert_eq!(&batch, &names(&single));
            let warmed = Session::new(facts());
            let access = GATE.bind(&warmed, &(), &());
            let _ = access.check_all(&warm).await;
            let mut reversed = names(&access.check_all(items.iter().rev()).await);
            reversed.reverse();
            prop_assert_eq!(&batch, &reversed);
            let runtime = gate(&[0, 3, 1, 4]);
            let same = runtime.bind(&warmed, &(), &()).check_all(&items).await;
            prop_assert_eq!(&batch, &names(&same));
            Ok(())
        })
    });
}
