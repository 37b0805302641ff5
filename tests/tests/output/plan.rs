//! Plans as text, graphs and JSON, and the promises of their numbers.

use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};
use insta::assert_snapshot;

struct Thing {
    id: u32,
    shared: bool,
}

struct Things;
impl Domain for Things {
    type Subject = u32;
    type Action = ();
    type Resource = Thing;
    type Context = ();
}

fact! {
    /// Facts for chains: the value of each is a key of the next.
    pub A(id: u32) -> u32;
    pub B(id: u32) -> u32;
    pub C(id: u32) -> u32;
    pub Flag(user: u32, id: u32) -> bool = false;
    /// A chain behind one name.
    pub Chain(id: u32) -> Option<u32> {
        let b = B(A(id).await?).await?;
        C(b).await
    }
    pub Above(id: u32) -> u32;
    /// Flagged, or something above it is.
    pub FlaggedAbove(user: u32, id: u32) -> bool {
        Flag(user, id).await
            || match Above(id).await {
                Some(above) => FlaggedAbove(user, above).await,
                None => false,
            }
    }
}

#[policy(forbid)]
async fn flagged(user: &u32, thing: &Thing) -> bool {
    Flag(*user, thing.id).await
}

#[policy]
fn shared(_: _, thing: &Thing) -> bool {
    thing.shared
}

#[policy]
async fn two_rounds(user: &u32, thing: &Thing) -> bool {
    if thing.shared || thing.id == 7 {
        let a = A(thing.id).await?;
        return Flag(*user, a).await;
    }
    let Some(b) = B(thing.id).await else { return false };
    b == 3 && Flag(*user, b).await
}

#[policy]
async fn by_chain(user: &u32, thing: &Thing) -> bool {
    let end = Chain(thing.id).await?;
    FlaggedAbove(*user, end).await
}

static GATE: Gate<Things, (flagged, shared, two_rounds, by_chain)> = Gate::new();
static SMALL: Gate<Things, (flagged, shared, two_rounds)> = Gate::new().within_rounds(2);

