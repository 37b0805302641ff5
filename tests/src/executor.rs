//! Crowds: one thread that polls futures when they were woken, counts how often it does and they are,
//! and answers one by one what they wait for. What is counted grows with the size of a executor: linearly.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use futures::channel::oneshot;

/// A number that many can raise.
#[derive(Clone, Debug, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    /// One more.
    pub fn raise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The future, each poll of which is counted.
pub async fn counted<T>(polls: Count, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        polls.raise();
        future.as_mut().poll(cx)
    })
    .await
}

/// Futures that are polled by one thread, each when it was woken, in the order of the wakes.
#[derive(Default)]
pub struct CountingExecutor<'f> {
    tasks: Vec<Task<'f>>,
    woken: Arc<Mutex<VecDeque<usize>>>,
    /// How often a future was polled.
    pub polls: Count,
    /// How often a waker was called, each of two calls in a row included.
    pub wakes: Count,
}

struct Task<'f> {
    /// `None` once it is over.
    future: Option<Pin<Box<dyn Future<Output = ()> + 'f>>>,
    signal: Arc<Signal>,
    parked: bool,
}

/// The waker of one future.
struct Signal {
    number: usize,
    is_woken: AtomicBool,
    woken: Arc<Mutex<VecDeque<usize>>>,
    wakes: Count,
}

impl Signal {
    /// It stands in line to be polled, once.
    fn enqueue(&self) {
        if !self.is_woken.swap(true, Ordering::Relaxed) {
            self.woken.lock().expect("no panic under it").push_back(self.number);
        }
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wakes.raise();
        self.enqueue();
    }
}

impl<'f> CountingExecutor<'f> {
    /// One more future, to be polled for the first time; gives its number.
    pub fn spawn<T>(&mut self, future: impl Future<Output = T> + 'f) -> usize {
        let number = self.tasks.len();
        let signal = Arc::new(Signal {
            number,
            is_woken: AtomicBool::new(false),
            woken: Arc::clone(&self.woken),
            wakes: self.wakes.clone(),
        });
        signal.enqueue();
        let future = Box::pin(async move { drop(future.await) });
        self.tasks.push(Task { future: Some(future), signal, parked: false });
        number
    }

    /// Polls what was woken, until nothing is. What is parked is not polled.
    pub fn run(&mut self) {
        while let Some(number) = self.next_woken() {
            self.tasks[number].signal.is_woken.store(false, Ordering::Relaxed);
            if !self.tasks[number].parked {
                self.poll(number);
            }
        }
    }

    fn next_woken(&self) -> Option<usize> {
        self.woken.lock().expect("no panic under it").pop_front()
    }

    /// Polls one, woken or not.
    pub fn poll(&mut self, number: usize) {
        let task = &mut self.tasks[number];
        let Some(future) = &mut task.future else { return };
        self.polls.raise();
        let waker = Waker::from(Arc::clone(&task.signal));
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            task.future = None;
        }
    }

    /// It is kept, and not polled any more when it is woken.
    pub fn park(&mut self, number: usize) {
        self.tasks[number].parked = true;
    }

    /// Drops it.
    pub fn drop_task(&mut self, number: usize) {
        self.tasks[number].future = None;
    }

    /// Whether it is over, by its end or dropped.
    #[must_use]
    pub fn is_done(&self, number: usize) -> bool {
        self.tasks[number].future.is_none()
    }

    /// Whether all of these are over.
    #[must_use]
    pub fn are_done(&self, mut numbers: Range<usize>) -> bool {
        numbers.all(|number| self.is_done(number))
    }
}

/// In which order what waits is answered.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Who came first comes first.
    Forward,
    /// Who came last comes first.
    Reverse,
    /// In no order, and always the same one.
    Shuffled,
}

/// What loads wait for: signals from outside.
#[derive(Clone, Default)]
pub struct Signals(Arc<Mutex<Vec<oneshot::Sender<()>>>>);

impl Signals {
    /// Waits for a signal.
    ///
    /// # Panics
    /// If a thread panicked while it came to wait.
    pub async fn next(&self) {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().expect("no panic under it").push(sender);
        let _ = receiver.await;
    }

    /// Whoever waits now, in this order.
    fn take(&self, order: Order) -> Vec<oneshot::Sender<()>> {
        let mut waiting = std::mem::take(&mut *self.0.lock().expect("no panic under it"));
        match order {
            Order::Forward => {}
            Order::Reverse => waiting.reverse(),
            Order::Shuffled => {
                // A number without a common factor with any length that is met.
                let stride = 7_919 % waiting.len().max(1);
                for at in 0..waiting.len() {
                    waiting.swap(at, (at * stride + 3) % (at + 1));
                }
            }
        }
        waiting
    }

    /// Gives a signal to whoever waits, one after the other, until nobody does; the executor runs after
    /// each.
    pub fn give_all(&self, executor: &mut CountingExecutor<'_>, order: Order) {
        loop {
            let waiting = self.take(order);
            if waiting.is_empty() {
                return;
            }
            for signal in waiting {
                // Whose load was dropped waits no more.
                let _ = signal.send(());
                executor.run();
            }
        }
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Polls of whole evaluations.
    pub polls: usize,
    /// Polls of loads, all together.
    pub loads: usize,
    /// Calls of the wakers of evaluations.
    pub wakes: usize,
}

impl Counts {
    /// What a executor counted, and the loads that it drove.
    #[must_use]
    pub fn of(executor: &CountingExecutor<'_>, loads: &Count) -> Self {
        Self { polls: executor.polls.get(), loads: loads.get(), wakes: executor.wakes.get() }
    }

    fn each(self) -> [(&'static str, usize); 3] {
        let Self { polls, loads, wakes } = self;
        [("polls of evaluations", polls), ("polls of loads", loads), ("wakes", wakes)]
    }
}

/// What one of a executor may cost: a few polls to ask, one for each answer, and as many again for those
/// who are woken in the stead of others.
const EACH: usize = 16;

/// A few of everything, however small the executor.
const FEW: usize = 16;

/// Counts at `size`, at twice and at four times as much: each time no more than two and a half times as
/// much, which is linear and not quadratic; and no more than a few for one.
///
/// # Panics
/// If it is more.
pub fn assert_linear(what: impl Debug, size: usize, count: impl Fn(usize) -> Counts) {
    let sizes = [size, size * 2, size * 4];
    let counts = sizes.map(count);
    println!("{what:?}, {sizes:?}: {counts:?}");
    for (less, more) in [(0, 1), (1, 2)] {
        for ((name, few), (_, many)) in counts[less].each().into_iter().zip(counts[more].each()) {
            let (less, more) = (sizes[less], sizes[more]);
            let is_linear = many * 2 <= few * 5 + FEW && many <= more * EACH + FEW;
            assert!(is_linear, "{what:?}: {few} {name} for {less}, {many} for {more}");
        }
    }
}
