//! The machine's promises one by one, where the simulation would only brush them.

mod common;

use common::{LIMITS, SHARD, deposit, frame, place, replies};
use journal::Batch;
use shard::{Action, Follower, Kind, Outcome, Shard, Standing};
use wallet::{Code, Entry, Reply, Status};

fn leading() -> Shard {
    let mut machine = Shard::new(SHARD, LIMITS);
    assert_eq!(machine.poll(1), [Action::TakeLease]);
    machine.lease_taken(1);
    assert_eq!(machine.poll(2), [Action::Read { after: 0 }]);
    machine.rows(1, &[], true);
    assert!(matches!(machine.poll(3)[..], [Action::Announce(_)]));
    machine
}

fn answers(actions: &[Action]) -> Vec<(u64, Vec<Reply>)> {
    let answered = actions.iter().filter_map(|action| match action {
        Action::Reply { ticket, frame } => Some((*ticket, replies(frame))),
        _ => None,
    });
    answered.collect()
}

fn appended(actions: &[Action]) -> &journal::SealedBatch {
    let batch =
        actions.iter().find_map(|action| if let Action::Append(batch) = action { Some(batch) } else { None });
    batch.expect("an append")
}

/// Kinds of the entries in the batch, with the keys.
fn keys(batch: &journal::SealedBatch) -> Vec<String> {
    let opened = Batch::decode(&batch.bytes).expect("a batch");
    let entries = opened.entries().map(|bytes| Entry::decode(bytes).expect("an entry"));
    entries
        .map(|entry| entry.head.key.map_or_else(|| entry.kind().name().to_owned(), |k| k.to_string()))
        .collect()
}

#[test]
fn answers_wait_for_their_batch_and_replays_wait_with_them() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let actions = machine.poll(10);
    let hi = appended(&actions).header.hi;
    machine.enqueue(2, frame(Kind::Interactive, &[deposit(0, 1)]));
    assert!(answers(&actions).is_empty() && answers(&machine.poll(11)).is_empty(), "not durable yet");
    machine.append_result(1, hi, Outcome::Committed);
    let answered = answers(&machine.poll(12));
    assert_eq!(answered.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), [1, 2]);
    assert!(!answered[0].1[0].replayed && answered[1].1[0].replayed);
}

#[test]
fn one_append_is_in_flight_and_the_next_batch_fills_meanwhile() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let first = machine.poll(10);
    for ticket in 2..5 {
        machine.enqueue(ticket, frame(Kind::Interactive, &[deposit(0, ticket as u8)]));
        assert!(machine.poll(10 + ticket).is_empty());
    }
    machine.append_result(1, appended(&first).header.hi, Outcome::Committed);
    let second = machine.poll(20);
    assert_eq!(appended(&second).header.n, 3);
    assert_eq!(appended(&second).header.prev_hash, appended(&first).header.hash);
}

#[test]
fn players_go_first_and_bulk_work_still_moves() {
    let mut machine = Shard::new(SHARD, shard::Limits { batch_commands: 8, turn_commands: 8, ..LIMITS });
    machine.lease_taken(1);
    machine.rows(1, &[], true);
    machine.enqueue(1, frame(Kind::Settlement, &[deposit(0, 20), deposit(0, 21)]));
    machine.enqueue(2, frame(Kind::Interactive, &(0..10).map(|n| deposit(1, n)).collect::<Vec<_>>()));
    let actions = machine.poll(10);
    let found = keys(appended(&actions));
    assert_eq!(found[..7], ["0", "1", "2", "3", "4", "5", "6"].map(|n| format!("deposit-{n}")));
    assert_eq!(found[7], "deposit-20", "an eighth of a batch is for bulk work");
}

#[test]
fn a_batch_fills_over_several_turns_while_the_one_before_is_under_way() {
    let limits = shard::Limits { batch_commands: 8, turn_commands: 2, ..LIMITS };
    let mut machine = Shard::new(SHARD, limits);
    machine.lease_taken(1);
    machine.rows(1, &[], true);
    machine.enqueue(1, frame(Kind::Interactive, &(0..12).map(|n| deposit(1, n)).collect::<Vec<_>>()));
    let first = appended(&machine.poll(10)).header.clone();
    assert_eq!(first.n, 2, "what the first turn brought goes at once");
    let mut turns = 0;
    while machine.is_ready() {
        assert!(machine.poll(11).is_empty());
        turns += 1;
    }
    assert_eq!(turns, 4, "eight commands fill the next batch");
    machine.append_result(1, first.hi, Outcome::Committed);
    assert_eq!(appended(&machine.poll(12)).header.n, 8);
}

#[test]
fn what_does_not_fit_is_answered_at_once() {
    let mut machine = leading();
    let many = |first: u8| (first..first + 7).map(|n| deposit(0, n)).collect::<Vec<_>>();
    machine.enqueue(1, frame(Kind::Interactive, &many(0)));
    machine.enqueue(2, frame(Kind::Interactive, &many(7)));
    machine.enqueue(3, b"\x09junk".to_vec());
    let answered = answers(&machine.poll(10));
    assert_eq!(answered[0].0, 2);
    assert!(answered[0].1.iter().all(|r| r.status == Status::Retry && r.code == Code::Overloaded.number()));
    assert_eq!(answered[1], (3, Vec::new()), "a frame that cannot be read has no answers");
}

#[test]
fn a_fenced_writer_sends_its_callers_away_without_an_answer_of_the_wallet() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let hi = appended(&machine.poll(10)).header.hi;
    machine.append_result(1, hi, Outcome::Fenced);
    let actions = machine.poll(11);
    assert_eq!(answers(&actions)[0].1[0].code, Code::NotLeading.number());
    assert!(actions.contains(&Action::TakeLease));
    assert_eq!(machine.standing(), Standing::Standby);
    machine.enqueue(2, frame(Kind::Interactive, &[deposit(0, 1)]));
    assert_eq!(answers(&machine.poll(12))[0].1[0].code, Code::NotLeading.number());
}

