//! The answers of a session to keys of a fact, as texts.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Mutex;

use gatehouse::prelude::*;

/// The outputs that a rule has read.
pub struct Answers<K: FactKey>(Mutex<HashMap<K, String>>);

impl<K: FactKey> Answers<K> {
    pub fn new() -> Self {
        Self(Mutex::default())
    }

    /// Notes what a rule has read.
    pub fn note(&self, key: &K, output: &impl Debug) -> bool {
        let text = format!("{output:?}");
        self.0.lock().expect("no panic").insert(key.clone(), text);
        true
    }

    /// The answers to `keys`: the output, or the text of the decision that it failed.
    pub fn of(&self, keys: &[K], decisions: &[Decision]) -> Vec<String> {
        assert_eq!(keys.len(), decisions.len());
        let noted = self.0.lock().expect("no panic");
        let answer = |(key, decision): (&K, &Decision)| match noted.get(key) {
            Some(text) if decision.is_allow() => text.clone(),
            _ => {
                let text = decision.to_string();
                let before =
                    format!("indeterminate: `asked` could not be decided: `{}`: ", K::NAME);
                text.strip_prefix(&before).unwrap_or(&text).to_owned()
            }
        };
        keys.iter().zip(decisions).map(answer).collect()
    }
}

/// The answers of a session to keys of a fact, which are asked in one round: what `.await` gives, or why
/// nothing can be decided.
///
/// `answers!(&session, Suspended(user): [Suspended(1)])`
macro_rules! answers {
    ($session:expr, $fact:ident($($part:ident),*): $keys:expr) => {{
        struct Keys;
        impl gatehouse::Domain for Keys {
            type Subject = crate::answers::Answers<$fact>;
            type Action = ();
            type Resource = $fact;
            type Context = ();
        }
        #[gatehouse::policy]
        async fn asked(answers: &crate::answers::Answers<$fact>, key: &$fact) -> bool {
            let output = $fact($(key.$part.clone()),*).await;
            answers.note(key, &output)
        }
        static GATE: gatehouse::Gate<Keys, asked> = gatehouse::Gate::new();
        let answers = crate::answers::Answers::new();
        let keys = Vec::from($keys);
        let decisions = GATE.bind($session, &answers, &()).check_all(&keys).await;
        answers.of(&keys, &decisions)
    }};
}
