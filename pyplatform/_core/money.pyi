"""`rust_core/money` for Python."""
