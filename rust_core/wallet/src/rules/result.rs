//! What a result does with what a bet holds: how much is lost, given back and paid, of which money.

use super::plan::{least, less, share};
use super::winnings;
use crate::bets::{Bet, BetState, Closing};
use crate::command::Command;
use crate::effects::Outcome;
use crate::fields::Fraction;
use crate::object::{Backing, Token};
use crate::refusal::Code;
use crate::state::State;
use money::{Amount, Currency};

/// What a result divides.
pub(super) struct Held {
    pub(super) currency: Currency,
    pub(super) real: Amount,
    pub(super) bonus: Amount,
    /// Whether bonus money may still come to its grant.
    pub(super) takes_bonus: bool,
    /// Most that a free bet's winnings come to as bonus money.
    most_won: Option<Amount>,
    pub(super) tax: Amount,
    pub(super) token: Option<Token>,
    /// Whether the last result gave the free bet back.
    pub(super) token_is_back: bool,
    pub(super) backing: Option<Backing>,
}

/// How it is divided.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) real: Outcome,
    pub(super) bonus: Outcome,
    pub(super) tax_back: Amount,
    /// What stays held, after a part was voided or sold.
    pub(super) real_left: Amount,
    pub(super) bonus_left: Amount,
    /// Whether the free bet comes back.
    pub(super) token_back: bool,
}

impl Held {
    /// What an open bet holds.
    pub(super) fn by(state: &State, bet: &Bet) -> Self {
        let backing = find_backing(state, bet);
        let bonus = backing.as_ref().map_or(Amount::ZERO, |backing| backing.bonus_left);
        let tax = backing.as_ref().map_or(Amount::ZERO, |backing| backing.tax);
        Self::new(state, bet, bet.real_left, bonus, tax, backing)
    }

    /// What a closed bet held when its last result came.
    pub(super) fn before(state: &State, bet: &Bet, closing: &Closing) -> Self {
        let backing = find_backing(state, bet);
        let sum = |one: Amount, other: Amount| one.checked_add(other).expect("both were held once");
        let (bonus, tax) = backing.as_ref().map_or((Amount::ZERO, Amount::ZERO), |backing| {
            (sum(backing.bonus_lost, backing.bonus_void), sum(backing.tax, backing.tax_back))
        });
        Self::new(state, bet, sum(closing.outcome.lost, closing.outcome.void), bonus, tax, backing)
    }

    fn new(
        state: &State,
        bet: &Bet,
        real: Amount,
        bonus: Amount,
        tax: Amount,
        backing: Option<Backing>,
    ) -> Self {
        let grant = backing.as_ref().and_then(|backing| backing.grant);
        let promise = grant.and_then(|id| state.objects.promises.find(&id.into()));
        let token = backing.as_ref().and_then(|backing| backing.token);
        Self {
            currency: bet.currency,
            real,
            bonus,
            takes_bonus: grant.is_some_and(|grant| winnings::may_come(state, grant)),
            most_won: promise.and_then(|promise| promise.most),
            tax,
            token: token.and_then(|id| state.objects.tokens.find(&id.into()).cloned()),
            token_is_back: bet.state == BetState::Voided,
            backing,
        }
    }

    /// Divide it by a result.
    pub(super) fn divide(&self, command: &Command<'_>) -> Result<Parts, Code> {
        match command {
            Command::SettleBet(settle) => Ok(self.settle(settle.returns, settle.void)),
            Command::VoidBet(void) => self.void(void.part),
            _ => self.void(Fraction::WHOLE),
        }
    }

    fn settle(&self, returns: Amount, void: Option<Fraction>) -> Parts {
        let unit = self.currency.minor_unit();
        let part = |amount: Amount| void.map_or(Amount::ZERO, |void| void.of(amount, unit));
        if let Some(token) = &self.token {
            // A free bet is never divided: what is void of it falls, and its stake is not paid unless it returns it.
            let stake = if token.returns_stake { Amount::ZERO } else { token.amount };
            let paid = if returns > stake { less(returns, stake) } else { Amount::ZERO };
            return self.free_bet_pays(paid);
        }
        let (void_real, void_bonus) = (part(self.real), part(self.bonus));
        let paid = share(returns, self.real, self.bonus, unit);
        let bonus_paid = if self.takes_bonus { less(returns, paid) } else { Amount::ZERO };
        let bonus_void = if self.takes_bonus { void_bonus } else { Amount::ZERO };
        Parts {
            real: Outcome { lost: less(self.real, void_real), void: void_real, paid },
            bonus: Outcome { lost: less(self.bonus, bonus_void), void: bonus_void, paid: bonus_paid },
            tax_back: part(self.tax),
            ..Parts::default()
        }
    }

    /// Real money, or bonus money where that was promised.
    fn free_bet_pays(&self, paid: Amount) -> Parts {
        let pays = |paid: Amount| Outcome { paid, ..Outcome::default() };
        match self.backing.as_ref().and_then(|backing| backing.grant) {
            None => Parts { real: pays(paid), ..Parts::default() },
            Some(_) if self.takes_bonus => {
                let paid = self.most_won.map_or(paid, |most| least(paid, most));
                Parts { bonus: pays(paid), ..Parts::default() }
            }
            Some(_) => Parts::default(),
        }
    }

    fn void(&self, part: Fraction) -> Result<Parts, Code> {
        let unit = self.currency.minor_unit();
        if self.token.is_some() {
            return if part.is_whole() {
                Ok(Parts { token_back: true, ..Parts::default() })
            } else {
                Err(Code::FreeBetWhole)
            };
        }
        let (real, bonus) = (part.of(self.real, unit), part.of(self.bonus, unit));
        if real.is_zero() && bonus.is_zero() {
            return Err(Code::PartTooSmall);
        }
        let (bonus_void, bonus_lost) =
            if self.takes_bonus { (bonus, Amount::ZERO) } else { (Amount::ZERO, bonus) };
        Ok(Parts {
            real: Outcome { void: real, ..Outcome::default() },
            bonus: Outcome { lost: bonus_lost, void: bonus_void, paid: Amount::ZERO },
            tax_back: part.of(self.tax, unit),
            real_left: less(self.real, real),
            bonus_left: less(self.bonus, bonus),
            token_back: false,
        })
    }
}

fn find_backing(state: &State, bet: &Bet) -> Option<Backing> {
    if bet.is_backed { state.objects.backings.find(&bet.id.into()).cloned() } else { None }
}
