"""Odds feeds: live connectors, and what they hand on."""
