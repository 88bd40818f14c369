//! Results and cancellations as a bookmaker pays them.

/// How an outcome ended, as the feed says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The outcome.
    pub id: Box<str>,
    /// 0 lost, 1 won, -1 undecided; `None` where the feed says something else.
    pub result: Option<i64>,
    /// Part of the stake that is paid back.
    pub void_factor: Option<f64>,
    /// Part that is paid of a dead heat.
    pub dead_heat_factor: Option<f64>,
}

/// What is paid of a stake.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Not known yet.
    Undecided,
    /// The feed says something that has no meaning we know: never to be read as lost.
    Unsupported,
    /// Settled.
    Decided {
        /// What is not void of the stake has won.
        won: bool,
        /// Halves of the stake that are paid back: 0, 1 or 2.
        void_halves: u8,
        /// Part that is paid of what has won; 1 without a dead heat.
        dead_heat: f64,
    },
}

impl Settled {
    /// What is paid of a stake on it.
    pub fn verdict(&self) -> Verdict {
        let won = match self.result {
            Some(0) => false,
            Some(1) => true,
            Some(-1) => return Verdict::Undecided,
            _ => return Verdict::Unsupported,
        };
        let void_halves = match self.void_factor.map(|factor| factor * 2.0) {
            None => 0,
            Some(1.0) => 1,
            Some(2.0) => 2,
            Some(_) => return Verdict::Unsupported,
        };
        let dead_heat = self.dead_heat_factor.unwrap_or(1.0);
        if !(dead_heat > 0.0 && dead_heat <= 1.0) {
            return Verdict::Unsupported;
        }
        Verdict::Decided { won, void_halves, dead_heat }
    }
}

/// Bets of a window of time are void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// From here on, in milliseconds since the epoch; `None`: from the beginning.
    pub start: Option<i64>,
    /// Up to here; `None`: to the end.
    pub end: Option<i64>,
    /// Code of the reason.
    pub void_reason: Option<i64>,
    /// The event that takes this one's place.
    pub superceded_by: Option<Box<str>>,
    /// Outcomes it is about; all if none is named.
    pub outcomes: Vec<Box<str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(result: Option<i64>, void_factor: Option<f64>, dead_heat_factor: Option<f64>) -> Verdict {
        Settled { id: "1".into(), result, void_factor, dead_heat_factor }.verdict()
    }

    #[test]
    fn the_table_of_results_is_the_feeds() {
        let decided = |won, void_halves, dead_heat| Verdict::Decided { won, void_halves, dead_heat };
        for (result, void, dead_heat, expected) in [
            (Some(0), None, None, decided(false, 0, 1.0)),
            (Some(1), None, None, decided(true, 0, 1.0)),
            (Some(1), None, Some(0.5), decided(true, 0, 0.5)),
            (Some(0), Some(1.0), None, decided(false, 2, 1.0)),
            (Some(1), Some(0.5), None, decided(true, 1, 1.0)),
            (Some(0), Some(0.5), None, decided(false, 1, 1.0)),
            (Some(-1), Some(0.5), None, Verdict::Undecided),
        ] {
            assert_eq!(verdict(result, void, dead_heat), expected);
        }
        for (result, void, dead_heat) in [
            (None, None, None),
            (Some(2), None, None),
            (Some(0), Some(0.25), None),
            (Some(1), None, Some(1.5)),
            (Some(1), None, Some(0.0)),
            (Some(1), None, Some(f64::NAN)),
        ] {
            assert_eq!(verdict(result, void, dead_heat), Verdict::Unsupported);
        }
    }
}
