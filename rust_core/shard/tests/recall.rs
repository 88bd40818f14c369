//! Old keys: a machine that does not hold an answer any more asks for its entry, and lets others pass meanwhile.

mod common;

use common::{LIMITS, SHARD, deposit, frame, replies};
use shard::{Action, Kind, Limits, Outcome, Shard, Standing};
use wallet::{Reply, Status};

/// Few answers are kept: those of two batches and a little more.
const FEW: Limits = Limits { recent_keys: 10, ..LIMITS };

/// A leading machine, and the batches it appended.
struct World {
    machine: Shard,
    batches: Vec<(u64, Vec<u8>)>,
    answers: Vec<(u64, Vec<Reply>)>,
    asked: Vec<(u64, Vec<u64>)>,
    looked: Vec<(u64, Vec<u64>, u64)>,
    halted: Option<String>,
    now: u64,
}

impl World {
    fn leading() -> Self {
        let machine = Shard::new(SHARD, FEW);
        let (batches, answers, asked, looked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut world = Self { machine, batches, answers, asked, looked, halted: None, now: 0 };
        world.run();
        world
    }

    /// Do what the machine asks for, save that what it recalls is noted and not answered.
    fn run(&mut self) {
        loop {
            self.now += 1;
            let actions = self.machine.poll(self.now);
            if actions.is_empty() && !self.machine.is_ready() {
                return;
            }
            for action in actions {
                let epoch = self.machine.epoch();
                match action {
                    Action::TakeLease => self.machine.lease_taken(epoch + 1),
                    Action::Read { after } => {
                        let rows = self.batches.iter().filter(|(hi, _)| *hi > after);
                        let rows: Vec<&[u8]> = rows.map(|(_, bytes)| bytes.as_slice()).collect();
                        self.machine.rows(epoch, &rows, true);
                    }
                    Action::Append(batch) => {
                        self.batches.push((batch.header.hi, batch.bytes));
                        self.machine.append_result(epoch, batch.header.hi, Outcome::Committed);
                    }
                    Action::Reply { ticket, frame } => self.answers.push((ticket, replies(&frame))),
                    Action::Recall { id, seqs } => self.asked.push((id, seqs)),
                    Action::Look { id, keys, until } => self.looked.push((id, keys, until)),
                    Action::Halt { reason } => self.halted = Some(reason),
                    _ => {}
                }
            }
        }
    }

    fn ask(&mut self, ticket: u64, commands: &[Vec<u8>]) {
        self.machine.enqueue(ticket, frame(Kind::Interactive, commands));
        self.run();
    }

    fn answer(&self, ticket: u64) -> Option<&[Reply]> {
        self.answers.iter().find(|(to, _)| *to == ticket).map(|(_, replies)| replies.as_slice())
    }

    /// The batches that hold entries.
    fn holding(&self, seqs: &[u64]) -> Vec<&[u8]> {
        let at = |seq: u64| self.batches.iter().find(|(hi, _)| seq <= *hi).map(|(_, bytes)| bytes.as_slice());
        let mut found: Vec<&[u8]> = seqs.iter().filter_map(|seq| at(*seq)).collect();
        found.dedup();
        found
    }

    fn recall(&mut self, number: usize) {
        let (id, seqs) = self.asked[number].clone();
        let batches: Vec<Vec<u8>> = self.holding(&seqs).into_iter().map(<[u8]>::to_vec).collect();
        let batches: Vec<&[u8]> = batches.iter().map(Vec::as_slice).collect();
        self.machine.recalled(self.machine.epoch(), id, &batches);
        self.run();
    }
}

/// Forty deposits, each answered; the first of them are not in memory any more.
fn forty() -> World {
    let mut world = World::leading();
    (0..40).for_each(|number| world.ask(u64::from(number), &[deposit(0, number)]));
    assert_eq!((world.answers.len(), world.asked.len()), (40, 0));
    world
}

#[test]
fn an_old_key_is_answered_from_its_entry_and_others_do_not_wait() {
    let mut world = forty();
    world.ask(100, &[deposit(0, 50), deposit(0, 3), deposit(0, 51), deposit(0, 4)]);
    assert_eq!(world.asked[0].1.len(), 2, "what the rest of the frame needs is asked for at once");
    world.ask(101, &[deposit(0, 52)]);
    assert!(world.answer(101).is_some() && world.answer(100).is_none());
    world.recall(0);
    let found = world.answer(100).expect("answered").to_vec();
    for (reply, number) in [(found[1], 3), (found[3], 4)] {
        let first = world.answer(number).expect("answered")[0];
        assert_eq!(reply, Reply { replayed: true, ..first });
    }
    assert!(!found[0].replayed && !found[2].replayed && found[2].status == Status::Accepted);
    world.ask(102, &[deposit(0, 39)]);
    assert!(
        world.answer(102).expect("answered")[0].replayed && world.asked.len() == 1,
        "a recent one is at hand"
    );
}

#[test]
fn what_a_recall_lacks_is_asked_for_again() {
    let mut world = forty();
    world.ask(100, &[deposit(0, 3)]);
    let (id, seqs) = world.asked[0].clone();
    world.machine.recalled(1, id, &[]);
    world.run();
    assert_eq!(world.asked[1], (id, seqs));
    world.machine.recalled(7, id, &[]);
    world.run();
    assert_eq!(world.asked.len(), 2, "another life's answer is nobody's");
    world.recall(1);
    assert!(world.answer(100).expect("answered")[0].replayed);
}

#[test]
fn a_batch_that_does_not_verify_stops_the_machine() {
    let mut world = forty();
    world.ask(100, &[deposit(0, 3)]);
    let (id, seqs) = world.asked[0].clone();
    let mut batch = world.holding(&seqs)[0].to_vec();
    let last = batch.len() - 1;
    batch[last] ^= 1;
    world.machine.recalled(1, id, &[&batch]);
    world.run();
    assert!(world.halted.as_ref().is_some_and(|reason| reason.contains("recalled")), "{:?}", world.halted);
    assert!(world.answer(100).is_none());
}

#[test]
fn who_waits_for_an_entry_is_answered_by_the_next_leadership() {
    let mut world = forty();
    world.ask(100, &[deposit(0, 60), deposit(0, 3)]);
    let hi = world.batches.last().expect("a batch").0;
    assert!(world.answer(100).is_none(), "its first command is durable, its second waits");
    world.machine.enqueue(101, frame(Kind::Interactive, &[deposit(0, 61)]));
    let actions = world.machine.poll(1_000);
    let batch =
        actions.iter().find_map(|action| if let Action::Append(batch) = action { Some(batch) } else { None });
    let lost = batch.expect("an append").header.hi;
    assert!(lost > hi);
    world.machine.append_result(1, lost, Outcome::RolledBack);
    world.run();
    assert_eq!(world.machine.standing(), Standing::Leading);
    world.recall(world.asked.len() - 1);
    let found = world.answer(100).expect("answered").to_vec();
    assert!(found[0].replayed && found[1].replayed);
    assert!(!world.answer(101).expect("answered")[0].replayed, "what was rolled back is done anew");
}

#[test]
fn only_so_many_wait_and_the_rest_is_told_to_ask_again() {
    let mut world = forty();
    (0..70).for_each(|ticket| world.ask(100 + ticket, &[deposit(0, 3)]));
    let told = |ticket| world.answer(ticket).map(|replies| replies[0].status);
    assert_eq!(world.asked.len(), 64);
    assert!((100..164).all(|ticket| told(ticket).is_none()));
    assert!((164..170).all(|ticket| told(ticket) == Some(Status::Retry)));
}

#[test]
#[should_panic(expected = "recent keys cover what is not durable")]
fn answers_that_are_not_durable_must_be_kept() {
    let _ = Shard::new(SHARD, Limits { recent_keys: 9, ..LIMITS });
}

#[test]
fn filed_keys_leave_memory_a_part_a_batch_and_are_looked_up_when_they_come_again() {
    let mut world = forty();
    let (batches, held) = (world.batches.len(), world.machine.key_memory());
    world.machine.file_keys(1, 20, 20);
    world.ask(100, &[deposit(0, 60)]);
    world.run();
    let now = world.machine.key_memory();
    assert_eq!((held.hot, now.hot, now.cold), (40, 21, 20));
    // Each part that held some takes one entry, and each batch one part.
    assert!(world.batches.len() - batches >= 15, "{} batches", world.batches.len() - batches);
    world.ask(101, &[deposit(0, 3)]);
    assert!(world.answer(101).is_none());
    let (id, keys, until) = world.looked.pop().expect("a look");
    assert_eq!((keys.len(), until), (1, 20));
    world.machine.looked(1, id, &[(keys[0], 4)]);
    world.run();
    world.recall(0);
    assert_eq!(
        world.answer(101).expect("answered")[0],
        Reply { replayed: true, ..world.answer(3).expect("answered")[0] }
    );
}

#[test]
fn what_is_not_durable_cannot_be_filed() {
    let mut world = forty();
    world.machine.file_keys(2, 41, 41);
    world.run();
    assert!(world.halted.is_none(), "another life's word is nobody's");
    world.machine.file_keys(1, 41, 41);
    world.run();
    assert!(world.halted.as_ref().is_some_and(|reason| reason.contains("durable")), "{:?}", world.halted);
}

#[test]
fn a_row_that_names_another_entry_stops_the_machine() {
    let mut world = forty();
    world.machine.file_keys(1, 20, 20);
    world.run();
    world.ask(101, &[deposit(0, 3)]);
    let (id, keys, _) = world.looked.pop().expect("a look");
    world.machine.looked(1, id, &[(keys[0], 5)]);
    world.run();
    world.recall(0);
    assert!(world.halted.as_ref().is_some_and(|reason| reason.contains("not the one")), "{:?}", world.halted);
    assert!(world.answer(101).is_none());
}
