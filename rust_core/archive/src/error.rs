//! What can be wrong with an archive.

use std::fmt;

/// Why an archive cannot be read further; everything before was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The bytes do not begin as a bzip2 file does.
    Foreign,
    /// The bytes end before the archive does.
    Truncated,
    /// The bits say something that no compressor writes.
    Corrupt(&'static str),
    /// The content is not what the checksum was made of.
    Checksum,
    /// Bytes that are no bzip2 stream stand behind the last one.
    Trailing,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => out.write_str("this is no bzip2 data"),
            Self::Truncated => out.write_str("the bzip2 data is cut off"),
            Self::Corrupt(what) => write!(out, "the bzip2 data is damaged: {what}"),
            Self::Checksum => out.write_str("the bzip2 data is damaged: a checksum does not fit its content"),
            Self::Trailing => out.write_str("behind the bzip2 data stand bytes that are none"),
        }
    }
}

impl std::error::Error for Error {}
