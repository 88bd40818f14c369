//! Callers that repeat what was not answered and hold every answer against the ones before.

use std::collections::{BTreeMap, BTreeSet};

use shard::{Answers, Kind, Request};
use wallet::{Code, Decision, Reply, Status};

use crate::check::scope_of;
use crate::day::{is_keyed, is_overtaken};

/// Everything that was asked, and what was answered.
#[derive(Default)]
pub(crate) struct Callers {
    next: u64,
    under_way: BTreeMap<u64, Vec<Vec<u8>>>,
    asked: BTreeMap<Vec<u8>, Asked>,
    /// How many of them are open.
    open: usize,
    /// Keys of which somebody was told that they are too old.
    too_old: BTreeSet<String>,
}

#[derive(Clone, Copy, Default)]
struct Asked {
    answer: Option<Reply>,
    /// The verdict was too old when it arrived: the sportsbook would have to decide again.
    too_late: bool,
}

impl Asked {
    fn is_open(&self) -> bool {
        self.answer.is_none() && !self.too_late
    }
}

impl Callers {
    /// A frame to send, under a new ticket.
    pub(crate) fn send(&mut self, kind: Kind, commands: Vec<Vec<u8>>) -> (u64, Vec<u8>) {
        let ticket = self.next;
        self.next += 1;
        for command in &commands {
            self.asked.entry(command.clone()).or_insert_with(|| {
                self.open += 1;
                Asked::default()
            });
        }
        let (frame, count) = Request::encode(kind, &commands);
        assert_eq!(count, commands.len(), "what is sent fits a frame");
        self.under_way.insert(ticket, commands);
        (ticket, frame)
    }

    /// Take in an answer, which may be a second one; says what contradicts, and hands over each reply.
    pub(crate) fn receive(
        &mut self,
        ticket: u64,
        frame: &[u8],
        mut learn: impl FnMut(&Reply),
    ) -> Result<(), String> {
        let Some(commands) = self.under_way.remove(&ticket) else { return Ok(()) };
        let replies: Vec<Reply> =
            Answers::read(frame).map(Reply::decode).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        if replies.len() != commands.len() {
            return Err(format!("{} answers to {} commands", replies.len(), commands.len()));
        }
        for (command, reply) in commands.into_iter().zip(replies) {
            learn(&reply);
            self.hold_against_the_first(command, &reply)?;
        }
        Ok(())
    }

    fn hold_against_the_first(&mut self, command: Vec<u8>, reply: &Reply) -> Result<(), String> {
        let (keyed, overtaken) = (is_keyed(&command), is_overtaken(&command));
        let is_too_old = reply.code == Code::KeyTooOld.number();
        if is_too_old {
            self.too_old.extend(scope_of(&command));
        }
        let asked = self.asked.entry(command).or_default();
        let was_open = asked.is_open();
        if reply.status == Status::Retry || is_too_old {
            asked.too_late |= is_too_old;
            asked.too_late |= [Code::Expired, Code::StaleGeneration].iter().any(|c| c.number() == reply.code);
            self.open -= usize::from(was_open && !asked.is_open());
            return Ok(());
        }
        self.open -= usize::from(was_open);
        match &mut asked.answer {
            // Refused before it was accepted, and the answers overtook each other.
            Some(first) if !keyed && first.status == Status::Accepted && reply.seq < first.seq => Ok(()),
            // What is keyed by its object is open to time until it was accepted; everything else stands.
            Some(first) if keyed || first.status == Status::Accepted && !overtaken => {
                // What a player of games has now is told with every answer.
                let again = Reply { replayed: first.replayed, purse: first.purse, ..*reply };
                match (first.decision, again.decision) {
                    (Decision::Pending, decision) if decision != Decision::Pending => {
                        if again.seq < first.seq {
                            return Err(format!("{first:?} was decided before, by {again:?}"));
                        }
                        (first.seq, first.at, first.decision) = (again.seq, again.at, again.decision);
                    }
                    // Told before it was decided, and overtaken on the way.
                    (_, Decision::Pending) if again.seq < first.seq && again.object_id == first.object_id => {
                        return Ok(());
                    }
                    _ => {}
                }
                (*first == again).then_some(()).ok_or_else(|| format!("{first:?}, then {again:?}"))
            }
            answer => {
                *answer = Some(*reply);
                Ok(())
            }
        }
    }

    /// Commands whose fate their senders do not know.
    pub(crate) fn unanswered(&self) -> Vec<Vec<u8>> {
        let open = self.asked.iter().filter(|(_, asked)| asked.is_open());
        open.map(|(command, _)| command.clone()).collect()
    }

    /// Whether every sender knows the fate of everything it sent.
    pub(crate) fn have_been_answered(&self) -> bool {
        self.open == 0
    }

    /// Whether the answer to a key may have got lost before it was forgotten.
    pub(crate) fn is_too_old(&self, key: &str) -> bool {
        self.too_old.contains(key)
    }

    /// How many keys were too old for somebody.
    pub(crate) fn too_old(&self) -> u64 {
        self.too_old.len() as u64
    }

    /// Whether the frame under `ticket` still waits, and its commands.
    pub(crate) fn waiting(&self, ticket: u64) -> Option<&[Vec<u8>]> {
        self.under_way.get(&ticket).map(Vec::as_slice)
    }

    /// Every command that was answered for good.
    pub(crate) fn answered(&self) -> impl Iterator<Item = (&[u8], &Reply)> {
        self.asked.iter().filter_map(|(command, asked)| Some((command.as_slice(), asked.answer.as_ref()?)))
    }
}
