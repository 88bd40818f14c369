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
    /// One account per payment provider and currency.
    Provider,
}

/// The code of an account, as numbered in the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum AccountCode {
    /// What a payment provider owes us until it settles.
    PspClearing = 1200,
    /// What a player may spend or withdraw.
    PlayerReal = 2100,
    /// Stakes of a player's bets that are pending or open.
    PlayerBetHeld = 2110,
    /// Stakes of settled bets: income.
    SportStakes = 4100,
    /// Returns of won bets: expense.
    SportPayouts = 4110,
}

impl AccountCode {
    /// All codes, in order of number.
    pub const ALL: [Self; 5] =
        [Self::PspClearing, Self::PlayerReal, Self::PlayerBetHeld, Self::SportStakes, Self::SportPayouts];

    /// The number that stands in journals and reports.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Look up by number.
    pub const fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            1200 => Self::PspClearing,
            2100 => Self::PlayerReal,
            2110 => Self::PlayerBetHeld,
            4100 => Self::SportStakes,
            4110 => Self::SportPayouts,
            _ => return None,
        })
    }

    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PspClearing => "PSP_CLEARING",
            Self::PlayerReal => "PLAYER_REAL",
            Self::PlayerBetHeld => "PLAYER_BET_HELD",
            Self::SportStakes => "SPORT_STAKES",
            Self::SportPayouts => "SPORT_PAYOUTS",
        }
    }

    /// The book the account stands in.
    pub const fn book(self) -> Book {
        match self {
            Self::PspClearing
            | Self::PlayerReal
            | Self::PlayerBetHeld
            | Self::SportStakes
            | Self::SportPayouts => Book::Real,
        }
    }

    /// The side on which the account grows.
    pub const fn side(self) -> Side {
        match self {
            Self::PspClearing | Self::SportPayouts => Side::Debit,
            Self::PlayerReal | Self::PlayerBetHeld | Self::SportStakes => Side::Credit,
        }
    }

    /// Whether the balance, on its own side, must never fall below zero.
    pub const fn has_floor(self) -> bool {
        matches!(self, Self::PlayerReal | Self::PlayerBetHeld)
    }

    /// Who owns accounts of this code.
    pub const fn owner_kind(self) -> OwnerKind {
        match self {
            Self::PspClearing => OwnerKind::Provider,
            Self::PlayerReal | Self::PlayerBetHeld => OwnerKind::Player,
            Self::SportStakes | Self::SportPayouts => OwnerKind::House,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_number() {
        for code in AccountCode::ALL {
            assert_eq!(AccountCode::from_number(code.number()), Some(code));
        }
        assert!(AccountCode::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(AccountCode::from_number(0), None);
    }

    #[test]
    fn player_accounts_are_liabilities_that_cannot_go_negative() {
        for code in AccountCode::ALL {
            if code.owner_kind() == OwnerKind::Player {
                assert!(code.has_floor() && code.side() == Side::Credit, "{}", code.name());
            }
        }
    }
}
