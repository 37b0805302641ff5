//! What the source says of the keys of a call, by what they are in its data set.

use gatehouse::prelude::*;

use crate::data::Answer;

/// The same facts in one of three ways.
///
/// - Where a key failed and none is missing, it is left out, and another one that nobody asked for is
///   answered: a key that is spelt otherwise, which fails what has no answer.
/// - Where a key failed and another one is missing, it fails alone.
/// - Where none failed, a key that nobody asked for is answered too, which is declared: what is missing
///   stays missing.
pub fn loaded<K: FactKey>(
    keys: &[K],
    answers: &[Answer],
    value: impl Fn(u64) -> K::Value,
    otherwise: impl Fn(&K) -> K,
) -> Loaded<K> {
    let there_is = |answer| answers.contains(&answer);
    let (failed, missing) = (there_is(Answer::Failed), there_is(Answer::Missing));
    let mut loaded = Loaded::new();
    for (key, answer) in keys.iter().zip(answers) {
        match *answer {
            Answer::Value(number) => loaded.insert(key.clone(), value(number)),
            Answer::Missing => {}
            Answer::Failed if missing => {
                loaded.fail(key.clone(), FactError::safe("scripted failure"));
            }
            Answer::Failed => loaded.insert(otherwise(key), value(1)),
        }
    }
    if failed {
        return loaded;
    }
    keys.iter().take(1).for_each(|key| loaded.insert(otherwise(key), value(1)));
    loaded.more_than_asked()
}
