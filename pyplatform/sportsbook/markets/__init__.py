"""Markets as their owner sells them: catalogue, feeds heard, terms, fair prices, published prices."""
