//! Answers with keys that were not requested: omitted keys have failed, unless the source declares such
//! answers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::executor::block_on;
use futures::future::join_all;
use gatehouse::limit::{MaxConcurrent, Timeout};
use gatehouse::prelude::*;
use gatehouse::testing::{Counted, Failing, Late};
use gatehouse_tests::domains::Things;

const UNASKED: &str = "its source left it out, and answered a key that nobody asked for: perhaps \
                       this one, spelt otherwise; answer with the key that was asked (send its \
                       number along, or map the row back to it), or declare with \
                       `Loaded::more_than_asked()` that the source answers more than it is asked";

struct Users;
impl Domain for Users {
    type Subject = (String, IpAddr);
    type Action = ();
    type Resource = ();
    type Context = ();
}

fact! {
    /// Whether `email` is banned.
    pub Banned(email: String) -> bool = false;
    /// Whether `ip` is blocked.
    pub Blocked(ip: IpAddr) -> bool = false;
}

#[policy(forbid)]
async fn banned(user: &(String, IpAddr)) -> bool {
    Banned(user.0.clone()).await
}

#[policy(forbid)]
async fn blocked(user: &(String, IpAddr)) -> bool {
    Blocked(user.1).await
}

#[policy]
fn named(user: &(String, IpAddr)) -> bool {
    !user.0.is_empty()
}

static BY_EMAIL: Gate<Users, (banned, named)> = Gate::new();
static BY_IP: Gate<Users, (blocked, named)> = Gate::new();

/// The answers of a source that compares keys more loosely than `==`.
#[derive(Clone, Copy)]
enum Answers {
    /// With the keys of its rows.
    AsItSpells,
    /// With the requested key at the row's number.
    ByNumber,
    /// With the requested keys that match the row.
    MappedBack,
    /// With the keys of its rows, declared as more than requested.
    MoreThanAsked,
}

/// Ann and her address are banned.
struct Loose(Answers);

impl Loose {
    fn answer<K: FactKey<Value = bool>>(
        &self,
        keys: &[K],
        row: &K,
        same: impl Fn(&K) -> bool,
    ) -> Loaded<K> {
        let numbers = || (0..keys.len()).filter(|number| same(&keys[*number]));
        match self.0 {
            Answers::AsItSpells => numbers().map(|_| (row.clone(), true)).collect(),
            Answers::ByNumber => numbers().map(|number| (keys[number].clone(), true)).collect(),
            Answers::MappedBack => {
                keys.iter().filter(|key| same(key)).map(|key| (key.clone(), true)).collect()
            }
            Answers::MoreThanAsked => {
                numbers().map(|_| (row.clone(), true)).collect::<Loaded<K>>().more_than_asked()
            }
        }
    }
}

impl FactSource<Banned> for Loose {
    async fn load(&self, keys: &[Banned]) -> Result<Loaded<Banned>, FactError> {
        let row = Banned("ann@example.org".into());
        let same = |key: &Banned| key.email.eq_ignore_ascii_case("ann@example.org");
        Ok(self.answer(keys, &row, same))
    }
}

impl FactSource<Blocked> for Loose {
    async fn load(&self, keys: &[Blocked]) -> Result<Loaded<Blocked>, FactError> {
        let row: IpAddr = "10.1.2.3".parse()?;
        Ok(self.answer(keys, &Blocked(row), |key| key.ip.to_canonical() == row))
    }
}

#[derive(Sources)]
struct LooseFacts {
    #[loads(Banned, Blocked)]
    data: Loose,
}

fn decisions(answers: Answers, email: &str, ip: &str) -> [String; 2] {
    let session = Session::new(LooseFacts { data: Loose(answers) });
    let user = (email.to_owned(), ip.parse().expect("an address"));
    [
        block_on(BY_EMAIL.bind(&session, &user, &()).check(&())).to_string(),
        block_on(BY_IP.bind(&session, &user, &()).check(&())).to_string(),
    ]
}

