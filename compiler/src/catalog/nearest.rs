//! What to suggest for a name that is unknown.
//!
//! In: a word and the known names. Out: a sentence for a diagnostic's help. Invariant: the order of the names decides
//! among equally near ones, so the answer is deterministic.

pub use crate::base::nearest::nearest;

/// Most names a suggestion lists.
const SHOWN_MAX: usize = 20;

/// `did you mean 'x'?`, or a list of what there is.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone, what: &str) -> String {
    if let Some(name) = nearest(word, known.clone()) {
        return format!("did you mean '{name}'?");
    }
    let all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() {
        return format!("there are no {what}");
    }
    let shown = all[..all.len().min(SHOWN_MAX)].join(", ");
    let more = if all.len() > SHOWN_MAX { ", …" } else { "" };
    format!("available {what}: {shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_get_a_name_and_strangers_a_list() {
        let known = ["auction", "bidder", "price"];
        let cases = [
            ("acution", "did you mean 'auction'?"),
            ("zzz", "available columns: auction, bidder, price"),
        ];
        for (word, expected) in cases {
            assert_eq!(suggestion(word, known, "columns"), expected);
        }
        assert_eq!(suggestion("x", [], "columns"), "there are no columns");
    }
}
