//! The machine: roles, inputs and the queue of actions.

use std::collections::VecDeque;

use journal::MAX_SHARD_NAME;
use wallet::{KeyMemory, Wallet};

use crate::action::{Action, Durable, Outcome, Reason};
use crate::core::{self, Core};
use crate::follower::Follower;
use crate::frames::{Answers, Request};
use crate::leader::Leader;
use crate::limits::Limits;
use crate::queue::Queue;
use crate::standing::{OldKeys, Standing, Stats};

enum Role {
    /// Waits for the lease; `queueing` while it expects to get it straight back.
    Standby {
        queueing: bool,
    },
    Recovering(Box<Follower>),
    Leading(Box<Leader>),
    /// Gave the lease back.
    Stopped,
    Halted,
}

/// The writer machine of one shard: requests, outcomes and clock values in, actions out.
pub struct Shard {
    name: String,
    limits: Limits,
    role: Role,
    queue: Queue,
    out: VecDeque<Action>,
    epoch: u64,
    /// The last batch that was told to be durable: every later journal must hold it.
    promised: Durable,
    /// What was followed while another led: the next lease goes on from there.
    warm: Option<Box<Follower>>,
    draining: bool,
    stats: Stats,
}

impl Shard {
    /// The machine of shard `name`; its first action is to take the lease.
    ///
    /// # Panics
    /// If the name is empty or longer than `MAX_SHARD_NAME`, or fewer recent keys are kept than two batches hold.
    pub fn new(name: &str, limits: Limits) -> Self {
        assert!((1..=MAX_SHARD_NAME).contains(&name.len()), "a shard name has 1 to {MAX_SHARD_NAME} bytes");
        let undurable = 2 * (limits.batch_commands + 1);
        assert!(limits.recent_keys >= undurable, "recent keys cover what is not durable: {undurable}");
        Self {
            name: name.to_owned(),
            limits,
            role: Role::Standby { queueing: false },
            queue: Queue::new(limits.queue),
            out: VecDeque::from([Action::TakeLease]),
            epoch: 0,
            promised: Durable::default(),
            warm: None,
            draining: false,
            stats: Stats::default(),
        }
    }

    /// Take in a frame of commands; it is answered exactly once, under `ticket`.
    pub fn enqueue(&mut self, ticket: u64, frame: Vec<u8>) {
        let Ok(request) = Request::parse(ticket, frame) else {
            self.out.push_back(Action::Reply { ticket, frame: Answers::to_unreadable() });
            return;
        };
        let queueing = match self.role {
            Role::Standby { queueing } => queueing,
            Role::Recovering(_) | Role::Leading(_) => !self.draining,
            Role::Stopped | Role::Halted => false,
        };
        if !queueing {
            self.retry(&request);
            return;
        }
        let commands = request.len() as u64;
        match self.queue.push(request) {
            Ok(()) => self.stats.commands += commands,
            Err(request) => {
                self.stats.overloaded += commands;
                self.answer_all(&request, core::write_overloaded);
            }
        }
    }

    /// Do what can be done at `now` (nanoseconds since the epoch) and hand over the actions.
    pub fn poll(&mut self, now: u64) -> Vec<Action> {
        if let Role::Leading(leader) = &mut self.role {
            let stepped = leader.step(&mut self.queue, now, &mut self.out);
            let idle = self.draining && leader.is_idle(&self.queue);
            match stepped {
                Err(reason) => self.halt(reason),
                Ok(()) if idle => self.stop(),
                Ok(()) => {}
            }
        }
        self.out.drain(..).collect()
    }

    /// Whether another `poll` has something to do without new input.
    pub fn is_ready(&self) -> bool {
        let leader_ready = matches!(&self.role, Role::Leading(leader) if leader.is_ready(&self.queue));
        leader_ready || !self.out.is_empty()
    }

    /// Go on from a state that was followed up to what its writer announced as durable, instead of from nothing.
    ///
    /// Only between leaderships. The executor has looked, under the lease, whether the journal holds that end and the
    /// one this machine announced last: both were promised.
    pub fn adopt(&mut self, follower: Follower) -> Result<(), String> {
        let chain = follower.chain();
        if !matches!(self.role, Role::Standby { .. }) || chain.shard != self.name {
            return Err(format!("{} cannot go on from the state of {} now", self.name, chain.shard));
        }
        if chain.seq > self.promised.seq {
            let state_hash = follower.wallet().state_hash();
            self.promised = Durable { seq: chain.seq, hash: chain.hash, state_hash };
        }
        self.warm = Some(Box::new(follower));
        Ok(())
    }

