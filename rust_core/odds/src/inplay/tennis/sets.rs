//! Games: sets with a tie-break, and advantage sets.

use super::points::{check_points, check_tiebreak, game_from, tiebreak_from, tiebreak_server};
use super::{InplayError, Player, check_serve, impossible, pairs};

/// Games a set takes at least.
const TO: u32 = 6;
/// Longest set that is believed (the longest played was 70-68).
const MAX_GAMES: u32 = 200;

/// An advantage set that is open with less than this is over.
const SURE: f64 = 1e-17;

/// How a set ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetRules {
    /// Games all at which a tie-break is played; none for an advantage set.
    pub tiebreak_at: Option<u32>,
    /// Points the tie-break is played to.
    pub tiebreak_to: u32,
    /// One deciding point at deuce.
    pub no_ad: bool,
}

/// Where a set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetState {
    /// Games of A and B.
    pub games: [u32; 2],
    /// Points of the game's server and receiver; in a tie-break of the one who served its first point and the other.
    pub points: [u32; 2],
    /// Who serves the game, or served the first point of the tie-break.
    pub server: Player,
}

impl SetState {
    /// A set that begins.
    pub(super) fn start(server: Player) -> Self {
        Self { games: [0, 0], points: [0, 0], server }
    }
}

/// A wins the set; `serve` are the probabilities that A and B win a point they serve.
///
/// # Errors
/// Probabilities that are not inside (0, 1), a score no set under way stands at.
pub fn set(serve: [f64; 2], state: SetState, rules: SetRules) -> Result<f64, InplayError> {
    check_serve("pa", serve[0])?;
    check_serve("pb", serve[1])?;
    rules.check(state)?;
    Ok(Rates::new(serve, rules.no_ad).set(state, rules))
}

impl SetRules {
    /// Whether the set is in its tie-break.
    pub(super) fn in_tiebreak(self, games: [u32; 2]) -> bool {
        self.tiebreak_at.is_some_and(|at| games == [at, at])
    }

    /// Whether a set ends with these games.
    fn over(self, games: [u32; 2]) -> bool {
        let [high, low] = [games[0].max(games[1]), games[0].min(games[1])];
        (high >= TO && high - low >= 2) || self.tiebreak_at.is_some_and(|at| high > at)
    }

    pub(super) fn check(self, state: SetState) -> Result<(), InplayError> {
        let games = state.games;
        if games[0].max(games[1]) > MAX_GAMES {
            return impossible("games", games, "no set went that far");
        }
        if self.over(games) {
            return impossible(
                "games",
                games,
                "no score of a set under way: it is over, or was before this score",
            );
        }
        if self.in_tiebreak(games) {
            check_tiebreak(state.points, self.tiebreak_to)
        } else {
            check_points(state.points, self.no_ad)
        }
    }
}

/// One way a set may end.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetEnd {
    pub(super) games: [u32; 2],
    pub(super) probability: f64,
}

impl SetEnd {
    pub(super) fn winner(self) -> Player {
        if self.games[0] > self.games[1] { Player::A } else { Player::B }
    }
}

/// Probabilities of points and of whole games.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    serve: [f64; 2],
    no_ad: bool,
    /// A wins a game served by A, by B.
    wins: [f64; 2],
    /// B wins a game served by A, by B: computed, not subtracted, so that sure holds keep their rest.
    losses: [f64; 2],
}

impl Rates {
    pub(super) fn new(serve: [f64; 2], no_ad: bool) -> Self {
        let [hold_a, hold_b] = serve.map(|p| game_from(p, [0, 0], no_ad));
        let [break_a, break_b] = serve.map(|p| game_from(1.0 - p, [0, 0], no_ad));
        Self { serve, no_ad, wins: [hold_a, break_b], losses: [break_a, hold_b] }
    }

    /// A wins the next point.
    pub(super) fn point(&self, state: SetState, rules: SetRules) -> f64 {
        let played = state.points[0] + state.points[1];
        let tiebreak = rules.in_tiebreak(state.games);
        match if tiebreak { tiebreak_server(state.server, played) } else { state.server } {
            Player::A => self.serve[0],
            Player::B => 1.0 - self.serve[1],
        }
    }

    /// A wins the current game or tie-break.
    pub(super) fn game(&self, state: SetState, rules: SetRules) -> f64 {
        if rules.in_tiebreak(state.games) {
            return self.tiebreak(state, rules.tiebreak_to);
        }
        match state.server {
            Player::A => game_from(self.serve[0], state.points, self.no_ad),
            // B's own game seen from the other side of the net, where nothing is subtracted.
            Player::B => {
                let [server, receiver] = state.points;
                game_from(1.0 - self.serve[1], [receiver, server], self.no_ad)
            }
        }
    }

