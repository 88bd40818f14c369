//! The fields of the plain commands by name, for readers of the journal.

use super::{Command, Funds};
use crate::fields::{Part, Shown};

type Fields = Vec<(&'static str, Shown)>;

fn number(value: impl Into<i128>) -> Shown {
    Shown::Number(value.into())
}

/// What was asked, without what an entry says of every command: currency, amount, bet, slip and key.
pub(super) fn show(command: &Command<'_>) -> Fields {
    match command {
        Command::Deposit(deposit) => vec![("psp", deposit.psp.show())],
        Command::PlaceBet(place) => {
            let token = if let Funds::FreeBet(token) = &place.funds { Some(*token) } else { None };
            vec![
                ("verdict", number(place.verdict)),
                ("expires_at", number(place.expires_at)),
                ("generation", number(place.generation)),
                ("pending_until", number(place.pending_until)),
                ("real_only", number(place.funds == Funds::Real)),
                ("free_bet", token.map_or(Shown::Nothing, |token| Shown::Bytes(token.bytes().to_vec()))),
                ("tax", place.tax.map_or(number(0), |tax| tax.amount.show())),
                ("jurisdiction", place.tax.map_or(Shown::Nothing, |tax| tax.jurisdiction.show())),
            ]
        }
        Command::AcceptBet(accept) => vec![("version", number(accept.version))],
        Command::RejectBet(reject) => {
            vec![("version", number(reject.version)), ("code", number(reject.code))]
        }
        Command::Tick(tick) => vec![("until", number(tick.until))],
        Command::SettleBet(settle) => vec![
            ("revision", number(settle.revision)),
            ("version", number(settle.version)),
            ("void", settle.void.map_or(Shown::Nothing, |part| part.show())),
            ("evidence", Shown::Bytes(settle.evidence.to_vec())),
        ],
        Command::VoidBet(void) => vec![
            ("revision", number(void.revision)),
            ("version", number(void.version)),
            ("reason", number(void.reason)),
            ("part", void.part.show()),
        ],
        Command::ReopenBet(reopen) => vec![
            ("revision", number(reopen.revision)),
            ("version", number(reopen.version)),
            ("evidence", Shown::Bytes(reopen.evidence.to_vec())),
        ],
        Command::RaiseGeneration(raise) => vec![("generation", number(raise.generation))],
        Command::EvictKeys(evict) => {
            vec![("part", number(evict.part)), ("until", number(evict.until)), ("at", number(evict.at))]
        }
        Command::ForgetKeys(forget) => vec![("before", number(forget.before))],
        _ => Vec::new(),
    }
}
