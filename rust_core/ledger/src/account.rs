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
        }
    }

    pub(crate) fn balance(&self) -> Amount {
        match self.side {
            Side::Credit => self.net,
            Side::Debit => self.net.negated(),
        }
    }

    /// Replace the balance and carry the change into the hash. An account at zero contributes nothing, so that
    /// merely having been opened is not state.
    pub(crate) fn set_net(&mut self, net: Amount, hash: &mut StateHash) {
        let name = self.name();
        if !self.net.is_zero() {
            hash.remove(&name.i128(self.net.units()).finish());
        }
        self.net = net;
        if !self.net.is_zero() {
            hash.add(&name.i128(self.net.units()).finish());
        }
    }

    pub(crate) fn term(&self) -> Term {
        self.name().i128(self.net.units()).finish()
    }

    /// What its term begins with.
    #[inline]
    fn name(&self) -> TermBuilder {
        const DOMAIN: u64 = 0x6163_636f_756e_7400; // "account"
        let AccountKey { code, currency, owner } = &self.key;
        let name = u64::from(code.number()) << 16 | u64::from(currency.number());
        TermBuilder::new(DOMAIN ^ name).bytes16(owner.bytes())
    }
}
