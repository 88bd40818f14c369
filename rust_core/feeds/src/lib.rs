//! Feed parsers and the market state they build. Sans-I/O: bytes go in, state and problems come out.

pub mod betfair;
mod fixed;
mod frames;
mod index;
mod json;
pub mod kalshi;
mod lines;
mod number;
pub mod odds_api;
pub mod polymarket;
mod problem;
pub mod recovery;
mod side;
mod sweep;
pub mod uof;
mod xml;

pub use fixed::Decimal;
pub use frames::{DEFAULT_MAX_FRAME, FrameOptions};
pub use lines::DEFAULT_MAX_LINE;
pub use problem::{Problem, Problems, Reason};
pub use side::{Level, Side};
