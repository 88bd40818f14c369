//! What names a key, and what a key tells of its age.

use crate::codec::Head;
use crate::command::{Command, Kind, Source};
use crate::ids::{Key, Slug};
use hashing::sha256;

/// How far the clock of who makes a key may run ahead of the journal's: a day, in nanoseconds. A key beyond that is not
/// taken at its word.
pub(super) const LEAD: u64 = 86_400 * 1_000_000_000;

/// The first 128 bits of SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 16] {
    let [half, _] = *sha256(bytes).as_chunks().0 else { unreachable!("32 bytes are twice 16") };
    half
}

/// Names a key within its tenant: (player, source, operation, key). Game providers name their transactions each in
/// a space of its own, so for theirs provider and brand are part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// All zero for a command about no player.
    pub(super) player: [u8; 16],
    /// A UUID as it is, of another text the digest.
    pub(super) key: [u8; 16],
    pub(super) is_uuid: bool,
    pub(super) source: Source,
    pub(super) kind: Kind,
    /// The first 64 bits of the SHA-256 of all this: players choose their keys, and none can have many meet.
    pub(super) fingerprint: u64,
}

impl Scope {
    /// The scope of a keyed command.
    pub(crate) fn of(head: &Head<'_>, command: &Command<'_>) -> Option<Self> {
        let (key, is_uuid) = match (head.key?, command) {
            (key, Command::Casino(casino)) => {
                (named_by(casino.provider(), head.brand, &key.to_string()), false)
            }
            (Key::Uuid(uuid), _) => (uuid, true),
            (Key::Text(text), _) => (digest(text.as_bytes()), false),
        };
        let player = head.player.map_or([0; 16], |player| *player.bytes());
        let (source, kind) = (head.source, command.kind());
        let mut bytes = [0; 35];
        bytes[..16].copy_from_slice(&player);
        bytes[16..32].copy_from_slice(&key);
        bytes[32..].copy_from_slice(&[u8::from(is_uuid), source as u8, kind as u8]);
        let fingerprint = u128::from_le_bytes(digest(&bytes)) as u64;
        Some(Self { player, key, is_uuid, source, kind, fingerprint })
    }

    /// When a key of version 7 was made, by the clock of who made it, in nanoseconds since the epoch; others do not tell.
    #[inline]
    pub(super) fn made_at(&self) -> Option<u64> {
        const MILLISECOND: u64 = 1_000_000;
        let key = u128::from_be_bytes(self.key);
        let is_timed = self.is_uuid && key >> 76 & 0xf == 7 && key >> 62 & 0b11 == 0b10;
        is_timed.then(|| ((key >> 80) as u64).saturating_mul(MILLISECOND))
    }

    /// Whether a key, first answered at `at`, tells itself that it is no younger than that.
    #[inline]
    pub(super) fn is_dated(&self, at: u64) -> bool {
        self.made_at().is_some_and(|made_at| made_at <= at.saturating_add(LEAD))
    }
}

/// The id of what a provider names so.
pub(crate) fn named_by(provider: Slug, brand: u32, name: &str) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(64);
    bytes.extend_from_slice(provider.bytes());
    bytes.extend_from_slice(&brand.to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
    digest(&bytes)
}
