//! Requests that wait for entries of the journal, or for places in the table of old keys: a key that was answered long
//! ago has come again, or one that looks like it.

use std::collections::{BTreeMap, VecDeque};

use journal::Batch;
use wallet::{Missing, Recalled};

use crate::action::Action;
use crate::core::Core;
use crate::frames::{Answers, Kind, Request};

/// Requests that may wait; what would make another wait is told to ask again later.
const MOST: usize = 64;
/// Entries and keys asked for at a time: each entry stands in a batch of its own.
const MOST_WANTED: usize = 32;

/// A request of which some commands are applied.
pub(crate) struct Working {
    pub(crate) request: Request,
    pub(crate) answers: Answers,
    /// What its commands are answered from.
    pub(crate) recalled: Recalled,
}

impl Working {
    pub(crate) fn on(request: Request) -> Self {
        Self { answers: Answers::to(&request), request, recalled: Recalled::new() }
    }
}

/// A request that waits.
struct Waiting {
    working: Working,
    /// What is still missing.
    wants: Missing,
    /// Where the state stood when it was asked for.
    asked_at: u64,
}

/// Who waits, and who has what it waited for.
#[derive(Default)]
pub(crate) struct Recalling {
    next: u64,
    waiting: BTreeMap<u64, Waiting>,
    back: VecDeque<Working>,
    looks: u64,
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
        let mut wants = Missing::default();
        for command in working.request.rest() {
            let Missing { seqs, keys } = core.missing(command, &working.recalled);
            wants.seqs.extend(seqs);
            wants.keys.extend(keys);
            if wants.seqs.len() + wants.keys.len() >= MOST_WANTED {
                break;
            }
        }
        if let Some(seq) = wants.seqs.iter().find(|seq| working.recalled.has(**seq)) {
            return Err(format!("entry {seq} of the journal is not the one whose key the state remembers"));
        }
        for wanted in [&mut wants.seqs, &mut wants.keys] {
            wanted.sort_unstable();
            wanted.dedup();
        }
        let id = self.next;
        self.next += 1;
        if !wants.keys.is_empty() {
            self.looks += wants.keys.len() as u64;
            let until = core.wallet().keys_evicted();
            out.push_back(Action::Look { id, keys: wants.keys.clone(), until });
        }
        if !wants.seqs.is_empty() {
            out.push_back(Action::Recall { id, seqs: wants.seqs.clone() });
        }
        self.waiting.insert(id, Waiting { working, wants, asked_at: core.seq() });
        Ok(())
    }

    /// Take in batches for the request `id`; the error says what does not verify.
    pub(crate) fn take(
        &mut self,
        id: u64,
        batches: &[&[u8]],
        out: &mut VecDeque<Action>,
    ) -> Result<(), String> {
        let Some(Waiting { working, wants, .. }) = self.waiting.get_mut(&id) else { return Ok(()) };
        for bytes in batches {
            let batch =
                Batch::decode(bytes).map_err(|error| format!("a batch that was recalled: {error}"))?;
            for (seq, entry) in (batch.header.lo + 1..).zip(batch.entries()) {
                if wants.seqs.binary_search(&seq).is_ok() {
                    working.recalled.insert(seq, entry.to_vec());
                }
            }
        }
        wants.seqs.retain(|seq| !working.recalled.has(*seq));
        if !wants.seqs.is_empty() {
            out.push_back(Action::Recall { id, seqs: wants.seqs.clone() });
        }
        self.let_go_on(id);
        Ok(())
    }

    /// Take in all that the table of old keys holds of the keys the request `id` waits for: fingerprints and positions.
    pub(crate) fn look(&mut self, id: u64, found: &[(u64, u64)]) {
        let Some(Waiting { working, wants, asked_at }) = self.waiting.get_mut(&id) else { return };
        for key in wants.keys.drain(..) {
            let its = found.iter().filter(|(fingerprint, _)| *fingerprint == key);
            working.recalled.look(key, *asked_at, its.map(|(_, seq)| *seq).collect());
        }
        self.let_go_on(id);
    }

    /// A request that wants nothing any more takes its place again.
    fn let_go_on(&mut self, id: u64) {
        if self.waiting.get(&id).is_some_and(|waiting| waiting.wants == Missing::default())
            && let Some(Waiting { working, .. }) = self.waiting.remove(&id)
        {
            self.back.push_back(working);
        }
    }

    /// Keys that were looked up in the table of old keys.
    pub(crate) fn looks(&self) -> u64 {
        self.looks
    }

    /// The next request of a class that can go on.
    pub(crate) fn resume(&mut self, kind: Kind) -> Option<Working> {
        let at = self.back.iter().position(|working| working.request.kind == kind)?;
        self.back.remove(at)
    }

    /// All requests, in the order in which they came to wait.
    pub(crate) fn into_requests(self) -> impl Iterator<Item = Request> {
        let waiting = self.waiting.into_values().map(|waiting| waiting.working);
        self.back.into_iter().chain(waiting).map(|working| working.request)
    }
}
