"""The demo: simulated players bet on a recorded race day, then every cent is accounted for."""
