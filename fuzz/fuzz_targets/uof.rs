//! Messages of the odds feed, one a line: no bytes panic, a sound one can be shown, a broken one changes nothing.

#![no_main]

use feeds::uof::{Descriptions, Message, Options, RoutingKey, State};
use libfuzzer_sys::fuzz_target;

fn shown(state: &State) -> String {
    let mut events: Vec<_> = state.events().map(|(urn, event)| format!("{urn} {event:?}")).collect();
    events.sort_unstable();
    events.concat()
}

fuzz_target!(|bytes: &[u8]| {
    let mut state = State::new(Descriptions::default(), &Options::default());
    for message in bytes.split(|byte| *byte == b'\n') {
        let before = shown(&state);
        let problems = state.problems().total();
        state.apply("", message);
        match Message::parse(message) {
            Ok(message) => {
                assert_eq!(message.status.is_some(), message.status_details().is_some());
            }
            Err(_) => {
                assert_eq!(state.problems().total(), problems + 1);
                assert_eq!(shown(&state), before);
            }
        }
    }
    for (_, event) in state.events() {
        let _ = event.status_details();
        let verdicts = event.lines().iter().flat_map(|line| line.settled()).map(|settled| settled.verdict());
        assert!(verdicts.count() < 1_000_000);
    }
    let _ = RoutingKey::parse(&String::from_utf8_lossy(bytes));
    state.forget_over(i64::MAX);
});
