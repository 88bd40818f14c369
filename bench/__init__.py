"""Benchmarks of the platform: `python -m bench` prints the table, `python -m bench --gate` judges the budgets."""
