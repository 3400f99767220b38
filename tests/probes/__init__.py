"""Tests of the probes: real sockets on loopback, and virtual time for the schedule."""
