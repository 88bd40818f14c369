//! Bonus money, free bets, and bets sold back.

use super::table::commands;
use crate::fields::{Fraction, choices};
use crate::ids::{BetId, GrantId, PaymentId, TokenId};
use money::{Amount, Currency};

choices! {
    /// In which order real and bonus money are staked, and what the grant locks.
    SpendPolicy {
        /// Real money first; it can be withdrawn at any time, which forfeits the bonus.
        NonSticky = 1 "non_sticky",
        /// Real money first, and locked until the bonus is won or lost.
        Sticky = 2 "sticky",
        /// Bonus money first.
        BonusFirst = 3 "bonus_first",
    }

    /// Why a bonus or a free bet ends without a win.
    EndReason {
        /// The player gave it up.
        Forfeited = 1 "forfeited",
        /// Its time is over.
        Expired = 2 "expired",
        /// Staff took it back.
        Revoked = 3 "revoked",
        /// Nothing of it is left.
        Lost = 4 "lost",
    }
}

commands! {
    /// Commands about bonuses, free bets and cash-outs.
    Bonus {
        /// Give a player bonus money. One grant is active for a player and currency at a time.
        GrantBonus {
            /// Id of the grant.
            grant: GrantId,
            /// Currency of the amount.
            currency: Currency,
            /// Whole minor units, more than zero.
            amount: Amount,
            /// Order of money.
            policy: SpendPolicy,
            /// Largest stake while it is active (all of it when sticky, else its bonus part); none for any.
            max_bet: Option<Amount>,
            /// Most that converts into real money; none for all.
            max_convert: Option<Amount>,
            /// Whether conversion takes the granted amount away first (a phantom bonus).
            phantom: bool,
            /// From then on it cannot be staked, and its time is over.
            expires_at: u64,
            /// The deposit it was given for: a chargeback of that revokes it.
            payment: Option<PaymentId>,
        }
        /// The wagering requirement is met: bonus money becomes real, up to the cap. Nothing of it may be on open bets.
        ConvertBonus {
            /// The grant.
            grant: GrantId,
            /// The version it should have.
            version: u32,
        }
        /// A grant ends: its money falls to the house, and what is on open bets when they settle.
        EndBonus {
            /// The grant.
            grant: GrantId,
            /// The version it should have.
            version: u32,
            /// Why.
            why: EndReason,
        }
        /// Give a player a free bet.
        GiveFreeBet {
            /// Id of the token.
            token: TokenId,
            /// Currency of the amount.
            currency: Currency,
            /// The stake it stands for, whole minor units, more than zero.
            amount: Amount,
            /// Whether a win pays the stake too.
            returns_stake: bool,
            /// From then on it cannot be placed.
            expires_at: u64,
        }
        /// Give a player a free bet whose winnings are bonus money: a grant of the free bet's id, made by its win.
        GiveBonusFreeBet {
            /// Id of the token, and of the grant.
            token: TokenId,
            /// Currency of the amounts.
            currency: Currency,
            /// The stake it stands for, whole minor units, more than zero.
            amount: Amount,
            /// Whether a win pays the stake too.
            returns_stake: bool,
            /// From then on it cannot be placed.
            expires_at: u64,
            /// Order of money of the grant.
            policy: SpendPolicy,
            /// Largest stake while the grant is active; none for any.
            max_bet: Option<Amount>,
            /// Most of the grant that converts; none for all.
            max_convert: Option<Amount>,
            /// Most that the winnings come to; none for any.
            most: Option<Amount>,
            /// Nanoseconds from the win to the end of the grant, more than zero.
            lasts: u64,
            /// The deposit it was given for: a chargeback of that revokes the grant.
            payment: Option<PaymentId>,
        }
        /// Award free rounds whose winnings are bonus money: a grant, made by the first win and fed by the others.
        AwardFreeRounds {
            /// Id of the grant, which names the award to [`super::FreeRoundWin`].
            grant: GrantId,
            /// Currency of the amounts.
            currency: Currency,
            /// Order of money of the grant.
            policy: SpendPolicy,
            /// Largest stake while the grant is active; none for any.
            max_bet: Option<Amount>,
            /// Most of the grant that converts; none for all.
            max_convert: Option<Amount>,
            /// Most that all winnings come to; none for any.
            most: Option<Amount>,
            /// Nanoseconds from the first win to the end of the grant, more than zero.
            lasts: u64,
            /// The deposit it was given for: a chargeback of that revokes the grant.
            payment: Option<PaymentId>,
        }
        /// A free bet that is not placed ends.
        EndFreeBet {
            /// The token.
            token: TokenId,
            /// The version it should have.
            version: u32,
            /// Why.
            why: EndReason,
        }
        /// Buy an open bet back, or a part of it; the rest stays open and can be sold again.
        CashOut {
            /// The bet.
            bet: BetId,
            /// The version it should have.
            version: u32,
            /// How much of what is still held.
            part: Fraction,
            /// What is paid for that part, whole minor units.
            amount: Amount,
        }
    }
}
