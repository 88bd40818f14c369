//! The wallet of one tenant, guarded against going on after a failure.

use crate::bets::Bet;
use crate::codec::{self, EncodeError};
use crate::command::{Command, Envelope, Source};
use crate::fields::Shown;
use crate::idempotency::{Missing, Recalled, Scope};
use crate::ids::{BetId, ObjectId, PlayerId, Slug, Trace};
use crate::refusal::Code;
use crate::replay::{self, Corrupt};
use crate::reply::{Reply, Status};
use crate::rules::{self, Plan};
use crate::state::{HoldsTotal, State};
use crate::wire::WireError;
use ledger::{AccountKey, Total};
use money::{Amount, Currency};

/// All money, bets and keys of one tenant.
///
/// Work sets a flag that only its success clears: after a panic or a corrupt entry the wallet refuses everything,
/// and its owner rebuilds it from the journal.
#[derive(Clone, Debug)]
pub struct Wallet {
    state: State,
    plan: Plan,
    poisoned: bool,
}

/// What the memory of keys holds and takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyMemory {
    /// Keys in memory.
    pub hot: usize,
    /// Bytes set aside for them: where each was answered, and the last answers in full.
    pub hot_bytes: usize,
    /// Keys that were let go to the table of old keys and are not forgotten; few are counted once for two.
    pub cold: usize,
    /// Bytes set aside to know a fresh key from these.
    pub cold_bytes: usize,
}

impl Wallet {
    /// The empty wallet of a tenant.
    pub fn new(tenant: Slug) -> Self {
        Self::of(State::new(tenant))
    }

    /// A wallet in a state that was put together.
    pub(crate) fn of(state: State) -> Self {
        Self { state, plan: Plan::default(), poisoned: false }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Apply one encoded command at time `now`, raised to one past the last entry's if it is not later.
    ///
    /// Appends an entry to `entry` if the command is to be remembered: then [`Wallet::seq`] has grown by one and
    /// is [`Reply::seq`]. Otherwise `entry` is as it was, and the reply may still rest on an earlier entry.
    ///
    /// # Panics
    /// When the answer to a key is not kept any more: after [`Wallet::keep_recent`] use [`Wallet::submit_recalling`].
    #[must_use = "the reply is what the caller waits for"]
    pub fn submit(&mut self, command: &[u8], now: u64, entry: &mut Vec<u8>) -> Reply {
        let mut recalled = Recalled::new();
        self.submit_recalling(command, now, &recalled, entry).unwrap_or_else(|Missing { keys, .. }| {
            // Let go by the writer of this journal, and yet among the answers that are kept here.
            for key in keys {
                recalled.look(key, u64::MAX, self.kept(key));
            }
            self.submit_recalling(command, now, &recalled, entry).expect("all answers are kept")
        })
    }

    /// Positions at which keys of a fingerprint were answered, as far as the answers are kept in full: slow.
    pub fn kept(&self, fingerprint: u64) -> Vec<u64> {
        self.state.idempotency.kept(fingerprint)
    }

    /// The same for a wallet that does not keep every answer: what is missing must be recalled from the journal, and the
    /// command submitted again. Until then it has done nothing.
    pub fn submit_recalling(
        &mut self,
        command: &[u8],
        now: u64,
        recalled: &Recalled,
        entry: &mut Vec<u8>,
    ) -> Result<Reply, Missing> {
        if self.poisoned {
            return Ok(Reply::passing(Status::Retry, Code::Poisoned, now));
        }
        let tenant = self.state.tenant;
        // Our own name needs no check, and hardly any other comes.
        let ours = |name| if name == *tenant.bytes() { Ok(tenant) } else { Err(WireError::Id) };
        let Ok(request) = codec::decode(command, ours) else {
            let foreign = codec::decode_command(command).is_ok();
            let code = if foreign { Code::WrongTenant } else { Code::Malformed };
            return Ok(Reply::passing(Status::Malformed, code, now));
        };
        if request.command.kind().is_of_writer() {
            return Ok(Reply::passing(Status::Malformed, Code::Malformed, now));
        }
        self.poisoned = true;
        let reply = rules::apply(&mut self.state, &request, now, recalled, &mut self.plan, entry);
        self.poisoned = false;
        reply
    }

    /// Apply a command of the writer's own, which has no key: time has passed, or keys leave memory.
    ///
    /// # Panics
    /// When the command has a key.
    pub fn submit_own(
        &mut self,
        command: &Command<'_>,
        now: u64,
        entry: &mut Vec<u8>,
    ) -> Result<Reply, EncodeError> {
        let (tenant, source, trace) = (self.state.tenant, Source::System, Trace::default());
        let envelope = Envelope { tenant, brand: 0, player: None, source, correlation: [0; 16], trace };
        let mut bytes = Vec::new();
        codec::encode_command(&envelope, command, &mut bytes)?;
        let request = codec::decode_command(&bytes).expect("it was encoded right now");
        if self.poisoned {
            return Ok(Reply::passing(Status::Retry, Code::Poisoned, now));
        }
        self.poisoned = true;
        let reply = rules::apply(&mut self.state, &request, now, &Recalled::new(), &mut self.plan, entry);
        self.poisoned = false;
        Ok(reply.expect("a command without a key needs nothing recalled"))
    }

    /// What would have to be recalled for a command.
    pub fn missing(&self, command: &[u8], recalled: &Recalled) -> Missing {
        let Ok(request) = codec::decode_command(command) else { return Missing::default() };
        let found = Scope::of(&request.head, &request.command)
            .map_or(Ok(None), |scope| self.state.idempotency.find(&scope, recalled));
        found.err().unwrap_or_default()
    }

    /// From now on keep at least the last `least` answers in full, and hardly more: of older ones their place in the
    /// journal. Without this all are kept.
    pub fn keep_recent(&mut self, least: usize) {
        self.state.idempotency.keep_recent(least);
    }

    /// How many keys are remembered, and the bytes set aside for them.
    pub fn key_memory(&self) -> KeyMemory {
        let keys = &self.state.idempotency;
        let ((hot, hot_bytes), (cold, cold_bytes)) = (keys.memory(), keys.cold_memory());
        KeyMemory { hot, hot_bytes, cold, cold_bytes }
    }

    /// Position up to which keys may have been let go to the table of old keys.
    pub fn keys_evicted(&self) -> u64 {
        self.state.idempotency.cold().evicted
    }

    /// Time up to which keys that tell their time are forgotten.
    pub fn keys_forgotten(&self) -> u64 {
        self.state.idempotency.cold().forgotten
    }

    /// Fold one entry of the journal into the state, without running a rule.
    ///
    /// On an error the wallet is poisoned: the journal does not continue this state.
    #[must_use = "a corrupt journal must stop its reader"]
    pub fn replay(&mut self, entry: &[u8]) -> Result<(), Corrupt> {
        if self.poisoned {
            return Err(Corrupt::Poisoned);
        }
        self.poisoned = true;
        replay::apply(&mut self.state, entry)?;
        self.poisoned = false;
        Ok(())
    }

    /// Whether work failed half-way, so that this wallet is of no use any more.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// The tenant.
    pub fn tenant(&self) -> Slug {
        self.state.tenant
    }

    /// Position of the last entry, 0 before the first.
    pub fn seq(&self) -> u64 {
        self.state.last.seq
    }

    /// Time of the last entry, in nanoseconds since the epoch.
    pub fn at(&self) -> u64 {
        self.state.last.at
    }

    /// The kill-switch generation in force.
    pub fn generation(&self) -> u64 {
        self.state.generation
    }

    /// Hash of the whole state: equal states, however reached, have equal hashes.
    pub fn state_hash(&self) -> [u8; 32] {
        self.state.hash().to_bytes()
    }

    /// The same hash, from every account, bet and key as they stand in memory: a proof, and slow.
    pub fn recomputed_state_hash(&self) -> [u8; 32] {
        self.state.recomputed_hash().to_bytes()
    }

    /// What a player may spend, and what is held for bets.
    pub fn balance(&self, player: PlayerId, currency: Currency) -> (Amount, Amount) {
        self.state.balance(player, currency)
    }

    /// What a player may stake of the active bonus.
    pub fn bonus(&self, player: PlayerId, currency: Currency) -> Amount {
        self.state.bonus(player, currency)
    }

    /// A record by the name of its kind and its id: the record's fields by name.
    pub fn record(&self, kind: &str, id: &ObjectId) -> Option<Vec<(&'static str, Shown)>> {
        self.state.objects.find(kind, id).map(|object| object.show())
    }

    /// A bet, open or closed.
    pub fn bet(&self, id: &BetId) -> Option<&Bet> {
        self.state.bets.find(id).map(|index| self.state.bets.get(index))
    }

    /// Bets that are pending or open, in the order they were placed.
    pub fn open_bets(&self) -> impl Iterator<Item = &Bet> {
        self.state.open_bets()
    }

    /// When a tick is due next: a bet has been pending for too long, or a bonus or a free bet ends.
    pub fn next_due(&self) -> Option<u64> {
        self.state.next_due()
    }

    /// Names and balances of all accounts, each on its own side.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountKey, Amount)> {
        self.state.ledger.accounts()
    }

