"""The commands: the only place that prints, and where decisions become sentences."""
