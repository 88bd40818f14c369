//! The accounts of one tenant and the rules every posting keeps.

use crate::account::Account;
use crate::{AccountId, AccountKey, After, Book, OwnerKind, Posting, PostingError, Side, StateHash};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use money::{Amount, Currency};
use std::collections::BTreeMap;

/// The sum of one book in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The book.
    pub book: Book,
    /// The currency.
    pub currency: Currency,
    /// All balances of accounts that grow on the debit side.
    pub debit: Amount,
    /// All balances of accounts that grow on the credit side. Equal to `debit` in a sound ledger.
    pub credit: Amount,
}

impl Total {
    /// Whether the book sums to zero.
    pub fn is_balanced(&self) -> bool {
        self.debit == self.credit
    }
}

/// The accounts of one tenant.
#[derive(Clone, Debug)]
pub struct Ledger {
    accounts: Vec<Account>,
    index: HashMap<AccountKey, AccountId, FixedState>,
    hash: StateHash,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        let index = HashMap::with_hasher(FixedState::with_seed(0));
        Self { accounts: Vec::new(), index, hash: StateHash::default() }
    }

    /// The account of this name, opened at zero if it is new.
    ///
    /// # Panics
    /// At 2^32 accounts.
    pub fn open(&mut self, key: AccountKey) -> AccountId {
        let next = AccountId(u32::try_from(self.accounts.len()).expect("fewer than 2^32 accounts"));
        let id = *self.index.entry(key).or_insert(next);
        if id == next {
            self.accounts.push(Account::new(key));
        }
        id
    }

    /// Open an account that holds so much already, on the side on which it grows: for states that are restored, of which
    /// somebody else checks that they are sound. False when it was opened before.
    #[must_use = "an account that was open is left as it was"]
    pub fn restore(&mut self, key: AccountKey, balance: Amount) -> bool {
        let before = self.accounts.len();
        let id = self.open(key);
        if self.accounts.len() == before {
            return false;
        }
        let net = match self.account(id).side {
            Side::Credit => balance,
            Side::Debit => balance.negated(),
        };
        self.set(id, net);
        true
    }

    /// The account of this name, if it was opened.
    pub fn find(&self, key: &AccountKey) -> Option<AccountId> {
        self.index.get(key).copied()
    }

    /// The name of an account.
    pub fn key(&self, id: AccountId) -> &AccountKey {
        &self.account(id).key
    }

    /// Who owns accounts like this one.
    pub fn owner_kind(&self, id: AccountId) -> OwnerKind {
        self.account(id).owner_kind
    }

    /// The balance of an account on the side on which it grows.
    pub fn balance(&self, id: AccountId) -> Amount {
        self.account(id).balance()
    }

    /// Apply all postings in order, or none of them. `after` takes the balances right after each.
    ///
    /// # Panics
    /// When `after` is not as long as `postings`: that is a bug of the caller.
    pub fn post(&mut self, postings: &[Posting], after: &mut [After]) -> Result<(), PostingError> {
        assert_eq!(postings.len(), after.len(), "one place for the balances after each posting");
        for (at, posting) in postings.iter().enumerate() {
            match self.post_one(posting) {
                Ok(balances) => after[at] = balances,
                Err(error) => {
                    for done in postings[..at].iter().rev() {
                        self.take_back(done);
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Names and balances of all accounts, in the order they were opened.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountKey, Amount)> {
        self.accounts.iter().map(|account| (&account.key, account.balance()))
    }

    /// The sums of all books in all currencies, recomputed from the accounts.
    ///
    /// # Panics
    /// When a sum leaves the range of amounts.
    pub fn totals(&self) -> Vec<Total> {
        let mut totals = BTreeMap::<_, (i128, i128)>::new();
        for account in &self.accounts {
            let (debit, credit) = totals.entry((account.book, account.key.currency)).or_default();
            match account.side {
                Side::Debit => *debit += account.balance().units(),
                Side::Credit => *credit += account.balance().units(),
            }
        }
        let amount = |units| Amount::new(units).expect("a book's sum is in range");
        totals
            .into_iter()
            .map(|((book, currency), (debit, credit))| Total {
                book,
                currency,
                debit: amount(debit),
                credit: amount(credit),
            })
            .collect()
    }

    /// The hash of all accounts that hold something.
    pub fn state_hash(&self) -> StateHash {
        self.hash
    }

    /// The same, from the accounts as they stand; it differs only if one of them was damaged in memory.
    pub fn recomputed_hash(&self) -> StateHash {
        let mut hash = StateHash::default();
        self.accounts.iter().for_each(|account| account.weigh(&mut hash));
        hash
    }

    fn post_one(&mut self, posting: &Posting) -> Result<After, PostingError> {
        let (debit, credit) = (self.account(posting.debit), self.account(posting.credit));
        if !posting.amount.is_positive() {
            return Err(PostingError::AmountNotPositive);
        }
        if posting.debit == posting.credit {
            return Err(PostingError::SameAccount);
        }
        if debit.book != credit.book {
            return Err(PostingError::SpansBooks);
        }
        if debit.key.currency != credit.key.currency {
            return Err(PostingError::SpansCurrencies);
        }
        let debited = moved(debit, posting.amount.negated())?;
        let credited = moved(credit, posting.amount)?;
        Ok(After { debit: self.set(posting.debit, debited), credit: self.set(posting.credit, credited) })
    }

    fn take_back(&mut self, posting: &Posting) {
        let debit = self.account(posting.debit).net.checked_add(posting.amount);
        let credit = self.account(posting.credit).net.checked_sub(posting.amount);
        self.set(posting.debit, debit.expect("it was there before"));
        self.set(posting.credit, credit.expect("it was there before"));
    }

    /// The answer is the balance.
    fn set(&mut self, id: AccountId, net: Amount) -> Amount {
        let account = &mut self.accounts[id.0 as usize];
        account.set_net(net, &mut self.hash);
        account.balance()
    }

    fn account(&self, id: AccountId) -> &Account {
        &self.accounts[id.0 as usize]
    }
}

/// The net of `account` after a change, if its rules allow it. A floor refuses only what falls: a credit to an
/// account is never refused for where it stands.
fn moved(account: &Account, change: Amount) -> Result<Amount, PostingError> {
    let net = account.net.checked_add(change).ok_or(PostingError::OutOfRange(account.key))?;
    if account.has_floor {
        let (balance, falls) = match account.side {
            Side::Credit => (net, change.is_negative()),
            Side::Debit => (net.negated(), change.is_positive()),
        };
        if falls && balance.is_negative() {
            return Err(PostingError::BelowFloor(account.key));
        }
    }
    Ok(net)
}