    /// A wins the tie-break; its points are those of the first server and the other.
    pub(super) fn tiebreak(&self, state: SetState, to: u32) -> f64 {
        let [first, other] = state.points;
        let points = if state.server == Player::A { [first, other] } else { [other, first] };
        tiebreak_from(self.serve, points, state.server, to)
    }

    /// A wins an advantage set from level games: both games of a pair against none.
    fn level(&self) -> f64 {
        pairs(self.wins[0] * self.wins[1], self.losses[0] * self.losses[1])
    }

    /// A wins the set.
    pub(super) fn set(&self, state: SetState, rules: SetRules) -> f64 {
        let p = self.game(state, rules);
        if rules.in_tiebreak(state.games) {
            return p;
        }
        let [a, b] = state.games;
        let next = state.server.other();
        let won = p * self.from([a + 1, b], next, rules) + (1.0 - p) * self.from([a, b + 1], next, rules);
        won.min(1.0)
    }

    /// A wins the set from the start of a game.
    fn from(&self, games: [u32; 2], server: Player, rules: SetRules) -> f64 {
        if rules.over(games) {
            return if games[0] > games[1] { 1.0 } else { 0.0 };
        }
        // An advantage set goes on for ever: from 5 all only the lead matters.
        let endless = rules.tiebreak_at.is_none();
        let low = games[0].min(games[1]);
        let [a, b] = if endless && low >= TO { games.map(|side| side - low + TO - 1) } else { games };
        let end = rules.tiebreak_at.unwrap_or(TO - 1);
        let level = if endless {
            self.level()
        } else {
            self.tiebreak(SetState::start(server.after(2 * end - a - b)), rules.tiebreak_to)
        };
        // Row by row of A's games from the end; `above` is the row with one more game of A.
        let mut above = vec![1.0; end as usize + 2];
        let mut row = vec![0.0; end as usize + 2];
        let high = end + 1;
        for mine in (a..=high).rev() {
            for theirs in (b..=high).rev() {
                let at = theirs as usize;
                row[at] = if rules.over([mine, theirs]) {
                    f64::from(u8::from(mine > theirs))
                } else if mine == end && theirs == end {
                    level
                } else if mine > end || theirs > end {
                    // 6-5 of an advantage set: a game for the set, or level again.
                    self.decided(mine > theirs, server.after(mine + theirs - a - b), level)
                } else {
                    let by = server.after(mine + theirs - a - b).index();
                    self.wins[by] * above[at] + self.losses[by] * row[at + 1]
                };
            }
            std::mem::swap(&mut above, &mut row);
        }
        above[b as usize]
    }

    /// A wins an advantage set one game ahead or behind.
    fn decided(&self, ahead: bool, server: Player, level: f64) -> f64 {
        let by = server.index();
        if ahead { self.wins[by] + self.losses[by] * level } else { self.wins[by] * level }
    }

    /// Every way the set may end, and what is left of an advantage set after 200 games a player.
    pub(super) fn ends(&self, state: SetState, rules: SetRules) -> (Vec<SetEnd>, f64) {
        let mut ends = Vec::new();
        let mut open = vec![(state.games, 1.0)];
        let mut server = state.server;
        let mut first = Some(state);
        let weight = |open: &[([u32; 2], f64)]| open.iter().map(|(_, probability)| probability).sum::<f64>();
        while weight(&open) > SURE && open[0].0[0] + open[0].0[1] < 2 * MAX_GAMES {
            let mut next: Vec<([u32; 2], f64)> = Vec::with_capacity(open.len() + 1);
            for (games, probability) in open {
                let now = first.take().unwrap_or(SetState { games, points: [0, 0], server });
                let p = self.game(now, rules);
                let [a, b] = games;
                for (games, share) in [([a, b + 1], 1.0 - p), ([a + 1, b], p)] {
                    let probability = probability * share;
                    if rules.over(games) {
                        ends.push(SetEnd { games, probability });
                    } else if let Some(known) = next.iter_mut().find(|(known, _)| *known == games) {
                        known.1 += probability;
                    } else {
                        next.push((games, probability));
                    }
                }
            }
            (open, server) = (next, server.other());
        }
        let mut merged: Vec<SetEnd> = Vec::new();
        for end in ends {
            match merged.iter_mut().find(|known| known.games == end.games) {
                Some(known) => known.probability += end.probability,
                None => merged.push(end),
            }
        }
        (merged, weight(&open))
    }
}
