//! What the guards go by: standing, limits, sessions, policy.

use super::keyed::{Yes, named};
use super::{No, Plan, Request};
use crate::command::{AcknowledgeReality, Control, SetLimits, SetPolicy};
use crate::ids::{ObjectId, SessionId};
use crate::object::{Limits, Policy, Session, Standing, Windows};
use crate::refusal::Code;
use crate::state::State;
use money::Amount;

pub(super) fn plan(
    state: &State,
    request: &Request<'_>,
    command: &Control<'_>,
    plan: &mut Plan,
) -> Result<Yes, No> {
    match command {
        Control::SetPolicy(it) => set_policy(state, it, plan)?,
        Control::ConfirmGuards(it) => {
            let policy = policy(state);
            // Nobody can confirm what has not happened yet.
            let guards_until = policy.guards_until.max(it.until.min(request.next.at));
            plan.keep(Policy { guards_until, ..policy });
        }
        of_player => {
            of_one(state, request, of_player, plan)?;
            return Ok(Yes { player: Some(named(request)), ..Yes::default() });
        }
    }
    Ok(Yes::default())
}

fn of_one(state: &State, request: &Request<'_>, command: &Control<'_>, plan: &mut Plan) -> Result<(), Code> {
    let id = ObjectId::from(named(request));
    match command {
        Control::SetStatus(it) => plan.keep(Standing {
            id,
            version: state.objects.standings.find(&id).map_or(1, |old| old.version + 1),
            may_bet: it.may_bet,
            may_deposit: it.may_deposit,
            may_withdraw: it.may_withdraw,
            excluded_until: it.excluded_until,
        }),
        Control::SetLimits(it) => set_limits(state, id, it, plan)?,
        Control::StartSession(it) => plan.keep(Session {
            id,
            version: state.objects.sessions.find(&id).map_or(1, |old| old.version + 1),
            session: Some(it.session),
            expires_at: it.expires_at,
            reality_interval: it.reality_interval,
            reality_due: due(request.next.at, it.reality_interval),
        }),
        Control::EndSession(it) => {
            let session = find(state, id, it.session)?;
            plan.keep(Session { session: None, ..session });
        }
        Control::AcknowledgeReality(AcknowledgeReality { session, .. }) => {
            let session = find(state, id, *session)?;
            let reality_due = due(request.next.at, session.reality_interval);
            plan.keep(Session { reality_due, ..session });
        }
        Control::SetPolicy(_) | Control::ConfirmGuards(_) => return Err(Code::Malformed),
    }
    Ok(())
}

/// When the next reality check is due.
fn due(at: u64, interval: u64) -> u64 {
    if interval == 0 { u64::MAX } else { at.saturating_add(interval) }
}

/// The next version of the player's session, which must be this one.
fn find(state: &State, id: ObjectId, named: SessionId) -> Result<Session, Code> {
    let session = state.objects.sessions.find(&id).filter(|session| session.session == Some(named));
    let session = session.cloned().ok_or(Code::UnknownSession)?;
    Ok(Session { version: session.version + 1, ..session })
}

fn set_limits(state: &State, id: ObjectId, it: &SetLimits<'_>, plan: &mut Plan) -> Result<(), Code> {
    let deposit = [it.deposit_day, it.deposit_week, it.deposit_month];
    let wager = [it.wager_day, it.wager_week, it.wager_month];
    let loss = [it.loss_day, it.loss_week, it.loss_month];
    let all = [deposit, wager, loss].into_iter().flatten().chain([it.single_stake]);
    if all.flatten().any(Amount::is_negative) {
        return Err(Code::AmountNegative);
    }
    plan.keep(Limits {
        id,
        version: state.objects.limits.find(&id).map_or(1, |old| old.version + 1),
        currency: it.currency,
        deposit: Windows(deposit),
        wager: Windows(wager),
        loss: Windows(loss),
        single_stake: it.single_stake,
    });
    Ok(())
}

fn set_policy(state: &State, it: &SetPolicy<'_>, plan: &mut Plan) -> Result<(), Code> {
    if it.recover_from_deposits > 100 || it.recover_from_wins > 100 {
        return Err(Code::PercentOutOfRange);
    }
    plan.keep(Policy {
        max_guard_age: it.max_guard_age,
        status_required: it.status_required,
        session_required: it.session_required,
        recover_from_deposits: it.recover_from_deposits,
        recover_from_wins: it.recover_from_wins,
        ..policy(state)
    });
    Ok(())
}

/// The next version of the policy.
fn policy(state: &State) -> Policy {
    match state.policy() {
        Some(policy) => Policy { version: policy.version + 1, ..policy.clone() },
        None => Policy {
            id: state.tenant.into(),
            version: 1,
            max_guard_age: 0,
            guards_until: 0,
            status_required: false,
            session_required: false,
            recover_from_deposits: 0,
            recover_from_wins: 0,
        },
    }
}
