"""Lets a world on real packets notice what happens outside, until it is told to end."""

import asyncio
import contextlib

from wanwatch.sim.netns.packet_world import PacketWorld

_STEP = 0.05
"""Seconds between two looks at what falls due: echoes, list entries that expire."""


async def follow(world: PacketWorld, ended: asyncio.Event) -> None:
    """Tick when a cable is plugged or an echo answered, and every step."""
    loop = asyncio.get_running_loop()
    happened = asyncio.Event()
    watched: set[int] = set()
    try:
        while not ended.is_set():
            world.tick()
            present = set(world.descriptors)
            for gone in watched - present:
                loop.remove_reader(gone)
            for new in present - watched:
                loop.add_reader(new, happened.set)
            watched = present
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(happened.wait(), _STEP)
            happened.clear()
    finally:
        for descriptor in watched:
            loop.remove_reader(descriptor)
