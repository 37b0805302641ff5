//! What both sides must agree on: the facts, what they are in a data set, and the request's data.
//!
//! This module is compiled twice: into the test, whose interpreter reads it, and into the generated
//! program, whose sources answer by it.

/// Keys and values are below this, so that keys repeat and chains meet.
pub const DOMAIN: u64 = 6;

/// What a fact's value is when a source has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A `bool` with this default.
    Flag(bool),
    /// An `Option<u64>`.
    Optional,
    /// An `Option<u64>` whose absence is a failure.
    Required,
    /// A `u64`, of a derived fact.
    Number,
}

/// One fact: a line of `fact!`.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// How many `u64`s its key has.
    pub parts: usize,
    /// Its value.
    pub shape: Shape,
}

/// Every stored fact of the generated program.
pub const FACTS: [Fact; 7] = [
    Fact { name: "Flag", parts: 2, shape: Shape::Flag(false) },
    Fact { name: "Mark", parts: 1, shape: Shape::Flag(false) },
    Fact { name: "Open", parts: 1, shape: Shape::Flag(true) },
    Fact { name: "Level", parts: 1, shape: Shape::Optional },
    Fact { name: "Link", parts: 1, shape: Shape::Optional },
    Fact { name: "Pair", parts: 2, shape: Shape::Optional },
    Fact { name: "Must", parts: 1, shape: Shape::Required },
];

/// What a source says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This; for a `bool`, whether it is odd.
    Value(u64),
    /// Nothing.
    Missing,
    /// It failed.
    Failed,
}

/// What the fact at `fact` in [`FACTS`] is for `key`, in the data set `data`.
pub fn answer(data: u64, fact: usize, key: &[u64]) -> Answer {
    let mut random = Random::new(data ^ 0xFAC7);
    for part in [fact as u64].iter().chain(key) {
        random = Random::new(random.next() ^ part);
    }
    if is_down(data, fact) {
        return Answer::Failed;
    }
    let failing = if has_outage(data) { 10 } else { 0 };
    match random.below(100) {
        n if n < failing => Answer::Failed,
        n if n < failing + 20 => Answer::Missing,
        _ => Answer::Value(random.below(DOMAIN)),
    }
}

/// Every other data set is an outage here and there.
fn has_outage(data: u64) -> bool {
    !data.is_multiple_of(2)
}

/// Whether the fact has no source that answers, whatever it is asked.
fn is_down(data: u64, fact: usize) -> bool {
    has_outage(data) && Random::new(Random::new(data ^ 0x0DEAD).next() ^ fact as u64).chance(6)
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct User {
    /// A number.
    pub id: u64,
    /// A number.
    pub team: u64,
    /// A number, perhaps.
    pub boss: Option<u64>,
    /// A condition that needs no fact.
    pub admin: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing changes.
    Read,
    /// Something does.
    Edit,
    /// Others learn of it.
    Share,
}

/// Every action.
pub const ACTIONS: [Action; 3] = [Action::Read, Action::Edit, Action::Share];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Doc {
    /// A number.
    pub id: u64,
    /// A number.
    pub owner: u64,
    /// A number.
    pub org: u64,
    /// A number, perhaps.
    pub parent: Option<u64>,
    /// A condition that needs no fact.
    pub shared: bool,
    /// Numbers, up to three.
    pub labels: Vec<u64>,
}

/// The request of the data set `data`.
pub fn request(data: u64) -> (User, Doc) {
    let mut random = Random::new(data ^ 0x0DA7A);
    let user = User {
        id: random.below(DOMAIN),
        team: random.below(DOMAIN),
        boss: random.option(),
        admin: random.chance(50),
    };
    let doc = Doc {
        id: random.below(DOMAIN),
        owner: random.below(DOMAIN),
        org: random.below(DOMAIN),
        parent: random.option(),
        shared: random.chance(50),
        labels: (0..random.below(4)).map(|_| random.below(DOMAIN)).collect(),
    };
    (user, doc)
}

/// What is to be done in the data set `data`.
pub fn action(data: u64) -> Action {
    let at = Random::new(data ^ 0x00AC_7104).below(3);
    ACTIONS[usize::try_from(at).expect("a place")]
}

/// A random sequence, the same wherever it is computed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (splitmix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True so many times of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number, or none.
    fn option(&mut self) -> Option<u64> {
        let value = self.below(DOMAIN);
        self.chance(60).then_some(value)
    }
}
