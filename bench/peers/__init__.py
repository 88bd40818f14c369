"""Our core beside the libraries others would use, interleaved in one process: `make peers`."""
