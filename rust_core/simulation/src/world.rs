//! Writers, the record, callers and a network between them, on one seeded clock.

use std::collections::BTreeMap;

use journal::SealedBatch;
use shard::{Action, Kind, Limits, QueueLimits, Shard, Standing};

mod record;

use crate::Faults;
use crate::callers::Callers;
use crate::chance::Chance;
use crate::check;
use crate::database::{Commit, Database};
use crate::day::{Day, TENANT};
use crate::keys;
use crate::snapshots::Snapshots;
use crate::standby::Hot;
use crate::told::{PAGE, Told};

const WRITERS: usize = 2;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;
const START: u64 = 1_700_000_000 * SECOND;
/// Small bounds, so that batches, queues and pages overflow within a short day.
const LIMITS: Limits = Limits {
    batch_commands: 6,
    turn_commands: 4,
    batch_bytes: 2048,
    queue: QueueLimits { commands: 24, bytes: 1 << 14 },
    recent_keys: 16,
};

/// Something that happens at its time.
enum Event {
    Act,
    Request { writer: usize, ticket: u64, frame: Vec<u8> },
    Reply { ticket: u64, frame: Vec<u8> },
    TimeOut { ticket: u64, kind: Kind },
    Told { writer: usize, life: u64, what: Told },
    Land(SealedBatch),
    Renew { writer: usize, life: u64 },
    Keep { writer: usize, life: u64 },
    Start { writer: usize },
}

struct Writer {
    machine: Shard,
    hot: Hot,
    /// Which process of this writer is running; what was meant for an earlier one is lost.
    life: u64,
    is_up: bool,
    /// How far its clock is off, and steps back.
    offset: i64,
}

/// One simulated day.
pub(crate) struct World {
    pub(crate) now: u64,
    chance: Chance,
    faults: Faults,
    is_calm: bool,
    events: BTreeMap<(u64, u64), Event>,
    ordinal: u64,
    database: Database,
    snapshots: Snapshots,
    writers: Vec<Writer>,
    callers: Callers,
    day: Day,
    acts: u64,
    /// What was announced as durable.
    promised: u64,
    /// How many nights have passed, in nanoseconds: clocks are that much later than the events.
    nights: u64,
    /// How often an old key came again, and how often the table of old keys was looked into.
    recalled: u64,
    looked: u64,
    /// The reason of a writer that stopped because the record lost what it had acknowledged.
    pub(crate) halted: Option<String>,
}

impl World {
    pub(crate) fn new(seed: u64, acts: u64, faults: Faults) -> Self {
        let writer = |_| {
            let machine = Shard::new(TENANT, LIMITS);
            Writer { machine, hot: Hot::default(), life: 0, is_up: false, offset: 0 }
        };
        let mut world = Self {
            now: START,
            chance: Chance::new(seed),
            faults,
            is_calm: false,
            events: BTreeMap::new(),
            ordinal: 0,
            database: Database::new(),
            snapshots: Snapshots::default(),
            writers: (0..WRITERS).map(writer).collect(),
            callers: Callers::default(),
            day: Day::new(faults.old_keys),
            acts,
            promised: 0,
            nights: 0,
            recalled: 0,
            looked: 0,
            halted: None,
        };
        (0..WRITERS).for_each(|writer| world.later(writer as u64 * MILLISECOND, Event::Start { writer }));
        world.later(MILLISECOND, Event::Act);
        world
    }