/// Guarantee 9: a key in another spelling is no answer, and the error names both remedies.
#[test]
fn a_key_that_the_source_spells_otherwise_fails() {
    let [by_email, by_ip] = decisions(Answers::AsItSpells, "Ann@example.org", "::ffff:10.1.2.3");
    let undecided = |policy: &str, fact: &str| {
        format!("indeterminate: `{policy}` could not be decided: `{fact}`: {UNASKED}")
    };
    assert_eq!(by_email, undecided("banned", "Banned"));
    assert_eq!(by_ip, undecided("blocked", "Blocked"));
    // A key in the same spelling is an answer; a key without a row is missing.
    let forbidden = ["denied by `banned`", "denied by `blocked`"];
    assert_eq!(decisions(Answers::AsItSpells, "ann@example.org", "10.1.2.3"), forbidden);
    let allowed = ["allowed by `named`", "allowed by `named`"];
    assert_eq!(decisions(Answers::AsItSpells, "bob@example.org", "10.1.2.4"), allowed);
}

#[test]
fn both_remedies_of_the_error_work() {
    let forbidden = ["denied by `banned`", "denied by `blocked`"];
    for answers in [Answers::ByNumber, Answers::MappedBack] {
        assert_eq!(decisions(answers, "Ann@example.org", "::ffff:10.1.2.3"), forbidden);
        // Both spellings in one call, which the row alone could not answer.
        let keys = ["Ann", "ann"].map(|name| Banned(format!("{name}@example.org")));
        let loaded = block_on(Loose(answers).load(&keys)).expect("no error");
        assert_eq!(loaded.len(), 2, "{loaded:?}");
    }
}

/// Guarantee 9: a source that declares more than requested denies by its rows, and leaves other keys
/// missing.
#[test]
fn a_source_that_declares_more_than_asked_still_denies() {
    let answers = Answers::MoreThanAsked;
    let forbidden = ["denied by `banned`", "denied by `blocked`"];
    assert_eq!(decisions(answers, "ann@example.org", "10.1.2.3"), forbidden);
    let allowed = ["allowed by `named`", "allowed by `named`"];
    assert_eq!(decisions(answers, "bob@example.org", "10.1.2.4"), allowed);

    let session = Session::new(Around { source: Whole });
    let paid = block_on(PAID.bind(&session, &(), &()).check_all([4, 7, 100, 98]));
    let paid: Vec<&str> = paid.iter().map(Decision::as_str).collect();
    assert_eq!(paid, ["allow", "deny", "deny", "allow"]);
}

fact! {
    /// Whether `id` is paid.
    pub Paid(id: u32) -> bool = false;
    /// A number of `id`.
    pub Number(id: u32) -> u32;
    /// A number that must be there.
    #[required]
    pub Must(id: u32) -> u32;
    /// Derived from `Number`.
    pub Doubled(id: u32) -> Option<u32> { Some(2 * Number(id).await?) }
}

#[derive(Sources)]
struct Around<S: FactSource<Paid>> {
    #[loads(Paid)]
    source: S,
}

/// A source that always answers its whole table.
struct Whole;

impl FactSource<Paid> for Whole {
    async fn load(&self, _: &[Paid]) -> Result<Loaded<Paid>, FactError> {
        let rows = (0..100).map(|id| (Paid(id), id.is_multiple_of(2)));
        Ok(rows.collect::<Loaded<_>>().more_than_asked())
    }
}

#[policy]
async fn paid(_: _, id: &u32) -> bool {
    Paid(*id).await
}

#[policy]
async fn odd(_: _, id: &u32) -> bool {
    Number(*id).await.is_some_and(|number| number % 2 == 1)
}

#[policy]
async fn even(_: _, id: &u32) -> bool {
    Number(*id).await.is_some_and(|number| number.is_multiple_of(2))
}

#[policy]
async fn missing(_: _, id: &u32) -> bool {
    Number(*id).await.is_none()
}

static PAID: Gate<Things, paid> = Gate::new();
static NUMBER: Gate<Things, (odd, even, missing)> = Gate::new();

