"""Columns as they are declared, and as Arrow has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ._embeddings import EmbeddingFunction, spec_of
from ._errors import VarveError, bad_argument
from ._requests import plain


@dataclasses.dataclass(frozen=True)
class Column:
    """A column that is declared: its type, and what may be said of it."""

    type: Mapping[str, Any]
    primary_key: bool = False
    nullable: bool = False
    default: Any = None
    #: Whether it is searched by its words; texts are unless it is said.
    search: bool | None = None
    #: Whether its values have an index.
    indexed: bool | None = None


@dataclasses.dataclass(frozen=True)
class Embed:
    """A vector column that is computed from others."""

    function: EmbeddingFunction
    sources: tuple[str, ...]
    template: str | None = None
    metric: str = "cosine"
    element: str = "f32"


def _maker(kind: str) -> Any:
    def make(**said: Any) -> Column:
        return Column({"kind": kind}, **said)

    make.__name__ = make.__qualname__ = kind
    make.__doc__ = (
        f"A column of type {kind}. It may be the ``primary_key``, ``nullable``, have a ``default``, be ``indexed``."
    )
    return make


text = _maker("text")
json = _maker("json")
integer = _maker("int")
boolean = _maker("boolean")
timestamp = _maker("timestamp")
date = _maker("date")
binary = _maker("bytes")


def floating(*, bits: int = 64, **said: Any) -> Column:
    """A column of floating-point numbers of 64 or 32 bits."""
    return Column({"kind": "float", "bits": bits}, **said)


def enum(*values: str, **said: Any) -> Column:
    """A column of one of these texts."""
    return Column({"kind": "enum", "values": list(values)}, **said)


def vector(dimensions: int, *, metric: str = "cosine", element: str = "f32", **said: Any) -> Column:
    """A column of vectors that the writer brings."""
    return Column({"kind": "vector", "dimensions": dimensions, "metric": metric, "element": element}, **said)


def array(item: Column, **said: Any) -> Column:
    """A column of lists."""
    return Column({"kind": "list", "item": {"type": item.type, "nullable": item.nullable}}, **said)


def struct(fields: Mapping[str, Column], **said: Any) -> Column:
    """A column of named parts."""
    parts = [{"name": name, "type": part.type, "nullable": part.nullable} for name, part in fields.items()]
    return Column({"kind": "struct", "fields": parts}, **said)


def embed(
    function: EmbeddingFunction,
    *sources: str,
    template: str | None = None,
    metric: str = "cosine",
    element: str = "f32",
) -> Embed:
    """A vector column that is computed from other columns whenever a row is written."""
    return Embed(function, sources, template, metric, element)


def schema_of(
    declared: Mapping[str, Column | Embed] | pa.Schema,
    primary_key: str | None,
    embedded: Mapping[str, Embed],
) -> dict[str, Any]:
    """The schema of a table as the engine is given it."""
    if isinstance(declared, pa.Schema):
        fields = [_of_arrow(field, field.name == primary_key) for field in declared]
        keys = [] if primary_key is None else [primary_key]
    elif isinstance(declared, Mapping):
        fields = [field_of(name, column) for name, column in declared.items()]
        keys = [name for name, one in declared.items() if isinstance(one, Column) and one.primary_key]
        if primary_key is not None and primary_key not in keys:
            keys.append(primary_key)
    else:
        raise bad_argument("schema", "columns by their names, or a schema of pyarrow", declared)
    if len(keys) > 1:
        message = f"A table has one primary key, and {', '.join(keys)} are declared."
        raise VarveError("INVALID_SCHEMA", message, hint="Choose one.")
    fields += [field_of(name, column) for name, column in embedded.items()]
    return {"primaryKey": keys[0] if keys else None, "fields": fields}


def field_of(name: str, column: object) -> dict[str, Any]:
    """A column as the engine is given it."""
    if isinstance(column, Embed):
        embed: dict[str, Any] = {"sources": list(column.sources), "function": spec_of(column.function)}
        if column.template is not None:
            embed["template"] = column.template
        kind = {
            "kind": "vector",
            "dimensions": column.function.dimensions,
            "element": column.element,
            "metric": column.metric,
        }
        return {"name": name, "type": kind, "nullable": True, "embed": embed}
    if not isinstance(column, Column):
        raise bad_argument(f"column {name!r}", "a column such as varve.text()", column)
    field: dict[str, Any] = {"name": name, "type": column.type, "nullable": column.nullable}
    if column.default is not None:
        field["default"] = plain(column.default)
    if column.search is not None:
        field["text"] = {"search": column.search}
    if column.indexed is not None:
        field["indexed"] = column.indexed
    return field


def _of_arrow(field: pa.Field, is_key: bool) -> dict[str, Any]:
    kind = _kind(field.name, field.type)
    return {"name": field.name, "type": kind, "nullable": field.nullable and not is_key}


def _kind(name: str, kind: pa.DataType) -> dict[str, Any]:
    is_ = pa.types
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind):
        return {"kind": "text"}
    if is_.is_dictionary(kind):
        return _kind(name, kind.value_type)
    if is_.is_integer(kind):
        return {"kind": "int"}
    if is_.is_floating(kind):
        return {"kind": "float", "bits": 64 if is_.is_float64(kind) else 32}
    if is_.is_boolean(kind):
        return {"kind": "boolean"}
    if is_.is_timestamp(kind):
        return {"kind": "timestamp"}
    if is_.is_date(kind):
        return {"kind": "date"}
    if is_.is_binary(kind) or is_.is_large_binary(kind) or is_.is_fixed_size_binary(kind):
        return {"kind": "bytes"}
    if is_.is_fixed_size_list(kind) and is_.is_floating(kind.value_type):
        element = "f16" if is_.is_float16(kind.value_type) else "f32"
        return {"kind": "vector", "dimensions": kind.list_size, "element": element, "metric": "cosine"}
    if is_.is_list(kind) or is_.is_large_list(kind) or is_.is_fixed_size_list(kind):
        item = {"type": _kind(name, kind.value_type), "nullable": kind.value_field.nullable}
        return {"kind": "list", "item": item}
    if is_.is_struct(kind):
        parts: Sequence[pa.Field] = [kind.field(at) for at in range(kind.num_fields)]
        fields = [{"name": part.name, "type": _kind(name, part.type), "nullable": part.nullable} for part in parts]
        return {"kind": "struct", "fields": fields}
    message = f"The column {name!r} is of type {kind}, which no table holds."
    raise VarveError("INVALID_SCHEMA", message, hint="Cast it to one that a table holds.", where={"column": name})
