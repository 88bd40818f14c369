//! Sportradar's Unified Odds Feed: routing key and XML of a message → state of every event.
//!
//! Oddin's feed has the same messages with other attributes here and there, which are kept as text; what differs is
//! in the table of [`Dialect`].

mod attributes;
mod descriptions;
mod dialect;
mod event;
mod id;
mod line;
mod lists;
mod mappings;
mod market;
mod message;
mod names;
mod ordinals;
mod routing;
mod settlement;
mod specifiers;
mod state;
mod status;

pub use attributes::{Attribute, Attributes};
pub use descriptions::{Descriptions, MarketDescription};
pub use dialect::{Dialect, Producer, Scope};
pub use event::Event;
pub use id::Id;
pub use line::{Line, Offer};
pub use lists::{Item, read_list};
pub use mappings::{MappedOutcome, Mapping};
pub use market::{Market, Metadata, Outcome, Probabilities};
pub use message::{Generation, Kind, Message};
pub use names::{Missing, Subject};
pub use ordinals::Language;
pub use routing::RoutingKey;
pub use settlement::{Cancel, Settled, Verdict};
pub use specifiers::{canonical, pairs};
pub use state::{Options, State};
pub use status::{Status, StatusDetails};
