"""Pure decisions: what a WAN's health is, what the router should be, which steps lead there.

Belongs here: values and functions of (state, observation, now). Banned here: clocks, asyncio,
sockets, files, logging, third-party imports. Time is a float of seconds that comes in as ``now``.
"""
