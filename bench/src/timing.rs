//! One round: the operation between two runs of the reference operation.

use std::hint::black_box;
use std::time::Instant;

use cpu_time::ThreadTime;

use crate::work::Work;

const REFERENCE_STEPS: u64 = 200_000;

/// Time `count` operations (each done `repeat` times) and the reference; answers one line of JSON.
pub(crate) fn round(mut work: Box<dyn Work>, count: u64, repeat: u64) -> String {
    let before = reference();
    let (cpu, wall) = (ThreadTime::now(), Instant::now());
    black_box(work.run(count * repeat));
    let (cpu, wall) = (cpu.elapsed().as_nanos(), wall.elapsed().as_nanos());
    drop(work);
    // A machine that changed speed in between shows in the mean of before and after.
    let reference = f64::midpoint(before, reference());
    let (cpu, wall) = (cpu as f64 / count as f64, wall as f64 / count as f64);
    format!("{{\"cpu_ns\": {cpu}, \"wall_ns\": {wall}, \"reference_ns\": {reference}}}")
}

/// CPU time of one step of fixed work: integer mixing, reads and writes in a table that fits the cache, a division.
fn reference() -> f64 {
    let mut table = vec![0_u64; 4096];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut sum = 0.0_f64;
    let start = ThreadTime::now();
    for step in 0..REFERENCE_STEPS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let place = (state & 4095) as usize;
        table[place] = table[place].wrapping_add(state ^ step);
        sum += 1.0 / (1.0 + (state >> 40) as f64);
    }
    black_box((sum, table));
    start.elapsed().as_nanos() as f64 / REFERENCE_STEPS as f64
}
