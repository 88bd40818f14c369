//! `simulation FIRST COUNT [ACTS]`: live through the days of COUNT seeds; print each that does not end well.

use std::process::ExitCode;

use simulation::{End, Faults, live};

const USAGE: &str =
    "usage: simulation FIRST COUNT [ACTS]: seeds FIRST to FIRST + COUNT - 1, ACTS things a day";
const ACTS: u64 = 300;

fn main() -> ExitCode {
    let numbers: Option<Vec<u64>> = std::env::args().skip(1).map(|word| word.parse().ok()).collect();
    let (first, count, acts) = match numbers.as_deref() {
        Some([first, count]) => (*first, *count, ACTS),
        Some([first, count, acts]) => (*first, *count, *acts),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let (mut failed, mut entries) = (0_u64, 0);
    for seed in first..first.saturating_add(count) {
        let (hot_standby, snapshots, old_keys) = (seed % 4 >= 2, seed % 8 >= 4, seed % 16 >= 8);
        let faults =
            Faults { fail_over: seed % 2 == 0, hot_standby, snapshots, old_keys, ..Faults::default() };
        match live(seed, acts, faults) {
            Ok(End::Well(counts)) => entries += counts.entries,
            Ok(End::Stopped(why)) | Err(why) => {
                failed += 1;
                println!("seed {seed} acts {acts}: {why}");
            }
        }
    }
    println!("{} days ended well, {failed} did not; {entries} entries journaled", count - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
