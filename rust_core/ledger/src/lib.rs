//! Double-entry accounts, books and postings of one tenant.
