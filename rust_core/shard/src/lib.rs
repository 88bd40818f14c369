//! The writer of one shard as a machine without I/O.
