"""A small working RouterOS world: an API server, an export loader, lines that can be cut, clients.

Belongs here: how a RouterOS router behaves, as its documentation and captures tell. It may use
the wire codec and core values, nothing else of wanwatch, so that it can contradict wanwatch.
"""
