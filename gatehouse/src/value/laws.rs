//! What every value promises, for tests: it comes back, and is equal to those that are stored alike.

use proptest::prop_oneof;
use proptest::strategy::{Just, Strategy};

use super::traits::Value;

/// How many pairs a test tries.
const PAIRS: u32 = 2000;

/// Checks two values. Values without a stored form are equal to no value that has one.
#[track_caller]
pub(super) fn check<V: Value>(one: &V, other: &V) {
    let stored = [one, other].map(V::encode);
    let alike = stored[0] == stored[1] && stored[0].is_ok();
    let has_form = stored.iter().any(Result::is_ok);
    assert!(!has_form || alike == (one == other), "{one:?}, {other:?}: {stored:?}");
    for (value, stored) in [one, other].into_iter().zip(stored) {
        if let Ok(stored) = stored {
            assert_eq!(V::decode(stored).as_ref(), Ok(value));
        }
    }
}

/// Checks random pairs, also of equal values. `again` makes an equal value of a value, if there is another way to write it.
pub(super) fn check_random<V: Value>(
    values: impl Strategy<Value = V> + Clone + 'static,
    again: impl Fn(V) -> V + Clone + 'static,
) {
    let other = values.clone();
    let pairs = values.prop_flat_map(move |one| {
        let same = again(one.clone());
        (Just(one), prop_oneof![other.clone(), Just(same)])
    });
    gatehouse_random::check(PAIRS, &pairs, |(one, other)| {
        check(&one, &other);
        Ok(())
    });
}

#[test]
fn the_values_of_the_standard_library_keep_the_laws() {
    use proptest::arbitrary::any;
    check_random(any::<bool>(), |it| it);
    check_random(any::<i64>(), |it| it);
    check_random(any::<u64>(), |it| it);
    check_random(any::<i8>(), |it| it);
    check_random(any::<String>(), |it| it);
    check_random(any::<Vec<u8>>(), |it| it);
    check_random(any::<Option<u8>>(), |it| it);
}
