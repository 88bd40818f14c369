"""What the sportsbook accepts and publishes; msgpack arrays, so fields may be added at the end only."""
