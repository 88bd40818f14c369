//! What a command will do, gathered before anything changes: postings, records and counts.

use crate::command::Command;
use crate::counters::Counts;
use crate::effects::{Group, Outcome, Transition};
use crate::ids::ObjectId;
use crate::object::Object;
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::state::State;
use crate::wire::put_varint;
use ledger::{AccountCode, AccountId, After, Posting, PostingError};
use money::{Amount, Currency};

/// Everything but a bet's transition. Its room is used again by the next command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    postings: Vec<Posting>,
    after: Vec<After>,
    pub(crate) objects: Vec<Object>,
    pub(crate) counts: Counts,
}

impl Plan {
    pub(crate) fn clear(&mut self) {
        self.postings.clear();
        self.objects.clear();
        self.counts = Counts::default();
    }

    /// Move an amount from the account that is debited to the one that is credited; nothing moves nothing.
    #[inline]
    pub(crate) fn pay(&mut self, debit: AccountId, credit: AccountId, amount: Amount) {
        if !amount.is_zero() {
            self.postings.push(Posting { debit, credit, amount });
        }
    }

    /// Change or make a record. The first is what the command is about.
    pub(crate) fn keep(&mut self, object: impl Into<Object>) {
        self.objects.push(object.into());
    }

    /// Whether a grant changes.
    pub(crate) fn keeps_grant(&self, id: &ObjectId) -> bool {
        self.objects.iter().any(|object| matches!(object, Object::Grant(grant) if grant.id == *id))
    }

    /// Count less of the stakes of an earlier minute; nothing needs no minute.
    pub(crate) fn unstake(&mut self, amount: Amount, minute: u32) {
        if !amount.is_zero() {
            self.counts.unstaked = amount;
            self.counts.minute = minute;
        }
    }

    /// Post everything or nothing; until then the plan has changed nothing.
    pub(crate) fn post(&mut self, state: &mut State) -> Result<(), Code> {
        self.after.clear();
        self.after.resize(self.postings.len(), After::default());
        state.ledger.post(&self.postings, &mut self.after).map_err(|error| refusal(&error))
    }

    /// Keep the records and count, which cannot fail, after the postings have succeeded.
    pub(crate) fn commit(&self, state: &mut State, purse: Option<PurseIndex>, at: u64) {
        for object in &self.objects {
            assert!(state.keep(object.clone()), "a rule gives a record its next version");
        }
        if let Some(purse) = purse {
            state.count(purse, at, &self.counts);
        }
    }

    /// Write it as a group of effects.
    pub(crate) fn put(
        &self,
        out: &mut Vec<u8>,
        state: &State,
        command: &Command<'_>,
        transition: Option<&Transition>,
        outcome: Option<&Outcome>,
    ) {
        let Self { postings, after, objects, counts } = self;
        let group = Group { command, transition, outcome, objects, counts: *counts, postings, after };
        group.put(out, &state.ledger);
    }

    /// Write two postings as a group of effects each, the second in another currency.
    pub(crate) fn put_exchange(
        &self,
        out: &mut Vec<u8>,
        state: &State,
        command: &Command<'_>,
        into: Currency,
    ) {
        let Self { postings, after, counts, .. } = self;
        let half = |at: usize| Group {
            command,
            transition: None,
            outcome: None,
            objects: &[],
            counts: *counts,
            postings: &postings[at..=at],
            after: &after[at..=at],
        };
        half(0).put(out, &state.ledger);
        put_varint(out, u64::from(into.number()));
        half(1).put(out, &state.ledger);
    }
}

/// Why a posting was refused, in words of the wallet.
fn refusal(error: &PostingError) -> Code {
    let PostingError::BelowFloor(key) = error else { return Code::AmountOutOfRange };
    match key.code {
        AccountCode::PlayerDebt => Code::DebtTooSmall,
        AccountCode::PlayerLocked => Code::NotLocked,
        AccountCode::Suspense => Code::NothingThere,
        AccountCode::JackpotPool => Code::JackpotShort,
        _ => Code::InsufficientFunds,
    }
}

/// The smaller of two amounts.
pub(super) fn least(one: Amount, other: Amount) -> Amount {
    if one < other { one } else { other }
}

/// `one - other`, which the caller knows to be in range.
pub(super) fn less(one: Amount, other: Amount) -> Amount {
    one.checked_sub(other).expect("the difference of two amounts of one sign is in range")
}

/// What of `win` belongs to `real`, when it was won with `real` and `bonus` money: rounded down to a multiple of
/// `unit`. The rest belongs to the bonus.
pub(super) fn share(win: Amount, real: Amount, bonus: Amount, unit: Amount) -> Amount {
    if bonus.is_zero() {
        return win;
    }
    let (win, real, stake) = (win.units(), real.units(), real.units().saturating_add(bonus.units()));
    let exact = match win.checked_mul(real) {
        Some(product) => product / stake,
        // Far beyond real amounts: scaled down together, the share is rounded down once more.
        None => win / stake * real,
    };
    Amount::new(exact / unit.units() * unit.units()).unwrap_or(Amount::ZERO)
}

/// `percent` of an amount, rounded down to a multiple of `unit`.
pub(super) fn percent(amount: Amount, percent: u8, unit: Amount) -> Amount {
    let exact = amount.units() / 100 * i128::from(percent) + amount.units() % 100 * i128::from(percent) / 100;
    Amount::new(exact / unit.units() * unit.units()).unwrap_or(Amount::ZERO)
}
