//! `pyplatform._core.bonus`, `casino` and `guards`: bonus money, games of providers, and what players may do.

use crate::wallet_fields::encoders;
use pyo3::pymodule;

encoders! {
    /// Give bonus money.
    grant_bonus = GrantBonus {
        grant: &[u8], currency: &str, amount: i128, expires_at: i128, policy: &str = "non_sticky",
        max_bet: Option<i128> = None, max_convert: Option<i128> = None, phantom: bool = false,
        payment: Option<&[u8]> = None,
    }
    /// Bonus money becomes real.
    convert_bonus = ConvertBonus { grant: &[u8], version: i128 }
    /// A grant ends.
    end_bonus = EndBonus { grant: &[u8], version: i128, why: &str }
    /// Give a free bet.
    give_free_bet = GiveFreeBet {
        token: &[u8], currency: &str, amount: i128, expires_at: i128, returns_stake: bool = false,
    }
    /// Give a free bet whose winnings are bonus money.
    give_bonus_free_bet = GiveBonusFreeBet {
        token: &[u8], currency: &str, amount: i128, expires_at: i128, lasts: i128, returns_stake: bool = false,
        policy: &str = "non_sticky", max_bet: Option<i128> = None, max_convert: Option<i128> = None,
        most: Option<i128> = None, payment: Option<&[u8]> = None,
    }
    /// Award free rounds whose winnings are bonus money.
    award_free_rounds = AwardFreeRounds {
        grant: &[u8], currency: &str, lasts: i128, policy: &str = "non_sticky", max_bet: Option<i128> = None,
        max_convert: Option<i128> = None, most: Option<i128> = None, payment: Option<&[u8]> = None,
    }
    /// A free bet ends.
    end_free_bet = EndFreeBet { token: &[u8], version: i128, why: &str }
    /// Buy a bet back.
    cash_out = CashOut { bet: &[u8], version: i128, amount: i128, part: Option<(u32, u32)> = None }
    /// The stake of a game.
    casino_debit = CasinoDebit {
        provider: &str, bet: &str, round: &str, currency: &str, amount: i128, jackpot: Option<&str> = None,
        contribution: i128 = 0,
    }
    /// A win, or the end of a bet without one.
    casino_credit = CasinoCredit {
        provider: &str, currency: &str, amount: i128, bet: Option<&str> = None, round: Option<&str> = None,
        kind: &str = "win", closes: bool = false,
    }
    /// A win of awarded free rounds.
    free_round_win = FreeRoundWin {
        provider: &str, grant: &[u8], currency: &str, amount: i128, bet: Option<&str> = None,
        round: Option<&str> = None, closes: bool = false,
    }
    /// Stake and win in one.
    casino_play = CasinoPlay {
        provider: &str, bet: &str, round: &str, currency: &str, amount: i128, win: i128, closes: bool = false,
    }
    /// Take a bet back.
    casino_rollback = CasinoRollback { provider: &str, bet: &str, currency: &str }
    /// Correct a balance.
    casino_adjust = CasinoAdjust { provider: &str, currency: &str, amount: i128, reason: &str }
    /// No more bets in a round.
    close_round = CloseRound { provider: &str, round: &str }
    /// A jackpot was won.
    jackpot_win = JackpotWin {
        provider: &str, jackpot: &str, currency: &str, amount: i128, network: bool = false, seed: i128 = 0,
    }
    /// The habits of a provider.
    set_profile = SetProfile {
        provider: &str, unit: i128, refusals_not_frozen: bool = false, conflict_check: bool = true,
        multi_win: bool = true, unknown_rollback: &str = "accept", after_win: &str = "refuse",
        unknown_win: &str = "retry", negative_allowed: bool = false,
    }
    /// What a player may do.
    set_status = SetStatus {
        may_bet: bool, may_deposit: bool, may_withdraw: bool, excluded_until: i128 = 0,
    }
    /// All limits of a player.
    set_limits = SetLimits {
        currency: &str, deposit_day: Option<i128> = None, deposit_week: Option<i128> = None,
        deposit_month: Option<i128> = None, wager_day: Option<i128> = None, wager_week: Option<i128> = None,
        wager_month: Option<i128> = None, loss_day: Option<i128> = None, loss_week: Option<i128> = None,
        loss_month: Option<i128> = None, single_stake: Option<i128> = None,
    }
    /// A player has logged in.
    start_session = StartSession { session: &[u8], expires_at: i128, reality_interval: i128 = 0 }
    /// A player has logged out.
    end_session = EndSession { session: &[u8] }
    /// The player has seen the reality check.
    acknowledge_reality = AcknowledgeReality { session: &[u8] }
    /// How the guards work.
    set_policy = SetPolicy {
        max_guard_age: i128 = 0, status_required: bool = false, session_required: bool = false,
        recover_from_deposits: i128 = 0, recover_from_wins: i128 = 0,
    }
    /// Every change up to a time has been sent.
    confirm_guards = ConfirmGuards { until: i128 }
}

/// The module.
#[pymodule(submodule)]
pub mod bonus {
    #[pymodule_export]
    use super::{
        award_free_rounds, convert_bonus, end_bonus, end_free_bet, give_bonus_free_bet, give_free_bet,
        grant_bonus,
    };
}

/// The module.
#[pymodule(submodule)]
pub mod casino {
    #[pymodule_export]
    use super::{
        casino_adjust, casino_credit, casino_debit, casino_play, casino_rollback, close_round,
        free_round_win, jackpot_win, set_profile,
    };
}

/// The module.
#[pymodule(submodule)]
pub mod guards {
    #[pymodule_export]
    use super::{
        acknowledge_reality, confirm_guards, end_session, set_limits, set_policy, set_status, start_session,
    };
}
