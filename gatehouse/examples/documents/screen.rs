//! What the example prints: aligned, and coloured on a terminal only.

use std::io::IsTerminal;
use std::time::Duration;

use gatehouse::Decision;

use crate::policies::{Action, User};

pub struct Screen {
    colours: bool,
}

impl Screen {
    pub fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: wanted && std::io::stdout().is_terminal() }
    }

    fn painted(&self, colour: u8, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub fn title(&self, text: &str) {
        println!("\n{}", self.painted(1, text));
    }

    pub fn note(&self, text: &str) {
        println!("  {}", self.painted(2, &format!("({text})")));
    }

    pub fn indented(text: &str) {
        for line in text.lines() {
            println!("  {}", line.trim_end());
        }
    }

    pub fn decision(&self, user: &User, action: Action, decision: &Decision) {
        let colour = match decision {
            Decision::Allow { .. } => 32,
            Decision::Deny { .. } => 31,
            Decision::Indeterminate { .. } => 33,
        };
        let action = format!("{action:?}").to_lowercase();
        let decision = self.painted(colour, &decision.to_string());
        println!("  {:<5} {action:<5} {decision}", user.name);
    }

    pub fn request(&self, user: &User, action: Action) {
        let action = format!("{action:?}").to_lowercase();
        println!("\n  {}", self.painted(1, &format!("May {} {action} it?", user.name)));
    }

    pub fn row(user: &str, visible: &str, filtered: &str, one_by_one: &str) {
        println!("  {user:<5} {visible:>7}   {filtered:>17}   {one_by_one:>21}");
    }

    /// Queries, and how long they took.
    pub fn cost(queries: usize, time: Duration) -> String {
        format!("{queries} in {:>3} ms", time.as_millis())
    }
}
