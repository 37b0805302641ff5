//! The nearest known word to a misspelt one.

/// The word that `written` is nearly, if there is one: a letter in three may be wrong, missing, too
/// much, or swapped with its neighbour.
pub(crate) fn nearest<'w>(written: &str, words: &[&'w str]) -> Option<&'w str> {
    let written = written.to_lowercase();
    let near = |word: &&'w str| {
        let distance = distance(&written, word);
        (distance <= word.len().div_ceil(3)).then_some((distance, *word))
    };
    words.iter().filter_map(near).min().map(|(_, word)| word)
}

/// How many letters must change to get from one word to the other (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let kept = above[j] + usize::from(a != b);
            let mut least = kept.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near() {
        let options = ["forbid", "unconditional", "lazy", "rounds", "crate"];
        for (written, meant) in [
            ("forbidd", Some("forbid")),
            ("frobid", Some("forbid")),
            ("Forbid", Some("forbid")),
            ("forbids", Some("forbid")),
            ("round", Some("rounds")),
            ("unconditionnal", Some("unconditional")),
            ("lasy", Some("lazy")),
            ("audited", None),
            ("name", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, &options), meant, "{written}");
        }
        assert_eq!(nearest("awit", &["await"]), Some("await"));
        assert_eq!(nearest("data", &["await"]), None);
    }
}
