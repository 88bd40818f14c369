"""Odds feeds: live connectors, recordings, and the process that publishes each in one shape."""
