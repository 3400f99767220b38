"""Keeping Python's garbage collector from holding up the loop."""

import gc


def spare_what_stands() -> None:
    """Have the collector leave alone from now on what exists: modules, classes, configuration.

    To be called once, when all of that is there and the loop does not run yet. A full collection
    looks at every object, and most are these; it would hold up the probes for tens of
    milliseconds whenever a large table is read. Source: Python manual, ``gc.freeze``.
    """
    gc.collect()
    gc.freeze()
