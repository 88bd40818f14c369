//! The course of every command with a key but bets and plain deposits: replay, decide, post, remember.

use super::{
    Keyed, No, Outcome, Plan, Request, bonus, cash_out, cashier, casino, control, house, payment, provider,
};
use crate::bets::BetIndex;
use crate::command::{Bonus, Cashier, Casino, Command};
use crate::effects::{Transition, put_player};
use crate::ids::{ObjectId, PlayerId};
use crate::object::Object;
use crate::purse::PurseIndex;
use crate::refusal::Code;
use crate::reply::{Reply, Status};
use crate::state::State;
use crate::wire::put_varint;
use money::Currency;

/// What a rule decided, besides its plan.
#[derive(Clone, Copy, Default)]
pub(super) struct Yes {
    /// Whose money moves.
    pub(super) player: Option<PlayerId>,
    pub(super) currency: Option<Currency>,
    /// The currency of the second of two postings, where that is another.
    pub(super) into: Option<Currency>,
    /// Where it is counted.
    pub(super) purse: Option<PurseIndex>,
    /// The bet that changes.
    pub(super) bet: Option<(BetIndex, Transition)>,
    /// A refusal that has effects all the same; 0 accepts.
    pub(super) code: u16,
}

impl Yes {
    /// The money of a purse.
    pub(super) fn of(purse: PurseIndex, state: &State) -> Self {
        let it = state.purses.get(purse);
        Self { player: Some(it.player), currency: Some(it.currency), purse: Some(purse), ..Self::default() }
    }

    /// The house's money.
    pub(super) fn house(currency: Currency) -> Self {
        Self { currency: Some(currency), ..Self::default() }
    }
}

pub(super) fn apply(state: &mut State, request: &Request<'_>, plan: &mut Plan, entry: &mut Vec<u8>) -> Reply {
    let keyed = Keyed::new(request);
    let command = &request.decoded.command;
    if let Some(answered) = &request.found.answered {
        let reply = match command {
            Command::Casino(casino) if !provider::checks_content(state, casino) => answered.again(),
            command => answered.replay(&keyed.asked, command),
        };
        return casino::with_purse(state, request, reply);
    }
    let decided = decide(state, request, plan).and_then(|yes| {
        plan.post(state)?;
        Ok(yes)
    });
    let reply = match decided {
        Err(No::Passing(code)) => Reply::passing(Status::Retry, code, request.next.at),
        Err(No::Refused(code)) => refuse(state, request, keyed, code, entry),
        Ok(yes) => accept(state, request, keyed, &yes, plan, entry),
    };
    casino::with_purse(state, request, reply)
}

fn decide(state: &mut State, request: &Request<'_>, plan: &mut Plan) -> Result<Yes, No> {
    match &request.decoded.command {
        Command::Cashier(command) => match command {
            Cashier::InitiateDeposit(it) => payment::initiate(state, request, it, plan),
            Cashier::CaptureDeposit(it) => payment::capture(state, request, it, plan),
            Cashier::FailDeposit(it) => payment::fail(state, request, it, plan),
            Cashier::ChargeBack(it) => payment::charge_back(state, request, it, plan),
            Cashier::WinDispute(it) => payment::win_dispute(state, request, it, plan),
            other => cashier::plan(state, request, other, plan),
        },
        Command::House(command) => house::plan(state, command, plan),
        Command::Bonus(Bonus::CashOut(sale)) => cash_out::plan(state, request, sale, plan),
        Command::Bonus(command) => bonus::plan(state, request, command, plan),
        Command::Casino(Casino::SetProfile(profile)) => provider::set(state, profile, plan),
        Command::Casino(command) => casino::plan(state, request, command, plan),
        Command::Control(command) => control::plan(state, request, command, plan),
        _ => unreachable!("the other commands have rules of their own"),
    }
}

fn accept(
    state: &mut State,
    request: &Request<'_>,
    keyed: Keyed,
    yes: &Yes,
    plan: &Plan,
    entry: &mut Vec<u8>,
) -> Reply {
    plan.commit(state, yes.purse, request.next.at);
    if let Some((index, transition)) = &yes.bet {
        state.bets.change(*index, transition);
    }
    let outcome = Outcome { has_effects: true, ..Outcome::of(yes.code) };
    // The head stays as it came: its player, or that it names none, is part of the key's scope.
    request.journal(state, None, outcome, entry);
    if request.decoded.head.player.is_none() {
        put_player(entry, yes.player);
    }
    put_varint(entry, yes.currency.map_or(0, |currency| u64::from(currency.number())));
    let transition = yes.bet.as_ref().map(|(_, transition)| transition);
    let command = &request.decoded.command;
    match yes.into {
        None => plan.put(entry, state, command, transition, None),
        Some(into) => plan.put_exchange(entry, state, command, into),
    }
    let about = match yes.bet {
        Some((index, transition)) => Some((ObjectId::from(state.bets.get(index).id), transition.version)),
        None => plan.objects.first().map(Object::identity),
    };
    keyed.remember(state, request.next, yes.code, about, &[])
}

fn refuse(state: &mut State, request: &Request<'_>, keyed: Keyed, code: Code, entry: &mut Vec<u8>) -> Reply {
    let command = &request.decoded.command;
    let is_frozen = match command {
        Command::Casino(casino) => provider::freezes_refusals(state, casino),
        _ => true,
    };
    request.journal(state, None, Outcome { is_frozen, ..Outcome::of(code.number()) }, entry);
    let about = command.bet_id().map(|bet| (ObjectId::from(bet), 0));
    if is_frozen {
        return keyed.remember(state, request.next, code.number(), about, &[]);
    }
    let reply = request.reply(Status::Refused, code.number());
    about.map_or(reply, |(object, version)| reply.about(object, version))
}

/// The player that the envelope must name.
pub(super) fn named(request: &Request<'_>) -> PlayerId {
    request.decoded.head.player.expect("such a command is read with a player")
}

/// Whether the envelope, if it names a player, names this one.
pub(super) fn check_player(request: &Request<'_>, player: PlayerId) -> Result<(), Code> {
    match request.decoded.head.player {
        Some(named) if named != player => Err(Code::PlayerMismatch),
        _ => Ok(()),
    }
}
