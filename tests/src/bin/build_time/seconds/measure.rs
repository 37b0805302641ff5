//! Builds, measured: by the clock, and by the processor time of cargo and the compiler, which says
//! less about what else the machine does.

use std::fmt;
use std::time::{Duration, Instant};

use super::workshop::{Style, Workshop};
use crate::counting::of_children;

/// How a program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `cargo check`
    Check,
    /// `cargo build`
    Debug,
    /// `cargo build --release`
    Release,
}

impl Way {
    /// Cargo's arguments.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Check => &["check", "--quiet"],
            Self::Debug => &["build", "--quiet"],
            Self::Release => &["build", "--quiet", "--release"],
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.arguments().iter().filter(|word| **word != "--quiet").collect();
        write!(f, "cargo")?;
        words.iter().try_for_each(|word| write!(f, " {word}"))
    }
}

/// What one build took.
#[derive(Clone, Copy, Debug)]
struct Sample {
    wall: Duration,
    /// Of cargo, the compiler and the linker, all threads; `None` where the system does not tell.
    cpu: Option<Duration>,
}

impl Sample {
    /// What builds are compared by.
    fn time(&self) -> Duration {
        self.cpu.unwrap_or(self.wall)
    }
}

/// Builds every program `runs` times, in turns, and prints medians. What programs depend on is built
/// before.
pub fn compare(workshop: &Workshop, way: Way, runs: usize) {
    if way != Way::Debug {
        // As debug builds, they have all been built, and run.
        for style in Style::ALL {
            build(workshop, style, way);
        }
    }
    let mut samples = Style::ALL.map(|_| Vec::new());
    for _ in 0..runs {
        for (style, samples) in Style::ALL.into_iter().zip(&mut samples) {
            samples.push(build(workshop, style, way));
        }
    }
    println!("{way}: {runs} builds of each, in turns");
    let by_hand = median(&samples[2], Sample::time);
    for (style, samples) in Style::ALL.into_iter().zip(&samples) {
        let times = samples.iter().map(Sample::time);
        let (least, most) = (times.clone().min(), times.max());
        let time = median(samples, Sample::time);
        println!(
            "  {:<9} {:>6.2} s cpu ({:.2} to {:.2}), {:>6.2} s wall; {:.2} x by hand",
            style.name(),
            time.as_secs_f64(),
            least.unwrap_or_default().as_secs_f64(),
            most.unwrap_or_default().as_secs_f64(),
            median(samples, |sample| sample.wall).as_secs_f64(),
            time.as_secs_f64() / by_hand.as_secs_f64(),
        );
    }
}

fn build(workshop: &Workshop, style: Style, way: Way) -> Sample {
    workshop.touch(style);
    let (begun, before) = (Instant::now(), of_children());
    workshop.run_cargo(style, way.arguments());
    let cpu = of_children().zip(before).map(|(after, before)| after.saturating_sub(before));
    Sample { wall: begun.elapsed(), cpu }
}

fn median(samples: &[Sample], of: impl Fn(&Sample) -> Duration) -> Duration {
    let mut times: Vec<Duration> = samples.iter().map(of).collect();
    times.sort_unstable();
    times[times.len() / 2]
}
