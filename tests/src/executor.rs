//! An executor on one thread that counts polls and wakes, and signals that loads wait for. The cost of a
//! number of tasks is asserted to be linear.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use futures::channel::oneshot;

/// A shared counter.
#[derive(Clone, Debug, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    /// Adds one.
    pub fn raise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The count.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// A waker that counts its calls.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker::from(Arc::new(self.clone()))
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.raise();
    }
}

/// The future, with its polls counted.
pub async fn counted<T>(polls: Count, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        polls.raise();
        future.as_mut().poll(cx)
    })
    .await
}

/// An executor on one thread, which polls tasks in the order of their wakes.
#[derive(Default)]
pub struct CountingExecutor<'f> {
    tasks: Vec<Task<'f>>,
    woken: Arc<Mutex<VecDeque<usize>>>,
    /// Polls of tasks.
    pub polls: Count,
    /// Calls of wakers, repeated ones included.
    pub wakes: Count,
}

struct Task<'f> {
    /// `None` once it is done.
    future: Option<Pin<Box<dyn Future<Output = ()> + 'f>>>,
    signal: Arc<Signal>,
    parked: bool,
}

/// The waker of one task.
struct Signal {
    number: usize,
    is_woken: AtomicBool,
    woken: Arc<Mutex<VecDeque<usize>>>,
    wakes: Count,
}

impl Signal {
    /// Queues the task, once.
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
    /// A new task, queued; gives its number.
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

    /// Polls woken tasks, until there are none. Parked tasks are not polled.
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

    /// Polls a task, woken or not.
    pub fn poll(&mut self, number: usize) {
        let task = &mut self.tasks[number];
        let Some(future) = &mut task.future else { return };
        self.polls.raise();
        let waker = Waker::from(Arc::clone(&task.signal));
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            task.future = None;
        }
    }

    /// Keeps a task, and does not poll it any more when it is woken.
    pub fn park(&mut self, number: usize) {
        self.tasks[number].parked = true;
    }

    /// Drops a task.
    pub fn drop_task(&mut self, number: usize) {
        self.tasks[number].future = None;
    }

    /// Whether a task has ended or was dropped.
    #[must_use]
    pub fn is_done(&self, number: usize) -> bool {
        self.tasks[number].future.is_none()
    }

    /// Whether all of these tasks are done.
    #[must_use]
    pub fn are_done(&self, mut numbers: Range<usize>) -> bool {
        numbers.all(|number| self.is_done(number))
    }
}

/// The order of answers.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// First come, first served.
    Forward,
    /// Last come, first served.
    Reverse,
    /// Another order, always the same one.
    Shuffled,
}

/// Signals that loads wait for, given from outside.
#[derive(Clone, Default)]
pub struct Signals(Arc<Mutex<Vec<oneshot::Sender<()>>>>);

impl Signals {
    /// Waits for a signal.
    ///
    /// # Panics
    /// If a thread panicked while it registered.
    pub async fn next(&self) {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().expect("no panic under it").push(sender);
        let _ = receiver.await;
    }

    /// The present waiters, in this order.
    fn take(&self, order: Order) -> Vec<oneshot::Sender<()>> {
        let mut waiting = std::mem::take(&mut *self.0.lock().expect("no panic under it"));
        match order {
            Order::Forward => {}
            Order::Reverse => waiting.reverse(),
            Order::Shuffled => {
                // A number that has no common factor with the lengths in use.
                let stride = 7_919 % waiting.len().max(1);
                for at in 0..waiting.len() {
                    waiting.swap(at, (at * stride + 3) % (at + 1));
                }
            }
        }
        waiting
    }

    /// Signals the waiters one after the other, until there are none, and runs the executor after each.
    pub fn give_all(&self, executor: &mut CountingExecutor<'_>, order: Order) {
        loop {
            let waiting = self.take(order);
            if waiting.is_empty() {
                return;
            }
            for signal in waiting {
                // The load may have been dropped.
                let _ = signal.send(());
                executor.run();
            }
        }
    }
}

/// Counted costs.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Polls of evaluations.
    pub polls: usize,
    /// Polls of loads.
    pub loads: usize,
    /// Calls of the wakers of evaluations.
    pub wakes: usize,
}

impl Counts {
    /// The counts of an executor, and of the loads that it drove.
    #[must_use]
    pub fn of(executor: &CountingExecutor<'_>, loads: &Count) -> Self {
        Self { polls: executor.polls.get(), loads: loads.get(), wakes: executor.wakes.get() }
    }

    fn each(self) -> [(&'static str, usize); 3] {
        let Self { polls, loads, wakes } = self;
        [("polls of evaluations", polls), ("polls of loads", loads), ("wakes", wakes)]
    }
}

/// The most that one task may cost: a few polls to register, one for each answer, and as many again for
/// wakes on behalf of others.
const EACH: usize = 16;

/// A constant cost, whatever the number of tasks.
const FEW: usize = 16;

/// Counts at `size`, at twice and at four times that size. Each time the cost is at most two and a half
/// times the one before, which is linear and not quadratic, and at most a constant for each task.
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
