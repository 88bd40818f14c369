//! What must hold whatever happened.

use std::collections::BTreeMap;

use journal::Batch;
use shard::{Answers, Follower};
use wallet::{BetId, Decision, Entry, Head, Kind, ObjectId, Reply, Status};

use crate::Faults;
use crate::callers::Callers;
use crate::database::Database;
use crate::day::{TENANT, is_keyed};
use crate::snapshots;

/// What a day came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Batches in the journal.
    pub batches: u64,
    /// Entries in the journal.
    pub entries: u64,
    /// Commands answered for good.
    pub answers: u64,
    /// Highest lease epoch in the journal: how often the writer changed or recovered.
    pub epoch: u64,
    /// How often keys came again whose answers only the journal held.
    pub recalled: u64,
    /// How often the table of old keys was looked into.
    pub looked: u64,
    /// Keys of which somebody was told that they are too old.
    pub too_old: u64,
    /// Keys that had left memory at the end.
    pub evicted: u64,
}

/// No answer speaks of more than the record holds.
pub(crate) fn is_durable(frame: &[u8], end: u64, faults: Faults) -> Result<(), String> {
    for reply in Answers::read(frame) {
        let reply = Reply::decode(reply).map_err(|error| error.to_string())?;
        if reply.seq > end && !faults.lose_tail {
            return Err(format!("answered from entry {} while the record ends at {end}", reply.seq));
        }
    }
    Ok(())
}

/// One decision of the journal under a key.
struct Decided {
    seq: u64,
    code: u16,
    bet_id: Option<BetId>,
}

/// Replay the record as a stranger would and hold every answer against it.
pub(crate) fn everything(database: &Database, callers: &Callers) -> Result<Counts, String> {
    let mut follower = Follower::new(TENANT)?;
    for (_, bytes) in database.rows() {
        follower.apply(bytes)?;
    }
    let wallet = follower.wallet();
    if wallet.state_hash() != wallet.recomputed_state_hash() {
        return Err("the state's running hash is not that of the state".to_owned());
    }
    if let Some(total) = wallet.totals().iter().find(|total| !total.is_balanced()) {
        return Err(format!("a book does not sum to zero: {total:?}"));
    }
    if let Some(total) = wallet.holds_totals().iter().find(|total| total.holds != total.accounts) {
        return Err(format!("holds and held accounts differ: {total:?}"));
    }
    let mut owed = wallet.accounts().filter(|(account, _)| account.code.has_floor());
    if let Some((account, balance)) = owed.find(|(_, balance)| balance.is_negative()) {
        return Err(format!("{account:?} stands at {balance:?}"));
    }
    snapshots::change_nothing(database, &follower)?;
    let decided = decisions(database)?;
    answers_are_journaled(callers, &decided, follower.chain().seq)?;
    everything_journaled_was_told(callers, &decided)?;
    Ok(Counts {
        batches: database.rows().len() as u64,
        entries: follower.chain().seq,
        answers: callers.answered().count() as u64,
        epoch: follower.chain().epoch,
        recalled: 0,
        looked: 0,
        too_old: callers.too_old(),
        evicted: wallet.key_memory().cold as u64,
    })
}

/// Every keyed entry by its key; time rises and no key is decided twice.
fn decisions(database: &Database) -> Result<BTreeMap<String, Decided>, String> {
    let (mut found, mut last) = (BTreeMap::new(), 0);
    for (_, bytes) in database.rows() {
        for bytes in Batch::decode(bytes).map_err(|error| error.to_string())?.entries() {
            let entry = Entry::decode(bytes).map_err(|error| error.to_string())?;
            if entry.at <= last {
                return Err(format!("journaled time goes from {last} to {}", entry.at));
            }
            last = entry.at;
            let Some(scope) = scope(&entry.head, entry.kind()) else { continue };
            let decided = Decided { seq: entry.seq, code: entry.code, bet_id: entry.bet_id() };
            if found.insert(scope.clone(), decided).is_some() {
                return Err(format!("{scope} is decided twice"));
            }
        }
    }
    Ok(found)
}

/// Within what a key is one: the player, the operation and the key itself.
fn scope(head: &Head<'_>, kind: Kind) -> Option<String> {
    head.key.map(|key| format!("{} {key} of {:?}", kind.name(), head.player))
}

pub(crate) fn scope_of(command: &[u8]) -> Option<String> {
    let decoded = wallet::decode_command(command).ok()?;
    scope(&decoded.head, decoded.command.kind())
}

fn answers_are_journaled(
    callers: &Callers,
    decided: &BTreeMap<String, Decided>,
    end: u64,
) -> Result<(), String> {
    for (command, reply) in callers.answered() {
        if reply.seq > end {
            return Err(format!("{reply:?} was told, and the record ends at {end}"));
        }
        let known = scope_of(command).is_none_or(|key| decided.contains_key(&key));
        if matches!(reply.status, Status::Accepted | Status::Refused) && !known {
            return Err(format!("{reply:?} was told and is not in the journal"));
        }
    }
    Ok(())
}

fn everything_journaled_was_told(
    callers: &Callers,
    decided: &BTreeMap<String, Decided>,
) -> Result<(), String> {
    let mut told: BTreeMap<String, Vec<&Reply>> = BTreeMap::new();
    for (command, reply) in callers.answered().filter(|(command, _)| is_keyed(command)) {
        told.entry(scope_of(command).unwrap_or_default()).or_default().push(reply);
    }
    for (key, decision) in decided {
        // A bet that waited is answered from the entry that decided it.
        let is_this = |reply: &&&Reply| {
            let same_bet =
                reply.decision != Decision::None && reply.object_id == decision.bet_id.map(ObjectId::from);
            reply.code == decision.code && (reply.seq == decision.seq || same_bet)
        };
        if callers.is_too_old(key) {
            continue;
        }
        if told.get(key).is_none_or(|replies| !replies.iter().any(|reply| is_this(&reply))) {
            return Err(format!("{key} was decided by entry {} and nobody was told so", decision.seq));
        }
    }
    Ok(())
}
