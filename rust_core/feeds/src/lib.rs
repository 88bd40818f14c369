//! Feed parsers and the market state they build. Sans-I/O: bytes go in, state and problems come out.

pub mod betfair;
mod json;
mod lines;
mod problem;

pub use lines::DEFAULT_MAX_LINE;
pub use problem::{Problem, Problems, Reason};
