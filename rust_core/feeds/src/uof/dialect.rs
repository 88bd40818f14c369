//! Vendors that speak this feed's language, each with producers of its own.

/// Who sends the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Sportradar: events are `sr:match:…`, `vf:match:…`, and so on.
    Sportradar,
    /// Oddin: events are `od:match:…`; other scoreboards, periods with a type.
    Oddin,
}

/// What a producer prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Before the event begins.
    Prematch,
    /// While it is played.
    Live,
    /// Simulated events.
    Virtual,
}

impl Scope {
    /// The feed's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prematch => "prematch",
            Self::Live => "live",
            Self::Virtual => "virtual",
        }
    }
}

/// A producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    /// Its number: `product` of messages.
    pub id: i64,
    /// Its name.
    pub name: &'static str,
    /// What it prices.
    pub scope: Scope,
}

const fn producer(id: i64, name: &'static str, scope: Scope) -> Producer {
    Producer { id, name, scope }
}

const SPORTRADAR: &[Producer] = &[
    producer(1, "LO", Scope::Live),
    producer(3, "Ctrl", Scope::Prematch),
    producer(4, "BetPal", Scope::Live),
    producer(5, "PremiumCricket", Scope::Live),
    producer(6, "VF", Scope::Virtual),
    producer(7, "WNS", Scope::Prematch),
    producer(8, "VBL", Scope::Virtual),
    producer(9, "VTO", Scope::Virtual),
    producer(10, "VDR", Scope::Virtual),
    producer(11, "VHC", Scope::Virtual),
    producer(12, "VTI", Scope::Virtual),
    producer(14, "C-Odds", Scope::Live),
    producer(15, "VBI", Scope::Virtual),
    producer(16, "PB", Scope::Live),
    producer(17, "VCI", Scope::Virtual),
];
const ODDIN: &[Producer] = &[producer(1, "pre", Scope::Prematch), producer(2, "live", Scope::Live)];

impl Dialect {
    /// By the URN of an event.
    pub fn of(event: &str) -> Self {
        if event.starts_with("od:") { Self::Oddin } else { Self::Sportradar }
    }

    /// The vendor's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sportradar => "sportradar",
            Self::Oddin => "oddin",
        }
    }

    /// Its producers, unless the API's list of them is at hand, which is newer.
    pub fn producers(self) -> &'static [Producer] {
        match self {
            Self::Sportradar => SPORTRADAR,
            Self::Oddin => ODDIN,
        }
    }

    /// A producer by its number; `None` if we do not know it: its messages count all the same.
    pub fn producer(self, id: i64) -> Option<Producer> {
        self.producers().iter().copied().find(|producer| producer.id == id)
    }
}
