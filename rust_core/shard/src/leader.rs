//! Leading: apply what waits, seal it, have one append in flight, answer only what is durable.

use std::collections::VecDeque;

use journal::{BatchBuilder, Chain, Header};
use wallet::Wallet;

use crate::action::{Action, Durable};
use crate::core::{self, Core};
use crate::frames::{Kind, Request};
use crate::keeping::Keeping;
use crate::limits::Limits;
use crate::queue::Queue;
use crate::recalling::{Recalling, Working};
use crate::standing::OldKeys;

/// An answered request whose answer waits for durability.
struct Parked {
    request: Request,
    frame: Vec<u8>,
    needs: u64,
}

pub(crate) struct Leader {
    core: Core,
    limits: Limits,
    epoch: u64,
    /// End of what was sealed; runs ahead of `durable` by the batch in flight.
    head: Chain,
    durable: Durable,
    builder: BatchBuilder,
    in_flight: Option<Header>,
    interactive: Option<Working>,
    settlement: Option<Working>,
    recalling: Recalling,
    keeping: Keeping,
    parked: VecDeque<Parked>,
}

impl Leader {
    pub(crate) fn new(core: Core, chain: Chain, epoch: u64, limits: Limits) -> Result<Self, String> {
        let builder = BatchBuilder::new(&chain.shard).map_err(|e| e.to_string())?;
        let durable = Durable { seq: chain.seq, hash: chain.hash, state_hash: core.state_hash() };
        let keeping = Keeping::of(core.wallet().keys_forgotten());
        Ok(Self {
            core,
            limits,
            epoch,
            head: chain,
            durable,
            builder,
            in_flight: None,
            interactive: None,
            settlement: None,
            recalling: Recalling::default(),
            keeping,
            parked: VecDeque::new(),
        })
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn durable(&self) -> Durable {
        self.durable
    }

    pub(crate) fn wallet(&self) -> &Wallet {
        self.core.wallet()
    }

    fn has_room(&self, entries: usize) -> bool {
        self.builder.len() < entries && self.builder.byte_len() < self.limits.batch_bytes
    }

    /// Whether another `step` would apply something now.
    pub(crate) fn is_ready(&self, queue: &Queue) -> bool {
        let begun = self.interactive.is_some() || self.settlement.is_some() || self.recalling.is_ready();
        let sweeps = self.keeping.has_work() && self.builder.is_empty();
        sweeps || (begun || !queue.is_empty()) && self.has_room(self.limits.batch_commands)
    }

    /// Whether everything accepted is durable and answered.
    pub(crate) fn is_idle(&self, queue: &Queue) -> bool {
        queue.is_empty()
            && self.interactive.is_none()
            && self.settlement.is_none()
            && self.recalling.is_empty()
            && self.builder.is_empty()
            && self.in_flight.is_none()
            && self.parked.is_empty()
    }

    /// Apply at most one turn's commands at `now`, seal if nothing is in flight, release what is durable.
    pub(crate) fn step(
        &mut self,
        queue: &mut Queue,
        now: u64,
        out: &mut VecDeque<Action>,
    ) -> Result<(), String> {
        self.keep_keys(now)?;
        self.core.tick(now, &mut self.builder)?;
        let (batch, turn) = (self.limits.batch_commands, self.limits.turn_commands);
        let bulk = self.settlement.is_some() || queue.has(Kind::Settlement);
        // Players first, but bulk keeps an eighth of each turn and batch: under endless load bets must still settle.
        let reserved = |all: usize| if bulk { all / 8 } else { 0 };
        let mut budget = turn - reserved(turn);
        self.fill(queue, Kind::Interactive, batch - reserved(batch), now, &mut budget, out)?;
        budget += reserved(turn);
        self.fill(queue, Kind::Settlement, batch, now, &mut budget, out)?;
        self.seal(out)?;
        self.release(out);
        Ok(())
    }

    /// Let some old keys go, once a batch.
    fn keep_keys(&mut self, now: u64) -> Result<(), String> {
        if self.keeping.has_work()
            && self.builder.is_empty()
            && let Some(command) = self.keeping.next()
        {
            self.core.submit_own(&command, now, &mut self.builder)?;
            let forgotten = self.core.wallet().keys_forgotten();
            self.keeping.stands(self.core.seq(), forgotten);
        }
        Ok(())
    }

    /// Keys up to position `seq`, of time `at`, stand in the table of old keys.
    pub(crate) fn file_keys(&mut self, seq: u64, at: u64) -> Result<(), String> {
        if seq > self.durable.seq {
            return Err(format!(
                "keys up to {seq} are filed, but the journal is durable up to {}",
                self.durable.seq
            ));
        }
        self.keeping.file(seq, at);
        Ok(())
    }

    /// Keys that were made up to a time shall be forgotten.
    pub(crate) fn forget_keys(&mut self, before: u64) {
        self.keeping.forget(before);
    }

    /// Whether old keys have still to leave memory.
    pub(crate) fn is_sweeping(&self) -> bool {
        self.keeping.has_work()
    }

    /// What has become of old keys.
    pub(crate) fn old_keys(&self) -> OldKeys {
        let (forgotten, looks) = (self.keeping.forgotten(), self.recalling.looks());
        OldKeys { evicted: self.core.wallet().keys_evicted(), forgotten, looks }
    }

    /// What the table of old keys holds of the keys that the request `id` waits for.
    pub(crate) fn looked(&mut self, id: u64, found: &[(u64, u64)]) {
        self.recalling.look(id, found);
    }

    fn slot(&mut self, kind: Kind) -> &mut Option<Working> {
        match kind {
            Kind::Interactive => &mut self.interactive,
            Kind::Settlement => &mut self.settlement,
        }
    }

    fn fill(
        &mut self,
        queue: &mut Queue,
        kind: Kind,
        entries: usize,
        now: u64,
        budget: &mut usize,
        out: &mut VecDeque<Action>,
    ) -> Result<(), String> {
        while *budget > 0 && self.has_room(entries) {
            let begun = self.slot(kind).take().or_else(|| self.recalling.resume(kind));
            let working = begun.or_else(|| queue.pop(kind).map(Working::on));
            let Some(mut working) = working else { return Ok(()) };
            let mut lacks = false;
            while *budget > 0 && self.has_room(entries) && !lacks {
                let Working { request, answers, recalled } = &mut working;
                let Some(command) = request.next_command() else { break };
                *budget -= 1;
                if self.core.apply(command, now, recalled, &mut self.builder, answers)? {
                    continue;
                }
                if self.recalling.is_full() {
                    answers.push_with(core::write_overloaded);
                } else {
                    let length = command.len();
                    request.unread(length);
                    lacks = true;
                }
            }
            if lacks {
                self.recalling.wait(working, &self.core, out)?;
            } else if working.request.is_done() {
                let Working { request, answers, .. } = working;
                // The answer may speak of any state so far, so it waits for all of it.
                let needs = self.core.seq();
                self.parked.push_back(Parked { request, frame: answers.into_bytes(), needs });
            } else {
                *self.slot(kind) = Some(working);
            }
        }
        Ok(())
    }

    fn seal(&mut self, out: &mut VecDeque<Action>) -> Result<(), String> {
        if self.in_flight.is_some() || self.builder.is_empty() {
            return Ok(());
        }
        let sealed = self.builder.seal(self.epoch, self.head.seq, self.head.hash, self.core.state_hash());
        self.head.advance(&sealed.header).map_err(|e| e.to_string())?;
        if self.head.seq != self.core.seq() {
            return Err(format!(
                "sealed up to {} but the wallet stands at {}",
                self.head.seq,
                self.core.seq()
            ));
        }
        self.in_flight = Some(sealed.header.clone());
        out.push_back(Action::Append(sealed));
        Ok(())
    }

    fn release(&mut self, out: &mut VecDeque<Action>) {
        while self.parked.front().is_some_and(|p| p.needs <= self.durable.seq) {
            if let Some(parked) = self.parked.pop_front() {
                out.push_back(Action::Reply { ticket: parked.request.ticket, frame: parked.frame });
            }
        }
    }

    /// The batch up to `hi` is durable.
    pub(crate) fn committed(&mut self, hi: u64, out: &mut VecDeque<Action>) -> Result<(), String> {
        let Some(header) = self.in_flight.take() else {
            return Err(format!("told that {hi} is committed while nothing is in flight"));
        };
        if header.hi != hi {
            return Err(format!("told that {hi} is committed while {} is in flight", header.hi));
        }
        self.durable = Durable { seq: hi, hash: header.hash, state_hash: header.state_hash };
        self.keeping.committed(hi);
        // Callers first: whoever follows the announcement can wait, they cannot.
        self.release(out);
        out.push_back(Action::Announce(self.durable));
        Ok(())
    }

    /// Batches that hold what the request `id` waits for.
    pub(crate) fn recalled(
        &mut self,
        id: u64,
        batches: &[&[u8]],
        out: &mut VecDeque<Action>,
    ) -> Result<(), String> {
        self.recalling.take(id, batches, out)
    }

    /// Sequence of the batch in flight.
    pub(crate) fn in_flight(&self) -> Option<u64> {
        self.in_flight.as_ref().map(|h| h.hi)
    }

    /// Forget the state and give back every unanswered request, in the order they came.
    pub(crate) fn into_requests(self) -> Vec<Request> {
        let working = [self.interactive, self.settlement].into_iter().flatten().map(|w| w.request);
        let waiting = self.recalling.into_requests();
        self.parked.into_iter().map(|p| p.request).chain(working).chain(waiting).collect()
    }
}
