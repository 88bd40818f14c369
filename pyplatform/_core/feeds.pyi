"""`rust_core/feeds` for Python."""
