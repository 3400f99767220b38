"""wanwatch: a failover watchdog for MikroTik routers that spread traffic over several lines."""

__version__ = "0.1.0"
