//! Random postings against plain sums: books stay balanced, floors hold, refusals change nothing.

use ledger::{AccountCode, AccountKey, After, Book, Ledger, Owner, Posting, PostingError, Side, StateHash};
use money::{Amount, Currency};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn key(code: AccountCode, owner: u8, pounds: bool) -> AccountKey {
    let currency = Currency::from_code(if pounds { "GBP" } else { "EUR" }).expect("known");
    AccountKey { code, currency, owner: Owner::new([owner; 16]) }
}

/// Few codes, so that they meet again: of both sides, with floors and without, of two books.
const CODES: [AccountCode; 7] = [
    AccountCode::PspClearing,
    AccountCode::PlayerReal,
    AccountCode::PlayerBetHeld,
    AccountCode::PlayerDebt,
    AccountCode::SportStakes,
    AccountCode::PlayerBonus,
    AccountCode::BonusIssued,
];

fn keys() -> impl Strategy<Value = AccountKey> {
    (0..CODES.len(), 0..2_u8, prop::bool::weighted(0.3))
        .prop_map(|(code, owner, pounds)| key(CODES[code], owner, pounds))
}

/// Credits less debits of every account, by hand.
type Nets = BTreeMap<AccountKey, i128>;

/// The rules said once more: `None` if the posting may not be.
fn by_hand(nets: &Nets, debit: AccountKey, credit: AccountKey, units: i128) -> Option<Nets> {
    let mut nets = nets.clone();
    *nets.entry(debit).or_default() -= units;
    *nets.entry(credit).or_default() += units;
    let grows = |key: AccountKey, side| key.code.has_floor() && key.code.side() == side;
    let falls_below = grows(debit, Side::Credit) && nets[&debit] < 0;
    let falls_below = falls_below || (grows(credit, Side::Debit) && nets[&credit] > 0);
    let spans = debit.currency != credit.currency || debit.code.book() != credit.code.book();
    let refused = units <= 0 || debit == credit || spans || falls_below;
    (!refused).then_some(nets)
}

proptest! {
    #[test]
    fn the_ledger_agrees_with_plain_sums(
        batches in prop::collection::vec(prop::collection::vec((keys(), keys(), -5_i64..50), 1..4), 1..60),
    ) {
        let (mut ledger, mut nets) = (Ledger::new(), Nets::new());
        for batch in batches {
            let mut expected = Some(nets.clone());
            let mut postings = Vec::new();
            for (debit, credit, units) in batch {
                expected = expected.and_then(|nets| by_hand(&nets, debit, credit, i128::from(units)));
                let amount = Amount::from_i64(units);
                postings.push(Posting { debit: ledger.open(debit), credit: ledger.open(credit), amount });
            }
            let before = ledger.state_hash();
            prop_assert_eq!(before, ledger.recomputed_hash());
            let mut after = vec![After::default(); postings.len()];
            let posted = ledger.post(&postings, &mut after);
            prop_assert_eq!(posted.is_ok(), expected.is_some(), "{:?}", posted);
            if let Some(expected) = expected {
                nets = expected;
            } else {
                prop_assert_eq!(ledger.state_hash(), before, "a refused batch leaves no trace");
            }
            for total in ledger.totals() {
                prop_assert!(total.is_balanced(), "{:?}", total);
            }
        }
        for (key, balance) in ledger.accounts() {
            let net = nets.get(key).copied().unwrap_or(0);
            let side = if matches!(key.code.side(), Side::Credit) { 1 } else { -1 };
            prop_assert_eq!(balance.units(), net * side);
        }
        // The same balances reached at once have the same hash, whatever happened on the way.
        let mut at_once = Ledger::new();
        for (&key, &net) in nets.iter().rev() {
            let code = if key.code.book() == Book::Bonus { AccountCode::BonusIssued } else { AccountCode::PspClearing };
            let funds = AccountKey { owner: Owner::new([99; 16]), ..AccountKey::house(code, key.currency) };
            let (this, other) = (at_once.open(key), at_once.open(funds));
            let amount = Amount::new(net.abs()).expect("small");
            let (debit, credit) = if net < 0 { (this, other) } else { (other, this) };
            if net != 0 {
                at_once.post(&[Posting { debit, credit, amount }], &mut [After::default()]).expect("allowed");
            }
        }
        prop_assert_eq!(at_once.state_hash(), ledger.state_hash());
        prop_assert_eq!(ledger.state_hash() == StateHash::default(), nets.values().all(|net| *net == 0));
    }
}

/// However many legs a transaction has, all of them are posted or none, and the refusal names the account.
#[test]
fn three_hundred_legs_stand_or_fall_together() {
    let mut ledger = Ledger::new();
    let psp = ledger.open(key(AccountCode::PspClearing, 1, false));
    let amount = Amount::from_i64(7);
    let mut legs: Vec<_> = (0..300_u32)
        .map(|n| {
            let owner = Owner::new([u8::try_from(n % 250).expect("small"); 16]);
            let real = AccountKey { owner, ..key(AccountCode::PlayerReal, 1, false) };
            Posting { debit: psp, credit: ledger.open(real), amount }
        })
        .collect();
    let mut after = vec![After::default(); legs.len() + 1];
    ledger.post(&legs, &mut after[..300]).expect("all may be");
    assert_eq!(ledger.balance(psp), Amount::from_i64(2_100));
    let before = ledger.state_hash();
    let poor = key(AccountCode::PlayerBetHeld, 9, false);
    legs.push(Posting { debit: ledger.open(poor), credit: legs[0].credit, amount });
    assert_eq!(ledger.post(&legs, &mut after), Err(PostingError::BelowFloor(poor)));
    assert_eq!((ledger.state_hash(), ledger.recomputed_hash()), (before, before));
    assert_eq!(AccountCode::from_number(9_999), None, "there is no such account");
}

#[test]
fn refusals_say_why() {
    let mut ledger = Ledger::new();
    let [psp, real] = [AccountCode::PspClearing, AccountCode::PlayerReal].map(|code| key(code, 1, false));
    let keys = [
        psp,
        real,
        key(real.code, 1, true),
        key(AccountCode::PlayerBonus, 1, false),
        key(AccountCode::PlayerDebt, 1, false),
    ];
    let [psp_id, real_id, pounds, bonus, debt] = keys.map(|key| ledger.open(key));
    let mut refused = |debit, credit, units: i128| {
        let amount = Amount::new(units).expect("in range");
        ledger.post(&[Posting { debit, credit, amount }], &mut [After::default()]).err()
    };
    assert_eq!(refused(psp_id, real_id, 0), Some(PostingError::AmountNotPositive));
    assert_eq!(refused(psp_id, psp_id, 1), Some(PostingError::SameAccount));
    assert_eq!(refused(psp_id, pounds, 1), Some(PostingError::SpansCurrencies));
    assert_eq!(refused(real_id, bonus, 1), Some(PostingError::SpansBooks));
    assert_eq!(refused(psp_id, debt, 1), Some(PostingError::BelowFloor(keys[4])), "no debt to pay");
    assert_eq!(refused(real_id, psp_id, 1), Some(PostingError::BelowFloor(real)));
    assert_eq!(refused(psp_id, real_id, Amount::LIMIT), None);
    assert_eq!(refused(psp_id, real_id, 1), Some(PostingError::OutOfRange(psp)));
}
