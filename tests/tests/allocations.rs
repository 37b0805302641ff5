//! The allocations of a check, counted.
#![cfg(not(loom))]
use gatehouse::prelude::*;

/// The number of allocations of `run`, and its result.
fn allocations<T>(run: impl FnOnce() -> T) -> (u64, T) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(run()));
    (info.count_total, result.expect("it ran"))
}

struct Document {
    owner: u32,
}

struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

fact! {
    pub Suspended(user: u32) -> bool = false;
}

#[policy]
fn owner(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

#[policy]
fn root(user: &u32) -> bool {
    *user == 0
}

#[policy]
async fn active(user: &u32) -> bool {
    !Suspended(*user).await
}

struct Nobody;

impl FactSource<Suspended> for Nobody {
    async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Suspended)]
    nobody: Nobody,
}

fn run<T>(future: impl Future<Output = T>) -> T {
    // Allocates nothing.
    futures::executor::block_on(future)
}

#[test]
fn a_check_without_facts_allocates_nothing() {
    static GATE: Gate<Documents, (root, owner)> = Gate::new();
    let session = Session::new(Facts { nobody: Nobody });
    let doc = Document { owner: 7 };
    // The first call allocates the thread's own state.
    assert!(run(GATE.bind(&session, &7, &()).check(&doc)).is_allow());
    let (count, decision) = allocations(|| run(GATE.bind(&session, &7, &()).check(&doc)));
    assert!(decision.is_allow());
    assert_eq!(count, 0);
    let (count, decision) = allocations(|| run(GATE.bind(&session, &8, &()).check(&doc)));
    assert!(decision.is_deny());
    assert_eq!(count, 0);
    let (count, _) = allocations(|| GATE.bind(&session, &7, &()).check_local(&doc));
    assert_eq!(count, 0);
}

#[test]
fn a_permit_without_facts_allocates_nothing_beside_one_with() {
    static GATE: Gate<Documents, (active, owner)> = Gate::new();
    let session = Session::new(Facts { nobody: Nobody });
    let doc = Document { owner: 7 };
    assert!(run(GATE.bind(&session, &7, &()).check(&doc)).is_allow());
    let (count, _) = allocations(|| run(GATE.bind(&session, &7, &()).check(&doc)));
    assert_eq!(count, 0);
}

#[test]
fn a_session_allocates_nothing_before_it_loads() {
    let facts = std::sync::Arc::new(Facts { nobody: Nobody });
    let (count, ()) = allocations(|| drop(Session::new(facts.clone())));
    assert_eq!(count, 0);
}

#[test]
fn a_cached_fact_is_read_without_allocating() {
    static GATE: Gate<Documents, active> = Gate::new();
    let session = Session::new(Facts { nobody: Nobody });
    let doc = Document { owner: 7 };
    assert!(run(GATE.bind(&session, &7, &()).check(&doc)).is_allow());
    let (count, decision) = allocations(|| run(GATE.bind(&session, &7, &()).check(&doc)));
    assert!(decision.is_allow());
    assert_eq!(count, 0);
}

macro_rules! other_facts {
    ($($fact:ident)*) => {
        $(
            fact! {
                pub $fact(user: u32) -> bool = false;
            }

            impl FactSource<$fact> for Nobody {
                async fn load(&self, _: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                    Ok(Loaded::new())
                }
            }
        )*

        /// The sources of an application with more facts than a request needs.
        #[derive(Sources)]
        struct ManyFacts {
            #[loads(Suspended, $($fact),*)]
            nobody: Nobody,
        }
    };
}

other_facts! { F1 F2 F3 F4 F5 F6 F7 F8 F9 }

