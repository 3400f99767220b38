"""Carries out one command of a logged-in client and makes its reply.

Decides whether the menu and the command exist on this RouterOS version and whether the user may;
the work itself is in ``print_`` and ``edit``.
"""

from collections.abc import Callable, Iterator

from wanwatch.routeros.wire import Sentence
from wanwatch.sim import traps
from wanwatch.sim.edit import Editor
from wanwatch.sim.menu import Menu
from wanwatch.sim.menus import menus_of
from wanwatch.sim.menus_shown import shown_menu
from wanwatch.sim.monitor import monitor
from wanwatch.sim.print_ import print_rows
from wanwatch.sim.request import Request
from wanwatch.sim.store import RouterModel

DONE: Sentence = ("!done",)


class Commands:
    """The commands of one router; ``run`` is the whole interface."""

    def __init__(self, model: RouterModel) -> None:
        self._model = model
        self.menus = menus_of(model.version)
        self._editor = Editor(model, self.menus)

    def run(self, request: Request, has_policy: Callable[[str], bool]) -> Iterator[Sentence]:
        """The sentences of the reply, without tags, ``!done`` included.

        Nothing happens before the first is asked for. Raises Trap when the router refuses; a
        print that has begun never does.
        """
        self._model.tick()
        if (request.path, request.command) == ("/system", "reboot"):
            if not has_policy("reboot"):
                raise traps.not_enough_permissions()
            self._model.reboot()
            self._model.store.commit()
            yield DONE
            return
        menu = self.menu_of(request)
        if request.command in ("print", "getall"):
            if not has_policy("read"):
                raise traps.not_enough_permissions()
            yield from print_rows(self._model, menu, request)
            return
        if request.command == "monitor":
            if not has_policy("read"):
                raise traps.not_enough_permissions()
            yield from monitor(self._model, menu, request)
            return
        needed = "policy" if menu.path.startswith("/user") else "write"
        if not has_policy(needed):
            raise traps.not_enough_permissions()
        if request.command.startswith("reset-counters"):
            yield DONE
            return
        try:
            added = self._editor.commands[request.command](menu, request)
        finally:  # of a list of ids, those before the one that is not there are done
            self._model.store.commit()
        yield DONE if added is None else ("!done", f"=ret={added}")

    def menu_of(self, request: Request) -> Menu:
        """The menu of a command; raises Trap when it, or the command in it, does not exist.

        A menu that only an export brought, or only monitoring reads, can be printed.
        """
        menu = self.menus.get(request.path)
        if menu is None:
            menu = shown_menu(request.path, self._model.store.items(request.path))
        if menu is None:
            if any(path.startswith(f"{request.path}/") for path in self.menus):
                raise traps.no_such_command()
            raise traps.no_such_prefix()
        if request.command not in menu.commands:
            raise traps.no_such_command()
        return menu
