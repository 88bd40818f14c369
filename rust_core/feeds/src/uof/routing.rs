//! Routing keys: what a message is about, without parsing it.

/// `priority.prematch.live.type.sport.eventtype.eventid[.node]`; '-' stands for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoutingKey<'a> {
    /// `hi` or `lo`.
    pub priority: Option<&'a str>,
    /// `pre` or `virt`.
    pub prematch: Option<&'a str>,
    /// `live` or `virt`.
    pub live: Option<&'a str>,
    /// Name of the message, in its present spelling.
    pub kind: &'a str,
    /// Digits of `sr:sport:N`.
    pub sport: Option<&'a str>,
    /// Event type, such as `sr:match`, and number.
    pub event: Option<(&'a str, &'a str)>,
    /// Node id of the recovery the message answers.
    pub node: Option<i64>,
}

impl<'a> RoutingKey<'a> {
    /// Reads a key of seven or eight words; `None` if it is none.
    pub fn parse(key: &'a str) -> Option<Self> {
        let mut words = key.split('.');
        let mut next = || words.next().filter(|word| !word.is_empty());
        let known = |word: &'a str| Some(word).filter(|word| *word != "-");
        let (priority, prematch, live) = (known(next()?), known(next()?), known(next()?));
        let kind = match known(next()?)? {
            "cancelbet" => "bet_cancel",
            "rollback_betsettlement" => "rollback_bet_settlement",
            "rollback_cancelbet" => "rollback_bet_cancel",
            kind => kind,
        };
        let sport = known(next()?);
        let event = known(next()?).zip(known(next()?));
        let node = match words.next() {
            None | Some("-") => None,
            Some(node) => Some(node.parse().ok()?),
        };
        words.next().is_none().then_some(Self { priority, prematch, live, kind, sport, event, node })
    }

    /// The key's event is the one of this URN.
    pub fn is_about(&self, urn: &str) -> bool {
        self.event.is_some_and(|(kind, number)| {
            urn.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')) == Some(number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_documentation_are_read() {
        let key = RoutingKey::parse("hi.-.live.odds_change.1.sr:match.1234.-5").unwrap();
        assert_eq!((key.priority, key.prematch, key.live), (Some("hi"), None, Some("live")));
        assert_eq!((key.kind, key.sport, key.node), ("odds_change", Some("1"), Some(-5)));
        assert!(key.is_about("sr:match:1234") && !key.is_about("sr:match:12345"));
        let system = RoutingKey::parse("-.-.-.snapshot_complete.-.-.-.0").unwrap();
        assert_eq!((system.event, system.node), (None, Some(0)));
        let seven = RoutingKey::parse("lo.-.live.cancelbet.1.sr:match.7").unwrap();
        assert_eq!((seven.kind, seven.node), ("bet_cancel", None));
    }

    #[test]
    fn other_text_is_no_key() {
        for text in [
            "",
            "hi",
            "hi.pre.-.-.1.sr:match.1.-",
            "a.b.c.d.e.f",
            "a.b.c.d.e.f.g.h.i",
            "a.b.c.d.e.f.g.x",
            "a..c.d.e.f.g",
        ] {
            assert_eq!(RoutingKey::parse(text), None, "{text}");
        }
    }
}
