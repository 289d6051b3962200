"""Rows on their way into a table: dicts, and anything that hands out Arrow, as streams of Arrow's IPC format."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import io
import itertools
import json
import numbers
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ._errors import VarveError, bad_argument, described
from ._requests import moment
from ._rows import TYPE

#: Rows of a part of a write that comes as dicts.
ROWS = 8192


@dataclasses.dataclass(frozen=True)
class Target:
    """What rows are written for: the columns of a table, and what becomes of those that a row does not have."""

    schema: pa.Schema
    fields: Sequence[Mapping[str, Any]]
    table: str
    #: Whether columns that a row lacks keep their values; else they show their default, or nothing.
    merge: bool
    #: Whether rows may bring vectors for columns that are computed.
    vectors: bool

    def derived(self) -> set[str]:
        """The columns that are computed."""
        return {field["name"] for field in self.fields if field.get("embed")}

    def filled(self, names: Sequence[str]) -> list[str]:
        """These columns, and those that a row is given beside them."""
        if self.merge:
            return list(names)
        others = (field["name"] for field in self.fields if not field.get("embed"))
        return [*names, *(name for name in others if name not in names)]

    def default(self, name: str) -> Any:
        """What a row shows that lacks a column."""
        field = next(field for field in self.fields if field["name"] == name)
        return _of_wire(field["type"], field.get("default"))

    def check_columns(self, names: Iterable[str], row: int) -> None:
        """Refuses what is no column."""
        for name in names:
            if name not in self.schema.names:
                raise VarveError(
                    "INVALID_ROW",
                    f'Row {row} has the key "{name}", which is not a column.',
                    hint=f"The columns are {', '.join(json.dumps(one) for one in self.schema.names)}.",
                    where={"table": self.table, "column": str(name), "row": row},
                )

    def check(self, names: Iterable[str], row: int | None) -> None:
        """Refuses vectors that nobody asked for."""
        if self.vectors:
            return
        for name in names:
            if name in self.derived():
                whose = "The write" if row is None else f"Row {row}"
                raise VarveError(
                    "INVALID_ROW",
                    f'{whose} brings "{name}", which is computed from other columns.',
                    hint="Leave it out, or pass vectors=True to write vectors of your own.",
                    where={"table": self.table, "column": name, "row": row},
                )


def streams_of(rows: object, target: Target) -> Iterator[bytes]:
    """Rows in any form, in parts of bounded size."""
    if isinstance(rows, Mapping):
        rows = [rows]
    if hasattr(rows, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(rows)
        yield from (stream(_completed(plain_batch(batch), target)) for batch in reader)
    elif hasattr(rows, "__arrow_c_array__"):
        yield stream(_completed(plain_batch(pa.record_batch(rows)), target))
    elif isinstance(rows, Iterable) and not isinstance(rows, (str, bytes)):
        yield from _streams_of_dicts(rows, target)
    else:
        raise bad_argument("rows", "dicts, or something that hands out Arrow", rows)


def _completed(batch: pa.RecordBatch, target: Target) -> pa.RecordBatch:
    """A batch with the columns that it lacks."""
    names = [name for name in batch.schema.names if not name.startswith("_")]
    target.check(names, None)
    lacking = target.filled(names)[len(names) :]
    columns = [*batch.columns]
    for name in lacking:
        columns.append(pa.array([target.default(name)] * batch.num_rows, target.schema.field(name).type))
    fields = [*batch.schema, *(target.schema.field(name) for name in lacking)]
    return pa.record_batch(columns, schema=pa.schema(fields))


def stream(batch: pa.RecordBatch) -> bytes:
    """A batch as a stream of its own."""
    schema = pa.schema([_marked(field) for field in batch.schema])
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(batch.columns, schema=schema))
    return sink.getvalue()


def _marked(field: pa.Field) -> pa.Field:
    """A column whose parts say where they are JSON: their type does, and Arrow hands on no more than what each part says itself."""
    said = (field.metadata or {}).get(TYPE)
    if said is None or b'"json"' not in said:
        return field
    return _marked_as(field, json.loads(said))


def _marked_as(field: pa.Field, kind: Mapping[str, Any]) -> pa.Field:
    inner = field.type
    if kind["kind"] == "json":
        return field.with_metadata({TYPE: b'{"kind":"json"}'})
    if kind["kind"] == "list":
        return field.with_type(pa.list_(_marked_as(inner.value_field, kind["item"]["type"])))
    if kind["kind"] == "struct":
        parts = [_marked_as(inner.field(part["name"]), part["type"]) for part in kind["fields"]]
        return field.with_type(pa.struct(parts))
    return field


def plain_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch without views and runs, which the engine does not read."""
    columns = [_plain(column) for column in batch.columns]
    if all(new is old for new, old in zip(columns, batch.columns, strict=False)):
        return batch
    fields = [field.with_type(column.type) for field, column in zip(batch.schema, columns, strict=False)]
    return pa.record_batch(columns, schema=pa.schema(fields))


