//! What writers do with the record, and what can go wrong there.

use journal::SealedBatch;
use shard::{Outcome, Standing};

use super::{Event, SECOND, World, Writer};
use crate::database::Commit;
use crate::keys;
use crate::told::{PAGE, Told};

impl World {
    /// A writer that does not get the lease follows the one that has it; one that gets it goes on from there.
    pub(super) fn keep_warm(&mut self, writer: usize, what: &Told) -> Result<(), String> {
        let Writer { machine, hot, .. } = &mut self.writers[writer];
        let Self { database, snapshots, .. } = self;
        match what {
            Told::LeaseBusy if self.faults.hot_standby => {
                hot.follow(database, snapshots, self.promised, PAGE)
            }
            Told::LeaseTaken(_) if machine.standing() == Standing::Standby => {
                match hot.hand_over(database, snapshots, machine) {
                    Err(reason) if self.faults.lose_tail => {
                        self.halted = Some(reason);
                        Ok(())
                    }
                    handed => handed,
                }
            }
            _ => Ok(()),
        }
    }

    pub(super) fn tell_later(&mut self, writer: usize, what: Told) {
        let life = self.writers[writer].life;
        let delay = self.delay(30);
        self.later(delay, Event::Told { writer, life, what });
    }

    pub(super) fn take_lease(&mut self, writer: usize) {
        if self.fails(12) {
            // The answer is lost; the lease may have been taken all the same.
            if self.chance.once_in(2) {
                self.database.take_lease(writer, self.now, Commit::Unclear);
            }
            return self.tell_later(writer, Told::LeaseUnclear);
        }
        if let Some(epoch) = self.database.take_lease(writer, self.now, Commit::Clean) {
            return self.tell_later(writer, Told::LeaseTaken(epoch));
        }
        let life = self.writers[writer].life;
        self.later(SECOND / 2, Event::Told { writer, life, what: Told::LeaseBusy });
    }

    pub(super) fn append(&mut self, writer: usize, batch: SealedBatch) {
        let (epoch, hi) = (batch.header.epoch, batch.header.hi);
        let loses = self.faults.lose_tail && self.chance.once_in(3);
        let commit = if loses { Commit::Unclear } else { Commit::Clean };
        let outcome = match self.chance.below(40) {
            0 if !self.is_calm => Outcome::RolledBack,
            1 if !self.is_calm => Outcome::Ambiguous,
            2 if !self.is_calm => {
                self.database.append(&batch, Commit::Unclear);
                Outcome::Ambiguous
            }
            3 if !self.is_calm => {
                let delay = self.chance.below(4 * SECOND);
                self.later(delay, Event::Land(batch));
                Outcome::Ambiguous
            }
            _ if self.database.append(&batch, commit) => Outcome::Committed,
            _ => Outcome::Fenced,
        };
        self.tell_later(writer, Told::Append { epoch, hi, outcome });
    }

    pub(super) fn keep_keys(&mut self, writer: usize, life: u64) -> Result<(), String> {
        let Writer { machine, is_up, life: running, .. } = &mut self.writers[writer];
        if !*is_up || *running != life {
            return Ok(());
        }
        let clock = self.now + self.nights;
        let told = keys::keep(machine, &mut self.database, self.promised, clock, &mut self.chance)?;
        self.later(SECOND, Event::Keep { writer, life });
        if let Some(told) = told {
            self.tell_later(writer, told);
        }
        self.poll(writer)
    }

    pub(super) fn renew(&mut self, writer: usize, life: u64) -> Result<(), String> {
        if !self.writers[writer].is_up || self.writers[writer].life != life {
            return Ok(());
        }
        self.later(SECOND, Event::Renew { writer, life });
        let machine = &mut self.writers[writer].machine;
        let epoch = machine.epoch();
        if matches!(machine.standing(), Standing::Leading | Standing::Recovering)
            && !self.database.renew(epoch, self.now)
        {
            machine.lease_lost(epoch);
        }
        self.poll(writer)
    }
}
