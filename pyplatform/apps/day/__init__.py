"""A simulated match day on the real platform: matches made by our models, punters, faults, and every cent explained."""
