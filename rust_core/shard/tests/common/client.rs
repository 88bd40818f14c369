//! A caller that repeats what was not answered and holds every answer against the ones before.

use std::collections::{BTreeMap, BTreeSet};

use wallet::{Code, Decision, Reply, Status};

use super::{frame, replies};

#[derive(Default)]
pub(crate) struct Client {
    next: u64,
    under_way: BTreeMap<u64, Vec<Vec<u8>>>,
    too_late: BTreeSet<Vec<u8>>,
    pub(crate) answers: BTreeMap<Vec<u8>, Option<Reply>>,
}

impl Client {
    pub(crate) fn send(&mut self, kind: u8, commands: Vec<Vec<u8>>) -> (u64, Vec<u8>) {
        let ticket = self.next;
        self.next += 1;
        for command in &commands {
            self.answers.entry(command.clone()).or_default();
        }
        let bytes = frame(kind, &commands);
        self.under_way.insert(ticket, commands);
        (ticket, bytes)
    }

    pub(crate) fn receive(&mut self, ticket: u64, answer: &[u8]) {
        let commands = self.under_way.remove(&ticket).expect("a ticket is answered once");
        let replies = replies(answer);
        assert_eq!(replies.len(), commands.len(), "an answer for each command");
        for (command, reply) in commands.into_iter().zip(replies) {
            if reply.status == Status::Retry {
                // The verdict is too old by now: the sportsbook would have to decide again.
                if reply.code == Code::Expired.number() {
                    self.too_late.insert(command);
                }
                continue;
            }
            let known = self.answers.get_mut(&command).expect("a command that was sent");
            match known {
                // A settlement is keyed by its bet, so its refusal is open to time; everything else stands.
                Some(first) if first.status == Status::Accepted || is_keyed(&command) => {
                    let again = Reply { replayed: first.replayed, ..reply };
                    if first.decision == Decision::Pending && again.decision != Decision::Pending {
                        // Decided meanwhile, by a later entry; from here on that is the answer.
                        assert!(again.seq >= first.seq, "a decision rests on its own entry");
                        (first.seq, first.at, first.decision) = (again.seq, again.at, again.decision);
                    }
                    assert_eq!(*first, again, "a repeat got another answer");
                }
                _ => *known = Some(reply),
            }
        }
    }

    pub(crate) fn unanswered(&self) -> Vec<Vec<u8>> {
        let open = self
            .answers
            .iter()
            .filter(|(command, answer)| answer.is_none() && !self.too_late.contains(*command));
        open.map(|(command, _)| command.clone()).collect()
    }
}

fn is_keyed(command: &[u8]) -> bool {
    wallet::decode_command(command).expect("a command").command.kind().is_keyed()
}
