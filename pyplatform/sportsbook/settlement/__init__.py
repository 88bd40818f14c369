"""Settlement: results on record, runs of ranges of bets, corrections, four eyes, and its desk."""
