//! What is counted of a program's build.

use std::fmt;

use super::compiler::{Profile, Step};

/// What is counted. All but the last are less what an empty program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Tokens of the program with its macros expanded.
    Tokens,
    /// Lines of LLVM's language that a build hands to LLVM.
    Lines(Profile),
    /// Instructions of the compiler until names are resolved: mostly the macros' own.
    Expand,
    /// Instructions of a check.
    Check,
    /// Instructions of a build of the program's crate, without the linker.
    Build(Profile),
    /// 1 if a check or a build needs a `recursion_limit`, 0 otherwise.
    RecursionLimit,
}

impl Count {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Tokens,
        Self::Lines(Profile::Debug),
        Self::Lines(Profile::Release),
        Self::Expand,
        Self::Check,
        Self::Build(Profile::Debug),
        Self::Build(Profile::Release),
        Self::RecursionLimit,
    ];

    /// Its name in the baseline and in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Lines(Profile::Debug) => "lines",
            Self::Lines(Profile::Release) => "release-lines",
            Self::Expand => "expand",
            Self::Check => "check",
            Self::Build(Profile::Debug) => "build",
            Self::Build(Profile::Release) => "release-build",
            Self::RecursionLimit => "recursion-limit",
        }
    }

    /// The count of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|count| count.name() == name)
    }

    /// What the compiler does for it.
    pub fn step(self) -> Step {
        match self {
            Self::Tokens => Step::Print,
            Self::Lines(profile) => Step::Lines(profile),
            Self::Expand => Step::Expand,
            Self::Check => Step::Check,
            Self::Build(profile) => Step::Build(profile),
            Self::RecursionLimit => Step::Build(Profile::Debug),
        }
    }

    /// Whether valgrind counts it.
    pub fn is_of_instructions(self) -> bool {
        matches!(self, Self::Expand | Self::Check | Self::Build(_))
    }

    /// By how much two builds of the same sources may differ, as a part of the whole: other versions
    /// of the compiler and of the system's libraries differ in lines and instructions.
    pub fn tolerance(self) -> f64 {
        match self {
            Self::Tokens | Self::RecursionLimit => 0.0,
            Self::Lines(_) => 0.02,
            Self::Expand | Self::Check | Self::Build(_) => 0.04,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tokens => "tokens",
            Self::Lines(Profile::Debug) => "LLVM lines, debug",
            Self::Lines(Profile::Release) => "LLVM lines, release",
            Self::Expand => "instructions, expand",
            Self::Check => "instructions, check",
            Self::Build(Profile::Debug) => "instructions, debug build",
            Self::Build(Profile::Release) => "instructions, release build",
            Self::RecursionLimit => "needs a `recursion_limit`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_count_has_a_name_of_its_own() {
        for count in Count::ALL {
            assert_eq!(Count::named(count.name()), Some(count));
        }
        assert_eq!(Count::named("seconds"), None);
    }
}