def _plain(column: pa.Array) -> pa.Array:
    kind = str(column.type)
    if kind == "string_view":
        return column.cast(pa.large_string())
    if kind == "binary_view":
        return column.cast(pa.large_binary())
    if pa.types.is_run_end_encoded(column.type):
        return pa.compute.run_end_decode(column)
    return column


def _streams_of_dicts(rows: Iterable[Any], target: Target) -> Iterator[bytes]:
    base = 0
    derived, known = target.derived(), set(target.schema.names)

    def alike(one: tuple[int, object]) -> tuple[str, ...]:
        number, row = one
        if not isinstance(row, Mapping):
            message = f"Row {number} is {described(row)}, not a dict."
            raise VarveError("INVALID_ROW", message, where={"table": target.table, "row": number})
        target.check_columns((name for name in row if name not in known), number)
        # A row that lacks a column is not one that has nothing there: where that matters, each run of rows alike is a batch.
        return tuple(row) if target.merge else tuple(name for name in row if name in derived)

    numbered = enumerate(rows)
    while part := list(itertools.islice(numbered, ROWS)):
        for _, run in itertools.groupby(part, alike):
            run_rows = [row for _, row in run]
            names = list(dict.fromkeys(name for row in run_rows for name in row))
            target.check(names, base)
            yield stream(batch_of(run_rows, target.filled(names), target, base))
            base += len(run_rows)


def batch_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str], target: Target, base: int) -> pa.RecordBatch:
    """Rows as columns."""
    columns, fields = [], []
    for name in names:
        lacked = object()
        values = [row.get(name, lacked) for row in rows]
        default = target.default(name)
        absent = {at for at, value in enumerate(values) if value is lacked}
        columns.append(column_of(name, values, target, base, absent, default))
        fields.append(target.schema.field(name))
    if not fields:
        raise VarveError("INVALID_ROW", f"Row {base} has no columns.", where={"row": base})
    return pa.record_batch(columns, schema=pa.schema(fields))


WRONG = (pa.ArrowException, TypeError, ValueError, OverflowError, KeyError)


def column_of(
    name: str, values: list[Any], target: Target, base: int, absent: Container[int], default: Any
) -> pa.Array:
    """The values of a column; INVALID_ROW names the one that does not fit."""
    field = target.schema.field(name)
    kind = json.loads(field.metadata[TYPE])
    convert = _converter(kind)

    def made(at: int, value: Any) -> Any:
        if at in absent:
            return default
        return value if value is None else convert(value)

    try:
        return pa.array([made(at, value) for at, value in enumerate(values)], field.type)
    except WRONG:
        for at, value in enumerate(values):
            try:
                pa.array([made(at, value)], field.type)
            except WRONG as cause:
                found = "nothing" if at in absent else described(value)
                raise VarveError(
                    "INVALID_ROW",
                    f'Row {base + at}, "{name}": expected {_expected(kind)}, found {found}.',
                    hint=str(cause) or None,
                    where={"table": target.table, "row": base + at, "column": name},
                ) from cause
        raise


