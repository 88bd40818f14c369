//! Sportradar's Unified Odds Feed: routing key and XML of a message → state of every event.
//!
//! Oddin's feed, whose events are `od:match:…`, has the same messages with other attributes here and there, which
//! are passed over; it needs nothing of its own.

mod descriptions;
mod line;
mod message;
mod names;
mod routing;
mod specifiers;
mod state;

pub use descriptions::{Descriptions, MarketDescription};
pub use line::{Line, Offer, Settled};
pub use message::{Kind, Market, Message, Outcome, Status};
pub use names::{Missing, Subject};
pub use routing::RoutingKey;
pub use specifiers::{canonical, pairs};
pub use state::{Event, Options, State};
