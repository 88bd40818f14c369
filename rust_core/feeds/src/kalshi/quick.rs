//! Changes and levels in the form in which nearly all come. `None` is anything else, be it sound or broken.

use super::message::{Change, DOLLAR, PRICE_PLACES};
use crate::side::Level;
use crate::sweep::Sweep;

/// Digits of milliseconds since the epoch.
const TIMESTAMP: usize = 13;

/// Reads a change.
#[inline]
pub(super) fn change(frame: &[u8]) -> Option<Change<'_>> {
    let mut sweep = Sweep::new(frame);
    let sid = if sweep.is(br#"{"type":"orderbook_delta","sid":"#) { sweep.whole()? } else { return None };
    let seq = if sweep.is(br#","seq":"#) { sweep.whole()? } else { return None };
    let ticker = if sweep.is(br#","msg":{"market_ticker":""#) { sweep.text()? } else { return None };
    if sweep.is(br#","market_id":""#) {
        sweep.text()?;
    }
    let price = if sweep.is(br#","price_dollars":""#) { price(&mut sweep)? } else { return None };
    let by = if sweep.is(br#","delta_fp":""#) { sweep.hundredths()? } else { return None };
    let is_yes = sweep.is(br#","side":"yes""#);
    if !is_yes && !sweep.is(br#","side":"no""#) {
        return None;
    }
    if sweep.is(br#","ts":""#) {
        sweep.text()?;
    }
    if sweep.is(br#","ts_ms":"#) {
        sweep.whole_of::<TIMESTAMP>()?;
    }
    let sound = !ticker.is_empty() && sweep.is(b"}}") && sweep.is_done();
    sound.then_some(Change { sid, seq, ticker, price, by, is_yes })
}

#[inline]
fn price(sweep: &mut Sweep<'_>) -> Option<i64> {
    sweep.price::<PRICE_PLACES>().filter(|price| (0..=DOLLAR).contains(price))
}

/// Reads one level and answers how many bytes it takes.
#[inline]
pub(super) fn level(bytes: &[u8]) -> Option<(Level, usize)> {
    let mut sweep = Sweep::new(bytes);
    let price = if sweep.is(b"[\"") { price(&mut sweep)? } else { return None };
    let size = if sweep.is(b",\"") { sweep.hundredths()? } else { return None };
    sweep.is(b"]").then(|| (Level { price, size }, bytes.len() - sweep.rest().len()))
}
