"""A table as it is read: at its newest version, or as of a point in its history."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from . import _native
from ._batches import Batches
from ._embeddings import Functions, vectors_of
from ._errors import bad_argument
from ._requests import camel, options, request
from ._results import plain_result
from ._rows import Rows, read

#: A filter: a dict in the manner of Mongo, or a list of these that must all hold.
Where = Mapping[str, Any] | Sequence[Mapping[str, Any]]
#: A point in the history: a date, an instant, a version, ``{"tag": ...}`` or ``{"effective": ...}``.
Point = Any
#: The columns to order by: a name, ``{"views": "desc"}``, or a list of these.
OrderBy = str | Mapping[str, str] | Sequence[str | Mapping[str, str]]

#: Rows of a part of a whole table: of larger parts the memory is fetched from the system anew each time.
PART = 8192
#: A filter that no row passes, and what the engine calls it.
NOTHING = {"op": "or", "args": []}


class View:
    """What can be read of a table, at one point of its history."""

    def __init__(self, native: _native.NativeTable, name: str, functions: Functions, at: Point = None) -> None:
        self._native = native
        self._functions = functions
        self._at = at
        #: The name of the table.
        self.name = name

    def as_of(self, at: Point) -> View:
        """The table as it was: by a date or an ISO text, at the number of a version, at ``{"tag": name}``, or by what was true:
        ``{"effective": date}``."""
        resolved = json.loads(self._native.resolve(json.dumps(_point(at))))
        return View(self._native, self.name, self._functions, resolved["version"])

    def pin(self, *, minutes: float = 60) -> Pinned:
        """Keeps the version readable for so many minutes, a day at most, whatever the retention says and whoever tidies up::

        with docs.pin() as then:
            for batch in then.scan(): ...
        """
        at = None if self._at is None else {"version": self._at}
        pin = json.loads(self._native.pin(json.dumps({"at": at, "forMs": _ms(minutes)})))
        return Pinned(self._native, self.name, self._functions, pin)

    def schema(self) -> dict[str, Any]:
        """The columns, as the engine has them."""
        schema: dict[str, Any] = self._moment()["schema"]
        return schema

    @property
    def version(self) -> int:
        """The number of the version that is read."""
        version: int = self._moment()["version"]
        return version

    def get(self, key: Any, *, select: Sequence[str] | None = None) -> dict[str, Any] | None:
        """The row of a key; None where there is none."""
        rows = self._read("get", key=key, select=select)
        return rows[0] if rows else None

    def find(
        self,
        *,
        where: Where | None = None,
        order_by: OrderBy | None = None,
        select: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        as_of: Point = None,
    ) -> Rows:
        """The rows that match a filter, in an order."""
        view = self._view(as_of)
        return view._read("find", where=where, orderBy=order_by, select=select, limit=limit, offset=offset)

    def count(self, *, where: Where | None = None, as_of: Point = None) -> int:
        """How many rows match a filter."""
        asked = request(kind="count", asOf=self._view(as_of)._at, where=where, select=[])
        return int(self._native.count(asked))

    def history_of(self, key: Any, *, select: Sequence[str] | None = None) -> Rows:
        """All rows that a key had, the oldest first, with ``_from`` and ``_to``: version and date of the commits that wrote and ended each."""
        return self._read("historyOf", key=key, select=select)

    def search(
        self,
        query: Any,
        *,
        vector: Any = None,
        limit: int | None = None,
        where: Where | None = None,
        select: Sequence[str] | None = None,
        as_of: Point = None,
        during: tuple[Point, Point] | None = None,
        mode: str | None = None,
        column: str | None = None,
        fields: Sequence[str] | Mapping[str, float] | None = None,
        **more: Any,
    ) -> Rows:
        """The rows that a text or a vector is nearest to, best first, with ``_score`` and ``_distance``.

        A text is looked for by its words and by its meaning, unless ``mode`` says ``"text"`` or ``"vector"``. ``during`` looks at all
        versions from one point to another. Further options: ``offset``, ``recall``, ``exact``, ``min_score``, ``max_distance``,
        ``diversity``, ``candidates``, ``group_by``, ``every_version``, ``fuse``.
        """
        said = {"limit": limit, "where": where, "select": select, "mode": mode, "column": column, "fields": fields}
        planned, sent = self._view(as_of)._planned(query, vector, during, {**said, **more})
        table = read(self._native.search(json.dumps(planned["request"]), sent))
        hidden = [name for name in SCORES if name in table.column_names and camel(name) not in planned["scores"]]
        table = table.drop_columns(hidden)
        return Rows(table, mode=planned["mode"], because=planned["because"])

    def explain(self, query: Any, *, vector: Any = None, as_of: Point = None, **more: Any) -> dict[str, Any]:
        """How a search would be answered, and what that reads. It takes the options of :meth:`search`."""
        during = more.pop("during", None)
        planned, sent = self._view(as_of)._planned(query, vector, during, more)
        answer = plain_result(self._native.explain(json.dumps(planned["request"]), sent))
        why = {"mode": planned["mode"], "because": planned["because"]}
        return {name: value for name, value in why.items() if value is not None} | answer

    def scan(
        self,
        *,
        where: Where | None = None,
        select: Sequence[str] | None = None,
        batch_rows: int | None = None,
        as_of: Point = None,
    ) -> pa.RecordBatchReader:
        """All rows that match a filter, batch by batch. Vectors are there where they are selected."""
        asked = request(kind="scan", asOf=self._view(as_of)._at, where=where, select=select, batchRows=batch_rows)
        native = self._native.scan(asked)
        schema = pa.ipc.read_schema(pa.py_buffer(native.schema()))
        return pa.RecordBatchReader.from_batches(schema, _batches(native, schema))

    def to_arrow(self, *, select: Sequence[str] | None = None) -> pa.Table:
        """All rows as an Arrow table, with their vectors unless other columns are selected."""
        return self.scan(select=self._all_names() if select is None else select, batch_rows=PART).read_all()

    def to_pandas(self, **options: Any) -> Any:
        """All rows as a frame of pandas."""
        return self.to_arrow().to_pandas(**options)

    def to_polars(self) -> Any:
        """All rows as a frame of Polars."""
        return Rows(self.to_arrow()).to_polars()

    def batches(
        self,
        columns: Sequence[str],
        batch_size: int,
        *,
        shuffle: int | None = None,
        where: Where | None = None,
        as_of: Point = None,
    ) -> Batches:
        """Rows for training: dicts of arrays of NumPy, ``batch_size`` rows at a time, which torch takes without a copy.

        ``shuffle`` is a seed: the same seed, version and columns give the same batches in the same order. Each iteration is an epoch,
        and each epoch is in an order of its own.
        """
        view = self._view(as_of)
        pinned = View(self._native, self.name, self._functions, view.version)
        return Batches(pinned, tuple(columns), batch_size, shuffle, where)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = self.scan(select=self._all_names(), batch_rows=PART)
        return reader.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return self.count()

    def __bool__(self) -> bool:
        return True

    def _moment(self) -> dict[str, Any]:
        at = None if self._at is None else {"version": self._at}
        moment: dict[str, Any] = json.loads(self._native.resolve(json.dumps(at)))
        return moment

    def _view(self, at: Point) -> View:
        return self if at is None else self.as_of(at)

    def _all_names(self) -> list[str]:
        return [field["name"] for field in self.schema()["fields"]]

    def _read(self, kind: str, **parts: Any) -> Rows:
        return Rows(read(self._native.read(request(kind=kind, asOf=self._at, **parts))))

    def _planned(
        self, query: Any, vector: Any, during: tuple[Point, Point] | None, said: Mapping[str, Any]
    ) -> tuple[dict[str, Any], bytes | None]:
        """What is asked of the engine, and the vector beside it."""
        unknown = [name for name in said if name not in OPTIONS]
        if unknown:
            raise bad_argument("search", f"options such as {', '.join(OPTIONS)}", unknown[0])
        text, brought = _parts(query, vector)
        asked = options(said)
        if said.get("select") is not None:
            asked["select"] = [camel(name) if name in SCORES else name for name in said["select"]]
        if during is not None:
            asked["during"] = {"from": during[0], "to": during[1]}
        asks_words = text is not None and said.get("mode") != "text"
        functions = self._traits() if asks_words else None
        dimensions = None if brought is None else brought.size
        planned: dict[str, Any] = json.loads(
            self._native.plan(request(asOf=self._at, text=text, dimensions=dimensions, functions=functions, **asked))
        )
        column = planned["column"]
        if column is None or brought is not None:
            return planned, None if brought is None else brought.tobytes()
        function = self._functions.resolve(column, self.name)
        where = {"table": self.name, "column": column["name"]}
        [known], sent = vectors_of(function, [text], "query", where)
        if not known and planned["mode"] == "vector":
            # The function found nothing in the query that it knows.
            planned["request"]["where"] = NOTHING
        return planned, sent

    def _traits(self) -> dict[str, Any]:
        """What functions say of themselves, by their columns."""
        traits = {}
        for field in self.schema()["fields"]:
            function = self._functions.find(field) if field.get("embed") else None
            if function is not None:
                traits[field["name"]] = {"strength": function.strength, "languages": list(function.languages)}
        return traits


#: What hits show beside their columns.
SCORES = ("_score", "_distance", "_text_score", "_text_rank", "_vector_rank")

OPTIONS = (
    "limit offset where select mode column fields fuse recall exact min_score max_distance diversity candidates group_by "
    "every_version"
).split()


class Pinned(View):
    """A version that stays readable until it is released or its time is over. Ends with a ``with`` block."""

    def __init__(self, native: _native.NativeTable, name: str, functions: Functions, pin: dict[str, Any]) -> None:
        super().__init__(native, name, functions, pin["version"])
        self._pin = pin

    @property
    def until(self) -> datetime:
        """Until when it is kept, unless it is renewed."""
        return datetime.fromtimestamp(self._pin["until"] / 1000, UTC)

    def renew(self, *, minutes: float = 60) -> None:
        """Keeps it for so many minutes from now."""
        asked = {"id": self._pin["id"], "version": self._pin["version"], "forMs": _ms(minutes)}
        self._pin = json.loads(self._native.renew_pin(json.dumps(asked)))

    def release(self) -> None:
        """Keeps it no longer. A second call does nothing."""
        self._native.unpin(self._pin["id"])

    def __enter__(self) -> Pinned:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _ms(minutes: float) -> int:
    is_number = isinstance(minutes, (int, float)) and not isinstance(minutes, bool)
    if not is_number or not 0 < minutes <= 1440:
        raise bad_argument("minutes", "a number of minutes up to 1440, which is a day", minutes)
    return max(1, round(minutes * 60_000))


def _batches(native: _native.NativeScan, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    try:
        while (batch := native.next()) is not None:
            yield pa.ipc.read_record_batch(pa.py_buffer(batch), schema)
    finally:
        native.close()


def _point(at: Point) -> Any:
    return json.loads(request(at=at)).get("at")


def _parts(query: Any, vector: Any) -> tuple[Any, np.ndarray[Any, Any] | None]:
    """The words and the vector of a query."""
    is_words = isinstance(query, (str, Mapping))
    if is_words:
        text = query if isinstance(query, str) else {camel(name): part for name, part in query.items()}
        return text, None if vector is None else _vector(vector)
    if vector is not None:
        raise bad_argument("query", "a text beside vector", query)
    return None, _vector(query)


def _vector(value: Any) -> np.ndarray[Any, Any]:
    try:
        vector = np.asarray(value, "<f4")
    except (TypeError, ValueError):
        raise bad_argument("search", "a text or a vector", value) from None
    if vector.ndim != 1 or vector.size == 0 or not np.isfinite(vector).all():
        raise bad_argument("search", "a vector of finite numbers", value)
    return vector
