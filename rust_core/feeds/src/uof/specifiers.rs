//! Specifiers: `key=value` joined by '|', in an order that differs from message to message.

use std::borrow::Cow;

/// The same specifiers sorted by key, so that equal lines have equal text.
pub fn canonical(text: Cow<'_, str>) -> Cow<'_, str> {
    let sorted = |text: &str| text.split('|').is_sorted_by_key(key) && !text.split('|').any(str::is_empty);
    if !text.contains('|') || sorted(&text) {
        return text;
    }
    let mut sorted: Vec<&str> = text.split('|').filter(|part| !part.is_empty()).collect();
    sorted.sort_by_key(|part| key(part));
    Cow::Owned(sorted.join("|"))
}

fn key(part: &str) -> (&str, &str) {
    part.split_once('=').unwrap_or((part, ""))
}

/// Keys and values; a value may hold any sign but '|'.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('|').filter_map(|part| part.split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_does_not_matter() {
        for text in ["setnr=4|pointnr=45", "pointnr=45|setnr=4", "|pointnr=45||setnr=4|"] {
            assert_eq!(canonical(text.into()), "pointnr=45|setnr=4", "{text}");
        }
        for text in ["", "score=0:2", "hcp=-0.25|variant=sr:exact_goals:4+", "setnr=3-3", "a==|b=1=2"] {
            assert!(matches!(canonical(text.into()), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert_eq!(pairs("a=b=c|x=1").collect::<Vec<_>>(), [("a", "b=c"), ("x", "1")]);
    }
}
