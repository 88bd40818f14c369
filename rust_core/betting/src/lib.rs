//! Settlement arithmetic of bets, exact to the minor unit.