/// The answer of a source to a key.
#[derive(Clone, Debug)]
enum Way {
    Value(u32),
    /// Two values, of which the later one counts.
    Values(u32, u32),
    Failure,
    /// A value and a failure; the failure counts.
    Both(u32),
    LeftOut,
    /// Another key has the value.
    Otherwise(u32),
    /// Another key failed.
    OtherwiseFailed,
}

/// Requested keys are below this number, foreign keys are not.
const FOREIGN: u32 = 1000;

/// A source that answers each key in its own way, in a shuffled order.
struct Ways {
    of: HashMap<u32, Way>,
    more_than_asked: bool,
    limit: usize,
    seed: u64,
    calls: Mutex<Vec<Vec<u32>>>,
}

impl FactSource<Number> for Ways {
    async fn load(&self, keys: &[Number]) -> Result<Loaded<Number>, FactError> {
        self.calls.lock().unwrap().push(keys.iter().map(|key| key.id).collect());
        let mut loaded = Loaded::new();
        let mut random = Random(self.seed);
        let mut order: Vec<&Number> = keys.iter().collect();
        for at in (1..order.len()).rev() {
            // Sometimes in the order of the request.
            order.swap(at, if self.seed.is_multiple_of(3) { at } else { random.below(at + 1) });
        }
        for key in order {
            let foreign = || Number(key.id + FOREIGN);
            match self.of[&key.id] {
                Way::Value(value) => loaded.insert(key.clone(), value),
                Way::Values(first, second) => {
                    loaded.extend([first, second].map(|value| (key.clone(), value)));
                }
                Way::Failure => loaded.fail(key.clone(), FactError::safe("its own failure")),
                Way::Both(value) => {
                    loaded.fail(key.clone(), FactError::safe("its own failure"));
                    loaded.insert(key.clone(), value);
                }
                Way::LeftOut => {}
                Way::Otherwise(value) => loaded.extend([(foreign(), value), (foreign(), value)]),
                Way::OtherwiseFailed => loaded.fail(foreign(), FactError::safe("another's")),
            }
        }
        Ok(if self.more_than_asked { loaded.more_than_asked() } else { loaded })
    }

    fn max_batch_size(&self) -> usize {
        self.limit
    }
}

#[derive(Sources)]
struct WaysFacts {
    #[loads(Number)]
    ways: Arc<Ways>,
}

/// The result of a key by the contract; `foreign`: its call had keys that were not requested.
fn expected(way: &Way, foreign: bool) -> String {
    match *way {
        Way::Value(value) | Way::Values(_, value) => {
            format!("allowed by `{}`", if value % 2 == 1 { "odd" } else { "even" })
        }
        Way::Failure | Way::Both(_) => undecided("its own failure"),
        Way::LeftOut | Way::Otherwise(_) | Way::OtherwiseFailed if foreign => undecided(UNASKED),
        Way::LeftOut | Way::Otherwise(_) | Way::OtherwiseFailed => "allowed by `missing`".into(),
    }
}

fn undecided(why: &str) -> String {
    format!("indeterminate: `odd` could not be decided: `Number`: {why}")
}

/// Pseudo-random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 32).expect("32 bits") % end
    }

    fn way(&mut self, otherwise: bool) -> Way {
        let value = u32::from(self.below(2) == 1);
        match self.below(if otherwise { 10 } else { 8 }) {
            0..=2 => Way::Value(value),
            3 => Way::Values(1 - value, value),
            4 => Way::Failure,
            5 => Way::Both(value),
            6..=7 => Way::LeftOut,
            8 => Way::Otherwise(value),
            _ => Way::OtherwiseFailed,
        }
    }
}