    /// Let the day pass, then calm down: in the end everything asked is answered.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        let patience = START + (self.acts + 2_000) * SECOND;
        while let Some(((at, _), event)) = self.events.pop_first() {
            self.now = at;
            self.happen(event)?;
            if self.halted.is_some() {
                return Ok(());
            }
            if self.acts == 0 && !self.is_calm {
                self.is_calm = true;
                self.later(SECOND, Event::Act);
            }
            if self.is_calm && self.callers.have_been_answered() {
                return Ok(());
            }
            if self.now > patience {
                let open = self.callers.unanswered().len();
                return Err(format!("{open} commands stay unanswered although nothing fails any more"));
            }
        }
        Err("nothing happens any more".to_owned())
    }

    /// Everything that must hold at the end of a day.
    pub(crate) fn check(&self) -> Result<check::Counts, String> {
        let end = self.database.end();
        if self.promised > end && !self.faults.lose_tail {
            return Err(format!("{} was announced, and the record ends at {end}", self.promised));
        }
        let counts = check::everything(&self.database, &self.callers)?;
        Ok(check::Counts { recalled: self.recalled, looked: self.looked, ..counts })
    }

    fn later(&mut self, delay: u64, event: Event) {
        self.ordinal += 1;
        self.events.insert((self.now + delay, self.ordinal), event);
    }

    /// Whether a fault that happens once in `times` happens now.
    fn fails(&mut self, times: u64) -> bool {
        !self.is_calm && self.chance.once_in(times)
    }

    /// How long something is on its way: moments, but seconds once in `times`.
    fn delay(&mut self, times: u64) -> u64 {
        let longest = if self.fails(times) { 5 * SECOND } else { 3 * MILLISECOND };
        self.chance.below(longest)
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Act => return self.act(),
            Event::Request { writer, ticket, frame } if self.writers[writer].is_up => {
                self.writers[writer].machine.enqueue(ticket, frame);
                return self.poll(writer);
            }
            Event::Request { .. } => {}
            Event::Reply { ticket, frame } => {
                let day = &mut self.day;
                return self.callers.receive(ticket, &frame, |reply| day.learn(reply));
            }
            // Once it is calm, whatever is unanswered is asked again by `act`.
            Event::TimeOut { .. } if self.is_calm => {}
            Event::TimeOut { ticket, kind } => {
                if let Some(commands) = self.callers.waiting(ticket) {
                    let commands = commands.to_vec();
                    self.send(kind, commands);
                }
            }
            Event::Told { writer, life, what } => {
                if self.writers[writer].is_up && self.writers[writer].life == life {
                    self.keep_warm(writer, &what)?;
                    if self.halted.is_some() {
                        return Ok(());
                    }
                    what.tell(&mut self.writers[writer].machine);
                    return self.poll(writer);
                }
            }
            Event::Land(batch) => {
                self.database.append(&batch, Commit::Unclear);
            }
            Event::Renew { writer, life } => return self.renew(writer, life),
            Event::Keep { writer, life } => return self.keep_keys(writer, life),
            Event::Start { writer } => {
                let started = &mut self.writers[writer];
                (started.machine, started.is_up) = (Shard::new(TENANT, LIMITS), true);
                started.hot.forget();
                started.life += 1;
                let life = started.life;
                self.later(SECOND, Event::Renew { writer, life });
                if self.faults.old_keys {
                    self.later(SECOND, Event::Keep { writer, life });
                }
                return self.poll(writer);
            }
        }
        Ok(())
    }

    /// The next thing of the day: mostly something asked, at times something broken.
    fn act(&mut self) -> Result<(), String> {
        if self.is_calm {
            for command in self.callers.unanswered() {
                self.send(Kind::Interactive, vec![command]);
            }
            self.later(SECOND, Event::Act);
            return Ok(());
        }
        self.acts -= 1;
        let pause = self.chance.below(200) * MILLISECOND;
        self.later(pause, Event::Act);
        match self.chance.below(200) {
            0..5 => self.crash(),
            5..8 => {
                let by = self.chance.below(3 * SECOND).cast_signed();
                let writer = self.chance.below(WRITERS as u64) as usize;
                self.writers[writer].offset = SECOND.cast_signed() - by;
            }
            8..12 if self.faults.fail_over => self.database.fail_over(),
            22..24 if self.faults.old_keys => self.nights += keys::LEAD + SECOND,
            15..22 if self.faults.snapshots => {
                return self.snapshots.take(&self.database, self.promised, &mut self.chance);
            }
            12..15 => {
                let writer = self.chance.below(WRITERS as u64) as usize;
                self.writers[writer].machine.resign();
            }
            _ => {
                let count = self.chance.between(1, 7);
                let now = self.now + self.nights;
                let commands = (0..count).map(|_| self.day.next(&mut self.chance, now)).collect();
                let kind = if self.chance.once_in(4) { Kind::Settlement } else { Kind::Interactive };
                self.send(kind, commands);
            }
        }
        Ok(())
    }

    fn crash(&mut self) {
        let writer = self.chance.below(WRITERS as u64) as usize;
        if self.writers[writer].is_up {
            self.writers[writer].is_up = false;
            let pause = self.chance.below(6 * SECOND);
            self.later(pause, Event::Start { writer });
        }
    }

    /// Send a frame to whoever seems to lead, twice at times, and ask again when no answer comes.
    fn send(&mut self, kind: Kind, commands: Vec<Vec<u8>>) {
        let (ticket, frame) = self.callers.send(kind, commands);
        let leads = |writer: &Writer| writer.is_up && writer.machine.standing() == Standing::Leading;
        let leader = self.writers.iter().position(leads);
        let guess = self.chance.below(WRITERS as u64) as usize;
        let copies = if self.fails(12) { 2 } else { 1 };
        for _ in 0..copies {
            let writer = if self.fails(6) { guess } else { leader.unwrap_or(guess) };
            let delay = self.delay(15);
            if !self.fails(20) {
                self.later(delay, Event::Request { writer, ticket, frame: frame.clone() });
            }
        }
        self.later(2 * SECOND, Event::TimeOut { ticket, kind });
    }

    fn poll(&mut self, writer: usize) -> Result<(), String> {
        loop {
            let now = (self.now + self.nights).saturating_add_signed(self.writers[writer].offset);
            let machine = &mut self.writers[writer].machine;
            let actions = machine.poll(now);
            if actions.is_empty() && !machine.is_ready() {
                return Ok(());
            }
            actions.into_iter().try_for_each(|action| self.execute(writer, action))?;
        }
    }

    fn execute(&mut self, writer: usize, action: Action) -> Result<(), String> {
        match action {
            Action::Reply { ticket, frame } => {
                check::is_durable(&frame, self.database.end(), self.faults)?;
                let delay = self.chance.below(3 * MILLISECOND);
                if !self.fails(25) {
                    self.later(delay, Event::Reply { ticket, frame });
                }
            }
            Action::Announce(durable) => {
                let end = self.database.end();
                if durable.seq > end && !self.faults.lose_tail {
                    return Err(format!("announced {} while the record ends at {end}", durable.seq));
                }
                self.promised = self.promised.max(durable.seq);
            }
            Action::TakeLease => self.take_lease(writer),
            Action::Read { after } => {
                let epoch = self.writers[writer].machine.epoch();
                let rows = self.database.page(after, PAGE);
                self.tell_later(writer, Told::Rows { epoch, rows });
            }
            Action::Recall { id, seqs } => {
                self.recalled += 1;
                let epoch = self.writers[writer].machine.epoch();
                let rows = self.database.holding(&seqs);
                self.tell_later(writer, Told::Recalled { epoch, id, rows });
            }
            Action::Look { id, keys, until } => {
                let filed = self.database.filed();
                if filed.until < until && !self.faults.lose_tail {
                    return Err(format!(
                        "keys up to {until} are gone, and filed are those up to {}",
                        filed.until
                    ));
                }
                let (epoch, found) = (self.writers[writer].machine.epoch(), filed.look(&keys));
                self.looked += 1;
                self.tell_later(writer, Told::Looked { epoch, id, found });
            }
            Action::Append(batch) => self.append(writer, batch),
            Action::Release { epoch } => {
                self.database.release(epoch, self.now);
                self.writers[writer].is_up = false;
                let pause = self.chance.below(3 * SECOND);
                self.later(pause, Event::Start { writer });
            }
            Action::Demoted { .. } => {}
            Action::Halt { reason } if self.faults.lose_tail && reason.contains("acknowledged") => {
                self.halted = Some(reason);
            }
            Action::Halt { reason } => return Err(format!("a writer stopped: {reason}")),
        }
        Ok(())
    }
}