    /// The lease is ours under `epoch`, by a commit that was clean.
    pub fn lease_taken(&mut self, epoch: u64) {
        if matches!(self.role, Role::Stopped) {
            self.epoch = epoch;
            return self.out.push_back(Action::Release { epoch });
        }
        if !matches!(self.role, Role::Standby { .. }) {
            return self.halt(format!("lease epoch {epoch} taken without having been asked for"));
        }
        if epoch <= self.epoch {
            return self.halt(format!("lease epoch {epoch} is not above the last one, {}", self.epoch));
        }
        self.epoch = epoch;
        let warm = self.warm.take().map_or_else(|| Follower::new(&self.name).map(Box::new), Ok);
        match warm {
            Ok(mut follower) => {
                follower.keep_recent(self.limits.recent_keys);
                self.out.push_back(Action::Read { after: follower.chain().seq });
                self.role = Role::Recovering(follower);
            }
            Err(reason) => self.halt(reason),
        }
    }

    /// Another writer holds the lease; the executor waits a little before the next attempt.
    pub fn lease_busy(&mut self) {
        if matches!(self.role, Role::Standby { .. }) {
            self.stand_by();
        }
    }

    /// Whether the lease was taken is unknown: take it again, under an epoch above.
    pub fn lease_unclear(&mut self) {
        if matches!(self.role, Role::Standby { .. }) {
            self.out.push_back(Action::TakeLease);
        }
    }

    /// The lease of `epoch` could not be renewed.
    pub fn lease_lost(&mut self, epoch: u64) {
        if epoch == self.epoch && matches!(self.role, Role::Leading(_) | Role::Recovering(_)) {
            self.demote(Reason::LeaseLost);
        }
    }

    /// The next batches of the journal in order; `last` when the journal ends with them.
    pub fn rows(&mut self, epoch: u64, batches: &[&[u8]], last: bool) {
        let Role::Recovering(follower) = &mut self.role else { return };
        if epoch != self.epoch {
            return;
        }
        let promised = self.promised;
        if let Err(reason) = batches.iter().try_for_each(|batch| follower.apply_promised(batch, &promised)) {
            return self.halt(reason);
        }
        let (seq, overtaken) = (follower.chain().seq, follower.chain().epoch >= epoch);
        if overtaken {
            self.demote(Reason::Fenced);
        } else if last && seq < promised.seq {
            let promised = promised.seq;
            self.halt(format!("the journal ends at {seq}, but entries up to {promised} were acknowledged"));
        } else if last {
            self.lead();
        } else {
            self.out.push_back(Action::Read { after: seq });
        }
    }

    /// The batches that hold the entries asked for as `id`; what they lack is asked for again.
    pub fn recalled(&mut self, epoch: u64, id: u64, batches: &[&[u8]]) {
        let Role::Leading(leader) = &mut self.role else { return };
        if epoch == leader.epoch()
            && let Err(reason) = leader.recalled(id, batches, &mut self.out)
        {
            self.halt(reason);
        }
    }

    /// All that the table of old keys holds of the keys asked for as `id`: fingerprints and positions.
    pub fn looked(&mut self, epoch: u64, id: u64, found: &[(u64, u64)]) {
        if let Some(leader) = self.leader_of(epoch) {
            leader.looked(id, found);
        }
    }

    /// The table of old keys durably holds all keys up to entry `seq`, of time `at`: they leave memory, a part a batch.
    pub fn file_keys(&mut self, epoch: u64, seq: u64, at: u64) {
        if let Some(Err(reason)) = self.leader_of(epoch).map(|leader| leader.file_keys(seq, at)) {
            self.halt(reason);
        }
    }

    /// Keys that tell their time shall be forgotten when they were answered a day before `before`, or earlier.
    pub fn forget_keys(&mut self, epoch: u64, before: u64) {
        if let Some(leader) = self.leader_of(epoch) {
            leader.forget_keys(before);
        }
    }

    fn leader_of(&mut self, epoch: u64) -> Option<&mut Leader> {
        match &mut self.role {
            Role::Leading(leader) if leader.epoch() == epoch => Some(leader),
            _ => None,
        }
    }

    /// How the append of the batch (`epoch`, `hi`) ended. Outcomes of an earlier life are ignored.
    pub fn append_result(&mut self, epoch: u64, hi: u64, outcome: Outcome) {
        let Role::Leading(leader) = &mut self.role else { return };
        if epoch != leader.epoch() {
            return;
        }
        if leader.in_flight() != Some(hi) {
            let reason = format!("outcome of an append up to {hi}, which is not in flight");
            return self.halt(reason);
        }
        match outcome {
            Outcome::Committed => {
                self.stats.batches += 1;
                let committed = leader.committed(hi, &mut self.out);
                self.promised = leader.durable();
                if let Err(reason) = committed {
                    self.halt(reason);
                }
            }
            Outcome::Fenced => self.demote(Reason::Fenced),
            Outcome::RolledBack => self.demote(Reason::RolledBack),
            Outcome::Ambiguous => self.demote(Reason::Ambiguous),
        }
    }

