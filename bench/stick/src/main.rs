//! Books from a Betfair stream beside simd-json's visit of every value of it, in megabytes a second of one core.
//!
//!     bzcat STREAM.bz2 | cargo run --release --manifest-path bench/stick/Cargo.toml
//!
//! The stick reads each line to a tape, numbers converted, and looks at every node; it keeps nothing.

use std::hint::black_box;
use std::io::{self, Read};

use cpu_time::ProcessTime;
use simd_json::{Buffers, Node, StaticNode, to_tape_with_buffers};

const ROUNDS: usize = 9;

/// Seconds of the median round.
fn median(mut run: impl FnMut() -> f64) -> f64 {
    let mut taken: Vec<f64> = (0..ROUNDS).map(|_| run()).collect();
    taken.sort_by(f64::total_cmp);
    taken[ROUNDS / 2]
}

fn timed(work: impl FnOnce()) -> f64 {
    let started = ProcessTime::now();
    work();
    started.elapsed().as_secs_f64()
}

/// Everything a line says, in one number that no compiler can leave out.
fn visit(node: &Node<'_>) -> f64 {
    match *node {
        Node::String(text) => text.len() as f64,
        Node::Object { len, .. } | Node::Array { len, .. } => len as f64,
        Node::Static(StaticNode::I64(number)) => number as f64,
        Node::Static(StaticNode::U64(number)) => number as f64,
        Node::Static(StaticNode::F64(number)) => number,
        Node::Static(StaticNode::Bool(word)) => f64::from(u8::from(word)),
        Node::Static(StaticNode::Null) => 0.0,
    }
}

/// The parser writes into the text: each round has a copy, made before the clock starts.
fn every_value(stream: &[u8]) -> f64 {
    let mut lines: Vec<Vec<u8>> = stream
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    let mut buffers = Buffers::default();
    timed(|| {
        for line in &mut lines {
            let tape = to_tape_with_buffers(line, &mut buffers).expect("a line is JSON");
            black_box(tape.0.iter().map(visit).sum::<f64>());
        }
    })
}

fn books(stream: &[u8]) -> f64 {
    timed(|| {
        let mut books = feeds::betfair::Books::default();
        books.apply(stream);
        books.finish();
        assert_eq!(books.problems().total(), 0, "a line was not understood");
        black_box(books.updates());
    })
}

fn main() -> io::Result<()> {
    let mut stream = Vec::new();
    io::stdin().read_to_end(&mut stream)?;
    let megabytes = stream.len() as f64 / 1e6;
    let (visited, kept) =
        (megabytes / median(|| every_value(&stream)), megabytes / median(|| books(&stream)));
    println!(
        "{megabytes:.1} MB: every value visited {visited:.0} MB/s, books kept {kept:.0} MB/s, {:.0} %",
        100.0 * kept / visited
    );
    Ok(())
}
