"""The conversation with the router: session, rows to core types, observe, apply, flush, restore.

Belongs here: everything that knows the RouterOS API and its versions. The only package that may
import librouteros. Banned here: decisions (they are in core), printing, the daemon's life.
"""
