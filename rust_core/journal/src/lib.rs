//! The frame of a sealed batch: how entries become journal bytes, chained by SHA-256.
