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
    /// The key was used for another command.
    KeyConflict = 160 "key_conflict",
    /// The bytes are not a command.
    Malformed = 170 "malformed",
    /// The command is for another tenant.
    WrongTenant = 171 "wrong_tenant",
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
