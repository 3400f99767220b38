"""Sentences: one for each of pydantic's errors, naming file, key, value and remedy.

A value under a key that may hold a secret is never shown, nor is the value of an unknown key.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wanwatch.config.keys import fields_of, nested_model, sections_with
from wanwatch.config.problem import CONTRADICTION, WRONG, Key, toml_value

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SECRET_KEYS = {"password"}
_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}


def sentences(
    error: ValidationError, root: type[BaseModel], data: Mapping[str, object], name: str
) -> tuple[str, ...]:
    """Return the sentences about the data read from the file ``name``."""
    return tuple(
        f"{name}: {_dotted(key, data)}: {sentence}"
        for details in error.errors(include_url=False)
        for key, sentence in _problems(details, root)
    )


def _problems(details: ErrorDetails, root: type[BaseModel]) -> Iterator[tuple[Key, str]]:
    key: Key = details["loc"]
    kind = details["type"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind == CONTRADICTION:
        for problem in context["problems"]:
            yield (*key, *problem.key), problem.sentence
    elif kind == WRONG:
        yield _without_entry(key), context["sentence"]
    elif kind == "extra_forbidden":
        yield key, _unknown(key, root)
    elif kind == "missing":
        yield key, _missing(key, root)
    else:
        yield _without_entry(key), _mistyped(key, details, root)


def _unknown(key: Key, root: type[BaseModel]) -> str:
    model = _model_at(key[:-1], root)
    word = str(key[-1])
    noun = "unknown key" if len(key) > 1 else "unknown section or key"
    known = list(fields_of(model)) if model else []
    if homes := sections_with(word, root):
        return f"{noun} here; it belongs below {' or '.join(homes)}"
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    if near:
        return f'{noun}; did you mean "{near[0]}"?'
    return f"{noun}; remove it, or write one of {', '.join(known)}"


def _missing(key: Key, root: type[BaseModel]) -> str:
    if key == ("wan",):
        return "missing; write [[wan]] and a name and an interface below, once for each line"
    return f"missing; write {_example(key, root)}"


def _mistyped(key: Key, details: ErrorDetails, root: type[BaseModel]) -> str:
    value = details["input"]
    shown = "this" if key and key[-1] in _SECRET_KEYS else toml_value(value)
    kind = details["type"]
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        if isinstance(value, list):
            return f"a list is not a section; write {_heading(key)} once, in single brackets"
        return f"{shown} is not a section; write {_heading(key)} and the keys below it"
    if kind == "literal_error":
        options = [str(option) for option in _options(key, root)]
        listed = ", ".join(f'"{option}"' for option in options)
        near = get_close_matches(str(value).lower(), options, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"write {_example(key, root)}"
        return f"{shown} is not one of {listed}; {hint}"
    wanted = _KINDS.get(kind, "what this key takes")
    return f"{shown} is not {wanted}; write {_example(key, root)}"


def _example(key: Key, root: type[BaseModel]) -> str:
    """Return the line to write: the key with an example, else with its default."""
    named = _without_entry(key)
    model = _model_at(named[:-1], root)
    word = str(named[-1])
    if model is None:
        return f"a value for {word}"
    field = fields_of(model)[word]
    if field.example is None:
        return f"{word} = ..."
    return f"{word} = {field.example}"


def _options(key: Key, root: type[BaseModel]) -> Sequence[object]:
    model = _model_at(key[:-1], root)
    return fields_of(model)[str(key[-1])].options if model else ()


def _model_at(key: Key, root: type[BaseModel]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = root
    for part in key:
        if isinstance(part, str) and model is not None:
            model = nested_model(model, part)
    return model


def _without_entry(key: Key) -> Key:
    """Return the key of a list whose entry is wrong: the sentence shows the entry."""
    is_entry = len(key) > 2 and isinstance(key[-1], int)
    return key[:-1] if is_entry else key


def _heading(key: Key) -> str:
    return "[[wan]]" if key[0] == "wan" else f"[{key[0]}]"


def _dotted(key: Key, data: Mapping[str, object]) -> str:
    """Return the key as it is printed; a WAN by its place, counted from 1, and its name."""
    parts: list[str] = []
    for part in key:
        if isinstance(part, int):
            parts[-1] += f"[{part + 1}{_wan_name(part, data)}]"
        else:
            parts.append(part if _BARE.fullmatch(part) else json.dumps(part))
    return ".".join(parts)


def _wan_name(index: int, data: Mapping[str, object]) -> str:
    wans = data.get("wan")
    wan = wans[index] if isinstance(wans, list) and index < len(wans) else None
    name = wan.get("name") if isinstance(wan, dict) else None
    return f" {toml_value(name)}" if isinstance(name, str) and name else ""
