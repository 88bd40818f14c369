//! Games of providers: stakes, wins, what is taken back, and the habits of each provider.

use super::table::commands;
use crate::fields::{Words, choices};
use crate::ids::{GrantId, Slug};
use money::{Amount, Currency};

choices! {
    /// What a credit pays.
    WinKind {
        /// A win of the round; it must have a bet.
        Win = 1 "win",
        /// A win of free rounds that no award names, which needs no bet; bonus money if a grant is active.
        FreeRound = 2 "free_round",
        /// A prize or a correction, which needs no bet.
        Prize = 3 "prize",
    }

    /// The answer to a rollback of something never seen. A tombstone is kept in any case.
    UnknownRollback {
        /// Done: what never was is undone.
        Accept = 1 "accept",
        /// Refused as unknown.
        Refuse = 2 "refuse",
    }

    /// The answer to a rollback of a bet that has a win.
    AfterWin {
        /// Refused: the bet is settled.
        Refuse = 1 "refuse",
        /// Taken, and nothing moves.
        Ignore = 2 "ignore",
        /// The stake is given back, and the win stays.
        Apply = 3 "apply",
    }

    /// The answer to a win of a bet never seen.
    UnknownWin {
        /// Ask again: the bet may still come.
        Retry = 1 "retry",
        /// Refused.
        Refuse = 2 "refuse",
        /// Paid.
        Pay = 3 "pay",
    }
}

commands! {
    /// Commands of game providers.
    Casino {
        /// The stake of a game.
        CasinoDebit {
            /// The game provider.
            provider: Slug,
            /// The provider's name of the bet.
            bet: Words<'a>,
            /// The provider's name of the round.
            round: Words<'a>,
            /// Currency of the amount.
            currency: Currency,
            /// 0 or more, in the provider's unit.
            amount: Amount,
            /// The jackpot a part of the stake goes to.
            jackpot: Option<Slug>,
            /// That part, 0 for none.
            contribution: Amount,
        }
        /// A win, or the end of a bet without one.
        CasinoCredit {
            /// The game provider.
            provider: Slug,
            /// The bet it belongs to; without one it belongs to all of the round.
            bet: Option<Words<'a>>,
            /// The round; required for a win without a bet.
            round: Option<Words<'a>>,
            /// Currency of the amount.
            currency: Currency,
            /// 0 or more, in the provider's unit.
            amount: Amount,
            /// What it pays.
            kind: WinKind,
            /// Whether the round ends with it.
            closes: bool,
        }
        /// A win of free rounds that were awarded: bonus money on the terms of the award, up to its most.
        FreeRoundWin {
            /// The game provider.
            provider: Slug,
            /// The award.
            grant: GrantId,
            /// The provider's name of the bet, if it has one.
            bet: Option<Words<'a>>,
            /// The provider's name of the round, if it has one.
            round: Option<Words<'a>>,
            /// Currency of the amount.
            currency: Currency,
            /// 0 or more, in the provider's unit.
            amount: Amount,
            /// Whether the round ends with it.
            closes: bool,
        }
        /// Stake and win in one.
        CasinoPlay {
            /// The game provider.
            provider: Slug,
            /// The provider's name of the bet.
            bet: Words<'a>,
            /// The provider's name of the round.
            round: Words<'a>,
            /// Currency of the amounts.
            currency: Currency,
            /// 0 or more, in the provider's unit.
            amount: Amount,
            /// 0 or more, in the provider's unit.
            win: Amount,
            /// Whether the round ends with it.
            closes: bool,
        }
        /// Take a bet back as if it had not been, whether it has come yet or not.
        CasinoRollback {
            /// The game provider.
            provider: Slug,
            /// The provider's name of the bet.
            bet: Words<'a>,
            /// Currency of the bet.
            currency: Currency,
        }
        /// Correct a balance: more than zero pays, less takes.
        CasinoAdjust {
            /// The game provider.
            provider: Slug,
            /// Currency of the amount.
            currency: Currency,
            /// Not zero, in the provider's unit.
            amount: Amount,
            /// What for.
            reason: Words<'a>,
        }
        /// No more bets in a round.
        CloseRound {
            /// The game provider.
            provider: Slug,
            /// The provider's name of the round.
            round: Words<'a>,
        }
        /// A jackpot was won.
        JackpotWin {
            /// The game provider.
            provider: Slug,
            /// The jackpot.
            jackpot: Slug,
            /// Currency of the amounts.
            currency: Currency,
            /// More than zero.
            amount: Amount,
            /// Whether the provider owes it, as in a network jackpot; else the pool pays.
            network: bool,
            /// What the jackpot starts with again, 0 for none.
            seed: Amount,
        }
        /// The habits of a provider, from here on.
        SetProfile {
            /// The game provider.
            provider: Slug,
            /// Its amounts are multiples of this many smallest units of the currency.
            unit: u64,
            /// Whether a refused command may come again under its key and is then judged anew.
            refusals_not_frozen: bool,
            /// Whether the same key with other content is a conflict; else it is a repeat.
            conflict_check: bool,
            /// Whether a bet may have more than one win.
            multi_win: bool,
            /// Rollback of something never seen.
            unknown_rollback: UnknownRollback,
            /// Rollback of a bet with a win.
            after_win: AfterWin,
            /// Win of a bet never seen.
            unknown_win: UnknownWin,
            /// Whether a correction that the player cannot cover becomes debt; else it is refused.
            negative_allowed: bool,
        }
    }
}

impl Casino<'_> {
    /// The game provider.
    pub const fn provider(&self) -> Slug {
        match self {
            Self::CasinoDebit(it) => it.provider,
            Self::CasinoCredit(it) => it.provider,
            Self::FreeRoundWin(it) => it.provider,
            Self::CasinoPlay(it) => it.provider,
            Self::CasinoRollback(it) => it.provider,
            Self::CasinoAdjust(it) => it.provider,
            Self::CloseRound(it) => it.provider,
            Self::JackpotWin(it) => it.provider,
            Self::SetProfile(it) => it.provider,
        }
    }
}