    /// Sums of all books in all currencies, recomputed from the accounts; each must be balanced.
    pub fn totals(&self) -> Vec<Total> {
        self.state.ledger.totals()
    }

    /// Holds against held accounts in all currencies, recomputed; each pair must be equal.
    pub fn holds_totals(&self) -> Vec<HoldsTotal> {
        self.state.holds_totals()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Command, Envelope, RaiseGeneration, Source};
    use crate::ids::Trace;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_panic_poisons() {
        let tenant = Slug::new("aurora").expect("a slug");
        let mut wallet = Wallet::new(tenant);
        wallet.state.last.seq = u64::MAX; // no journal reaches it: the next position overflows
        let (source, trace) = (Source::System, Trace::default());
        let envelope = Envelope { tenant, brand: 1, player: None, source, correlation: [0; 16], trace };
        let (mut bytes, mut entry) = (Vec::new(), Vec::new());
        let command = Command::RaiseGeneration(RaiseGeneration { generation: 1 });
        crate::encode_command(&envelope, &command, &mut bytes).expect("a good command");
        let panicked = catch_unwind(AssertUnwindSafe(|| wallet.submit(&bytes, 5, &mut entry)));
        assert!(panicked.is_err() && wallet.is_poisoned());
        assert_eq!(wallet.submit(&bytes, 5, &mut entry).code, Code::Poisoned.number());
        assert!(entry.is_empty());
    }

    #[test]
    fn a_failure_poisons_for_good() {
        let mut wallet = Wallet::new(Slug::new("aurora").expect("a slug"));
        assert!(wallet.replay(b"junk").is_err());
        assert!(wallet.is_poisoned());
        let mut entry = Vec::new();
        let reply = wallet.submit(b"anything", 5, &mut entry);
        assert_eq!((reply.status, reply.code), (Status::Retry, Code::Poisoned.number()));
        assert_eq!(wallet.replay(b"junk"), Err(Corrupt::Poisoned));
        assert!(entry.is_empty());
    }
}
