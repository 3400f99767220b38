"""The keys of the sections as data, for sentences and for the reference page."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wanwatch.config.durations import Span, format_duration
from wanwatch.config.problem import toml_value
from wanwatch.core.target import Target

_PLAIN = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """One key of a section."""

    name: str
    required: bool
    default: str
    """As it is written in TOML, or said in words; empty when there is none."""
    in_words: bool
    """True when the default is said in words."""
    example: str | None
    """As it is written in TOML."""
    form: str
    """What it takes, with its range."""
    options: tuple[object, ...]
    description: str


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, KeyInfo]:
    """Return the keys of a section, in the order they are declared."""
    return {
        (name := field.alias or attribute): _key_info(name, field)
        for attribute, field in model.model_fields.items()
    }


def nested_model(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return the section that stands below a key, None for a plain value or an unknown key."""
    for attribute, field in model.model_fields.items():
        if (field.alias or attribute) == key:
            return next(
                (
                    kind
                    for kind in _parts(field.annotation)
                    if isinstance(kind, type) and issubclass(kind, BaseModel)
                ),
                None,
            )
    return None


def sections_of(root: type[BaseModel]) -> Iterator[tuple[str, str, type[BaseModel]]]:
    """Yield each section's heading, key and model."""
    for attribute, field in root.model_fields.items():
        key = field.alias or attribute
        model = nested_model(root, key)
        if model is not None:
            yield (f"[[{key}]]" if field.is_required() else f"[{key}]"), key, model


def sections_with(key: str, root: type[BaseModel]) -> list[str]:
    """Return the headings of the sections that have this key."""
    return [heading for heading, _, model in sections_of(root) if key in fields_of(model)]


def _key_info(name: str, field: FieldInfo) -> KeyInfo:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    parts = [*_parts(field.annotation), *field.metadata]
    span = next((part for part in parts if isinstance(part, Span)), None)
    options = next((get_args(part) for part in parts if get_origin(part) is Literal), ())
    default = "" if field.is_required() else _written(field.default, span)
    example = toml_value(field.examples[0]) if field.examples else default or None
    return KeyInfo(
        name=name,
        required=field.is_required(),
        default=str(extra.get("default_text", default)),
        in_words="default_text" in extra,
        example=example,
        form=str(extra.get("form", _form(parts, options))),
        options=options,
        description=" ".join((field.description or "").split()),
    )


def _form(parts: list[Any], options: tuple[object, ...]) -> str:
    if options:
        return ", ".join(toml_value(option) for option in options)
    texts = [str(part) for part in parts if type(part).__module__.startswith("wanwatch.config")]
    if texts:
        return ": ".join(reversed(texts)) if len(texts) > 1 else texts[0]
    return next((_PLAIN[part] for part in parts if part in _PLAIN), "")


def _written(value: object, span: Span | None) -> str:
    if value is None or value is PydanticUndefined or value == ():
        return ""
    if span is not None and isinstance(value, float):
        return toml_value(format_duration(value))
    if isinstance(value, tuple) and all(isinstance(entry, Target) for entry in value):
        return toml_value([str(entry) for entry in value])
    return toml_value(value)


def _parts(annotation: Any) -> list[Any]:
    """Return the types and markers that an annotation is made of."""
    origin = get_origin(annotation)
    if origin is Annotated:
        kind, *markers = get_args(annotation)
        return [*_parts(kind), *markers]
    if origin in {Union, types.UnionType, tuple}:
        return [part for inner in get_args(annotation) for part in _parts(inner)]
    return [annotation]
