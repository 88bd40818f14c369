//! The course of a bet, told in commands and answers.

mod common;

use common::{Pair, amount, bet, cents, currency, encode, envelope, place, player};
use wallet::{
    AcceptBet, Code, Command, Deposit, Envelope, Field, Key, PlaceBet, RaiseGeneration, SettleBet, Slip,
    Slug, Source, Status, Tick,
};

fn funded(cents_in: i64) -> Pair {
    let mut pair = Pair::new();
    let deposit = Deposit {
        key: Key::new("deposit-1").expect("a key"),
        currency: currency("EUR"),
        amount: cents(cents_in),
        psp: Slug::new("acme").expect("a slug"),
    };
    let reply = pair.run(Some(player(1)), &Command::Deposit(deposit), 10);
    assert_eq!(reply.status, Status::Accepted);
    pair
}

fn settle(number: u8, version: u32, returns: i64) -> Command<'static> {
    let evidence = [1; 32];
    Command::SettleBet(SettleBet {
        bet_id: bet(number),
        revision: 1,
        returns: cents(returns),
        void: None,
        evidence,
        version,
    })
}

#[test]
fn a_retry_gets_the_first_answer_even_after_the_market_changed() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    let first = pair.run(who, &Command::PlaceBet(place("k", bet(1), cents(400))), 20);
    assert_eq!((first.status, first.version, first.terms.as_bytes()), (Status::Accepted, 1, &b"2.50"[..]));
    let entries = pair.entries.len();

    // The market was suspended, the kill switch pulled, the offer expired, and another bet id was drawn.
    pair.run(None, &Command::RaiseGeneration(RaiseGeneration { generation: 9 }), 30);
    let late = PlaceBet { verdict: 201, terms: b"", expires_at: 1, ..place("k", bet(2), cents(400)) };
    let again = pair.run(who, &Command::PlaceBet(late), 40);
    assert!(again.replayed);
    assert_eq!(
        (again.status, again.seq, again.at, again.object_id),
        (first.status, first.seq, first.at, first.object_id)
    );
    assert_eq!(again.terms, first.terms);
    assert_eq!(pair.entries.len(), entries + 1, "only the kill switch was journaled");
}

#[test]
fn a_refusal_is_frozen_even_when_money_came_in() {
    let (mut pair, who) = (funded(100), Some(player(1)));
    let command = Command::PlaceBet(place("k", bet(1), cents(400)));
    let refused = pair.run(who, &command, 20);
    assert_eq!((refused.status, refused.code), (Status::Refused, Code::InsufficientFunds.number()));
    let more = Deposit {
        key: Key::new("deposit-2").expect("a key"),
        currency: currency("EUR"),
        amount: cents(1_000),
        psp: Slug::new("acme").expect("a slug"),
    };
    pair.run(who, &Command::Deposit(more), 30);
    let again = pair.run(who, &command, 40);
    assert_eq!((again.replayed, again.code, again.seq), (true, refused.code, refused.seq));
    let fresh = pair.run(who, &Command::PlaceBet(place("k-2", bet(1), cents(400))), 50);
    assert_eq!(fresh.status, Status::Accepted);
}

#[test]
fn stale_verdicts_are_not_remembered() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    pair.run(None, &Command::RaiseGeneration(RaiseGeneration { generation: 2 }), 20);
    let at = pair.wallet.seq();
    let good = PlaceBet { generation: 2, expires_at: 100, ..place("k", bet(1), cents(400)) };
    let stale = pair.run(who, &Command::PlaceBet(PlaceBet { generation: 1, ..good }), 30);
    assert_eq!((stale.status, stale.code, stale.seq), (Status::Retry, Code::StaleGeneration.number(), 0));
    let expired = pair.run(who, &Command::PlaceBet(PlaceBet { expires_at: 29, ..good }), 30);
    assert_eq!((expired.status, expired.code), (Status::Retry, Code::Expired.number()));
    assert_eq!(pair.wallet.seq(), at, "nothing was journaled");
    assert_eq!(
        pair.run(who, &Command::PlaceBet(good), 100).status,
        Status::Accepted,
        "still fresh at its time"
    );
}

