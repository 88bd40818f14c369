//! Frames of requests, each after its length, for a machine with a journal that never fails: each is answered once and
//! the machine goes on leading. It remembers four answers, so that older keys are looked up in the journal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shard::{Action, Answers, Follower, Limits, Outcome, Shard, Standing};
use std::collections::BTreeSet;

struct House {
    machine: Shard,
    /// Batches, each with the sequence it ends at.
    journal: Vec<(u64, Vec<u8>)>,
    answered: BTreeSet<u64>,
}

impl House {
    fn new() -> Self {
        let limits = Limits { batch_commands: 1, recent_keys: 4, ..Limits::default() };
        let machine = Shard::new("aurora", limits);
        Self { machine, journal: Vec::new(), answered: BTreeSet::new() }
    }

    fn run(&mut self, now: u64) {
        loop {
            let actions = self.machine.poll(now);
            if actions.is_empty() && !self.machine.is_ready() {
                return;
            }
            for action in actions {
                match action {
                    Action::TakeLease => self.machine.lease_taken(self.machine.epoch() + 1),
                    Action::Read { .. } => self.machine.rows(self.machine.epoch(), &[], true),
                    Action::Append(batch) => {
                        let (epoch, hi) = (batch.header.epoch, batch.header.hi);
                        self.journal.push((hi, batch.bytes));
                        self.machine.append_result(epoch, hi, Outcome::Committed);
                    }
                    Action::Recall { id, seqs } => {
                        let at = |seq: &u64| self.journal.partition_point(|(hi, _)| hi < seq);
                        let wanted: BTreeSet<usize> = seqs.iter().map(at).collect();
                        let batches: Vec<&[u8]> = wanted.iter().map(|&at| &self.journal[at].1[..]).collect();
                        self.machine.recalled(self.machine.epoch(), id, &batches);
                    }
                    Action::Look { .. } => panic!("no key was let go"),
                    Action::Reply { ticket, frame } => {
                        assert!(self.answered.insert(ticket), "answered once");
                        let _ = Answers::read(&frame).count();
                    }
                    Action::Halt { reason } => panic!("{reason}"),
                    Action::Demoted { reason } => panic!("{reason}"),
                    Action::Announce(_) | Action::Release { .. } => {}
                }
            }
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (mut house, mut rest, mut tickets) = (House::new(), bytes, 0);
    house.run(1);
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (frame, after) = after.split_at(after.len().min(usize::from(u16::from_le_bytes(*length))));
        rest = after;
        house.machine.enqueue(tickets, frame.to_vec());
        tickets += 1;
        house.run(tickets * 1_000_000_000);
        assert!(house.answered.len() as u64 == tickets && house.machine.standing() == Standing::Leading);
    }
    let mut follower = Follower::new("aurora").expect("a shard's name");
    for (_, batch) in &house.journal {
        follower.apply(batch).expect("what was journaled is followed");
    }
});
