//! Descriptions of markets and lists of the API: no bytes panic, and what was read can be asked for names.
//! Behind the first line stands the document; the line is specifiers and an outcome, apart by a blank.

#![no_main]

use feeds::uof::{Descriptions, Language, Subject, read_list};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = read_list(bytes);
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let line = String::from_utf8_lossy(&bytes[..end]);
    let (specifiers, outcome) = line.split_once(' ').unwrap_or((&line, "1"));
    let Ok(descriptions) = Descriptions::read(&bytes[end..]) else { return };
    let profile = |urn: &str| Some(urn.to_owned());
    let subject = Subject {
        specifiers,
        language: Language::of(outcome),
        competitor1: Some("Home"),
        competitor2: Some("Away"),
        event: None,
        profile: &profile,
    };
    for market in 0..4 {
        let _ = descriptions.market_name(market, &subject);
        let _ = descriptions.outcome_name(market, outcome, &subject);
        let _ = descriptions.missing_variant(market, specifiers);
        if let Some(mapping) = descriptions.mapping(market, 1, "sr:sport:1", specifiers) {
            let _ = (mapping.market(), mapping.special_odds_value(&subject));
        }
    }
});
