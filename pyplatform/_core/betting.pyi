"""`rust_core/betting` for Python."""
