"""Rows for training: batches of arrays, in an order that a seed and a version decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ._errors import bad_argument

if TYPE_CHECKING:
    from ._view import View

#: Rows of a part that is read at a time, about: parts that stay in the caches of a processor are read ten times as fast as large ones.
ROWS = 1024


class Batches:
    """Batches of one version of a table. Each iteration is an epoch; what was read stays in memory for the next one, where it is shuffled."""

    def __init__(self, view: View, columns: tuple[str, ...], size: int, seed: int | None, where: Any) -> None:
        if not isinstance(size, int) or size < 1:
            raise bad_argument("batch_size", "a whole number from 1 on", size)
        if not columns:
            raise bad_argument("columns", "names of columns", columns)
        self._view = view
        self._columns = columns
        self._size = size
        self._seed = seed
        self._where = where
        self._epoch = 0
        self._held: dict[str, np.ndarray[Any, Any]] | None = None
        #: The version that is read.
        self.version = view.version

    def __len__(self) -> int:
        return -(-self._view.count(where=self._where) // self._size)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        epoch, self._epoch = self._epoch, self._epoch + 1
        if self._seed is None:
            return self._in_order()
        return self._shuffled(np.random.default_rng([self._seed, epoch]))

    def _in_order(self) -> Iterator[dict[str, Any]]:
        size = max(1, ROWS // self._size) * self._size
        for batch in self._view.scan(where=self._where, select=self._columns, batch_rows=size):
            for start in range(0, batch.num_rows, self._size):
                yield arrays(batch.slice(start, self._size))

    def _shuffled(self, random: np.random.Generator) -> Iterator[dict[str, Any]]:
        if self._held is None:
            reader = self._view.scan(where=self._where, select=self._columns, batch_rows=8 * ROWS)
            columns = reader.read_all().columns
            self._held = {name: array_of(column) for name, column in zip(self._columns, columns, strict=True)}
        held = self._held
        order = random.permutation(len(held[self._columns[0]]))
        for start in range(0, len(order), self._size):
            rows = order[start : start + self._size]
            yield {name: column[rows] for name, column in held.items()}


def arrays(batch: pa.RecordBatch) -> dict[str, Any]:
    """The columns of a batch as arrays of NumPy, where the batch lies."""
    return {name: array_of(column) for name, column in zip(batch.schema.names, batch.columns, strict=False)}


def array_of(column: pa.Array | pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """A column as an array: vectors as rows of a matrix, numbers as they are, bytes as arrays of bytes where they lie, all else as objects."""
    if isinstance(column, pa.ChunkedArray):
        parts = [array_of(chunk) for chunk in column.chunks]
        return parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.empty(0)
    kind = column.type
    if pa.types.is_fixed_size_list(kind):
        if column.null_count == 0:
            width = kind.list_size
            items = column.values.slice(column.offset * width, len(column) * width)
            matrix: np.ndarray[Any, Any] = items.to_numpy(zero_copy_only=True).reshape(-1, width)
            return matrix
        return np.array([*column.to_pylist(), None], dtype=object)[:-1]
    if pa.types.is_binary(kind):
        return _bytes_of(column)
    is_plain = pa.types.is_primitive(kind) and not pa.types.is_boolean(kind) and column.null_count == 0
    values: np.ndarray[Any, Any] = column.to_numpy(zero_copy_only=is_plain)
    return values


def _bytes_of(column: pa.Array) -> np.ndarray[Any, Any]:
    _, offsets, data = column.buffers()
    cells = np.empty(len(column), dtype=object)
    if data is None:
        return cells
    ends = np.frombuffer(offsets, "<i4", len(column) + 1, column.offset * 4).tolist()
    whole = np.frombuffer(data, np.uint8)
    missing = np.asarray(column.is_null()) if column.null_count else None
    for row in range(len(column)):
        if missing is None or not missing[row]:
            cells[row] = whole[ends[row] : ends[row + 1]]
    return cells
