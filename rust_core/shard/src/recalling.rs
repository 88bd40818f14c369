//! Requests that wait for entries of the journal: a key that was answered long ago has come again.

use std::collections::{BTreeMap, VecDeque};

use journal::Batch;
use wallet::Recalled;

use crate::action::Action;
use crate::core::Core;
use crate::frames::{Answers, Kind, Request};

/// Requests that may wait; what would make another wait is told to ask again later.
const MOST: usize = 64;
/// Entries asked for at a time: each stands in a batch of its own.
const MOST_ENTRIES: usize = 32;

/// A request of which some commands are applied.
pub(crate) struct Working {
    pub(crate) request: Request,
    pub(crate) answers: Answers,
    /// Entries that its commands are answered from.
    pub(crate) recalled: Recalled,
}

impl Working {
    pub(crate) fn on(request: Request) -> Self {
        Self { answers: Answers::to(&request), request, recalled: Recalled::new() }
    }
}

/// Who waits, and who has what it waited for.
#[derive(Default)]
pub(crate) struct Recalling {
    next: u64,
    waiting: BTreeMap<u64, (Working, Vec<u64>)>,
    back: VecDeque<Working>,
}

impl Recalling {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.back.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// Whether a request can go on.
    pub(crate) fn is_ready(&self) -> bool {
        !self.back.is_empty()
    }

    /// Let a request wait for what its next command needs, and for what those after it will need.
    pub(crate) fn wait(
        &mut self,
        working: Working,
        core: &Core,
        out: &mut VecDeque<Action>,
    ) -> Result<(), String> {
        let mut seqs = Vec::new();
        for command in working.request.rest() {
            seqs.extend(core.missing(command, &working.recalled));
            if seqs.len() >= MOST_ENTRIES {
                break;
            }
        }
        if let Some(seq) = seqs.iter().find(|seq| working.recalled.contains_key(seq)) {
            return Err(format!("entry {seq} of the journal is not the one whose key the state remembers"));
        }
        seqs.sort_unstable();
        seqs.dedup();
        let id = self.next;
        self.next += 1;
        out.push_back(Action::Recall { id, seqs: seqs.clone() });
        self.waiting.insert(id, (working, seqs));
        Ok(())
    }

    /// Take in batches for the request `id`; the error says what does not verify.
    pub(crate) fn take(
        &mut self,
        id: u64,
        batches: &[&[u8]],
        out: &mut VecDeque<Action>,
    ) -> Result<(), String> {
        let Some((mut working, mut seqs)) = self.waiting.remove(&id) else { return Ok(()) };
        for bytes in batches {
            let batch =
                Batch::decode(bytes).map_err(|error| format!("a batch that was recalled: {error}"))?;
            for (seq, entry) in (batch.header.lo + 1..).zip(batch.entries()) {
                if seqs.binary_search(&seq).is_ok() {
                    working.recalled.insert(seq, entry.to_vec());
                }
            }
        }
        seqs.retain(|seq| !working.recalled.contains_key(seq));
        if seqs.is_empty() {
            self.back.push_back(working);
        } else {
            out.push_back(Action::Recall { id, seqs: seqs.clone() });
            self.waiting.insert(id, (working, seqs));
        }
        Ok(())
    }

    /// The next request of a class that can go on.
    pub(crate) fn resume(&mut self, kind: Kind) -> Option<Working> {
        let at = self.back.iter().position(|working| working.request.kind == kind)?;
        self.back.remove(at)
    }

    /// All requests, in the order in which they came to wait.
    pub(crate) fn into_requests(self) -> impl Iterator<Item = Request> {
        let waiting = self.waiting.into_values().map(|(working, _)| working);
        self.back.into_iter().chain(waiting).map(|working| working.request)
    }
}
