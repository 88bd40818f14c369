//! Whether a bet stands when its price has changed since it was asked for.

use crate::cash_out::Share;
use crate::price::Price;

/// Which changes a customer accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PricePolicy {
    /// None.
    None,
    /// A higher price.
    Higher,
    /// Any price.
    Any,
    /// A higher price, and a lower one by at most this share of the requested price: `(requested − current)/requested`.
    Within(Share),
}

/// Which price a customer gets when it has risen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Better {
    /// The current one.
    #[default]
    Current,
    /// The one that was asked for.
    Requested,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceDecision {
    /// Whether the bet stands.
    pub accepted: bool,
    /// The price at which it stands, or that is offered instead.
    pub price: Price,
}

/// Decide on a bet that was asked for at one price while another is current, by their exact values.
pub fn judge_price(policy: PricePolicy, requested: Price, current: Price, better: Better) -> PriceDecision {
    let ((above, below), (now_above, now_below)) = (requested.parts(), current.parts());
    // Parts have at most 40 bits, a share's too: the products fit.
    let (asked, now) = (u128::from(above) * u128::from(now_below), u128::from(now_above) * u128::from(below));
    let accepted = match policy {
        PricePolicy::None => now == asked,
        PricePolicy::Higher => now >= asked,
        PricePolicy::Any => true,
        PricePolicy::Within(share) => {
            let (most, whole) = share.parts();
            asked.saturating_sub(now) * u128::from(whole) <= u128::from(most) * asked
        }
    };
    let keeps = accepted && now > asked && better == Better::Requested;
    PriceDecision { accepted, price: if keeps { requested } else { current } }
}