#[test]
fn an_unclear_append_is_answered_from_the_journal() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let actions = machine.poll(10);
    let batch = appended(&actions).clone();
    machine.append_result(1, batch.header.hi, Outcome::Ambiguous);
    assert!(answers(&machine.poll(11)).is_empty());
    machine.lease_taken(2);
    machine.rows(2, &[&batch.bytes], true);
    let answered = answers(&machine.poll(12));
    assert!(answered[0].1[0].replayed && answered[0].1[0].seq == 1, "it was there");
    machine.append_result(1, batch.header.hi, Outcome::Committed);
    assert_eq!(machine.standing(), Standing::Leading, "an outcome of an earlier life is ignored");
}

#[test]
fn time_rejects_bets_that_wait_too_long() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1), place(0, 4, 100)]));
    let hi = appended(&machine.poll(10)).header.hi;
    machine.append_result(1, hi, Outcome::Committed);
    assert!(!machine.poll(99).iter().any(|action| matches!(action, Action::Append(_))));
    assert_eq!(keys(appended(&machine.poll(100))), [wallet::Kind::Tick.name()]);
}

#[test]
fn a_writer_that_resigns_finishes_what_it_took() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let hi = appended(&machine.poll(10)).header.hi;
    machine.resign();
    machine.enqueue(2, frame(Kind::Interactive, &[deposit(0, 2)]));
    assert_eq!(answers(&machine.poll(11))[0].0, 2, "nothing new");
    machine.append_result(1, hi, Outcome::Committed);
    let actions = machine.poll(12);
    assert_eq!(answers(&actions)[0].0, 1);
    assert_eq!(actions.last(), Some(&Action::Release { epoch: 1 }));
    assert_eq!(machine.standing(), Standing::Stopped);
}

#[test]
fn a_journal_that_does_not_verify_halts_the_writer() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let actions = machine.poll(10);
    let mut batch = appended(&actions).clone();
    machine.append_result(1, 1, Outcome::Ambiguous);
    machine.poll(11);
    machine.lease_taken(2);
    *batch.bytes.last_mut().expect("bytes") ^= 1;
    machine.rows(2, &[&batch.bytes], true);
    let actions = machine.poll(12);
    assert!(
        matches!(&actions[..], [Action::Read { .. }, Action::Halt { reason }] if reason.contains("own hash"))
    );
    assert_eq!(machine.standing(), Standing::Halted);
}

#[test]
fn a_journal_that_lost_what_was_acknowledged_stops_the_writer() {
    let mut machine = leading();
    machine.enqueue(1, frame(Kind::Interactive, &[deposit(0, 1)]));
    let first = appended(&machine.poll(10)).clone();
    machine.append_result(1, first.header.hi, Outcome::Committed);
    machine.enqueue(2, frame(Kind::Interactive, &[deposit(0, 2)]));
    let second = appended(&machine.poll(20)).clone();
    machine.append_result(1, second.header.hi, Outcome::Committed);
    machine.poll(21);
    machine.lease_lost(1);
    machine.poll(22);
    machine.lease_taken(2);
    machine.rows(2, &[&first.bytes], true);
    let actions = machine.poll(23);
    let halted =
        |action: &Action| matches!(action, Action::Halt { reason } if reason.contains("acknowledged"));
    assert!(actions.iter().any(halted), "{actions:?}");
    assert_eq!(machine.standing(), Standing::Halted);
}

#[test]
fn a_followed_state_is_taken_over_and_only_the_tail_is_read() {
    let mut leader = leading();
    let mut journal = Vec::new();
    for n in 0..3 {
        leader.enqueue(n, frame(Kind::Interactive, &[deposit(0, n as u8)]));
        let actions = leader.poll(10 + n);
        journal.push(appended(&actions).clone());
        leader.append_result(1, appended(&actions).header.hi, Outcome::Committed);
    }
    let mut follower = Follower::new(SHARD).expect("a follower");
    follower.apply(&journal[0].bytes).expect("the first batch");
    follower.apply(&journal[1].bytes).expect("the second");

    let mut heir = Shard::new(SHARD, LIMITS);
    heir.poll(20);
    heir.adopt(follower).expect("standing by");
    heir.lease_taken(2);
    assert_eq!(heir.poll(21), [Action::Read { after: journal[1].header.hi }]);
    heir.rows(2, &[&journal[2].bytes], true);
    assert_eq!(heir.poll(22), leader.poll(22)[1..], "both announce the same end");
    heir.enqueue(9, frame(Kind::Interactive, &[deposit(0, 0)]));
    let (_, replayed) = &answers(&heir.poll(23))[0];
    assert!(replayed[0].replayed, "a key of the followed part is known");

    heir.lease_lost(2);
    heir.lease_taken(3);
    assert!(heir.poll(24).contains(&Action::Read { after: 0 }), "it is taken over once");
    let shorter = &journal[0].bytes[..];
    heir.rows(3, &[shorter], true);
    assert_eq!(heir.standing(), Standing::Halted, "what was announced must be in the journal");
}

#[test]
fn a_state_is_adopted_only_between_leaderships_and_only_of_the_same_shard() {
    let of = |shard: &str| Follower::new(shard).expect("a follower");
    assert!(leading().adopt(of(SHARD)).is_err());
    assert!(Shard::new(SHARD, LIMITS).adopt(of("another")).is_err());
}