/// Guarantee 9: an answered key has its value or failure. An omitted key has failed in calls with
/// undeclared foreign keys, and is missing in others.
#[test]
fn an_omitted_key_is_missing_or_failed_by_the_contract() {
    let mut seen = [0; 3];
    for seed in 0..600 {
        let mut random = Random(seed);
        let count = 1 + u32::try_from(random.below(12)).expect("a few");
        // Some sources have no foreign keys.
        let otherwise = random.below(3) > 0;
        let of: HashMap<u32, Way> = (0..count).map(|id| (id, random.way(otherwise))).collect();
        let source = Arc::new(Ways {
            of,
            more_than_asked: random.below(3) == 0,
            limit: [1, 2, 5, usize::MAX][random.below(4)],
            seed,
            calls: Mutex::default(),
        });
        let session = Session::new(WaysFacts { ways: source.clone() });
        let decided = block_on(NUMBER.bind(&session, &(), &()).check_all(0..count));
        let calls = source.calls.lock().unwrap().clone();
        assert_eq!(calls.concat().len(), decided.len(), "each key is in one call");
        for call in calls {
            let is_foreign =
                |id: &u32| matches!(source.of[id], Way::Otherwise(_) | Way::OtherwiseFailed);
            let foreign = !source.more_than_asked && call.iter().any(is_foreign);
            for id in call {
                let (way, decision) = (&source.of[&id], &decided[id as usize]);
                let expected = expected(way, foreign);
                assert_eq!(decision.to_string(), expected, "seed {seed}, {way:?}");
                seen[0] += usize::from(expected.contains("own failure"));
                seen[1] += usize::from(expected.contains(UNASKED));
                seen[2] += usize::from(expected.contains("missing"));
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}

/// Answers `Number` and `Must` by `Otherwise` and `Value`, and `Paid` by whether there is a value.
struct Simple {
    values: Vec<(u32, u32)>,
    more_than_asked: bool,
}

macro_rules! loads {
    ($($fact:ident $value:expr;)*) => {
        $(impl FactSource<$fact> for Simple {
            async fn load(&self, _: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                let value = $value;
                let rows = self.values.iter().map(|(id, number)| ($fact(*id), value(*number)));
                let loaded: Loaded<$fact> = rows.collect();
                Ok(if self.more_than_asked { loaded.more_than_asked() } else { loaded })
            }
        })*
    };
}

loads! {
    Paid |number| number == 1;
    Number |number| number;
    Must |number| number;
}

#[derive(Sources)]
struct SimpleFacts {
    #[loads(Paid, Number, Must)]
    simple: Simple,
}

/// The answer for key 1 is under 999; 2 is paid, 3 is not.
fn simple(more_than_asked: bool) -> Session<SimpleFacts> {
    let values = vec![(999, 1), (2, 1), (3, 0)];
    Session::new(SimpleFacts { simple: Simple { values, more_than_asked } })
}

#[policy]
async fn any_paid(_: _, id: &u32) -> bool {
    any([1, *id].map(Paid)).await
}

#[policy]
async fn all_paid(_: _, id: &u32) -> bool {
    all([1, *id].map(Paid)).await
}

#[policy]
async fn each_number(_: _, id: &u32) -> bool {
    each([1, *id].map(Number)).await.contains(&None)
}

#[policy]
async fn must(_: _, id: &u32) -> bool {
    Must(*id).await? > 0
}

#[policy]
async fn doubled(_: _, id: &u32) -> bool {
    Doubled(*id).await.is_none()
}

/// Guarantee 9: combinators, `#[required]`, defaults and derived facts treat an omitted key alike.
#[test]
fn an_omitted_key_reads_the_same_everywhere() {
    static ANY: Gate<Things, any_paid> = Gate::new();
    static ALL: Gate<Things, all_paid> = Gate::new();
    static EACH: Gate<Things, each_number> = Gate::new();
    static MUST: Gate<Things, must> = Gate::new();
    static DOUBLED: Gate<Things, doubled> = Gate::new();
    let decided = |more_than_asked, id: u32| {
        let session = simple(more_than_asked);
        [
            block_on(PAID.bind(&session, &(), &()).check(&1)),
            block_on(ANY.bind(&session, &(), &()).check(&id)),
            block_on(ALL.bind(&session, &(), &()).check(&id)),
            block_on(EACH.bind(&session, &(), &()).check(&id)),
            block_on(MUST.bind(&session, &(), &()).check(&1)),
            block_on(DOUBLED.bind(&session, &(), &()).check(&1)),
        ]
    };
    let names = |decisions: &[Decision; 6]| decisions.each_ref().map(Decision::as_str);
    let unknown = "indeterminate";
    // `any` with a true one and `all` with a false one do not need the failed key.
    assert_eq!(names(&decided(false, 2)), [unknown, "allow", unknown, unknown, unknown, unknown]);
    assert_eq!(names(&decided(false, 3)), [unknown, unknown, "deny", unknown, unknown, unknown]);
    assert_eq!(names(&decided(true, 2)), ["deny", "allow", "deny", "allow", unknown, "allow"]);
    assert_eq!(names(&decided(true, 3)), ["deny", "deny", "deny", "allow", unknown, "allow"]);
    // `#[required]` fails for a missing key as well, with another text.
    assert!(decided(false, 2)[4].to_string().ends_with(UNASKED));
    let required = "`Must`: it is required, and its source has no value for it";
    assert!(decided(true, 2)[4].to_string().ends_with(required));
}

/// Guarantee 9: wrappers of a source pass its declaration on.
#[tokio::test(start_paused = true)]
async fn a_wrapped_source_declares_for_both() {
    async fn paid(source: impl FactSource<Paid> + 'static) -> &'static str {
        let session = Session::new(Around { source });
        PAID.bind(&session, &(), &()).check(&1).await.as_str()
    }
    for (more_than_asked, decision) in [(false, "indeterminate"), (true, "deny")] {
        let simple = || Simple { values: vec![(999, 1)], more_than_asked };
        let second = Duration::from_secs(1);
        assert_eq!(paid(simple()).await, decision);
        assert_eq!(paid(Arc::new(simple())).await, decision);
        assert_eq!(paid(Timeout::new(simple(), second, tokio::time::sleep)).await, decision);
        assert_eq!(paid(MaxConcurrent::new(simple(), 1)).await, decision);
        assert_eq!(paid(Counted::new(simple())).await, decision);
        assert_eq!(paid(Failing::when(simple(), |_| false)).await, decision);
        assert_eq!(paid(Late::new(simple(), move || tokio::time::sleep(second))).await, decision);
        let nested = Arc::new(MaxConcurrent::new(Counted::new(simple()), 1));
        assert_eq!(paid(nested).await, decision);
    }
}

/// Guarantees 9 and 10: all waiters of a key get the same failure. The key is not loaded again before a
/// refresh, and other calls are not affected.
#[test]
fn an_omitted_key_is_one_failure_for_the_session() {
    /// Answers key 1 under another key in its first call.
    struct Once(AtomicUsize);
    impl FactSource<Paid> for Once {
        async fn load(&self, keys: &[Paid]) -> Result<Loaded<Paid>, FactError> {
            let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
            let spelt = |key: &Paid| Paid(if first { key.id + FOREIGN } else { key.id });
            Ok(keys.iter().filter(|key| key.id == 1).map(|key| (spelt(key), true)).collect())
        }
    }
    let once = Arc::new(Once(AtomicUsize::new(0)));
    let session = Session::new(Around { source: once.clone() });
    let access = PAID.bind(&session, &(), &());
    let decisions = block_on(join_all([access.check(&1), access.check(&1), access.check(&1)]));
    assert!(decisions.iter().all(Decision::is_indeterminate), "{decisions:?}");
    assert!(block_on(access.check(&1)).is_indeterminate());
    assert_eq!(once.0.load(Ordering::Relaxed), 1);
    assert!(block_on(access.check(&2)).is_deny());
    session.refresh().expect("nothing is in flight");
    assert!(block_on(access.check(&1)).is_allow());
}

#[test]
fn an_answer_shows_that_it_is_more_than_was_asked() {
    let mut loaded: Loaded<Paid> = [(Paid(1), true)].into_iter().collect();
    assert_eq!(format!("{loaded:?}"), "Loaded {Paid { id: 1 }: Ok(true)}");
    loaded = loaded.more_than_asked();
    loaded.fail(Paid(2), FactError::safe("no"));
    loaded.extend([(Paid(3), false)]);
    let text = format!("{loaded:?}");
    assert!(text.starts_with("Loaded, more than asked {Paid { id: 1 }: Ok(true), "), "{text}");
    assert_eq!(loaded.len(), 3);
}
