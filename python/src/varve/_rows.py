"""Rows as they are read: a list of dicts, which is an Arrow table until somebody looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import pyarrow as pa

from ._requests import snake

if TYPE_CHECKING:
    import pandas
    import polars

#: How an Arrow column says which type it has in the table.
TYPE = b"varve.type"


class Rows(Sequence[dict[str, Any]]):
    """The rows of an answer, in their order.

    A sequence of dicts. Libraries that know Arrow take it as it is, without a copy: ``polars.DataFrame(rows)``,
    ``duckdb.sql("from rows")`` on :meth:`to_arrow`, ``pandas.DataFrame.from_arrow(rows)``.
    """

    def __init__(self, table: pa.Table, **about: Any) -> None:
        self._table = table
        self._dicts: list[dict[str, Any]] | None = None
        #: How a search was made: ``"vector"``, ``"text"`` or ``"hybrid"``; None for other reads.
        self.mode: str | None = about.get("mode")
        #: Why, where nobody said so.
        self.because: str | None = about.get("because")

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self._table

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """The rows as a frame of pandas."""
        return self._table.to_pandas(**options)

    def to_polars(self) -> polars.DataFrame:
        """The rows as a frame of Polars."""
        import polars

        frame = polars.from_arrow(self._table)
        assert isinstance(frame, polars.DataFrame)
        return frame

    def to_list(self) -> list[dict[str, Any]]:
        """The rows as a list of dicts. JSON is parsed."""
        if self._dicts is None:
            self._dicts = dicts(self._table)
        return self._dicts

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        rows: int = self._table.num_rows
        return rows

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self.to_list()[index]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.to_list())

    def __eq__(self, other: object) -> bool:
        return self.to_list() == (other.to_list() if isinstance(other, Rows) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.to_list())


def read(stream: object) -> pa.Table:
    """The rows of a stream, where its bytes lie."""
    table = pa.ipc.open_stream(pa.py_buffer(stream)).read_all()
    return table.rename_columns([snake(name) if name.startswith("_") else name for name in table.column_names])


def dicts(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as dicts. JSON is parsed, also where it lies in lists and structs."""
    columns = []
    for field, column in zip(table.schema, table.columns, strict=False):
        values = column.to_pylist()
        kind = json.loads((field.metadata or {}).get(TYPE, b"null"))
        if kind is not None and _has_json(kind):
            values = [_parsed(kind, value) for value in values]
        columns.append(values)
    names = table.column_names
    if not columns:
        return [{} for _ in range(table.num_rows)]
    return [dict(zip(names, row, strict=False)) for row in zip(*columns, strict=False)]


def _has_json(kind: dict[str, Any]) -> bool:
    if kind["kind"] == "list":
        return _has_json(kind["item"]["type"])
    if kind["kind"] == "struct":
        return any(_has_json(field["type"]) for field in kind["fields"])
    return bool(kind["kind"] == "json")


def _parsed(kind: dict[str, Any], value: Any) -> Any:
    if value is None:
        return None
    if kind["kind"] == "json":
        return json.loads(value)
    if kind["kind"] == "list":
        return [_parsed(kind["item"]["type"], item) for item in value]
    if kind["kind"] == "struct":
        return {field["name"]: _parsed(field["type"], value[field["name"]]) for field in kind["fields"]}
    return value
