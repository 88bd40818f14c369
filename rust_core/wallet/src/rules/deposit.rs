//! Money captured by a payment provider: PSP clearing → the player.

use super::{Keyed, Request};
use crate::command::Deposit;
use crate::effects::put_postings;
use crate::refusal::Code;
use crate::reply::Reply;
use crate::state::State;
use ledger::{AccountCode, AccountKey, After, Owner, Posting};

pub(super) fn apply(
    state: &mut State,
    request: &Request<'_>,
    deposit: &Deposit<'_>,
    entry: &mut Vec<u8>,
) -> Reply {
    let keyed = Keyed::new(request);
    if let Some(answered) = request.found.answered {
        let answer = state.idempotency.replay(answered, &keyed.asked);
        return answer;
    }
    let outcome = capture(state, &keyed, deposit);
    let code = outcome.err().map_or(0, Code::number);
    request.journal(state, None, code, entry);
    if let Ok((posting, after)) = outcome {
        put_postings(entry, &state.ledger, &[posting], &[after]);
    }
    keyed.remember(state, request.next, code, None, &[])
}

fn capture(state: &mut State, keyed: &Keyed, deposit: &Deposit<'_>) -> Result<(Posting, After), Code> {
    let &Deposit { currency, amount, psp, .. } = deposit;
    if !amount.is_positive() {
        return Err(Code::AmountNotPositive);
    }
    if !amount.is_multiple_of(currency.minor_unit()) {
        return Err(Code::AmountNotWhole);
    }
    let clearing = AccountKey { code: AccountCode::PspClearing, currency, owner: Owner::new(*psp.bytes()) };
    let debit = state.ledger.open(clearing);
    let credit = state.player_accounts(keyed.player, currency).real;
    let posting = Posting { debit, credit, amount };
    let mut after = [After::default()];
    state.ledger.post(&[posting], &mut after).map_err(|_| Code::AmountOutOfRange)?;
    Ok((posting, after[0]))
}