#[test]
fn another_body_under_the_key_is_a_conflict_that_names_the_field() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    let first = place("k", bet(1), cents(400));
    let placed = pair.run(who, &Command::PlaceBet(first), 20);
    let slip = Slip { schema: 1, version: 1, bytes: b"away to win" };
    for (other, field) in [
        (PlaceBet { stake: cents(401), ..first }, Field::Stake),
        (PlaceBet { currency: currency("GBP"), ..first }, Field::Currency),
        (PlaceBet { slip, ..first }, Field::Slip),
    ] {
        let reply = pair.run(who, &Command::PlaceBet(other), 30);
        assert_eq!((reply.status, reply.field, reply.seq), (Status::Conflict, field, placed.seq));
    }
    assert_eq!(pair.run(Some(player(2)), &Command::PlaceBet(place("k", bet(3), cents(1))), 40).code, 101);
}

#[test]
fn a_key_is_one_attempt_of_one_operation_of_one_source() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    let bet_made = Command::PlaceBet(place("deposit-1", bet(1), cents(400)));
    assert_eq!(
        pair.run(who, &bet_made, 20).status,
        Status::Accepted,
        "the key of a deposit is free for a bet"
    );
    let other = Envelope { source: Source::System, ..envelope(who) };
    let elsewhere = Command::PlaceBet(place("deposit-1", bet(2), cents(100)));
    let reply = pair.submit(&encode(&other, &elsewhere), 30);
    assert_eq!((reply.status, reply.replayed), (Status::Accepted, false), "and so it is in another source");
}

#[test]
fn a_settlement_pays_once() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    pair.run(who, &Command::PlaceBet(place("k", bet(1), cents(400))), 20);
    assert_eq!(pair.wallet.balance(player(1), currency("EUR")), (cents(600), cents(400)));
    let first = pair.run(None, &settle(1, 1, 1_000), 30);
    assert_eq!((first.status, first.version), (Status::Accepted, 2));
    for version in [1, 2, 7] {
        let again = pair.run(None, &settle(1, version, 1_000), 40);
        assert_eq!((again.status, again.replayed, again.seq), (Status::Accepted, true, first.seq));
    }
    let other = pair.run(None, &settle(1, 2, 999), 50);
    assert_eq!((other.status, other.field), (Status::Conflict, Field::Returns));
    assert_eq!(pair.wallet.balance(player(1), currency("EUR")), (cents(1_600), cents(0)));
    pair.prove();
}

#[test]
fn other_tenants_and_players_are_kept_out() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    pair.run(who, &Command::PlaceBet(place("k", bet(1), cents(400))), 20);
    let hash = pair.wallet.state_hash();
    let foreign = Envelope { tenant: Slug::new("borealis").expect("a slug"), ..envelope(who) };
    let reply = pair.submit(&encode(&foreign, &settle(1, 1, 1_000)), 30);
    assert_eq!((reply.status, reply.code), (Status::Malformed, Code::WrongTenant.number()));
    assert_eq!(pair.wallet.state_hash(), hash);
    let stranger = pair.run(Some(player(2)), &settle(1, 1, 1_000), 40);
    assert_eq!((stranger.status, stranger.code), (Status::Refused, Code::PlayerMismatch.number()));
}

#[test]
fn time_never_stands_still_or_goes_back() {
    let mut pair = funded(1_000);
    let first = pair.run(Some(player(1)), &Command::PlaceBet(place("k-1", bet(1), cents(1))), 5);
    let second = pair.run(Some(player(1)), &Command::PlaceBet(place("k-2", bet(2), cents(1))), 5);
    assert_eq!((first.at, second.at), (11, 12), "after the deposit at 10");
}

