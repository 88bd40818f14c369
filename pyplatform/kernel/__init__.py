"""Ids, money, time, errors, tenancy and configuration: what every room may use."""
