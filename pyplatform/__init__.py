"""An iGaming platform: a Rust core and the Python services around it."""
