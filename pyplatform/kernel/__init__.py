"""Ids, time, errors, tenancy and configuration: what every room may use."""
