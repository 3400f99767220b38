"""The arrows between the parts, who alone may use a library, and how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import wanwatch

PACKAGE = Path(wanwatch.__file__).parent
LONGEST = 400

ARROWS = {
    "core": set(),
    "config": {"core"},
    "routeros": {"core"},
    "probes": {"core"},
    "sim": {"core"},
    "service": {"core", "config", "routeros", "probes"},
    "cli": {"core", "config", "routeros", "probes", "service", "sim"},
}
"""Part -> the parts it may import beside itself."""

EXCEPTIONS = {("sim", "wanwatch.routeros.wire")}
"""The world speaks the same wire format as the session, and nothing else of it."""

LIBRARIES = {
    "librouteros": ("routeros/",),
    "aioping": ("probes/icmp.py",),
    "prometheus_client": ("service/",),
    "aiohttp": ("service/", "probes/http"),
    "dns": ("probes/dns",),
    "structlog": ("service/",),
    "pydantic": ("config/",),
    "pydantic_core": ("config/",),
    "typer": ("cli/",),
    "rich": ("cli/",),
}
"""Library -> where alone it may be imported."""

STANDARD = {
    *("bisect", "collections", "dataclasses", "enum", "fractions", "functools", "heapq"),
    *("ipaddress", "itertools", "math", "re", "statistics", "typing", "urllib", "operator"),
    *("abc", "string", "types"),
}
"""What core may import of the standard library: nothing that reads a clock or does I/O."""


def sources() -> list[str]:
    return sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


def imports(source: str) -> Iterator[str]:
    """Every module a file imports, also within functions."""
    for node in ast.walk(ast.parse((PACKAGE / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: relative import"
            names = [alias.name for alias in node.names]
            module = node.module or ""
            is_package = module.startswith("wanwatch") and module.count(".") < 2
            yield from ([f"{module}.{name}" for name in names] if is_package else [module])


def part_of(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.parametrize("source", sources())
def test_a_part_imports_only_what_its_arrows_allow(source: str) -> None:
    part = source.partition("/")[0]
    if part not in ARROWS:
        assert source in ("__init__.py", "__main__.py")
        return
    for module in imports(source):
        if not module.startswith("wanwatch") or module == "wanwatch.__version__":
            continue
        target = part_of(module)
        allowed = target == part or target in ARROWS[part] or (part, module) in EXCEPTIONS
        assert allowed, f"{source} imports {module}"


@pytest.mark.parametrize("source", sources())
def test_a_library_is_used_only_in_its_own_place(source: str) -> None:
    for module in imports(source):
        places = LIBRARIES.get(module.split(".")[0])
        assert places is None or source.startswith(places), f"{source} imports {module}"


@pytest.mark.parametrize("source", [s for s in sources() if s.startswith("core/")])
def test_the_core_is_pure(source: str) -> None:
    foreign = {m.split(".")[0] for m in imports(source)} - STANDARD - {"wanwatch"}
    assert not foreign


@pytest.mark.parametrize("source", sources())
def test_no_file_is_longer_than_a_reader_bears(source: str) -> None:
    lines = (PACKAGE / source).read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST


def test_every_part_has_its_arrows() -> None:
    parts = {source.split("/")[0] for source in sources() if "/" in source}
    assert parts == set(ARROWS)


@pytest.mark.parametrize("source", [s for s in sources() if not s.startswith("cli/")])
def test_nobody_prints_but_the_commands(source: str) -> None:
    tree = ast.parse((PACKAGE / source).read_text(encoding="utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    printing = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
    assert not printing or source == "config/reference.py"
