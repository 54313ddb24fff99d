//! The name somebody may have meant.
//!
//! In: a word that is unknown and the known ones. Out: the nearest, when it is near enough to be a slip of the
//! keys. Of equally near names the first wins, so the order of the candidates must be fixed.

/// The candidate with the fewest edits to `word`, ignoring case; `None` when all of them are far.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let distances = candidates.into_iter().map(|c| (distance(word, c), c));
    let (edits, candidate) = distances.min_by_key(|(edits, _)| *edits)?;
    (edits <= allowed).then_some(candidate)
}

/// Edits between two words: a letter changed, added, dropped, or two neighbours swapped.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut edits = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                edits = edits.min(before_last[j - 2] + 1);
            }
            row.push(edits);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let cases = [
            ("", "", 0),
            ("abc", "abc", 0),
            ("ABC", "abc", 0),
            ("selct", "select", 1),
            ("form", "from", 1),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
        ];
        for (a, b, edits) in cases {
            assert_eq!(distance(a, b), edits, "{a} to {b}");
            assert_eq!(distance(b, a), edits, "{b} to {a}");
        }
    }

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["price", "auction", "bidder"];
        assert_eq!(nearest("prise", names), Some("price"));
        assert_eq!(nearest("acution", names), Some("auction"));
        assert_eq!(nearest("quantity", names), None);
        assert_eq!(nearest("ab", ["ax"]), None);
        assert_eq!(
            nearest("prices", ["price", "prizes"]),
            Some("price"),
            "the first of equals"
        );
    }
}