    /// Planned hand-over: take nothing new, finish what was taken, then `Release`.
    pub fn resign(&mut self) {
        self.draining = true;
        if matches!(self.role, Role::Standby { .. } | Role::Recovering(_)) {
            self.stop();
        }
    }

    /// Where the machine stands.
    pub fn standing(&self) -> Standing {
        match self.role {
            Role::Standby { .. } => Standing::Standby,
            Role::Recovering(_) => Standing::Recovering,
            Role::Leading(_) => Standing::Leading,
            Role::Stopped => Standing::Stopped,
            Role::Halted => Standing::Halted,
        }
    }

    /// Epoch of the lease taken last; 0 before the first.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The last durable batch, while leading.
    pub fn durable(&self) -> Option<Durable> {
        match &self.role {
            Role::Leading(leader) => Some(leader.durable()),
            _ => None,
        }
    }

    /// The state, while leading; it runs ahead of what is durable by what is in flight.
    pub(crate) fn wallet(&self) -> Option<&Wallet> {
        match &self.role {
            Role::Leading(leader) => Some(leader.wallet()),
            _ => None,
        }
    }

    /// How many keys are remembered while leading, and the bytes set aside for them.
    pub fn key_memory(&self) -> KeyMemory {
        self.wallet().map_or_else(KeyMemory::default, Wallet::key_memory)
    }

    /// Whether keys that were filed have still to leave memory.
    pub fn is_sweeping(&self) -> bool {
        matches!(&self.role, Role::Leading(leader) if leader.is_sweeping())
    }

    /// What has become of old keys, while leading.
    pub fn old_keys(&self) -> OldKeys {
        if let Role::Leading(leader) = &self.role { leader.old_keys() } else { OldKeys::default() }
    }

    /// Kill-switch generation in force, while leading.
    pub fn generation(&self) -> Option<u64> {
        self.wallet().map(Wallet::generation)
    }

    /// Counters so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Commands waiting to be applied.
    pub fn queued(&self) -> usize {
        self.queue.commands()
    }

    fn lead(&mut self) {
        let Role::Recovering(follower) = std::mem::replace(&mut self.role, Role::Halted) else { return };
        let (wallet, chain) = follower.into_parts();
        match Leader::new(Core::new(wallet), chain, self.epoch, self.limits) {
            Ok(leader) => {
                self.out.push_back(Action::Announce(leader.durable()));
                self.role = Role::Leading(Box::new(leader));
            }
            Err(reason) => self.halt(reason),
        }
    }

    /// Throw the state away. After an unclear append the requests wait for the recovered state to answer them;
    /// after a lost shard they are sent back to look for its new holder.
    fn demote(&mut self, reason: Reason) {
        self.stats.recoveries += 1;
        self.out.push_back(Action::Demoted { reason });
        let role = std::mem::replace(&mut self.role, Role::Standby { queueing: true });
        if let Role::Leading(leader) = role {
            for request in leader.into_requests().into_iter().rev() {
                self.queue.push_front(request);
            }
        }
        if self.draining {
            self.stop();
        } else if matches!(reason, Reason::RolledBack | Reason::Ambiguous) {
            self.out.push_back(Action::TakeLease);
        } else {
            self.stand_by();
        }
    }

    fn stop(&mut self) {
        self.refuse_queue();
        self.role = Role::Stopped;
        self.out.push_back(Action::Release { epoch: self.epoch });
    }

    fn stand_by(&mut self) {
        self.refuse_queue();
        self.role = Role::Standby { queueing: false };
        self.out.push_back(Action::TakeLease);
    }

    fn refuse_queue(&mut self) {
        for kind in [crate::frames::Kind::Interactive, crate::frames::Kind::Settlement] {
            while let Some(request) = self.queue.pop(kind) {
                self.retry(&request);
            }
        }
    }

    fn retry(&mut self, request: &Request) {
        self.answer_all(request, core::write_not_leading);
    }

    fn answer_all(&mut self, request: &Request, write: fn(&mut Vec<u8>)) {
        let mut answers = Answers::to(request);
        for _ in 0..request.len() {
            answers.push_with(write);
        }
        self.out.push_back(Action::Reply { ticket: request.ticket, frame: answers.into_bytes() });
    }

    /// Nothing is answered after this: what is parked stays unanswered and its senders ask again.
    fn halt(&mut self, reason: String) {
        self.role = Role::Halted;
        self.out.push_back(Action::Halt { reason });
    }
}
