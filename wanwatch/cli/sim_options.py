"""The command line of ``wanwatch sim``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer


def sim(  # noqa: PLR0917 - typer names them on the command line
    load: Annotated[
        list[Path], typer.Option(metavar="FILE", help="An /export; a second one adds to the first.")
    ],
    listen: Annotated[str, typer.Option(metavar="HOST:PORT")] = "127.0.0.1:8728",
    user: Annotated[str, typer.Option(help="The login.")] = "admin",
    password: Annotated[str, typer.Option(help="Its password.")] = "",
    clients: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=5000,
            show_default="40",
            help="Simulated clients, ten connections each; none with --netns.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="What chance begins with.")] = 1,
    echo: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDR:PORT", help="A UDP echo host behind the lines; may be repeated."
        ),
    ] = None,
    netns: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Real packets in this network namespace: a name, a path, or . for the present one.",
        ),
    ] = "",
    latency: Annotated[
        str, typer.Option(metavar="TIME", help="How much later each answer of the API comes.")
    ] = "0s",
) -> int:
    """Serve a RouterOS world of wanwatch's own, with the configuration of an export.

    Lines are cut by typing (help lists the words) or over the API in /sim/line.

    With --netns the same router forwards real packets: its addresses, routes, rules and firewall
    are put into that network namespace, where the API listens too (--listen 0.0.0.0:8728 reaches
    it from the LAN); an interface is the device of its name. At the end everything stays in the
    namespace as it is, so that traffic flows on; the next start clears it.
    """
    from wanwatch.cli.sim_command import Served, run_sim  # noqa: PLC0415 - loads only now

    return run_sim(
        Served(
            tuple(load),
            listen,
            user,
            password,
            clients if clients is not None else 0 if netns else 40,
            seed,
            tuple(echo or ()),
            netns,
            latency,
        )
    )
