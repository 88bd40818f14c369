//! Names of fields in which a repeat can differ from the original.

macro_rules! fields {
    ($($variant:ident = $number:literal $name:literal,)*) => {
        /// The field in which a repeat differs from the original.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is the name of the command's field")]
        pub enum Field {
            #[default]
            None = 0,
            $($variant = $number,)*
        }

        impl Field {
            pub(crate) const ALL: &'static [Self] = &[Self::None, $(Self::$variant,)*];

            /// Name of the field, empty for none.
            pub const fn name(self) -> &'static str {
                match self {
                    Self::None => "",
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

fields! {
    Currency = 1 "currency",
    Stake = 2 "stake",
    Slip = 3 "slip",
    Amount = 4 "amount",
    Psp = 5 "psp",
    Operation = 6 "operation",
    Returns = 7 "returns",
    Evidence = 8 "evidence",
    Reason = 9 "reason",
    Code = 10 "code",
    Void = 11 "void",
    Part = 12 "part",
    Payment = 13 "payment",
    Withdrawal = 14 "withdrawal",
    Version = 15 "version",
    Tax = 16 "tax",
    Jurisdiction = 17 "jurisdiction",
    Why = 18 "why",
    Fee = 19 "fee",
    Actor = 20 "actor",
    Approver = 21 "approver",
    Jackpot = 22 "jackpot",
    Grant = 23 "grant",
    Policy = 24 "policy",
    MaxBet = 25 "max_bet",
    MaxConvert = 26 "max_convert",
    Phantom = 27 "phantom",
    ExpiresAt = 28 "expires_at",
    Token = 29 "token",
    ReturnsStake = 30 "returns_stake",
    Bet = 31 "bet",
    Provider = 32 "provider",
    Round = 33 "round",
    Contribution = 34 "contribution",
    Kind = 35 "kind",
    Closes = 36 "closes",
    Win = 37 "win",
    Network = 38 "network",
    Seed = 39 "seed",
    Session = 40 "session",
    Funds = 41 "funds",
    Content = 42 "content",
}

impl Field {
    /// The field of this name; what has no name of its own is content.
    pub(crate) fn named(name: &str) -> Self {
        Self::ALL.iter().copied().find(|field| field.name() == name).unwrap_or(Self::Content)
    }
}
