"""Probes: one file per kind, the steered socket they share, and the schedule that sends them.

Belongs here: sockets that leave by one WAN, and when to send on them. The only package that may
import aioping. Banned here: judging health (core does), talking to the router.
"""
