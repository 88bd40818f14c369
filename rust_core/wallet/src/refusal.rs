//! Why the wallet says no. Numbers and names are for ever: they stand in journals and in callers' code.

macro_rules! codes {
    ($($(#[doc = $what:literal])* $variant:ident = $number:literal $name:literal,)*) => {
        /// The wallet's codes, 1xx. Other domains' codes pass through verdicts as plain numbers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Code {
            $($(#[doc = $what])* $variant = $number,)*
        }

        impl Code {
            /// All codes, in order of number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable number.
            pub const fn number(self) -> u16 {
                self as u16
            }

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Look up by number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// The player has less than the stake.
    InsufficientFunds = 101 "insufficient_funds",
    /// The stake is zero or negative.
    StakeNotPositive = 102 "stake_not_positive",
    /// The stake has a fraction of a minor unit.
    StakeNotWhole = 103 "stake_not_whole",
    /// Another attempt already made a bet of this id.
    BetExists = 104 "bet_exists",
    /// There is no bet of this id.
    UnknownBet = 105 "unknown_bet",
    /// The bet has another version than the command expects.
    StaleVersion = 106 "stale_version",
    /// The bet is pending, or closed already.
    BetNotOpen = 107 "bet_not_open",
    /// The bet is open or closed already, or comes too late to be opened.
    BetNotPending = 108 "bet_not_pending",
    /// The amount is zero or negative.
    AmountNotPositive = 109 "amount_not_positive",
    /// The amount has a fraction of a minor unit.
    AmountNotWhole = 110 "amount_not_whole",
    /// The return is negative.
    ReturnsNegative = 111 "returns_negative",
    /// The return has a fraction of a minor unit.
    ReturnsNotWhole = 112 "returns_not_whole",
    /// A balance would become too large.
    AmountOutOfRange = 113 "amount_out_of_range",
    /// The bet belongs to another player than the envelope names.
    PlayerMismatch = 114 "player_mismatch",
    /// The generation is lower than the one in force.
    GenerationNotHigher = 115 "generation_not_higher",
    /// There is no payment of this id.
    UnknownPayment = 116 "unknown_payment",
    /// Another command already made a payment of this id.
    PaymentExists = 117 "payment_exists",
    /// The payment was captured or has failed already.
    PaymentNotInitiated = 118 "payment_not_initiated",
    /// The payment was not captured.
    PaymentNotCaptured = 119 "payment_not_captured",
    /// There is no withdrawal of this id.
    UnknownWithdrawal = 120 "unknown_withdrawal",
    /// Another command already made a withdrawal of this id.
    WithdrawalExists = 121 "withdrawal_exists",
    /// The withdrawal does not stand where this step begins.
    WithdrawalNotThere = 122 "withdrawal_not_there",
    /// The tax is negative, has a fraction of a minor unit, or is more than the amount.
    TaxOutOfRange = 123 "tax_out_of_range",
    /// A tax needs a jurisdiction.
    JurisdictionMissing = 124 "jurisdiction_missing",
    /// The fee is negative, or more than the amount it comes out of.
    FeeOutOfRange = 125 "fee_out_of_range",
    /// More is charged back than is left of the payment.
    ChargebackTooLarge = 126 "chargeback_too_large",
    /// Nothing of the payment is charged back.
    NothingChargedBack = 127 "nothing_charged_back",
    /// Who agrees must be somebody else than who asks.
    SameActor = 128 "same_actor",
    /// The player owes less.
    DebtTooSmall = 129 "debt_too_small",
    /// Less is owed than should be paid.
    NotOwed = 130 "not_owed",
    /// Less is locked.
    NotLocked = 131 "not_locked",
    /// There is no money to move.
    NothingThere = 132 "nothing_there",
    /// A percentage is more than 100.
    PercentOutOfRange = 133 "percent_out_of_range",
    /// There is no grant of this id.
    UnknownGrant = 134 "unknown_grant",
    /// Another command already made a grant of this id.
    GrantExists = 135 "grant_exists",
    /// Another grant of the player is active.
    GrantActive = 136 "grant_active",
    /// The grant has ended.
    GrantNotActive = 137 "grant_not_active",
    /// Money of the grant is on open bets.
    GrantHeld = 138 "grant_held",
    /// The stake is larger than the active bonus allows.
    BonusMaxBet = 139 "bonus_max_bet",
    /// The active bonus locks the money.
    BonusLocked = 140 "bonus_locked",
    /// There is no free bet of this id.
    UnknownToken = 141 "unknown_token",
    /// Another command already made a free bet of this id.
    TokenExists = 142 "token_exists",
    /// The free bet is placed, used or ended.
    TokenNotAvailable = 143 "token_not_available",
    /// The time of the free bet, or of the grant, is over.
    TokenExpired = 144 "token_expired",
    /// The stake is not that of the free bet.
    TokenMismatch = 145 "token_mismatch",
    /// A free bet is not divided, taxed or sold back.
    FreeBetWhole = 146 "free_bet_whole",
    /// The part is less than a minor unit.
    PartTooSmall = 147 "part_too_small",
    /// Its time is not over yet.
    NotExpired = 148 "not_expired",
    /// A later revision was applied already.
    StaleRevision = 149 "stale_revision",
    /// The verdict came too late; decide again. Not remembered.
    Expired = 150 "expired",
    /// The verdict was made before the kill switch; decide again. Not remembered.
    StaleGeneration = 151 "stale_generation",
    /// The wallet is broken and must be rebuilt from the journal. Not remembered.
    Poisoned = 152 "poisoned",
    /// More waits than may wait; ask again later. Not remembered.
    Overloaded = 153 "overloaded",
    /// This writer does not lead the shard; find its holder and ask again. Not remembered.
    NotLeading = 154 "not_leading",
    /// What the guards of the player go by is unknown or too old. Not remembered.
    RgStateUnavailable = 155 "rg_state_unavailable",
    /// The bet of this win has not come; ask again. Not remembered.
    BetNotSeenYet = 156 "bet_not_seen_yet",
    /// The provider already used the name of this win for another.
    PayoutExists = 157 "payout_exists",
    /// The bet has no result that could be taken back.
    BetNotClosed = 158 "bet_not_closed",
    /// The key was used for another command.
    KeyConflict = 160 "key_conflict",
    /// The key tells itself that it was made before the time up to which keys are remembered. Not remembered either.
    KeyTooOld = 161 "key_too_old",
    /// The bytes are not a command.
    Malformed = 170 "malformed",
    /// The command is for another tenant.
    WrongTenant = 171 "wrong_tenant",
    /// The currency is another than that of the bet or the limits.
    CurrencyMismatch = 172 "currency_mismatch",
    /// The account may not do this.
    AccountBlocked = 180 "account_blocked",
    /// The player is excluded, or in a time-out.
    Excluded = 181 "excluded",
    /// Withdrawals of the player are held.
    WithdrawalsHeld = 182 "withdrawals_held",
    /// The player's deposit limit would be exceeded.
    LimitDeposit = 183 "limit_deposit",
    /// The player's wager limit would be exceeded.
    LimitWager = 184 "limit_wager",
    /// The player's loss limit would be exceeded.
    LimitLoss = 185 "limit_loss",
    /// The stake is larger than the player's limit.
    LimitStake = 186 "limit_stake",
    /// A bet needs a session.
    SessionRequired = 187 "session_required",
    /// The session is over.
    SessionExpired = 188 "session_expired",
    /// The player must see the reality check first.
    RealityCheckRequired = 189 "reality_check_required",
    /// The player is in another session, or in none.
    UnknownSession = 190 "unknown_session",
    /// The provider has no profile.
    UnknownProvider = 191 "unknown_provider",
    /// The amount is finer than the provider's unit.
    AmountPrecision = 192 "amount_precision",
    /// The amount is negative.
    AmountNegative = 193 "amount_negative",
    /// The provider's bet is unknown.
    BetUnknown = 194 "bet_unknown",
    /// The provider's bet was taken back.
    BetCancelled = 195 "bet_cancelled",
    /// The provider's bet has its win.
    BetSettled = 196 "bet_settled",
    /// The provider's round is over.
    RoundClosed = 197 "round_closed",
    /// Less stands in the jackpot.
    JackpotShort = 198 "jackpot_short",
    /// The win names neither a bet nor a round.
    RoundMissing = 199 "round_missing",
}

/// The name of a wallet code; empty for 0 and for codes of other domains.
pub fn code_name(number: u16) -> &'static str {
    Code::from_number(number).map_or("", Code::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ours_unique_and_found() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        for &code in Code::ALL {
            assert!((100..200).contains(&code.number()));
            assert_eq!(Code::from_number(code.number()), Some(code));
            assert!(code.name().bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()));
        }
        assert_eq!((code_name(0), code_name(101), code_name(201)), ("", "insufficient_funds", ""));
    }
}
