"""Dashboards and alert rules, held against the metrics that exist."""
