//! The comma-separated lists of extension values (`X509V3_parse_list`).

use super::error::OptionFault;

/// `name`, or `name:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListItem<'a> {
    pub(super) name: &'a str,
    pub(super) value: Option<&'a str>,
}

/// White space of the C locale.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0B' | '\x0C')
}

/// Splits a list. The first colon of an item ends its name; no item and no part may be empty.
pub(super) fn items(text: &str) -> Result<Vec<ListItem<'_>>, OptionFault> {
    if text.contains(['\r', '\n']) {
        return Err(OptionFault::LineBreak);
    }
    text.split(',')
        .map(|item| {
            let (name, value) = match item.split_once(':') {
                Some((name, value)) => (name, Some(value.trim_matches(is_space))),
                None => (item, None),
            };
            let name = name.trim_matches(is_space);
            if name.is_empty() || value == Some("") {
                Err(OptionFault::EmptyItem)
            } else {
                Ok(ListItem { name, value })
            }
        })
        .collect()
}

/// Skips white space at the start, as after `critical,`.
pub(super) fn unspaced(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// Whether an item's name is `keyword` or `keyword.` with a number or the like.
pub(super) fn is_keyword(name: &str, keyword: &str) -> bool {
    name.strip_prefix(keyword)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_at_commas_and_first_colons() {
        let item = |name, value| ListItem { name, value };
        assert_eq!(
            items(" a , b: c:d ,e"),
            Ok(vec![
                item("a", None),
                item("b", Some("c:d")),
                item("e", None)
            ])
        );
        for text in ["", "a,", ",a", "a,,b", "a:", ":a", "a\nb"] {
            assert!(items(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn keywords_may_be_numbered() {
        assert!(is_keyword("DNS", "DNS"));
        assert!(is_keyword("DNS.1", "DNS"));
        assert!(!is_keyword("DNS1", "DNS"));
        assert!(!is_keyword("dns", "DNS"));
    }
}
