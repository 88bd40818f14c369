//! What names an account, and what the ledger remembers of it.

use crate::{AccountCode, Book, OwnerKind, Side, StateHash, Term, TermBuilder};
use money::{Amount, Currency};

/// The owner of an account: a player's id, the slug of a payment provider, or the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner([u8; 16]);

impl Owner {
    /// The operator.
    pub const HOUSE: Self = Self([0; 16]);

    /// An owner of these 16 bytes; all zero is the house.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The full name of an account within a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// Place in the chart.
    pub code: AccountCode,
    /// Currency it is kept in.
    pub currency: Currency,
    /// Whose it is.
    pub owner: Owner,
}

impl AccountKey {
    /// The house's account of `code`.
    pub const fn house(code: AccountCode, currency: Currency) -> Self {
        Self { code, currency, owner: Owner::HOUSE }
    }
}

/// Handle of an account that a ledger opened; valid in that ledger only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountId(pub(crate) u32);

impl AccountId {
    /// The account that was opened next.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Which account this is, in the order in which they were opened.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The account of a number that [`AccountId::number`] gave.
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) key: AccountKey,
    /// What the chart says of its code, looked up once.
    pub(crate) book: Book,
    pub(crate) side: Side,
    pub(crate) has_floor: bool,
    pub(crate) owner_kind: OwnerKind,
    /// Credits less debits: the books of all accounts add up to zero without a look at the chart.
    pub(crate) net: Amount,
    /// What a unit on it weighs in the hash.
    weight: Term,
}

impl Account {
    pub(crate) fn new(key: AccountKey) -> Self {
        let AccountKey { code, .. } = key;
        Self {
            key,
            book: code.book(),
            side: code.side(),
            has_floor: code.has_floor(),
            owner_kind: code.owner_kind(),
            net: Amount::ZERO,
            weight: weight(&key),
        }
    }

    pub(crate) fn balance(&self) -> Amount {
        match self.side {
            Side::Credit => self.net,
            Side::Debit => self.net.negated(),
        }
    }

    /// Replace the balance and carry the change into the hash, where each unit weighs what the account's name says.
    /// An account at zero weighs nothing, so that merely having been opened is not state.
    #[inline]
    pub(crate) fn set_net(&mut self, net: Amount, hash: &mut StateHash) {
        hash.add_times(&self.weight, folded(net).wrapping_sub(folded(self.net)));
        self.net = net;
    }

    /// Count what it holds into a hash.
    pub(crate) fn weigh(&self, hash: &mut StateHash) {
        hash.add_times(&self.weight, folded(self.net));
    }
}

/// The number of units as far as 64 bits tell it apart from others: all of it, up to 2^63 to either side.
#[inline]
fn folded(net: Amount) -> u64 {
    const FAR: u64 = 0x9e37_79b9_7f4a_7c15; // the golden ratio
    let units = net.units().cast_unsigned();
    (units as u64).wrapping_add(((units >> 64) as u64).wrapping_mul(FAR))
}

fn weight(key: &AccountKey) -> Term {
    const DOMAIN: u64 = 0x6163_636f_756e_7400; // "account"
    let name = u64::from(key.code.number()) << 16 | u64::from(key.currency.number());
    TermBuilder::new(DOMAIN ^ name).bytes16(key.owner.bytes()).finish()
}
