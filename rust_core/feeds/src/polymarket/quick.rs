//! Price changes in the form in which nearly every frame comes.

use super::PLACES;
use super::message::{Edit, ONE, Said};
use crate::side::Level;
use crate::sweep::Sweep;

/// Usual lengths of texts that nobody reads.
const MARKET: usize = 66;
const HASH: usize = 40;
const TIMESTAMP: usize = 13;

/// The books known.
pub(super) trait Known {
    /// Steps over the id of an asset and the quote behind it; `place` is where the last one's book is.
    fn asset(&self, sweep: &mut Sweep<'_>, place: Option<usize>) -> Option<usize>;
}

/// Reads edits and the places of their books into `changes`; `None` if the frame is anything else, be it sound or
/// broken.
pub(super) fn changes(frame: &[u8], known: &impl Known, changes: &mut Vec<(usize, Edit)>) -> Option<()> {
    changes.clear();
    let mut sweep = Sweep::new(frame);
    // The type stands first or last.
    let typed = sweep.is(br#"{"event_type":"price_change","market":""#);
    if !typed && !sweep.is(br#"{"market":""#) {
        return None;
    }
    sweep.text_of::<MARKET>()?;
    if !sweep.is(br#","price_changes":["#) {
        return None;
    }
    loop {
        let place = changes.last().map(|change| change.0);
        changes.push(change(&mut sweep, known, place)?);
        if !sweep.is(b",") {
            break;
        }
    }
    if !sweep.is(br#"],"timestamp":""#) {
        return None;
    }
    sweep.text_of::<TIMESTAMP>()?;
    let typed = typed || sweep.is(br#","event_type":"price_change""#);
    (typed && sweep.is(b"}") && sweep.is_done()).then_some(())
}

#[inline]
fn change(sweep: &mut Sweep<'_>, known: &impl Known, last: Option<usize>) -> Option<(usize, Edit)> {
    let place = if sweep.is(br#"{"asset_id":""#) { known.asset(sweep, last)? } else { return None };
    let price = if sweep.is(br#","price":""#) { sweep.price::<PLACES>()? } else { return None };
    let (is_bid, size);
    if sweep.is(br#","side":""#) {
        is_bid = side(sweep)?;
        size = if sweep.is(br#","size":""#) { sweep.decimal::<PLACES>()? } else { return None };
    } else {
        size = if sweep.is(br#","size":""#) { sweep.decimal::<PLACES>()? } else { return None };
        is_bid = if sweep.is(br#","side":""#) { side(sweep)? } else { return None };
    }
    if sweep.is(br#","hash":""#) {
        sweep.text_of::<HASH>()?;
    }
    let best_bid = if sweep.is(br#","best_bid":""#) { said(sweep, 0)? } else { Said::Nothing };
    let best_ask = if sweep.is(br#","best_ask":""#) { said(sweep, ONE)? } else { Said::Nothing };
    let sound = (0..=ONE).contains(&price) && size >= 0 && sweep.is(b"}");
    sound.then_some((place, Edit { level: Level { price, size }, is_bid, best_bid, best_ask }))
}

/// Reads one level and answers how many bytes it takes.
#[inline]
pub(super) fn level(bytes: &[u8]) -> Option<(Level, usize)> {
    let mut sweep = Sweep::new(bytes);
    let price = if sweep.is(br#"{"price":""#) { sweep.price::<PLACES>()? } else { return None };
    let size = if sweep.is(br#","size":""#) { sweep.decimal::<PLACES>()? } else { return None };
    let sound = (0..=ONE).contains(&price) && size >= 0 && sweep.is(b"}");
    sound.then(|| (Level { price, size }, bytes.len() - sweep.rest().len()))
}

#[inline]
fn side(sweep: &mut Sweep<'_>) -> Option<bool> {
    let is_bid = sweep.is(b"BUY\"");
    (is_bid || sweep.is(b"SELL\"")).then_some(is_bid)
}

#[inline]
fn said(sweep: &mut Sweep<'_>, empty: i64) -> Option<Said> {
    sweep.price::<PLACES>().map(|price| Said::of(price, empty))
}
