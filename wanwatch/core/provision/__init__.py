"""What wanwatch needs on a router beside its own failovers: wanted, judged and undone."""
