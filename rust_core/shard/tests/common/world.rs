//! Two writers on one journal whose every answer may be lost, late or a lie.

use std::collections::VecDeque;

use journal::{Chain, Header, SealedBatch};
use shard::{Action, Limits, Outcome, QueueLimits, Shard, Standing};

use super::client::Client;
use super::{SHARD, replies};

/// What goes wrong when an action is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It took effect, but the answer was lost.
    CommittedThenError,
    /// The answer was lost, and it takes effect later, if it still may.
    ErrorThenCommitted,
    /// It failed and the answer was lost as well.
    Lost,
    /// It failed, and the answer proves it.
    RolledBack,
}

/// The journal's database.
#[derive(Default)]
struct Database {
    epoch: u64,
    holder: Option<usize>,
    expired: bool,
    rows: Vec<(Header, Vec<u8>)>,
    /// Appends on their way that nobody waits for any more.
    late: Vec<SealedBatch>,
}

impl Database {
    fn end(&self) -> u64 {
        self.rows.last().map_or(0, |(header, _)| header.hi)
    }

    /// The fenced append: one row, or none.
    fn append(&mut self, batch: &SealedBatch) -> bool {
        let header = &batch.header;
        if header.epoch != self.epoch || header.lo != self.end() {
            return false;
        }
        self.rows.push((header.clone(), batch.bytes.clone()));
        true
    }

    fn take_lease(&mut self, writer: usize) -> Option<u64> {
        if self.holder.is_some_and(|holder| holder != writer) && !self.expired {
            return None;
        }
        self.epoch += 1;
        self.holder = Some(writer);
        self.expired = false;
        Some(self.epoch)
    }
}

struct Writer {
    machine: Shard,
    todo: VecDeque<Action>,
}

pub(crate) struct World {
    database: Database,
    writers: Vec<Writer>,
    pub(crate) client: Client,
    pub(crate) now: u64,
    announced: u64,
}

pub(crate) const LIMITS: Limits =
    Limits { batch_commands: 4, batch_bytes: 4096, queue: QueueLimits { commands: 12, bytes: 1 << 16 } };

impl World {
    pub(crate) fn new(writers: usize) -> Self {
        let writer = |_| Writer { machine: Shard::new(SHARD, LIMITS), todo: VecDeque::new() };
        Self {
            database: Database::default(),
            writers: (0..writers).map(writer).collect(),
            client: Client::default(),
            now: 1_000,
            announced: 0,
        }
    }

    pub(crate) fn send(&mut self, writer: usize, kind: u8, commands: Vec<Vec<u8>>) {
        let (ticket, frame) = self.client.send(kind, commands);
        self.writers[writer].machine.enqueue(ticket, frame);
        self.poll(writer);
    }

    pub(crate) fn expire_lease(&mut self) {
        self.database.expired = true;
    }

    /// Let an append that nobody waits for arrive.
    pub(crate) fn land_late(&mut self) {
        if let Some(batch) = self.database.late.pop() {
            self.database.append(&batch);
        }
    }

    fn poll(&mut self, writer: usize) {
        self.now += 1;
        let mut actions = self.writers[writer].machine.poll(self.now);
        while self.writers[writer].machine.is_ready() {
            actions.extend(self.writers[writer].machine.poll(self.now));
        }
        for action in actions {
            match action {
                Action::Reply { ticket, frame } => self.receive(ticket, &frame),
                Action::Announce(durable) => {
                    assert!(durable.seq <= self.database.end(), "announced more than the journal holds");
                    self.announced = self.announced.max(durable.seq);
                }
                Action::Halt { reason } => {
                    panic!("a fault of the journal must not halt the writer: {reason}")
                }
                Action::Demoted { .. } | Action::Release { .. } => {}
                action => self.writers[writer].todo.push_back(action),
            }
        }
    }

    fn receive(&mut self, ticket: u64, frame: &[u8]) {
        let end = self.database.end();
        for reply in replies(frame) {
            assert!(reply.seq <= end, "answered entry {} while the journal ends at {end}", reply.seq);
        }
        self.client.receive(ticket, frame);
    }

    /// Carry out the oldest action of a writer.
    pub(crate) fn execute(&mut self, writer: usize, fault: Fault) {
        let Some(action) = self.writers[writer].todo.pop_front() else { return self.poll(writer) };
        match action {
            Action::TakeLease => self.take_lease(writer, fault),
            Action::Read { after } => self.read(writer, after),
            Action::Append(batch) => self.append(writer, batch, fault),
            other => panic!("{other:?} is no work for the database"),
        }
        self.poll(writer);
    }

    fn take_lease(&mut self, writer: usize, fault: Fault) {
        let machine = &mut self.writers[writer].machine;
        match fault {
            Fault::None => match self.database.take_lease(writer) {
                Some(epoch) => machine.lease_taken(epoch),
                None => machine.lease_busy(),
            },
            Fault::CommittedThenError => {
                self.database.take_lease(writer);
                machine.lease_unclear();
            }
            _ => machine.lease_unclear(),
        }
    }

    fn read(&mut self, writer: usize, after: u64) {
        let rows = self.database.rows.iter().filter(|(header, _)| header.hi > after);
        let page: Vec<&[u8]> = rows.map(|(_, bytes)| bytes.as_slice()).take(2).collect();
        let last = page.len() < 2;
        let machine = &mut self.writers[writer].machine;
        machine.rows(machine.epoch(), &page, last);
    }

    fn append(&mut self, writer: usize, batch: SealedBatch, fault: Fault) {
        let (epoch, hi) = (batch.header.epoch, batch.header.hi);
        let outcome = match fault {
            Fault::None if self.database.append(&batch) => Outcome::Committed,
            Fault::None => Outcome::Fenced,
            Fault::RolledBack => Outcome::RolledBack,
            Fault::Lost => Outcome::Ambiguous,
            Fault::CommittedThenError => {
                self.database.append(&batch);
                Outcome::Ambiguous
            }
            Fault::ErrorThenCommitted => {
                self.database.late.push(batch);
                Outcome::Ambiguous
            }
        };
        self.writers[writer].machine.append_result(epoch, hi, outcome);
    }

    /// No more faults: everybody asks again until everything is answered.
    pub(crate) fn calm_down(&mut self) {
        for round in 0.. {
            assert!(round < 200, "the writers do not come to rest");
            for writer in 0..self.writers.len() {
                for _ in 0..20 {
                    self.execute(writer, Fault::None);
                }
            }
            let leader = self.writers.iter().position(|w| w.machine.standing() == Standing::Leading);
            let again = self.client.unanswered();
            match leader {
                None => self.expire_lease(),
                Some(_) if again.is_empty() => return,
                Some(leader) => again.into_iter().for_each(|command| self.send(leader, 1, vec![command])),
            }
        }
    }

    /// What the journal holds in the end, folded by a reader of its own.
    pub(crate) fn replay(&self) -> shard::Follower {
        let mut follower = shard::Follower::new(SHARD).expect("a shard");
        let mut chain = Chain::genesis(SHARD);
        for (header, bytes) in &self.database.rows {
            chain.advance(header).expect("a chain");
            follower.apply(bytes).expect("a journal that replays");
        }
        assert!(self.announced <= chain.seq);
        follower
    }

    pub(crate) fn batches(&self) -> impl Iterator<Item = &[u8]> {
        self.database.rows.iter().map(|(_, bytes)| bytes.as_slice())
    }
}
