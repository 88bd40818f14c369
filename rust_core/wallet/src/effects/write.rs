//! Writing effects.

use super::{
    COUNTS, OUTCOME, Outcome, RECORDS, TRANSITION, Transition, USUAL_TRANSITION, usual_counts,
    usual_transition,
};
use crate::command::Command;
use crate::counters::Counts;
use crate::fields::Part;
use crate::ids::{BetId, PlayerId, Slug};
use crate::object::Object;
use crate::wire::{put_amount, put_currency, put_varint};
use ledger::{AccountId, After, Ledger, OwnerKind, Posting};
use money::Currency;

/// What one group of effects holds.
pub(crate) struct Group<'a> {
    pub(crate) command: &'a Command<'a>,
    pub(crate) transition: Option<&'a Transition>,
    pub(crate) outcome: Option<&'a Outcome>,
    pub(crate) objects: &'a [Object],
    pub(crate) counts: Counts,
    pub(crate) postings: &'a [Posting],
    pub(crate) after: &'a [After],
}

impl Group<'_> {
    pub(crate) fn put(&self, out: &mut Vec<u8>, ledger: &Ledger) {
        let flag = |present: bool, flag: u8| if present { flag } else { 0 };
        let usual = usual_transition(self.command);
        let transition = self.transition.filter(|transition| Some(**transition) != usual);
        let counts = self.counts != usual_counts(self.command, self.transition);
        out.push(
            flag(transition.is_some(), TRANSITION)
                | flag(transition.is_none() && self.transition.is_some(), USUAL_TRANSITION)
                | flag(self.outcome.is_some(), OUTCOME)
                | flag(!self.objects.is_empty(), RECORDS)
                | flag(counts, COUNTS),
        );
        if let Some(transition) = transition {
            out.push(transition.state as u8);
            put_varint(out, u64::from(transition.version));
            put_amount(out, transition.real_left);
        }
        if let Some(outcome) = self.outcome {
            put_amount(out, outcome.lost);
            put_amount(out, outcome.void);
            put_amount(out, outcome.paid);
        }
        if !self.objects.is_empty() {
            put_varint(out, self.objects.len() as u64);
            for object in self.objects {
                object.put(out);
            }
        }
        if counts {
            put_counts(out, &self.counts);
        }
        put_varint(out, self.postings.len() as u64);
        for (posting, after) in self.postings.iter().zip(self.after) {
            put_account(out, ledger, posting.debit);
            put_account(out, ledger, posting.credit);
            put_amount(out, posting.amount);
            put_amount(out, after.debit);
            put_amount(out, after.credit);
        }
    }
}

/// The bet (if it is about one), the player and the currency of one of the groups of a tick.
pub(crate) fn put_subject(out: &mut Vec<u8>, bet_id: Option<&BetId>, player: &PlayerId, currency: Currency) {
    out.extend_from_slice(bet_id.map_or(&[0; 16], BetId::bytes).as_slice());
    out.extend_from_slice(player.bytes());
    put_currency(out, currency);
}

/// Whose money moved, if it was a player's.
pub(crate) fn put_player(out: &mut Vec<u8>, player: Option<PlayerId>) {
    player.put(out);
}

fn put_counts(out: &mut Vec<u8>, counts: &Counts) {
    let Counts { deposit, wager, returns, unstaked, failed, minute } = *counts;
    let amounts = [deposit, wager, returns, unstaked, failed];
    let there = amounts.iter().enumerate().filter(|(_, amount)| !amount.is_zero());
    out.push(there.fold(0, |flags, (at, _)| flags | 1 << at));
    for amount in amounts.into_iter().filter(|amount| !amount.is_zero()) {
        put_amount(out, amount);
    }
    if counts.undoes() {
        put_varint(out, u64::from(minute));
    }
}

#[inline]
fn put_account(out: &mut Vec<u8>, ledger: &Ledger, id: AccountId) {
    let key = ledger.key(id);
    put_varint(out, u64::from(key.code.number()));
    match ledger.owner_kind(id) {
        OwnerKind::House | OwnerKind::Player => {}
        OwnerKind::Grant | OwnerKind::Token => out.extend_from_slice(key.owner.bytes()),
        OwnerKind::Provider | OwnerKind::Jurisdiction | OwnerKind::Jackpot => {
            Slug::from_bytes(*key.owner.bytes()).expect("such accounts are opened by slugs").put(out);
        }
    }
}