def _expected(kind: Mapping[str, Any]) -> str:
    """What a column of a type takes, in words."""
    name = kind["kind"]
    if name == "enum":
        return f"one of {', '.join(json.dumps(one) for one in kind['values'])}"
    if name == "vector":
        return f"a vector of {kind['dimensions']} numbers"
    return EXPECTED[name]


EXPECTED: Mapping[str, str] = {
    "text": "text",
    "json": "what JSON holds",
    "int": "a whole number of 64 bits",
    "float": "a number",
    "boolean": "true or false",
    "timestamp": "an instant with its zone",
    "date": 'a date such as "2026-02-28"',
    "bytes": "bytes",
    "list": "a list",
    "struct": "a dict of its parts",
}


def _of_wire(kind: Mapping[str, Any], wire: Any) -> Any:
    """A default as Arrow takes it; JSON stays a text."""
    if wire is None:
        return None
    match kind["kind"]:
        case "timestamp":
            return moment(wire)
        case "date":
            return dt.date(1970, 1, 1) + dt.timedelta(days=wire)
        case "bytes":
            return base64.b64decode(wire)
        case "int":
            return int(wire["$int"]) if isinstance(wire, Mapping) else int(wire)
        case "list":
            return [_of_wire(kind["item"]["type"], item) for item in wire]
        case "struct":
            return {part["name"]: _of_wire(part["type"], one) for part, one in zip(kind["fields"], wire, strict=False)}
        case _:
            return wire


def _converter(kind: Mapping[str, Any]) -> Callable[[Any], Any]:
    """What makes a value of Python one that Arrow takes for a type. Arrow casts what it can, and loses what does not fit: values of
    other types are refused here."""
    name = kind["kind"]
    if name == "enum":
        return functools.partial(_one_of, frozenset(kind["values"]))
    simple = SIMPLE.get(name)
    if simple is not None:
        return simple
    if name == "vector":
        return lambda value: np.asarray(value, np.float16 if kind.get("element") == "f16" else np.float32)
    if name == "list":
        item = _converter(kind["item"]["type"])
        return lambda value: [_part(item, one) for one in _as(list | tuple | np.ndarray, value)]
    parts = {part["name"]: _converter(part["type"]) for part in kind["fields"]}
    return lambda value: {key: _part(parts[key], one) for key, one in _as(Mapping, value).items()}


def _part(convert: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else convert(value)


def _as(kind: Any, value: Any) -> Any:
    """A value, which is of a type; of booleans nobody means the number."""
    if isinstance(value, kind) and (kind is BOOLEAN or not isinstance(value, BOOLEAN)):
        return value
    raise TypeError(f"it is of type {type(value).__name__}")


def _one_of(values: frozenset[str], value: Any) -> Any:
    if value in values:
        return value
    raise ValueError("it is none of the values of the column")


def _integer(value: Any) -> Any:
    if isinstance(value, float | np.floating) and value.is_integer():
        return int(value)
    return _as(numbers.Integral, value)


def _instant(value: Any) -> Any:
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else value
    if isinstance(moment, str):
        moment = dt.datetime.combine(dt.date.fromisoformat(moment), dt.time(), dt.UTC)
    if _as(dt.datetime, moment).tzinfo is None:
        raise ValueError("an instant has a time zone")
    return moment


def _date(value: Any) -> Any:
    return dt.date.fromisoformat(value) if isinstance(value, str) else _as(dt.date, value)


BOOLEAN = bool | np.bool_
SIMPLE: Mapping[str, Callable[[Any], Any]] = {
    "json": functools.partial(json.dumps, allow_nan=False),
    "text": functools.partial(_as, str),
    "int": _integer,
    "float": functools.partial(_as, numbers.Real),
    "boolean": functools.partial(_as, BOOLEAN),
    "timestamp": _instant,
    "date": _date,
    "bytes": functools.partial(_as, bytes | bytearray | memoryview),
}