#[test]
fn the_plan_as_text() {
    assert_snapshot!(GATE.plan().outline(), @"
    4 policies, 5 facts, 4 rounds and 1 more for each link of the data
    at once
      permit  shared
    round 1
      forbid  flagged     Flag(*user, thing.id)
      permit  two_rounds  A(thing.id)
                            if thing.shared || thing.id == 7
      permit  two_rounds  B(thing.id)
                            unless thing.shared || thing.id == 7
      permit  by_chain    Chain(thing.id)
    round 2
      permit  two_rounds  Flag(*user, a)
                            after A(thing.id): `a` comes from there
                            if thing.shared || thing.id == 7
      permit  two_rounds  Flag(*user, b)
                            after B(thing.id): `b` comes from there
                            unless thing.shared || thing.id == 7
                            if let Some(b) = B(thing.id).await
                            if b == 3
    round 4
      permit  by_chain    FlaggedAbove(*user, end)
                            after Chain(thing.id): `end` comes from there
    Chain: 3 rounds
      round 1  A(id)
      round 2  B(A(id).await?)
                 after A(id): its key comes from there
      round 3  C(b)
                 after B(A(id).await?): `b` comes from there
    FlaggedAbove: 1 round and 1 more for each link of the data
      round 1  Flag(user, id)
      round 1  Above(id)
                 unless Flag(user, id).await
      round 2  FlaggedAbove(user, above)
                 after Above(id): `above` comes from there
                 unless Flag(user, id).await
                 if let Some(above) = Above(id).await
    ");
    let text = GATE.plan().to_string();
    assert!(
        text.lines().next().is_some_and(|line| line.ends_with("in tests/tests/output/plan.rs")),
        "{text}"
    );
    assert!(text.contains("  permit  shared        :"), "{text}");
}

#[test]
fn a_rule_as_text() {
    assert_snapshot!(two_rounds::PLAN.to_string(), @"
    2 rounds
    round 1  A(thing.id)  line 55
               if thing.shared || thing.id == 7
    round 1  B(thing.id)  line 58
               unless thing.shared || thing.id == 7
    round 2  Flag(*user, a)  line 56
               after A(thing.id): `a` comes from there
               if thing.shared || thing.id == 7
    round 2  Flag(*user, b)  line 59
               after B(thing.id): `b` comes from there
               unless thing.shared || thing.id == 7
               if let Some(b) = B(thing.id).await
               if b == 3
    ");
}

#[test]
fn the_plan_as_graphs() {
    assert_snapshot!(SMALL.plan().to_mermaid(), @r#"
    flowchart LR
      subgraph p0["forbid flagged"]
        direction LR
        p0_0["round 1: Flag(*user, thing.id)"]
      end
      style p0_0 stroke:#b00020
      subgraph p2["permit two_rounds"]
        direction LR
        p2_0["round 1: A(thing.id)<br/>if thing.shared || thing.id == 7"]
        p2_1["round 2: Flag(*user, a)<br/>if thing.shared || thing.id == 7"]
        p2_2["round 1: B(thing.id)<br/>unless thing.shared || thing.id == 7"]
        p2_3["round 2: Flag(*user, b)<br/>unless thing.shared || thing.id == 7<br/>if let Some(b) = B(thing.id).await<br/>if b == 3"]
        p2_0 --> p2_1
        p2_2 --> p2_3
      end
    "#);
    assert_snapshot!(SMALL.plan().to_dot(), @r##"
    digraph plan {
      rankdir=LR; compound=true;
      node [shape=box, fontname="Helvetica", fontsize=11];
      graph [fontname="Helvetica", fontsize=12];
      subgraph cluster_p0 {
        label="forbid flagged"; color=gray;
        p0_0 [label="round 1: Flag(*user, thing.id)", color="#b00020"];
      }
      subgraph cluster_p2 {
        label="permit two_rounds"; color=gray;
        p2_0 [label="round 1: A(thing.id)\lif thing.shared || thing.id == 7\l"];
        p2_1 [label="round 2: Flag(*user, a)\lif thing.shared || thing.id == 7\l"];
        p2_2 [label="round 1: B(thing.id)\lunless thing.shared || thing.id == 7\l"];
        p2_3 [label="round 2: Flag(*user, b)\lunless thing.shared || thing.id == 7\lif let Some(b) = B(thing.id).await\lif b == 3\l"];
        p2_0 -> p2_1;
        p2_2 -> p2_3;
      }
    }
    "##);
    let (mermaid, dot) = (GATE.plan().to_mermaid(), GATE.plan().to_dot());
    assert!(mermaid.contains("  p3_0 -.-> d0\n"), "{mermaid}");
    assert!(dot.contains("  p3_0 -> d0_0 [style=dotted, lhead=cluster_d0];\n"), "{dot}");
}

/// Text that would end a label, or mean something in it.
#[policy]
async fn with_quotes(user: &u32, thing: &Thing) -> bool {
    "a\"b".len() < 7 && Flag(*user, thing.id & 1).await
}

#[test]
fn labels_are_escaped() {
    static QUOTES: Gate<Things, with_quotes> = Gate::new();
    let mermaid = QUOTES.plan().to_mermaid();
    assert!(
        mermaid.contains("thing.id #amp; 1)<br/>if #quot;a\\#quot;b#quot;.len() #lt; 7"),
        "{mermaid}"
    );
    let dot = QUOTES.plan().to_dot();
    assert!(dot.contains(r#"if \"a\\\"b\".len() < 7"#), "{dot}");
}

#[test]
fn the_plan_as_json() {
    let plan = serde_json::to_value(GATE.plan()).expect("plans serialise");
    assert_eq!(plan["rounds"], 4);
    assert_eq!(plan["rounds_per_link"], 1);
    assert_eq!(plan["policies"][0]["effect"], "forbid");
    assert_eq!(
        plan["policies"][2]["plan"]["loads"][1]["waits_for"][0]["because"],
        "`a` comes from there"
    );
    assert_eq!(plan["derived"][1]["name"], "FlaggedAbove");
}

#[test]
fn changes_are_shown() {
    assert_eq!(GATE.plan().changes_since(&GATE.plan().outline()), "");
    assert_snapshot!(GATE.plan().changes_since(&SMALL.plan().outline()), @"
    - 3 policies, 3 facts, 2 rounds
    + 4 policies, 5 facts, 4 rounds and 1 more for each link of the data
    +   permit  by_chain    Chain(thing.id)
    + round 4
    +   permit  by_chain    FlaggedAbove(*user, end)
    +                         after Chain(thing.id): `end` comes from there
    + Chain: 3 rounds
    +   round 1  A(id)
    +   round 2  B(A(id).await?)
    +              after A(id): its key comes from there
    +   round 3  C(b)
    +              after B(A(id).await?): `b` comes from there
    + FlaggedAbove: 1 round and 1 more for each link of the data
    +   round 1  Flag(user, id)
    +   round 1  Above(id)
    +              unless Flag(user, id).await
    +   round 2  FlaggedAbove(user, above)
    +              after Above(id): `above` comes from there
    +              unless Flag(user, id).await
    +              if let Some(above) = Above(id).await
    ");
}

/// The rounds of a fact from another module are known where it is used.
#[test]
fn derived_facts_count_with_their_rounds() {
    assert_eq!((Chain::COST.rounds, Chain::COST.rounds_per_link), (3, 0));
    assert_eq!((FlaggedAbove::COST.rounds, FlaggedAbove::COST.rounds_per_link), (1, 1));
    assert_eq!((by_chain::PLAN.rounds, by_chain::PLAN.rounds_per_link), (4, 1));
    assert_eq!(GATE.plan().facts(), ["Flag", "A", "B", "C", "Above"]);
}

/// A block whose facts load each other: a chain, a ring over it, and a fact over both.
mod block {
    use gatehouse::prelude::*;

    use super::{A, B, Chain, Flag, FlaggedAbove};

    fact! {
        pub First(id: u32) -> Option<u32> { A(id).await }
        pub Second(id: u32) -> Option<u32> { B(First(id).await?).await }
        pub Third(id: u32) -> Option<u32> { Chain(Second(id).await?).await }
        pub RingA(user: u32, id: u32) -> bool {
            match Third(id).await {
                Some(next) => RingB(user, next).await,
                None => Flag(user, id).await,
            }
        }
        pub RingB(user: u32, id: u32) -> bool {
            Flag(user, id).await || RingA(user, id).await
        }
        pub Over(user: u32, id: u32) -> bool {
            RingA(user, id).await && match First(id).await {
                Some(next) => FlaggedAbove(user, next).await,
                None => false,
            }
        }
        #[sensitive]
        pub Secret(id: u32) -> Option<u32> { First(id).await }
        /// It shows a value of a sensitive fact.
        pub Shown(id: u32) -> Option<u32> { Secret(id).await }
        pub Known(id: u32) -> bool { Shown(id).await.is_some() }
    }
}

/// The costs of a block are computed together, and are those of the plans.
#[test]
fn facts_of_one_block_count_each_other() {
    use block::{First, Known, Over, RingA, RingB, Second, Secret, Shown, Third};

    use gatehouse::private::Cost;

    let of = |cost: Cost| (cost.rounds, cost.rounds_per_link);
    assert_eq!([of(First::COST), of(Second::COST), of(Third::COST)], [(1, 0), (2, 0), (5, 0)]);
    assert_eq!([of(RingA::COST), of(RingB::COST)], [(5, 5), (5, 5)]);
    assert_eq!(of(Over::COST), (5, 5));
    for (cost, derivation) in [
        (First::COST, First::DERIVATION),
        (Second::COST, Second::DERIVATION),
        (Third::COST, Third::DERIVATION),
        (Over::COST, Over::DERIVATION),
        (Shown::COST, Shown::DERIVATION),
    ] {
        assert_eq!(cost, Cost::of(derivation));
    }
    for cost in [RingA::COST, RingB::COST] {
        assert_eq!(cost, Cost::of_cycle(&[RingA::DERIVATION, RingB::DERIVATION]));
    }
    let sensitive = [First::SENSITIVE, Secret::SENSITIVE, Shown::SENSITIVE, Known::SENSITIVE];
    assert_eq!(sensitive, [false, true, true, false]);
}

/// A fact whose body goes on behind its recursion, in two more rounds.
mod behind {
    use gatehouse::prelude::*;

    use super::Flag;

    fact! {
        pub Climbs(user: u32, id: u32) -> bool {
            Flag(user, id).await
                || Climbs(user, id / 2).await && Flag(user, id - 1).await && Flag(user, id - 2).await
        }
    }
}

/// Each link has all the rounds behind the recursion, those of loads that wait for other loads there too.
#[test]
fn rounds_behind_a_recursion_are_those_of_each_link() {
    use behind::Climbs;

    let plan = Climbs::DERIVATION.unwrap().plan;
    let rounds: Vec<u32> = plan.loads.iter().map(|load| load.round).collect();
    assert_eq!(rounds, [1, 2, 3, 4]);
    assert_eq!((plan.rounds, plan.rounds_per_link), (4, 3));
}

#[derive(Sources)]
struct Facts {
    #[loads(A)]
    a: Scripted<A>,
    #[loads(B)]
    b: Scripted<B>,
    #[loads(C)]
    c: Scripted<C>,
    #[loads(Flag)]
    flags: Scripted<Flag>,
    #[loads(Above)]
    above: Scripted<Above>,
}

/// Facts `A`, `B` and `C` have their key as value; the parent of `id` is `id - 1000`.
fn facts() -> Facts {
    Facts {
        a: Scripted::new(|key: &A| Answer::Value(key.id)),
        b: Scripted::new(|key: &B| Answer::Value(key.id)),
        c: Scripted::new(|key: &C| Answer::Value(key.id)),
        flags: Scripted::missing(),
        above: Scripted::new(|key: &Above| {
            key.id.checked_sub(1000).map_or(Answer::Missing, Answer::Value)
        }),
    }
}

macro_rules! chains {
    ($($name:ident($($fact:ident)*))*) => {
        $(
            #[policy]
            async fn $name(user: &u32, thing: &Thing) -> bool {
                let id = thing.id;
                $(let id = $fact(id).await?;)*
                id == u32::MAX && *user == 0
            }
        )*
    };
}

chains! { one_a(A) one_b(B) two_ab(A B) two_ba(B A) two_ca(C A) three_abc(A B C) three_cba(C B A) three_bac(B A C) }

/// A thousand resources and eight policies with chains of one to three facts take three rounds.
#[tokio::test]
async fn rounds_are_the_longest_chain() {
    type Eight = (one_a, one_b, two_ab, two_ba, two_ca, three_abc, three_cba, three_bac);
    static EIGHT: Gate<Things, Eight> = Gate::new().within_rounds(3);
    assert_eq!(EIGHT.plan().rounds(), 3);
    // Each round has keys of its own, so that each round loads every fact.
    let facts = std::sync::Arc::new(Facts {
        a: Scripted::new(|key: &A| Answer::Value(key.id + 10_000)),
        b: Scripted::new(|key: &B| Answer::Value(key.id + 20_000)),
        c: Scripted::new(|key: &C| Answer::Value(key.id + 40_000)),
        ..facts()
    });
    let session = Session::new(facts.clone());
    let things = (0..1000).map(|id| Thing { id, shared: false });
    let visible = EIGHT.bind(&session, &1, &()).filter(things).await.expect("nothing failed");
    assert!(visible.is_empty());
    // `A` is the first, second and third fact of a chain; no chain has more than three.
    assert_eq!(facts.a.sizes(), [1000, 2000, 1000]);
    assert_eq!(facts.b.sizes(), [1000, 2000]);
    assert_eq!(facts.c.sizes(), [1000, 1000]);
}

/// Four rounds to the end of the chain, and one more for each level above it.
#[tokio::test]
async fn a_recursive_fact_costs_its_depth() {
    static DEEP: Gate<Things, by_chain> = Gate::new();
    for links in [0_u32, 1, 5] {
        let facts = std::sync::Arc::new(facts());
        let session = Session::new(facts.clone());
        let thing = Thing { id: 1000 * links + 3, shared: false };
        assert!(DEEP.bind(&session, &1, &()).check(&thing).await.is_deny());
        let plan = DEEP.plan();
        let before_the_flags = 3;
        let rounds = plan.rounds() + plan.rounds_per_link() * links;
        assert_eq!(before_the_flags + facts.flags.calls().len(), rounds as usize);
    }
}