#[test]
fn a_tick_is_bounded_and_the_next_one_goes_on() {
    let mut pair = funded(1_000_000);
    let count = Tick::MOST + 3;
    for number in 0..count {
        let mut id = [1; 16];
        id[..8].copy_from_slice(&(number as u64).to_le_bytes());
        let key = format!("k-{number}");
        let bet_id = wallet::BetId::new(id).expect("an id");
        let pending = PlaceBet { pending_until: 10_000, ..place(&key, bet_id, cents(1)) };
        pair.run(Some(player(1)), &Command::PlaceBet(pending), 20);
    }
    let tick = Command::Tick(Tick { until: u64::MAX });
    assert_eq!(pair.run(None, &tick, 9_999).version, 0, "a tick cannot outrun the clock");
    assert_eq!(pair.run(None, &tick, 10_000).version as usize, Tick::MOST);
    assert_eq!(pair.run(None, &tick, 10_000).version, 3);
    assert_eq!(pair.run(None, &tick, 10_000).version, 0);
    assert_eq!(pair.wallet.balance(player(1), currency("EUR")), (cents(1_000_000), cents(0)));
    pair.prove();
}

#[test]
fn a_bet_whose_time_is_up_is_not_accepted_before_the_tick_that_rejects_it() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    for (key, number) in [("k-1", 1), ("k-2", 2)] {
        let pending = PlaceBet { pending_until: 100, ..place(key, bet(number), cents(400)) };
        assert_eq!(pair.run(who, &Command::PlaceBet(pending), 20).status, Status::Accepted);
    }
    let accept = |number| Command::AcceptBet(AcceptBet { bet_id: bet(number), version: 1 });
    assert_eq!(pair.run(None, &accept(1), 99).status, Status::Accepted);
    let late = pair.run(None, &accept(2), 100);
    assert_eq!((late.status, late.code), (Status::Refused, Code::BetNotPending.number()));
    assert!(pair.run(None, &accept(1), 200).replayed, "what was accepted in time stays so");
    assert_eq!(pair.run(None, &Command::Tick(Tick { until: u64::MAX }), 300).version, 1);
    assert_eq!(pair.wallet.balance(player(1), currency("EUR")), (cents(600), cents(400)));
    pair.prove();
}

#[test]
fn amounts_too_large_for_any_account_are_refused_and_change_nothing() {
    let (mut pair, who) = (funded(1_000), Some(player(1)));
    pair.run(who, &Command::PlaceBet(place("k", bet(1), cents(400))), 20);
    let most = amount(money::Amount::LIMIT);
    let evidence = [1; 32];
    let settle = SettleBet { bet_id: bet(1), revision: 1, returns: most, void: None, evidence, version: 1 };
    let reply = pair.run(None, &Command::SettleBet(settle), 30);
    assert_eq!((reply.status, reply.code), (Status::Refused, Code::AmountOutOfRange.number()));
    assert_eq!(pair.wallet.balance(player(1), currency("EUR")), (cents(600), cents(400)));
    pair.prove();
}

/// A published number: journal bytes of a bet from placement to settlement, with a slip of 60 bytes.
#[test]
fn a_bet_takes_at_most_400_bytes_of_journal() {
    let (mut pair, who) = (funded(1_000_000), Some(player(1)));
    let before: usize = pair.entries.iter().map(Vec::len).sum();
    let slip = Slip { schema: 1, version: 1, bytes: &[7; 60] };
    let key = "01890a5d-ac96-774b-bcce-b302099a8057";
    let now = 1_700_000_000_000_000_000;
    let bet_made = PlaceBet { slip, terms: &[2; 12], ..place(key, bet(1), cents(1_000)) };
    assert_eq!(pair.run(who, &Command::PlaceBet(bet_made), now).status, Status::Accepted);
    assert_eq!(pair.run(who, &settle(1, 1, 2_500), now + 1).status, Status::Accepted);
    let bytes = pair.entries.iter().map(Vec::len).sum::<usize>() - before;
    assert!(bytes <= 400, "{bytes} bytes");
}
