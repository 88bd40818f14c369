//! Sportradar's Unified Odds Feed: routing key and XML of a message → state of every event.
//!
//! Oddin's feed, whose events are `od:match:…`, has the same messages with other attributes here and there, which
//! are passed over; it needs nothing of its own.

mod attributes;
mod descriptions;
mod event;
mod line;
mod market;
mod message;
mod names;
mod routing;
mod settlement;
mod specifiers;
mod state;
mod status;

pub use attributes::{Attribute, Attributes};
pub use descriptions::{Descriptions, MarketDescription};
pub use event::Event;
pub use line::{Line, Offer};
pub use market::{Market, Metadata, Outcome, Probabilities};
pub use message::{Generation, Kind, Message};
pub use names::{Missing, Subject};
pub use routing::RoutingKey;
pub use settlement::{Cancel, Settled, Verdict};
pub use specifiers::{canonical, pairs};
pub use state::{Options, State};
pub use status::{Status, StatusDetails};
