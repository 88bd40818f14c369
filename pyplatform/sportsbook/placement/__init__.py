"""Placing a bet: the slip judged, room held, the wallet asked, delays and referrals, open bets and liability."""
