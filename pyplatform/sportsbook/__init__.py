"""Sportsbook: prices from feeds, placement and liability by the event's owner, settlement from results."""
