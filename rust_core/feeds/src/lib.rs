//! Feed parsers and the market state they build.
