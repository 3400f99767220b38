"""The daemon: the reconcile loop, the status server, metrics, logging, systemd's signals.

Belongs here: what keeps the parts alive and lets the world see them. The only package that may
import prometheus_client. Banned here: decisions (core), RouterOS words (routeros), printing (cli).
"""
