//! The ends of a bet: settled (held → stakes, and pay-outs → player), voided or rejected (held → player); and how an
//! end is taken back.

use super::result::{Held, Parts};
use super::{Outcome, Plan, Request, correct, debt, reopen, winnings};
use crate::bets::{Answered, Bet, BetIndex, BetState, Closing, plain_outcome};
use crate::command::{Command, Kind};
use crate::effects::Transition;
use crate::field::Field;
use crate::object::{Backing, Token, TokenState};
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::State;
use crate::wire::put_currency;
use ledger::AccountCode;
use money::Amount;

pub(super) fn apply(state: &mut State, request: &Request<'_>, plan: &mut Plan, entry: &mut Vec<u8>) -> Reply {
    let command = &request.decoded.command;
    let bet_id = command.bet_id().expect("a command that closes a bet names it");
    let Some(index) = request.found.bet else {
        return request.refuse(state, Code::UnknownBet, Some((bet_id, 0)), entry);
    };
    let bet = state.bets.get(index);
    let (player, version) = (bet.player, bet.version);
    if request.decoded.head.player.is_some_and(|named| named != player) {
        return request.refuse(state, Code::PlayerMismatch, Some((bet_id, 0)), entry);
    }
    if let Some(answer) = repeated(state, bet, request) {
        return answer;
    }
    match close(state, index, request, plan) {
        Ok(closed) => {
            request.journal(state, Some(player), Outcome::ACCEPTED, entry);
            closed.put(state, command, plan, entry);
            request.accepted().about(bet_id, version + 1)
        }
        Err(code) => request.refuse(state, code, Some((bet_id, version)), entry),
    }
}

/// A bet that was just closed, or voided in part.
pub(super) struct Closed {
    index: BetIndex,
    transition: Transition,
    outcome: crate::effects::Outcome,
    released: Amount,
}

impl Closed {
    /// Write its group of effects.
    pub(super) fn put(&self, state: &State, command: &Command<'_>, plan: &Plan, entry: &mut Vec<u8>) {
        if command.kind() != Kind::Tick {
            put_currency(entry, state.bets.get(self.index).currency);
        }
        let is_plain = plain_outcome(command, self.released) == self.outcome;
        let outcome = if is_plain { None } else { Some(&self.outcome) };
        plan.put(entry, state, command, Some(&self.transition), outcome);
    }
}

/// Close a bet by a command that is not a repeat, or refuse and change nothing.
pub(super) fn close(
    state: &mut State,
    index: BetIndex,
    request: &Request<'_>,
    plan: &mut Plan,
) -> Result<Closed, Code> {
    let command = &request.decoded.command;
    let bet = state.bets.get(index);
    let (purse, was_left, version) = (bet.purse, bet.real_left, bet.version + 1);
    let correction = check(state, bet, command)?;
    let (parts, gained) = if command.kind() == Kind::ReopenBet {
        (reopen::plan(state, index, plan)?, Amount::ZERO)
    } else if correction {
        correct::plan(state, index, command, plan)?
    } else {
        let held = Held::by(state, bet);
        let parts = held.divide(command)?;
        release(state, index, &held, &parts, plan);
        (parts, parts.real.paid)
    };
    winnings::of_result(state, index, parts.bonus.paid, request.next.at, plan)?;
    let percent = state.policy().map_or(0, |policy| policy.recover_from_wins);
    debt::recover(state, purse, gained, percent, plan);
    plan.post(state)?;
    plan.commit(state, Some(purse), request.next.at);
    let is_over = parts.real_left.is_zero() && parts.bonus_left.is_zero();
    let now = match command.kind() {
        Kind::SettleBet => BetState::Settled,
        Kind::VoidBet if is_over => BetState::Voided,
        Kind::VoidBet | Kind::ReopenBet => BetState::Open,
        _ => BetState::Rejected,
    };
    let transition = Transition { state: now, version, real_left: parts.real_left };
    let closing = Closing::new(command, request.answered(version), request.hash, now, parts.real);
    state.bets.close(index, &transition, closing);
    let released = was_left.checked_sub(parts.real_left).unwrap_or(Amount::ZERO);
    Ok(Closed { index, transition, outcome: parts.real, released })
}

/// The answer, if the bet had this very result already.
fn repeated(state: &State, bet: &Bet, request: &Request<'_>) -> Option<Reply> {
    let command = &request.decoded.command;
    let original = match command {
        Command::SettleBet(settle) => state.bets.result(bet, settle.revision),
        Command::VoidBet(void) => state.bets.result(bet, void.revision),
        Command::ReopenBet(reopen) => state.bets.result(bet, reopen.revision),
        _ => state.bets.closed(bet).filter(|closing| closing.kind == Kind::RejectBet),
    }?;
    let Answered { seq, at, version } = original.answered;
    let field = difference(original, command, &request.hash);
    let reply = match field {
        Field::None => Reply { replayed: true, ..Reply::new(Status::Accepted, 0, seq, at) },
        _ => Reply { field, ..Reply::new(Status::Conflict, Code::KeyConflict.number(), seq, at) },
    };
    Some(reply.about(bet.id, version))
}

