//! What the guards of bets and deposits go by.

use super::table::commands;
use crate::ids::SessionId;
use money::{Amount, Currency};

commands! {
    /// Commands about players' standing and limits, sessions, and the tenant's policy.
    Control {
        /// What a player may do, from here on. Withdrawals are open to the excluded.
        SetStatus {
            /// Whether bets are taken.
            may_bet: bool,
            /// Whether deposits are taken.
            may_deposit: bool,
            /// Whether withdrawals are taken; an anti-money-laundering hold is the reason why not.
            may_withdraw: bool,
            /// Excluded, or in a time-out, until then: 0 for not at all, 2^64 - 1 for an indefinite time.
            excluded_until: u64,
        }
        /// All limits of a player, from the very next command on; none for no limit of that kind.
        SetLimits {
            /// Currency of the amounts, and then of all deposits and stakes.
            currency: Currency,
            /// Deposits in 24 hours.
            deposit_day: Option<Amount>,
            /// Deposits in 7 days.
            deposit_week: Option<Amount>,
            /// Deposits in 30 days.
            deposit_month: Option<Amount>,
            /// Real stakes in 24 hours.
            wager_day: Option<Amount>,
            /// Real stakes in 7 days.
            wager_week: Option<Amount>,
            /// Real stakes in 30 days.
            wager_month: Option<Amount>,
            /// Real stakes less real returns in 24 hours.
            loss_day: Option<Amount>,
            /// Real stakes less real returns in 7 days.
            loss_week: Option<Amount>,
            /// Real stakes less real returns in 30 days.
            loss_month: Option<Amount>,
            /// A single real stake.
            single_stake: Option<Amount>,
        }
        /// A player has logged in.
        StartSession {
            /// The session.
            session: SessionId,
            /// No new bet from then on, 2^64 - 1 for never.
            expires_at: u64,
            /// Nanoseconds from one reality check to the next, 0 for none.
            reality_interval: u64,
        }
        /// A player has logged out.
        EndSession {
            /// The session.
            session: SessionId,
        }
        /// The player has seen the reality check; the next is due one interval later.
        AcknowledgeReality {
            /// The session.
            session: SessionId,
        }
        /// How the guards of this tenant work.
        SetPolicy {
            /// Bets and deposits are refused when guards were not confirmed for so many nanoseconds, 0 for never.
            max_guard_age: u64,
            /// Whether a player of whom no status is known is refused.
            status_required: bool,
            /// Whether a bet needs a session.
            session_required: bool,
            /// How many percent of a deposit pay a debt first, at most 100.
            recover_from_deposits: u8,
            /// How many percent of a return pay a debt first, at most 100.
            recover_from_wins: u8,
        }
        /// Every change of standing and limits up to a time has been sent.
        ConfirmGuards {
            /// That time, nanoseconds since the epoch.
            until: u64,
        }
    }
}
