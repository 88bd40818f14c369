//! Points: games and tie-breaks.

use super::{InplayError, Player, check_serve, impossible, pairs};

/// Fewest and most points a tie-break is played to.
const TIEBREAK_TO: std::ops::RangeInclusive<u32> = 2..=50;
/// Longest tie-break score that is believed.
const MAX_POINTS: u32 = 1_000;

/// The server wins the game from `[server, receiver]` points: 0, 1, 2, 3 for 0, 15, 30, 40; 3-3 is deuce, 4-3 and 3-4
/// are advantages. `no_ad` plays one deciding point at deuce.
///
/// From love: `p⁴(1 + 4q + 10q²) + 20(pq)³·D` with deuce `D = p²/(p² + q²)`.
///
/// # Errors
/// A probability that is not inside (0, 1), points no game stands at.
pub fn game(p: f64, points: [u32; 2], no_ad: bool) -> Result<f64, InplayError> {
    check_serve("p_serve", p)?;
    check_points(points, no_ad)?;
    Ok(game_from(p, points, no_ad))
}

/// Points at which a game is under way.
pub(super) fn check_points(points: [u32; 2], no_ad: bool) -> Result<(), InplayError> {
    let [server, receiver] = points;
    let advantage = !no_ad && server + receiver == 7;
    if server.max(receiver) <= 3 || (advantage && server.max(receiver) == 4) {
        return Ok(());
    }
    let rule = if no_ad {
        "a game under way has 0 to 3 points a player, 3-3 is the deciding point"
    } else {
        "a game under way has 0 to 3 points a player, or 4-3 and 3-4 for advantage"
    };
    impossible("points", points, rule)
}

/// [`game`] without its checks.
pub(super) fn game_from(p: f64, [server, receiver]: [u32; 2], no_ad: bool) -> f64 {
    let q = 1.0 - p;
    let deuce = if no_ad { p } else { pairs(p * p, q * q) };
    let mut wins = [[0.0; 5]; 5];
    wins[4] = [1.0; 5];
    wins[3][3] = deuce;
    wins[4][3] = if no_ad { 1.0 } else { p + q * deuce };
    wins[3][4] = if no_ad { 0.0 } else { p * deuce };
    for mine in (0..4).rev() {
        for theirs in (0..4).rev() {
            if mine + theirs < 6 {
                // 4-3 and 3-4 are reached from deuce alone, so the rows of 4 are games won and lost here.
                let won = if mine == 3 { 1.0 } else { wins[mine + 1][theirs] };
                let lost = if theirs == 3 { 0.0 } else { wins[mine][theirs + 1] };
                wins[mine][theirs] = p * won + q * lost;
            }
        }
    }
    wins[server as usize][receiver as usize]
}

/// Who serves the next point of a tie-break after `played` points: A, then B twice, A twice, and so on.
pub(super) fn tiebreak_server(first: Player, played: u32) -> Player {
    first.after(played.div_ceil(2))
}

/// A wins the tie-break from the points of A and B; `serve` are the probabilities that A and B win a point they serve.
///
/// From `to − 1` all on, two points are served by different players: `T = a(1−b)/(a(1−b) + (1−a)b)`.
///
/// # Errors
/// Probabilities that are not inside (0, 1), points at which the tie-break is over, a length outside 2 to 50.
pub fn tiebreak(
    serve: [f64; 2],
    points: [u32; 2],
    first_server: Player,
    to: u32,
) -> Result<f64, InplayError> {
    check_serve("pa", serve[0])?;
    check_serve("pb", serve[1])?;
    check_tiebreak(points, to)?;
    Ok(tiebreak_from(serve, points, first_server, to))
}

/// Points at which a tie-break to `to` is under way.
pub(super) fn check_tiebreak(points: [u32; 2], to: u32) -> Result<(), InplayError> {
    if !TIEBREAK_TO.contains(&to) {
        let rule = "between 2 and 50 points";
        return Err(crate::models::ModelError::InvalidParameter {
            name: "the length of the tie-break",
            value: to.into(),
            rule,
        }
        .into());
    }
    let [high, low] = [points[0].max(points[1]), points[0].min(points[1])];
    if high > MAX_POINTS {
        return impossible("tie-break", points, "no tie-break went that far");
    }
    if high >= to && high - low >= 2 {
        return impossible("tie-break", points, "it is over, or was before this score");
    }
    Ok(())
}

/// [`tiebreak`] without its checks.
pub(super) fn tiebreak_from(serve: [f64; 2], points: [u32; 2], first: Player, to: u32) -> f64 {
    let a_wins = |played: u32| match tiebreak_server(first, played) {
        Player::A => serve[0],
        Player::B => 1.0 - serve[1],
    };
    let level = pairs(serve[0] * (1.0 - serve[1]), (1.0 - serve[0]) * serve[1]);
    let [a, b] = points;
    if a.min(b) >= to - 1 {
        let p = a_wins(a + b);
        return match a.cmp(&b) {
            std::cmp::Ordering::Equal => level,
            std::cmp::Ordering::Greater => p + (1.0 - p) * level,
            std::cmp::Ordering::Less => p * level,
        };
    }
    // Row by row of A's points from the end; `above` is the row with one more point of A.
    let length = to as usize;
    let mut above = vec![1.0; length];
    let mut row = vec![0.0; length];
    for mine in (a..to).rev() {
        for theirs in (b..to).rev() {
            let at = theirs as usize;
            if mine == to - 1 && theirs == to - 1 {
                row[at] = level;
                continue;
            }
            let p = a_wins(mine + theirs);
            let lost = if theirs == to - 1 { 0.0 } else { row[at + 1] };
            row[at] = p * above[at] + (1.0 - p) * lost;
        }
        std::mem::swap(&mut above, &mut row);
    }
    above[b as usize]
}
