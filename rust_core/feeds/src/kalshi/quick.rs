//! Changes in the form in which nearly every frame comes.

use super::message::{COUNT_PLACES, Change, DOLLAR, PRICE_PLACES};
use crate::sweep::Sweep;

/// Reads a change; `None` if the frame is anything else, be it sound or broken.
#[inline]
pub(super) fn change(frame: &[u8]) -> Option<Change<'_>> {
    let mut sweep = Sweep::new(frame);
    let begin = sweep.is(br#"{"type":"orderbook_delta","sid":"#);
    let sid = if begin { sweep.whole()? } else { return None };
    let seq = if sweep.is(br#","seq":"#) { sweep.whole()? } else { return None };
    let (mut ticker, mut price, mut by, mut is_yes) = (None, None, None, None);
    if !sweep.is(br#","msg":{"#) {
        return None;
    }
    loop {
        if sweep.is(br#""market_ticker":""#) {
            ticker = Some(sweep.text()?);
        } else if sweep.is(br#""price_dollars":""#) {
            price = Some(sweep.decimal(PRICE_PLACES)?);
        } else if sweep.is(br#""delta_fp":""#) {
            by = Some(sweep.decimal(COUNT_PLACES)?);
        } else if sweep.is(br#""side":""#) {
            is_yes = Some(sweep.is(b"yes\""));
            if is_yes == Some(false) && !sweep.is(b"no\"") {
                return None;
            }
        } else {
            sweep.other()?;
        }
        if !sweep.is(b",") {
            break;
        }
    }
    if !sweep.is(b"}}") || !sweep.is_done() {
        return None;
    }
    let ticker = ticker.filter(|ticker| !ticker.is_empty())?;
    let price = price.filter(|price| (0..=DOLLAR).contains(price))?;
    Some(Change { sid, seq, ticker, price, by: by?, is_yes: is_yes? })
}