/// The number of allocations and of bytes of one check with one fact on a new session, the session
/// included. The source allocates nothing.
fn fresh<P: Sources>(sources: &std::sync::Arc<P>) -> (u64, u64)
where
    Suspended: gatehouse::bounds::ResolvedBy<P>,
    std::sync::Arc<P>: gatehouse::IntoSources<P>,
{
    static GATE: Gate<Documents, active> = Gate::new();
    let info = allocation_counter::measure(|| {
        let session = Session::new(sources.clone());
        assert!(run(GATE.bind(&session, &7, &()).check(&Document { owner: 7 })).is_allow());
    });
    (info.count_total, info.bytes_total)
}

/// Eight allocations: the boxed future; the generation, its waiter set and a waiter; the table, the batch,
/// its load and the shared future. Two more are for the names of the load's metrics, which are on in these
/// tests.
#[test]
fn a_check_with_a_fact_allocates_eight_times() {
    let one = std::sync::Arc::new(Facts { nobody: Nobody });
    // The first call allocates the thread's own state.
    fresh(&one);
    assert_eq!(fresh(&one).0, 8 + 2);
}

/// A session has room for nine tables of facts that are not read, and nothing in it.
#[test]
fn a_fact_that_is_not_read_allocates_nothing() {
    let one = std::sync::Arc::new(Facts { nobody: Nobody });
    let ten = std::sync::Arc::new(ManyFacts { nobody: Nobody });
    fresh(&one);
    let ((count, bytes), (count_of_ten, bytes_of_ten)) = (fresh(&one), fresh(&ten));
    assert_eq!(count_of_ten, count);
    assert_eq!(bytes_of_ten - bytes, 9 * 16);
}

/// The size of the future of a check: the future of its caller contains it.
#[test]
fn a_check_is_small() {
    static GATE: Gate<Documents, active> = Gate::new();
    let session = Session::new(Facts { nobody: Nobody });
    let (access, doc) = (GATE.bind(&session, &7, &()), Document { owner: 7 });
    let size = size_of_val(&access.check(&doc));
    assert!(size <= 256, "{size}");
}

struct Forget;

impl gatehouse::records::DecisionSink for Forget {
    fn write(
        &mut self,
        _: &[gatehouse::records::DecisionRecord],
    ) -> Result<(), gatehouse::records::SinkError> {
        Ok(())
    }
}

/// The features `serde` and `metrics` are on in these tests. Without a recorder they cost nothing: the
/// counts above include them.
#[test]
fn a_record_allocates_its_own_parts_and_no_more() {
    static GATE: Gate<Documents, (root, owner)> = Gate::new();
    let recorder = gatehouse::records::Recorder::new(Forget).unwrap();
    let session = Session::new(Facts { nobody: Nobody }).with_recorder(&recorder);
    let access = GATE.bind(&session, &7, &());
    let docs: Vec<_> = (0..1000).map(|owner| Document { owner }).collect();
    let check =
        |docs: &[Document]| docs.iter().all(|doc| !access.check_local(doc).is_indeterminate());
    assert!(check(&docs[..1]));
    // The page and the next block of the queue; the thousand records are one allocation.
    let (one, _) = allocations(|| check(&docs[..1]));
    assert!(one <= 3, "{one}");
    assert_eq!(run(access.check_all(&docs)).len(), 1000);
    let (page, _) = allocations(|| run(access.check_all(&docs)));
    let without = Session::new(Facts { nobody: Nobody });
    let (plain, _) = allocations(|| run(GATE.bind(&without, &7, &()).check_all(&docs)));
    assert!(page <= plain + 3, "{page} beside {plain}");
}

/// Documents with one owner each.
fn documents(count: u32) -> Vec<Document> {
    (0..count).map(|owner| Document { owner }).collect()
}

fact! {
    pub Readable(doc: u32) -> bool = false;
}

#[policy]
async fn readable(_: _, doc: &Document) -> bool {
    Readable(doc.owner).await
}

