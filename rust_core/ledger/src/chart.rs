//! The chart of accounts. An account appears here when a command posts to it.

/// A closed circle of postings: money never moves between books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Book {
    /// Real money.
    Real,
    /// Bonus money, a memorandum until it converts.
    Bonus,
    /// Free bets, a memorandum of promised stakes.
    FreeBet,
}

/// The side on which an account grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Assets and expenses.
    Debit,
    /// Liabilities and income.
    Credit,
}

/// Who an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerKind {
    /// The operator: one account per currency.
    House,
    /// One account per player and currency.
    Player,
    /// One account per provider of payments or games, and currency.
    Provider,
    /// One account per jurisdiction and currency.
    Jurisdiction,
    /// One account per jackpot and currency.
    Jackpot,
    /// One account per bonus grant.
    Grant,
    /// One account per free-bet token.
    Token,
}

macro_rules! chart {
    ($($(#[doc = $what:literal])* $variant:ident = $number:literal $name:ident $book:ident $side:ident $floor:ident
        $owner:ident,)*) => {
        /// The code of an account, as numbered in the chart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum AccountCode {
            $($(#[doc = $what])* $variant = $number,)*
        }

        impl AccountCode {
            /// All codes, in order of number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Look up by number.
            pub const fn from_number(number: u16) -> Option<Self> {
                Some(match number {
                    $($number => Self::$variant,)*
                    _ => return None,
                })
            }

            /// Name in reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        book: Book::$book,
                        side: Side::$side,
                        has_floor: Floor::$floor,
                        owner: OwnerKind::$owner,
                    },)*
                }
            }
        }
    };
}

/// What the chart says of a code besides its number and name.
struct Row {
    book: Book,
    side: Side,
    has_floor: bool,
    owner: OwnerKind,
}

/// How the chart spells whether a balance must never fall below zero.
struct Floor;

#[expect(non_upper_case_globals, reason = "words of the chart below")]
impl Floor {
    const floor: bool = true;
    const free: bool = false;
}

impl AccountCode {
    /// The number that stands in journals and reports.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The book the account stands in.
    pub const fn book(self) -> Book {
        self.row().book
    }

    /// The side on which the account grows.
    pub const fn side(self) -> Side {
        self.row().side
    }

    /// Whether the balance, on its own side, must never fall below zero.
    pub const fn has_floor(self) -> bool {
        self.row().has_floor
    }

    /// Who owns accounts of this code.
    pub const fn owner_kind(self) -> OwnerKind {
        self.row().owner
    }
}

