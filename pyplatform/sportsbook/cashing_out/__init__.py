"""Buying bets back: offers, quotes, and taking them."""
