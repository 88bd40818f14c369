//! Timed and counted loops over the Rust core.
//!
//! - `core-bench time NAME ROUNDS COUNT REPEAT`: one JSON line a round with the CPU and wall time of one operation
//!   and of the reference operation measured around it, in nanoseconds;
//! - `core-bench count NAME CAPACITY COUNT REPEAT`: set up for CAPACITY operations and do COUNT, for callgrind: the
//!   difference of two counts at one capacity is free of the set-up;
//! - `core-bench stream LINES`: print a synthetic Betfair stream;
//! - `core-bench list`: the names.
//!
//! REPEAT 1 measures; REPEAT n does every operation n times and counts it once: a deliberate slow-down.

// Timing is what this crate is for.
#![allow(clippy::disallowed_methods)]

mod betting_work;
mod feeds_work;
mod odds_work;
mod pairs;
mod stream;
mod timing;
mod work;

use std::process::ExitCode;

use work::Work;

const USAGE: &str =
    "core-bench time NAME ROUNDS COUNT REPEAT | count NAME CAPACITY COUNT REPEAT | stream LINES | list";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    match words {
        ["time", name, rounds, count, repeat] => {
            let (rounds, count, repeat) = (number(rounds)?, number(count)?, number(repeat)?.max(1));
            for _ in 0..rounds {
                let work = make(name, count * repeat)?;
                println!("{}", timing::round(work, count, repeat));
            }
        }
        ["count", name, capacity, count, repeat] => {
            let (capacity, count, repeat) = (number(capacity)?, number(count)?, number(repeat)?.max(1));
            let mut work = make(name, capacity * repeat)?;
            std::hint::black_box(work.run(count * repeat));
            // Taking the state down is no part of an operation.
            std::mem::forget(work);
        }
        ["stream", lines] => print!("{}", stream::text(number(lines)?)),
        ["list"] => work::NAMES.iter().for_each(|name| println!("{name}")),
        _ => return Err(format!("usage: {USAGE}")),
    }
    Ok(())
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is not a whole number; usage: {USAGE}"))
}

fn make(name: &str, capacity: u64) -> Result<Box<dyn Work>, String> {
    work::make(name, capacity).ok_or_else(|| format!("no benchmark {name:?}: {}", work::NAMES.join(", ")))
}
