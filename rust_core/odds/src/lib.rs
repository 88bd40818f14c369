//! Margin in and out of prices, and price ladders.
