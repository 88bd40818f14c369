//! Bytes in and out: what is written is read back, and nothing else is read.

mod common;

use common::{amount, bet, cents, currency, encode, envelope, place, player, tenant};
use money::{Amount, Currency};
use proptest::prelude::*;
use wallet::{
    AcceptBet, BetId, Command, Deposit, EncodeError, Entry, Envelope, Key, PlaceBet, PlayerId,
    RaiseGeneration, RejectBet, ReopenBet, Reply, SettleBet, Slip, Slug, Source, Tick, Trace, VoidBet,
    Wallet, WireError, decode_command, encode_command,
};

fn ids() -> impl Strategy<Value = [u8; 16]> {
    any::<[u8; 16]>().prop_filter("an id is not zero", |id| *id != [0; 16])
}

fn keys() -> impl Strategy<Value = String> {
    prop_oneof!["[!-~]{1,64}", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"]
}

fn amounts() -> impl Strategy<Value = Amount> {
    (-Amount::LIMIT..=Amount::LIMIT, 0_u32..120).prop_map(|(units, shift)| amount(units >> shift))
}

fn envelopes() -> impl Strategy<Value = Envelope> {
    let sources = prop_oneof![Just(Source::Sportsbook), Just(Source::Cashier), Just(Source::System)];
    let trace = prop_oneof![Just([0; 25]), any::<[u8; 25]>()].prop_map(Trace::new);
    let correlation = prop_oneof![Just([0; 16]), any::<[u8; 16]>()];
    ("[a-z][a-z0-9-]{0,14}", any::<u32>(), ids(), sources, correlation, trace).prop_map(
        |(tenant, brand, player, source, correlation, trace)| Envelope {
            tenant: Slug::new(&tenant).expect("a slug"),
            brand,
            player: Some(PlayerId::new(player).expect("an id")),
            source,
            correlation,
            trace,
        },
    )
}

fn round_trip(envelope: &Envelope, command: &Command<'_>) {
    let bytes = encode(envelope, command);
    let decoded = decode_command(&bytes).expect("what is written is read");
    assert_eq!(decoded.command, *command);
    assert_eq!(decoded.tenant, envelope.tenant);
    let head = decoded.head;
    assert_eq!(
        (head.brand, head.player, head.source, head.correlation, head.trace, head.key),
        (
            envelope.brand,
            envelope.player,
            envelope.source,
            envelope.correlation,
            envelope.trace,
            command.key()
        )
    );
    for cut in 0..bytes.len() {
        assert!(decode_command(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(decode_command(&longer).is_err());
}

proptest! {
    #[test]
    fn money_commands_round_trip(
        envelope in envelopes(),
        key in keys(),
        index in 0..Currency::COUNT,
        money in amounts(),
        psp in "[a-z][a-z0-9-]{0,14}",
        slip in prop::collection::vec(any::<u8>(), 0..300),
        terms in prop::collection::vec(any::<u8>(), 0..=PlaceBet::MAX_TERMS),
        id in ids(),
        (schema, version, verdict) in (any::<u16>(), any::<u16>(), prop_oneof![Just(0), 200..u16::MAX]),
        (expires_at, generation, pending_until) in any::<(u64, u64, u64)>(),
    ) {
        let currency = Currency::all().nth(index).expect("in the table");
        let key = Key::new(&key).expect("a key");
        let psp = Slug::new(&psp).expect("a slug");
        round_trip(&envelope, &Command::Deposit(Deposit { key, currency, amount: money, psp }));
        round_trip(&envelope, &Command::PlaceBet(PlaceBet {
            key,
            currency,
            stake: money,
            slip: Slip { schema, version, bytes: &slip },
            funds: wallet::Funds::Any,
            bet_id: BetId::new(id).expect("an id"),
            verdict,
            terms: &terms,
            expires_at,
            generation,
            pending_until,
            tax: None,
        }));
    }

    #[test]
    fn other_commands_round_trip(
        mut envelope in envelopes(),
        named in any::<bool>(),
        id in ids(),
        (version, revision, reason, code) in (any::<u32>(), any::<u32>(), any::<u16>(), 200..u16::MAX),
        returns in amounts(),
        evidence in any::<[u8; 32]>(),
        number in any::<u64>(),
    ) {
        envelope.player = envelope.player.filter(|_| named);
        let bet_id = BetId::new(id).expect("an id");
        round_trip(&envelope, &Command::AcceptBet(AcceptBet { bet_id, version }));
        round_trip(&envelope, &Command::RejectBet(RejectBet { bet_id, code, version }));
        round_trip(&envelope, &Command::SettleBet(SettleBet { bet_id, revision, returns, void: None, evidence, version }));
        round_trip(&envelope, &Command::VoidBet(VoidBet { bet_id, revision, reason, part: wallet::Fraction::WHOLE, version }));
        round_trip(&envelope, &Command::ReopenBet(ReopenBet { bet_id, revision, evidence, version }));
        round_trip(&envelope, &Command::Tick(Tick { until: number }));
        round_trip(&envelope, &Command::RaiseGeneration(RaiseGeneration { generation: number }));
    }

    /// Whatever the bytes: an answer, never a panic, and nothing changed by what is not a command.
    #[test]
    fn random_bytes_are_malformed(mut bytes in prop::collection::vec(any::<u8>(), 0..200), dress in any::<bool>()) {
        if dress && bytes.len() > 20 {
            bytes[0] = 2;
            bytes[1..17].copy_from_slice(tenant().bytes());
            bytes[17] &= 15;
        }
        let _ = Entry::decode(&bytes);
        let _ = Reply::decode(&bytes);
        let mut wallet = Wallet::new(tenant());
        let mut entry = Vec::new();
        let readable = decode_command(&bytes).is_ok();
        let reply = wallet.submit(&bytes, 5, &mut entry);
        prop_assert!(readable || (reply.code == 170 && entry.is_empty() && wallet.seq() == 0));
        prop_assert!(!wallet.is_poisoned());
    }
}

#[test]
fn bad_commands_are_not_written() {
    let mut out = Vec::new();
    let mut refused = |sender: &Envelope, bet: PlaceBet<'_>| {
        encode_command(sender, &Command::PlaceBet(bet), &mut out).expect_err("a bad command")
    };
    let good = place("k", bet(1), cents(100));
    let named = envelope(Some(player(1)));
    let slip = Slip { schema: 1, version: 1, bytes: &[0; Slip::MAX + 1] };
    assert_eq!(refused(&named, PlaceBet { slip, ..good }), EncodeError::SlipTooLong);
    assert_eq!(refused(&named, PlaceBet { terms: &[0; 65], ..good }), EncodeError::TermsTooLong);
    assert_eq!(refused(&named, PlaceBet { verdict: 101, ..good }), EncodeError::Code);
    assert_eq!(refused(&envelope(None), good), EncodeError::NoPlayer);
    assert!(out.is_empty());
}

#[test]
fn unknown_parts_are_named() {
    let bytes = encode(
        &envelope(Some(player(1))),
        &Command::Deposit(Deposit {
            key: Key::new("k").expect("a key"),
            currency: currency("EUR"),
            amount: cents(1),
            psp: Slug::new("acme").expect("a slug"),
        }),
    );
    let with = |at: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[at] = byte;
        decode_command(&changed).map(|_| ())
    };
    assert_eq!(with(0, 1), Err(WireError::Version));
    assert_eq!(with(1, b'A'), Err(WireError::Id));
    assert_eq!(with(17, 16), Err(WireError::Flags));
    assert_eq!(with(19, 9), Err(WireError::Kind));
    let kind = bytes.len() - 9;
    assert_eq!(bytes[kind], 1);
    assert_eq!(with(kind, 99), Err(WireError::Kind));
    assert_eq!(with(kind + 2, 9), Err(WireError::Currency));
}
