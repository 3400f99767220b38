"""The world's router on real packets: its tables rendered into a Linux network namespace.

Belongs here: how RouterOS's words become nftables rules, policy rules, routes and connection
tracking calls. RouterOS's documented behaviour wins where Linux differs; what cannot be kept is
written down in ``docs/laboratory.md``.
"""
