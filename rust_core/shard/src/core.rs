//! The wallet of a leader: commands in, entries into the batch, answers into their frames.

use journal::{BatchBuilder, Digest};
use wallet::{Code, Command, Missing, Recalled, Reply, Status, Tick, Wallet};

use crate::frames::Answers;

/// The state of one shard, of which nothing is used any more once the wallet did not come back well.
pub(crate) struct Core {
    wallet: Wallet,
}

impl Core {
    pub(crate) fn new(wallet: Wallet) -> Self {
        Self { wallet }
    }

    /// Apply one command at `now`; its entry, if any, joins the batch and its reply the answers. False when it needs
    /// entries that are not among `recalled`: then it has done nothing.
    pub(crate) fn apply(
        &mut self,
        command: &[u8],
        now: u64,
        recalled: &Recalled,
        batch: &mut BatchBuilder,
        answers: &mut Answers,
    ) -> Result<bool, String> {
        let reply = self.submit(command, now, recalled, batch)?;
        if let Ok(reply) = &reply {
            answers.push_with(|out| reply.encode(out));
        }
        Ok(reply.is_ok())
    }

    /// What a command needs and that is not among `recalled`.
    pub(crate) fn missing(&self, command: &[u8], recalled: &Recalled) -> Missing {
        self.wallet.missing(command, recalled)
    }

    /// Reject the bets whose delay has run out by `now`, as one journaled command.
    pub(crate) fn tick(&mut self, now: u64, batch: &mut BatchBuilder) -> Result<(), String> {
        if self.wallet.next_due().is_none_or(|until| until > now) {
            return Ok(());
        }
        self.submit_own(&Command::Tick(Tick { until: now }), now, batch)
    }

    /// Apply a command of the writer's own, which is answered to nobody.
    pub(crate) fn submit_own(
        &mut self,
        command: &Command<'_>,
        now: u64,
        batch: &mut BatchBuilder,
    ) -> Result<(), String> {
        self.check()?;
        let reply = batch.push_with(|out| self.wallet.submit_own(command, now, out));
        reply.map(|_reply| ()).map_err(|error| error.to_string())
    }

    fn check(&self) -> Result<(), String> {
        if self.wallet.is_poisoned() {
            return Err("the wallet did not come back from its last command".to_owned());
        }
        Ok(())
    }

    fn submit(
        &mut self,
        command: &[u8],
        now: u64,
        recalled: &Recalled,
        batch: &mut BatchBuilder,
    ) -> Result<Result<Reply, Missing>, String> {
        self.check()?;
        Ok(batch.push_with(|out| self.wallet.submit_recalling(command, now, recalled, out)))
    }

    pub(crate) fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    pub(crate) fn seq(&self) -> u64 {
        self.wallet.seq()
    }

    pub(crate) fn state_hash(&self) -> Digest {
        self.wallet.state_hash()
    }
}

/// An answer that rests on nothing: ask again later.
pub(crate) fn write_overloaded(out: &mut Vec<u8>) {
    retry(Code::Overloaded).encode(out);
}

/// An answer that rests on nothing: ask the shard's holder.
pub(crate) fn write_not_leading(out: &mut Vec<u8>) {
    retry(Code::NotLeading).encode(out);
}

fn retry(code: Code) -> Reply {
    Reply::passing(Status::Retry, code, 0)
}
