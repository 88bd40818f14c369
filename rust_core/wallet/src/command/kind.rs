//! The kinds of command, by the numbers that stand in journals.

macro_rules! kinds {
    ($($table:ident $needs:ident { $($variant:ident = $number:literal $name:literal,)* })*) => {
        /// The kinds of command; each is named after its struct.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each variant is named after the documented struct")]
        pub enum Kind {
            $($($variant = $number,)*)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// Look up by number.
            pub const fn from_number(number: u8) -> Option<Self> {
                Some(match number {
                    $($($number => Self::$variant,)*)*
                    _ => return None,
                })
            }

            /// Name in reports and events.
            pub const fn name(self) -> &'static str {
                match self {
                    $($(Self::$variant => $name,)*)*
                }
            }

            /// The table whose macro wrote its struct, if any.
            pub(crate) const fn table(self) -> Table {
                match self {
                    $($(Self::$variant => Table::$table,)*)*
                }
            }

            /// Whether the envelope must name a player.
            pub const fn needs_player(self) -> bool {
                match self {
                    $($(Self::$variant => Needs::$needs,)*)*
                }
            }
        }
    };
}

/// The tables of commands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    None,
    Cashier,
    House,
    Bonus,
    Casino,
    Control,
}

struct Needs;

#[expect(non_upper_case_globals, reason = "words of the table below")]
impl Needs {
    const player: bool = true;
    const nobody: bool = false;
}

kinds! {
    None player {
        Deposit = 1 "deposit",
        PlaceBet = 2 "place_bet",
    }
    None nobody {
        AcceptBet = 3 "accept_bet",
        RejectBet = 4 "reject_bet",
        Tick = 5 "tick",
        SettleBet = 6 "settle_bet",
        VoidBet = 7 "void_bet",
        RaiseGeneration = 8 "raise_generation",
        ReopenBet = 9 "reopen_bet",
        EvictKeys = 10 "evict_keys",
        ForgetKeys = 11 "forget_keys",
    }
    Cashier player {
        InitiateDeposit = 20 "initiate_deposit",
        RequestWithdrawal = 21 "request_withdrawal",
        LockFunds = 22 "lock_funds",
        UnlockFunds = 23 "unlock_funds",
        MakeDormant = 24 "make_dormant",
        ReviveDormant = 25 "revive_dormant",
        Adjust = 26 "adjust",
        RecoverDebt = 27 "recover_debt",
        WriteOffDebt = 28 "write_off_debt",
        WithholdTax = 29 "withhold_tax",
        ClaimSuspense = 37 "claim_suspense",
        ExchangeCurrency = 38 "exchange_currency",
    }
    Cashier nobody {
        CaptureDeposit = 30 "capture_deposit",
        FailDeposit = 31 "fail_deposit",
        ApproveWithdrawal = 32 "approve_withdrawal",
        PayWithdrawal = 33 "pay_withdrawal",
        ReturnWithdrawal = 34 "return_withdrawal",
        ChargeBack = 35 "charge_back",
        WinDispute = 36 "win_dispute",
    }
    House nobody {
        SettlePsp = 40 "settle_psp",
        SettlePayout = 41 "settle_payout",
        AccrueDuty = 42 "accrue_duty",
        PayDuty = 43 "pay_duty",
        RemitTax = 44 "remit_tax",
        SeedJackpot = 45 "seed_jackpot",
        ParkSuspense = 46 "park_suspense",
        ReturnSuspense = 47 "return_suspense",
    }
    Bonus player {
        GrantBonus = 50 "grant_bonus",
        GiveFreeBet = 51 "give_free_bet",
        GiveBonusFreeBet = 56 "give_bonus_free_bet",
        AwardFreeRounds = 57 "award_free_rounds",
    }
    Bonus nobody {
        ConvertBonus = 52 "convert_bonus",
        EndBonus = 53 "end_bonus",
        EndFreeBet = 54 "end_free_bet",
        CashOut = 55 "cash_out",
    }
    Casino player {
        CasinoDebit = 60 "casino_debit",
        CasinoCredit = 61 "casino_credit",
        CasinoPlay = 62 "casino_play",
        CasinoRollback = 63 "casino_rollback",
        CasinoAdjust = 64 "casino_adjust",
        CloseRound = 65 "close_round",
        JackpotWin = 66 "jackpot_win",
        FreeRoundWin = 68 "free_round_win",
    }
    Casino nobody {
        SetProfile = 67 "set_profile",
    }
    Control player {
        SetStatus = 80 "set_status",
        SetLimits = 81 "set_limits",
        StartSession = 82 "start_session",
        EndSession = 83 "end_session",
        AcknowledgeReality = 84 "acknowledge_reality",
    }
    Control nobody {
        SetPolicy = 85 "set_policy",
        ConfirmGuards = 86 "confirm_guards",
    }
}

impl Kind {
    /// Whether commands of this kind carry an idempotency key. The others are keyed by the object they name.
    pub const fn is_keyed(self) -> bool {
        matches!(self, Self::Deposit | Self::PlaceBet) || !matches!(self.table(), Table::None)
    }

    /// Whether it is a writer's own, about what it remembers, and nobody may ask for it.
    pub const fn is_of_writer(self) -> bool {
        matches!(self, Self::EvictKeys | Self::ForgetKeys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_number_and_named_once() {
        let mut names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind as u8), Some(kind));
        }
        assert_eq!(Kind::from_number(0), None);
    }
}
