//! Where the things the wallet remembers can stand.

use crate::fields::{Part, Shown, Value, choices};
use crate::wire::{Reader, WireError};
use money::Amount;

choices! {
    /// Where a payment in stands.
    PaymentState {
        /// The player is paying.
        Initiated = 1 "initiated",
        /// The provider has the money.
        Captured = 2 "captured",
        /// Nothing came of it.
        Failed = 3 "failed",
    }

    /// Where a withdrawal stands.
    WithdrawalState {
        /// Asked for, and set aside.
        Requested = 1 "requested",
        /// Let go by staff.
        Approved = 2 "approved",
        /// Sent.
        Paid = 3 "paid",
        /// Back with the player, by staff.
        Rejected = 4 "rejected",
        /// Back with the player, by the player.
        Cancelled = 5 "cancelled",
        /// Back with the player, by the bank.
        Bounced = 6 "bounced",
    }

    /// Where a bonus grant stands.
    GrantState {
        /// May be staked.
        Active = 1 "active",
        /// Became real money.
        Converted = 2 "converted",
        /// Given up by the player.
        Forfeited = 3 "forfeited",
        /// Too late.
        Expired = 4 "expired",
        /// Taken back by staff, or with its deposit.
        Revoked = 5 "revoked",
        /// Staked and lost.
        Lost = 6 "lost",
        /// Won, and waits for the active one to end.
        Queued = 7 "queued",
    }

    /// Where a free bet stands.
    TokenState {
        /// May be placed.
        Available = 1 "available",
        /// On an open bet.
        Placed = 2 "placed",
        /// Settled.
        Used = 3 "used",
        /// Ended unplaced.
        Ended = 4 "ended",
    }

    /// Where a bet of a game stands.
    PlayState {
        /// Taken; settled as soon as its round has a win.
        Taken = 1 "taken",
        /// Taken back.
        Cancelled = 2 "cancelled",
        /// Taken back before it came.
        Tombstone = 3 "tombstone",
    }
}

impl GrantState {
    /// Whether its money is still the player's to stake, now or later.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Queued)
    }
}

/// A limit each for a day, a week and a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows(pub [Option<Amount>; 3]);

impl Part<'_> for Windows {
    const EXPECTED: &'static str = "three limits";

    fn put(&self, out: &mut Vec<u8>) {
        for limit in &self.0 {
            limit.put(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self([Part::read(reader)?, Part::read(reader)?, Part::read(reader)?]))
    }

    fn build(_: Value<'_>) -> Option<Self> {
        None
    }

    fn show(&self) -> Shown {
        let shown = self.0.map(|limit| limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string()));
        Shown::Text(shown.join(" "))
    }
}
