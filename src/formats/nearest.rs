//! The known word that a misspelt one was probably meant to be.

/// The longest word for which a neighbour is sought; longer ones are no misspelling.
const LONGEST: usize = 40;

/// The word of `known` that is nearest to `word`, if one is near enough to be worth suggesting: at most a
/// third of its letters differ, three at most, and case does not count.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if !(2..=LONGEST).contains(&length) {
        return None;
    }
    let limit = (length / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|candidate| {
            candidate.len() <= LONGEST && candidate.chars().count().abs_diff(length) <= limit
        })
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, upper and lower case being the same.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.to_lowercase().chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut before = index + 1;
        next.push(before);
        for (pair, other) in row.windows(2).zip(&right) {
            let (diagonal, above) = match pair {
                [diagonal, above] => (*diagonal, *above),
                _ => continue,
            };
            let replaced = diagonal + usize::from(character != *other);
            before = replaced.min(above + 1).min(before + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn misspelt_words_find_their_neighbour() {
        let known = ["keyUsage", "extendedKeyUsage", "basicConstraints"];
        assert_eq!(nearest("keyUsge", known), Some("keyUsage"));
        assert_eq!(nearest("KEYUSAGE", known), Some("keyUsage"));
        assert_eq!(nearest("basicContraint", known), Some("basicConstraints"));
        assert_eq!(nearest("nonsense", known), None);
        assert_eq!(nearest("", known), None);
    }
}