chart! {
    /// Players' money at the bank, segregated.
    BankPlayerFunds = 1100 BANK_PLAYER_FUNDS Real Debit free House,
    /// The operator's own money at the bank.
    BankOperating = 1110 BANK_OPERATING Real Debit free House,
    /// What a payment provider owes us until it settles.
    PspClearing = 1200 PSP_CLEARING Real Debit free Provider,
    /// What was sent to players through a payment provider and has not left the bank yet.
    PspPayoutClearing = 1210 PSP_PAYOUT_CLEARING Real Credit free Provider,
    /// What a player owes after a chargeback or a corrected result.
    PlayerDebt = 1310 PLAYER_DEBT Real Debit floor Player,
    /// What a game provider owes us, such as the win of a network jackpot.
    ProviderReceivable = 1320 PROVIDER_RECEIVABLE Real Debit free Provider,
    /// What a player may spend or withdraw.
    PlayerReal = 2100 PLAYER_REAL Real Credit floor Player,
    /// Stakes of a player's bets that are pending or open.
    PlayerBetHeld = 2110 PLAYER_BET_HELD Real Credit floor Player,
    /// Withdrawals a player asked for that are not paid yet.
    PlayerWdPending = 2120 PLAYER_WD_PENDING Real Credit floor Player,
    /// A player's money that staff or an order has locked.
    PlayerLocked = 2130 PLAYER_LOCKED Real Credit floor Player,
    /// What stands in a jackpot.
    JackpotPool = 2200 JACKPOT_POOL Real Credit floor Jackpot,
    /// Taxes withheld from players, owed to a jurisdiction.
    TaxPayable = 2300 TAX_PAYABLE Real Credit free Jurisdiction,
    /// Duties of the operator, owed to a jurisdiction.
    DutyPayable = 2310 DUTY_PAYABLE Real Credit free Jurisdiction,
    /// A player's money after the account fell dormant.
    DormantFunds = 2400 DORMANT_FUNDS Real Credit floor Player,
    /// Money that came in and nobody knows yet whose it is; nothing at the close of a period.
    Suspense = 2500 SUSPENSE Real Credit floor House,
    /// Stakes of settled bets: income.
    SportStakes = 4100 SPORT_STAKES Real Credit free House,
    /// Returns of won bets: expense.
    SportPayouts = 4110 SPORT_PAYOUTS Real Debit free House,
    /// What was paid for bets before their result: expense.
    SportCashout = 4120 SPORT_CASHOUT Real Debit free House,
    /// Stakes of games: income.
    CasinoBets = 4200 CASINO_BETS Real Credit free House,
    /// Wins of games: expense.
    CasinoWins = 4210 CASINO_WINS Real Debit free House,
    /// The part of stakes that went into jackpots.
    JackpotContrib = 4220 JACKPOT_CONTRIB Real Debit free House,
    /// What jackpots were started with.
    JackpotSeed = 4230 JACKPOT_SEED Real Debit free House,
    /// Money taken from players by hand.
    Adjustments = 4900 ADJUSTMENTS Real Credit free House,
    /// Bonus money that became real.
    BonusCost = 5100 BONUS_COST Real Debit free House,
    /// Winnings of free bets.
    FreebetCost = 5110 FREEBET_COST Real Debit free House,
    /// Fees of payment providers.
    PspFees = 5300 PSP_FEES Real Debit free House,
    /// Fees of deposits that were charged back.
    ChargebackFees = 5400 CHARGEBACK_FEES Real Debit free House,
    /// Debts of players that were given up.
    BadDebt = 5410 BAD_DEBT Real Debit free House,
    /// Duties on gaming: expense.
    GamingTaxExp = 5500 GAMING_TAX_EXP Real Debit free House,
    /// Money given to players by hand.
    Goodwill = 5600 GOODWILL Real Debit free House,
    /// Bonus money of a grant that may be staked.
    PlayerBonus = 7100 PLAYER_BONUS Bonus Credit floor Grant,
    /// Bonus money of a grant that is staked on open bets.
    PlayerBonusHeld = 7110 PLAYER_BONUS_HELD Bonus Credit floor Grant,
    /// Bonus money granted.
    BonusIssued = 7200 BONUS_ISSUED Bonus Debit free House,
    /// Bonus money lost.
    BonusStakes = 7210 BONUS_STAKES Bonus Credit free House,
    /// Bonus money won.
    BonusPayouts = 7220 BONUS_PAYOUTS Bonus Debit free House,
    /// Bonus money that became real.
    BonusConverted = 7230 BONUS_CONVERTED Bonus Credit free House,
    /// Bonus money that fell back to the house.
    BonusForfeited = 7240 BONUS_FORFEITED Bonus Credit free House,
    /// Bonus winnings taken back after they were spent.
    BonusWriteoff = 7250 BONUS_WRITEOFF Bonus Debit free House,
    /// A free bet not placed yet.
    PlayerFreebet = 8100 PLAYER_FREEBET FreeBet Credit floor Token,
    /// A free bet on an open bet.
    PlayerFreebetHeld = 8110 PLAYER_FREEBET_HELD FreeBet Credit floor Token,
    /// Free bets given.
    FreebetIssued = 8200 FREEBET_ISSUED FreeBet Debit free House,
    /// Free bets that were settled.
    FreebetUsed = 8210 FREEBET_USED FreeBet Credit free House,
    /// Free bets that were never settled.
    FreebetExpired = 8220 FREEBET_EXPIRED FreeBet Credit free House,
    /// What the operator took in a currency for what it gave in others.
    FxPosition = 9000 FX_POSITION Real Credit free House,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_number() {
        for &code in AccountCode::ALL {
            assert_eq!(AccountCode::from_number(code.number()), Some(code));
        }
        assert!(AccountCode::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(AccountCode::from_number(0), None);
    }

    #[test]
    fn what_players_have_cannot_go_negative_and_only_their_debt_is_ours_to_claim() {
        for &code in AccountCode::ALL {
            if matches!(code.owner_kind(), OwnerKind::Player | OwnerKind::Grant | OwnerKind::Token) {
                let side = if code == AccountCode::PlayerDebt { Side::Debit } else { Side::Credit };
                assert!(code.has_floor() && code.side() == side, "{}", code.name());
            }
        }
    }
}
