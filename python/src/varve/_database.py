"""A database: a folder, memory, or a bucket, with tables in it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import pyarrow as pa

from . import _native
from ._embeddings import EmbeddingFunction, Functions
from ._requests import options, plain
from ._results import plain_result
from ._schema import Column, Embed, schema_of
from ._table import Table


def connect(uri: str | os.PathLike[str], *, embeddings: Sequence[EmbeddingFunction] = (), **bucket: Any) -> Database:
    """Opens a database: a path, ``"memory:"``, or the address of a bucket (``"s3://bucket/prefix"``).

    ``embeddings`` are functions that tables name. The other options are for buckets: ``region``, ``endpoint``, ``credentials``,
    ``allow_http``, ``force_path_style``, ``request_payer``, ``account``, ``cache``, ``cache_dir``, ``cache_bytes``.
    """
    said = options(bucket)
    credentials = said.get("credentials")
    if isinstance(credentials, Mapping):
        said["credentials"] = options(credentials)
    return Database(_native.NativeDatabase(os.fspath(uri), json.dumps(plain(said))), Functions(embeddings))


class Database:
    """A database. As a context manager it is closed at the end."""

    def __init__(self, native: _native.NativeDatabase, functions: Functions) -> None:
        self._native = native
        self._functions = functions

    def table_names(self) -> list[str]:
        """The names of the tables."""
        return self._native.table_names()

    def table(self, name: str) -> Table:
        """Opens a table."""
        return Table(self._native.open_table(name), name, self._functions)

    def create_table(
        self,
        name: str,
        schema: Mapping[str, Column | Embed] | pa.Schema,
        *,
        primary_key: str | None = None,
        embed: Mapping[str, Embed] | None = None,
    ) -> Table:
        """Creates a table of columns by their names, or of a schema of pyarrow. ``embed`` adds columns that are computed."""
        made = schema_of(schema, primary_key, embed or {})
        declared = schema.values() if isinstance(schema, Mapping) else ()
        for column in (*declared, *(embed or {}).values()):
            if isinstance(column, Embed):
                self._functions.add(column.function)
        return Table(self._native.create_table(name, json.dumps(made)), name, self._functions)

    def rename_table(self, name: str, to: str) -> None:
        """Gives a table another name."""
        self._native.rename_table(name, to)

    def drop_table(self, name: str) -> None:
        """Removes a table with its history."""
        self._native.drop_table(name)

    def verify(self, name: str) -> dict[str, Any]:
        """Checks every byte of a table; it need not open."""
        return plain_result(self._native.verify_table(name))

    def close(self) -> None:
        """Ends the handle and those of its tables."""
        self._native.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