fn difference(original: &Closing, command: &Command<'_>, digest: &[u8; 16]) -> Field {
    if original.digest == *digest {
        return Field::None;
    }
    if original.kind != command.kind() {
        return Field::Operation;
    }
    match command {
        Command::SettleBet(settle) if settle.returns != original.returns => Field::Returns,
        Command::SettleBet(settle) if settle.void != original.part => Field::Void,
        Command::SettleBet(_) | Command::ReopenBet(_) => Field::Evidence,
        Command::VoidBet(void) if Some(void.part) != original.part => Field::Part,
        Command::VoidBet(_) => Field::Reason,
        _ => Field::Code,
    }
}

/// Whether the command may close the bet, and if so, whether it corrects an earlier result.
fn check(state: &State, bet: &Bet, command: &Command<'_>) -> Result<bool, Code> {
    let (expected, revision) = match command {
        Command::RejectBet(reject) => (reject.version, None),
        Command::VoidBet(void) => (void.version, Some(void.revision)),
        Command::ReopenBet(reopen) => (reopen.version, Some(reopen.revision)),
        Command::SettleBet(settle) => (settle.version, Some(settle.revision)),
        _ => (bet.version, None),
    };
    let last = state.bets.closed(bet).filter(|closing| closing.is_result());
    let is_closed_by_result = matches!(bet.state, BetState::Settled | BetState::Voided);
    match revision {
        None if bet.state != BetState::Pending => return Err(Code::BetNotPending),
        Some(_) if command.kind() == Kind::ReopenBet && !is_closed_by_result => {
            return Err(Code::BetNotClosed);
        }
        Some(_) if bet.state != BetState::Open && !is_closed_by_result => return Err(Code::BetNotOpen),
        Some(revision) if last.is_some_and(|last| revision < last.revision) => {
            return Err(Code::StaleRevision);
        }
        _ => {}
    }
    if bet.version != expected {
        return Err(Code::StaleVersion);
    }
    match command {
        Command::SettleBet(settle) if settle.returns.is_negative() => Err(Code::ReturnsNegative),
        Command::SettleBet(settle) if !settle.returns.is_multiple_of(bet.currency.minor_unit()) => {
            Err(Code::ReturnsNotWhole)
        }
        Command::VoidBet(void) if is_closed_by_result && !void.part.is_whole() => Err(Code::BetNotOpen),
        _ => Ok(is_closed_by_result),
    }
}

/// Plan where what is held goes, and what is paid.
fn release(state: &mut State, index: BetIndex, held: &Held, parts: &Parts, plan: &mut Plan) {
    let bet = state.bets.get(index);
    let (purse, minute, currency) = (bet.purse, bet.minute, bet.currency);
    let (real, real_held) = (state.purses.get(purse).real, state.purses.get(purse).held);
    if parts.real.lost.is_positive() {
        let stakes = state.house(AccountCode::SportStakes, currency);
        plan.pay(real_held, stakes, parts.real.lost);
    }
    plan.pay(real_held, real, parts.real.void);
    if parts.real.paid.is_positive() {
        let payouts = if held.token.is_some() { AccountCode::FreebetCost } else { AccountCode::SportPayouts };
        let payouts = state.house(payouts, currency);
        plan.pay(payouts, real, parts.real.paid);
    }
    plan.counts.returns = parts.real.paid;
    plan.unstake(parts.real.void, minute);
    if let Some(backing) = &held.backing {
        release_backing(state, purse, backing, held, parts, plan);
    }
}

/// The same for bonus money, free bets and taxes.
fn release_backing(
    state: &mut State,
    purse: PurseIndex,
    backing: &Backing,
    held: &Held,
    parts: &Parts,
    plan: &mut Plan,
) {
    let (currency, real) = (held.currency, state.purses.get(purse).real);
    if let Some(jurisdiction) = backing.jurisdiction {
        let payable = state.owned(AccountCode::TaxPayable, currency, jurisdiction.bytes());
        plan.pay(payable, real, parts.tax_back);
    }
    plan.keep(Backing {
        version: backing.version + 1,
        bonus_left: parts.bonus_left,
        tax: super::plan::less(held.tax, parts.tax_back),
        bonus_lost: parts.bonus.lost,
        bonus_void: parts.bonus.void,
        bonus_paid: parts.bonus.paid,
        tax_back: parts.tax_back,
        ..backing.clone()
    });
    if let Some(grant) = backing.grant {
        let [free, on_bets] = [AccountCode::PlayerBonus, AccountCode::PlayerBonusHeld]
            .map(|code| state.owned(code, currency, grant.bytes()));
        let sink = if held.takes_bonus { AccountCode::BonusStakes } else { AccountCode::BonusForfeited };
        let sink = state.house(sink, currency);
        plan.pay(on_bets, sink, parts.bonus.lost);
        plan.pay(on_bets, free, parts.bonus.void);
        let payouts = state.house(AccountCode::BonusPayouts, currency);
        plan.pay(payouts, free, parts.bonus.paid);
    }
    if let Some(token) = &held.token {
        let [free, on_bets] = [AccountCode::PlayerFreebet, AccountCode::PlayerFreebetHeld]
            .map(|code| state.owned(code, currency, token.id.bytes()));
        let (to, now) = if parts.token_back {
            (free, TokenState::Available)
        } else {
            (state.house(AccountCode::FreebetUsed, currency), TokenState::Used)
        };
        plan.pay(on_bets, to, token.amount);
        plan.keep(Token { version: token.version + 1, state: now, ..token.clone() });
    }
}
