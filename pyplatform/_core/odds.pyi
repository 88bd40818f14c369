"""`rust_core/odds` for Python."""
