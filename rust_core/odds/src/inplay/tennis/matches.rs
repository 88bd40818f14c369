//! Sets: matches of any length, from any score.

use super::games::Tally;
use super::sets::{Rates, SetEnd, SetRules, SetState};
use super::{InplayError, Player, check_serve, impossible};
use crate::models::{ScoreGrid, parameter};

/// What an advantage set may leave out of the distribution of games.
const MISSING: f64 = 1e-9;

/// A match as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TennisState {
    /// A and B win a point they serve.
    pub serve: [f64; 2],
    /// Most sets: 1, 3 or 5.
    pub best_of: u32,
    /// Sets of A and B.
    pub sets: [u32; 2],
    /// The set that is played.
    pub set: SetState,
    /// How a set ends.
    pub rules: SetRules,
    /// How the last possible set ends.
    pub final_rules: SetRules,
}

/// What may still happen in a match.
#[derive(Debug, Clone)]
pub struct Tennis {
    state: TennisState,
    rates: Rates,
    needed: u32,
    /// A wins a set from its start, and the final set.
    fresh: [f64; 2],
    /// A wins the set that is played.
    current: f64,
}

impl Tennis {
    /// A match from a score.
    ///
    /// # Errors
    /// Probabilities that are not inside (0, 1), a length other than 1, 3 and 5 sets, a score no match under way stands
    /// at.
    pub fn new(state: TennisState) -> Result<Self, InplayError> {
        check_serve("pa", state.serve[0])?;
        check_serve("pb", state.serve[1])?;
        let known = matches!(state.best_of, 1 | 3 | 5);
        parameter("best_of", state.best_of.into(), known, "1, 3 or 5 sets")?;
        let needed = state.best_of / 2 + 1;
        if state.sets[0].max(state.sets[1]) >= needed {
            return impossible(
                "sets",
                state.sets,
                "no score of a match under way: it is over, or was before",
            );
        }
        let rates = Rates::new(state.serve, state.rules.no_ad);
        let start = SetState::start(Player::A);
        let fresh = [rates.set(start, state.rules), rates.set(start, state.final_rules)];
        let mut found = Self { state, rates, needed, fresh, current: 0.0 };
        let rules = found.rules(state.sets);
        rules.check(state.set)?;
        found.current = found.rates.set(state.set, rules);
        Ok(found)
    }

    fn is_final(&self, sets: [u32; 2]) -> bool {
        sets[0] + sets[1] + 1 == self.state.best_of
    }

    fn rules(&self, sets: [u32; 2]) -> SetRules {
        if self.is_final(sets) { self.state.final_rules } else { self.state.rules }
    }

    /// A wins the next point.
    #[must_use]
    pub fn point(&self) -> f64 {
        self.rates.point(self.state.set, self.rules(self.state.sets))
    }

    /// A wins the game or tie-break that is played.
    #[must_use]
    pub fn game(&self) -> f64 {
        self.rates.game(self.state.set, self.rules(self.state.sets))
    }

    /// A wins the set that is played.
    #[must_use]
    pub fn set(&self) -> f64 {
        self.current
    }

    /// A wins the match.
    #[must_use]
    pub fn won(&self) -> f64 {
        let scores = self.set_scores();
        let won: f64 = scores.iter().filter(|(sets, _)| sets[0] == self.needed).map(|(_, p)| p).sum();
        won.min(1.0)
    }

    /// Every final score in sets that is still possible, A's wins first, and its probability.
    #[must_use]
    pub fn set_scores(&self) -> Vec<([u32; 2], f64)> {
        let mut scores = Vec::new();
        let mut open = vec![(self.state.sets, 1.0)];
        while !open.is_empty() {
            let mut next: Vec<([u32; 2], f64)> = Vec::new();
            for (sets, probability) in open {
                let p = if sets == self.state.sets {
                    self.current
                } else {
                    self.fresh[usize::from(self.is_final(sets))]
                };
                let [a, b] = sets;
                for (sets, share) in [([a + 1, b], p), ([a, b + 1], 1.0 - p)] {
                    let list = if sets[0].max(sets[1]) == self.needed { &mut scores } else { &mut next };
                    match list.iter_mut().find(|(known, _)| *known == sets) {
                        Some((_, known)) => *known += probability * share,
                        None => list.push((sets, probability * share)),
                    }
                }
            }
            open = next;
        }
        scores.sort_by_key(|([a, b], _)| {
            (*a != self.needed, if *a == self.needed { *b } else { self.needed - *a })
        });
        scores
    }

    /// Every way the set that is played may end in games, and its probability.
    ///
    /// # Errors
    /// An advantage set of servers so strong that it leaves more than 1e-9 beyond 200 games a player.
    pub fn game_scores(&self) -> Result<Vec<([u32; 2], f64)>, InplayError> {
        let ends = self.ends(self.state.sets, self.state.set)?;
        Ok(ends.iter().map(|end| (end.games, end.probability)).collect())
    }

    fn ends(&self, sets: [u32; 2], from: SetState) -> Result<Vec<SetEnd>, InplayError> {
        let (ends, left) = self.rates.ends(from, self.rules(sets));
        if left > MISSING { Err(InplayError::EndlessSet) } else { Ok(ends) }
    }

    /// The distribution of the games A and B win in the match, `finished` being those of its finished sets.
    ///
    /// A tie-break counts as one game, and so does a match tie-break.
    ///
    /// # Errors
    /// As [`game_scores`](Self::game_scores); games that a grid does not hold.
    pub fn games(&self, finished: [u32; 2]) -> Result<ScoreGrid, InplayError> {
        for (name, games) in ["games of A", "games of B"].into_iter().zip(finished) {
            parameter(name, games.into(), games < 100, "below 100 in finished sets")?;
        }
        let most = self.state.best_of as usize + 1;
        // What is known by sets of A, sets of B and who serves next.
        let mut open: Vec<Option<Tally>> = (0..most * most * 2).map(|_| None).collect();
        let at = |sets: [u32; 2], server: Player| {
            (sets[0] as usize * most + sets[1] as usize) * 2 + server.index()
        };
        open[at(self.state.sets, self.state.set.server)] = Some(Tally::at(finished));
        let mut total = Tally::default();
        for played in self.state.sets[0] + self.state.sets[1]..self.state.best_of {
            for a in 0..self.needed.min(played + 1) {
                let sets = [a, played - a];
                if sets[1] >= self.needed {
                    continue;
                }
                for server in [Player::A, Player::B] {
                    let Some(tally) = open[at(sets, server)].take() else { continue };
                    let now = sets == self.state.sets;
                    let from = if now { self.state.set } else { SetState::start(server) };
                    let begun = from.games[0] + from.games[1];
                    for end in self.ends(sets, from)? {
                        let next = server.after(end.games[0] + end.games[1] - begun);
                        let mut sets = sets;
                        sets[end.winner().index()] += 1;
                        let over = sets[end.winner().index()] == self.needed;
                        let slot = &mut open[at(sets, next)];
                        let into = if over { &mut total } else { slot.get_or_insert_default() };
                        into.add(&tally, end);
                    }
                }
            }
        }
        total.grid()
    }
}