impl FactSource<Readable> for Nobody {
    async fn load(&self, keys: &[Readable]) -> Result<Loaded<Readable>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

#[derive(Sources)]
struct Library {
    #[loads(Readable)]
    nobody: Nobody,
}

/// The number of allocations of a page with one fact for each resource, and the most bytes that it holds;
/// the session is included.
fn page(docs: &[Document]) -> (u64, u64) {
    static GATE: Gate<Documents, readable> = Gate::new();
    let info = allocation_counter::measure(|| {
        let session = Session::new(Library { nobody: Nobody });
        let decisions = run(GATE.bind(&session, &7, &()).check_all(docs));
        assert!(decisions.iter().all(gatehouse::Decision::is_allow));
    });
    (info.count_total, info.bytes_max)
}

/// No allocation is made for a resource: for a page ten times as long, a few tables grow.
#[test]
fn a_page_allocates_nothing_for_a_resource() {
    let (small, large) = (documents(1000), documents(10_000));
    // The first call allocates the thread's own state.
    page(&small);
    let ((small, _), (large, _)) = (page(&small), page(&large));
    assert!(small <= 80, "{small}");
    assert!(large <= small + 24, "{large} beside {small}");
}

/// An undecided resource takes 24 bytes for its decision, 8 for the reference to it, 4 for its key, about
/// 21 for the index of keys, and the size of its answers. A vector that grows has up to twice as much, and
/// three times while it grows.
#[test]
fn an_undecided_resource_takes_less_than_a_hundred_bytes() {
    for items in [1000, 10_000, 100_000] {
        let docs = documents(items);
        page(&docs);
        let (_, bytes) = page(&docs);
        let each = bytes / u64::from(items);
        assert!(each < 100, "{each} bytes for each of {items} items");
    }
}

fact! {
    pub Above(folder: u32) -> u32;
    pub Shared(folder: u32) -> bool = false;
    /// `folder` is shared, or lies in one that is.
    pub Open(folder: u32) -> bool {
        Shared(folder).await
            || match Above(folder).await {
                Some(above) => Open(above).await,
                None => false,
            }
    }
}

/// A document lies in the folder of its owner's number.
#[policy]
async fn in_open_folder(_: _, doc: &Document) -> bool {
    Open(doc.owner).await
}

/// Folder `n` lies in folder `n - 1`, and folder 0 is shared.
struct Folders;

impl FactSource<Above> for Folders {
    async fn load(&self, keys: &[Above]) -> Result<Loaded<Above>, FactError> {
        Ok(keys.iter().filter_map(|key| Some((key.clone(), key.folder.checked_sub(1)?))).collect())
    }
}

impl FactSource<Shared> for Folders {
    async fn load(&self, keys: &[Shared]) -> Result<Loaded<Shared>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), key.folder == 0)).collect())
    }
}

#[derive(Sources)]
struct Shelves {
    #[loads(Above, Shared)]
    folders: Folders,
}

static IN_OPEN_FOLDER: Gate<Documents, in_open_folder> = Gate::new();

/// The number of allocations of a page of documents in a chain of folders on `session`.
fn page_in_folders(session: &Session<Shelves>, count: u32) -> u64 {
    let docs: Vec<_> = (0..count).map(|doc| Document { owner: doc * 7 % 12 }).collect();
    let (count, decisions) =
        allocations(|| run(IN_OPEN_FOLDER.bind(session, &7, &()).check_all(&docs)));
    assert!(decisions.iter().all(Decision::is_allow));
    count
}

/// This holds where the folders are loaded, level by level, and where they are cached.
#[test]
fn a_derived_fact_allocates_for_its_keys_and_not_for_the_resources() {
    let session = || Session::new(Shelves { folders: Folders });
    page_in_folders(&session(), 100);
    let first = session();
    let (small, large) = (page_in_folders(&session(), 100), page_in_folders(&first, 2000));
    assert_eq!(small, large, "folders that are not known");
    let (small, large) = (page_in_folders(&first, 100), page_in_folders(&first, 2000));
    assert_eq!(small, large, "folders that are known");
    // The decisions, the references to the documents, and the fixpoint with a fact and its keys.
    assert!(large <= 6, "{large}");
}
