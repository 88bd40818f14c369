//! The wallet of a leader: commands in, entries into the batch, answers into their frames.

use journal::{BatchBuilder, Digest};
use wallet::{Code, Command, Envelope, Missing, Recalled, Reply, Source, Status, Tick, Trace, Wallet};

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

    /// The entries that a command needs and that are not among `recalled`.
    pub(crate) fn missing(&self, command: &[u8], recalled: &Recalled) -> Vec<u64> {
        self.wallet.missing(command, recalled)
    }

    /// Reject the bets whose delay has run out by `now`, as one journaled command.
    pub(crate) fn tick(&mut self, now: u64, batch: &mut BatchBuilder) -> Result<(), String> {
        if self.wallet.next_due().is_none_or(|until| until > now) {
            return Ok(());
        }
        let envelope = Envelope {
            tenant: self.wallet.tenant(),
            brand: 0,
            player: None,
            source: Source::System,
            correlation: [0; 16],
            trace: Trace::default(),
        };
        let mut command = Vec::new();
        wallet::encode_command(&envelope, &Command::Tick(Tick { until: now }), &mut command)
            .map_err(|e| e.to_string())?;
        self.submit(&command, now, &Recalled::new(), batch).map(|_reply| ())
    }

    fn submit(
        &mut self,
        command: &[u8],
        now: u64,
        recalled: &Recalled,
        batch: &mut BatchBuilder,
    ) -> Result<Result<Reply, Missing>, String> {
        if self.wallet.is_poisoned() {
            return Err("the wallet did not come back from its last command".to_owned());
        }
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
