"""A table: what is read and written."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from . import _native
from ._embeddings import Functions, vectors_of
from ._errors import VarveError, bad_argument
from ._requests import options, request
from ._results import Commit, Diff, Tag, WriteResult, commit, plain_result, tag, written
from ._rows import Rows, read
from ._schema import Column, Embed, field_of
from ._view import Point, View, Where
from ._writing import Target, batch_of, stream, streams_of

#: Inputs that are embedded before the engine is asked again what is missing.
INPUTS = 4096
#: How long a write is tried while others keep changing its rows, in seconds.
PATIENCE = 30.0


class Table(View):
    """A table. What is written is a commit, and every version before it stays readable.

    All writes take ``message``, ``effective_at``, ``properties`` and ``if_version``, which are said of the commit.
    """

    def __init__(self, native: _native.NativeTable, name: str, functions: Functions) -> None:
        super().__init__(native, name, functions)
        self._arrow: tuple[int, pa.Schema] | None = None

    def insert(self, rows: Any, *, on_duplicate: str | None = None, vectors: bool = False, **said: Any) -> WriteResult:
        """Adds rows: dicts, or anything that hands out Arrow. A key that is there already is refused.

        ``vectors`` lets rows bring vectors for columns that are computed.
        """
        target = self._target(merge=False, vectors=vectors)
        return self._rows("insert", rows, target, on_duplicate, said)

    def upsert(
        self,
        rows: Any,
        *,
        merge: bool = False,
        on_duplicate: str | None = None,
        vectors: bool = False,
        **said: Any,
    ) -> WriteResult:
        """Adds rows, or replaces those of the same key. With ``merge`` columns that a row lacks keep their values."""
        target = self._target(merge=merge, vectors=vectors)
        return self._rows("upsert", rows, target, on_duplicate, said)

    def update(
        self, values: Mapping[str, Any], *, where: Where | None = None, all: bool = False, **said: Any
    ) -> WriteResult:
        """Sets columns of the rows that match a filter, or of ``all``."""
        if not isinstance(values, Mapping) or not values:
            raise bad_argument("update", "columns with their new values", values)
        names = list(values)
        target = self._target(merge=True, vectors=False)
        target.check_columns(names, 0)
        target.check(names, None)
        constants = stream(batch_of([values], names, target, 0))
        asked = request(kind="update", call="update", where=where, all=all, changes=names, **_commit(said))
        return self._finished(self._native.stage(asked, constants))

    def delete(self, *, where: Where | None = None, all: bool = False, **said: Any) -> WriteResult:
        """Removes the rows that match a filter, or ``all``, from the newest version."""
        asked = request(kind="delete", call="delete", where=where, all=all, **_commit(said))
        return written(self._native.write(asked))

    def purge(
        self, *, where: Where | None = None, all: bool = False, dry_run: bool = False, **said: Any
    ) -> dict[str, Any]:
        """Removes the rows that match a filter, or ``all``, from every version and all files. It cannot be undone."""
        asked = request(call="purge", where=where, all=all, dryRun=dry_run, **_commit(said))
        return plain_result(self._native.purge(asked))

    def history(self, *, limit: int | None = None, before: int | None = None) -> list[Commit]:
        """The commits, the newest first."""
        commits = json.loads(self._native.history(request(limit=limit, before=before)))
        return [commit(one) for one in commits]

    def diff(
        self, start: Point, end: Point = None, *, where: Where | None = None, select: list[str] | None = None
    ) -> Diff:
        """What differs between two points; the second is now where it is left out."""
        asked = json.loads(request(to=end, where=where, select=select)) | json.loads(request(**{"from": start}))
        return Diff(*(Rows(read(part)) for part in self._native.diff(json.dumps(asked))))

    def restore(self, at: Point, **said: Any) -> WriteResult:
        """Makes the table what it was, as a new commit."""
        return written(self._native.restore(request(at=at, **_commit(said))))

    def tag(self, name: str, at: Point = None) -> Tag:
        """Gives a version a name; that of now, unless another is meant."""
        return tag(json.loads(self._native.tag(request(name=name, at=at))))

    def tags(self) -> list[Tag]:
        """All tags."""
        return [tag(one) for one in json.loads(self._native.tags())]

    def delete_tag(self, name: str) -> None:
        """Removes a tag."""
        self._native.delete_tag(name)

    def add_column(self, name: str, column: Column, **said: Any) -> WriteResult:
        """Adds a column: rows that are there show its default, or nothing. One that is computed is declared with the table."""
        if isinstance(column, Embed):
            raise VarveError(
                "NOT_YET",
                "A column that is computed is added to a table by TypeScript only.",
                hint="Declare it with the table, or add it there.",
                where={"table": self.name, "column": name},
            )
        return self._altered({"add": field_of(name, column)}, said)

    def drop_column(self, name: str, **said: Any) -> WriteResult:
        """Removes a column from the newest version; earlier ones still show it."""
        return self._altered({"drop": name}, said)

    def rename_column(self, name: str, to: str, **said: Any) -> WriteResult:
        """Gives a column another name."""
        return self._altered({"rename": {"from": name, "to": to}}, said)

    def _altered(self, step: Mapping[str, Any], said: Mapping[str, Any]) -> WriteResult:
        return written(self._native.alter(request(steps=[step], **_commit(said))))

    def optimize(self, *, dry_run: bool = False) -> dict[str, Any]:
        """Brings the layout into its best shape: merged files, built indexes. With ``dry_run`` it only says which files would go, and why."""
        return plain_result(self._native.would_optimize() if dry_run else self._native.optimize())

    def stats(self) -> dict[str, Any]:
        """Rows, files and bytes."""
        return plain_result(self._native.stats())

    def verify(self) -> dict[str, Any]:
        """Checks every byte."""
        return plain_result(self._native.verify())

    def close(self) -> None:
        """Ends the handle."""
        self._native.close()

    def _rows(
        self, kind: str, rows: Any, target: Target, on_duplicate: str | None, said: Mapping[str, Any]
    ) -> WriteResult:
        asked = json.loads(request(kind=kind, onDuplicate=on_duplicate, **_commit(said)))
        draft = self._native.stage(json.dumps({**asked, "changes": None}), None)
        try:
            for part in streams_of(rows, target):
                draft.add(part)
            return self._finished(draft)
        finally:
            # What was written for it goes, unless it was committed.
            draft.abort()

    def _finished(self, draft: _native.NativeDraft) -> WriteResult:
        """Embeds what a write lacks, and commits it; again, where others changed its rows meanwhile."""
        began = time.monotonic()
        while True:
            for field in self.schema()["fields"]:
                if field.get("embed"):
                    self._fill(draft, field)
            done = draft.commit()
            if done is not None:
                return written(done)
            if time.monotonic() - began > PATIENCE:
                message = "Others kept changing the rows of the write."
                raise VarveError("CONFLICT", message, hint="Repeat the call.", where={"table": self.name})

    def _fill(self, draft: _native.NativeDraft, field: Mapping[str, Any]) -> None:
        where = {"table": self.name, "column": field["name"]}
        while (inputs := draft.inputs(field["id"], INPUTS)) is not None:
            function = self._functions.resolve(field, self.name)
            known, vectors = vectors_of(function, inputs, "document", where)
            draft.give(field["id"], known, vectors)
            if len(inputs) < INPUTS:
                break

    def _target(self, *, merge: bool, vectors: bool) -> Target:
        """The columns that rows are written for."""
        schema = self.schema()
        if self._arrow is None or self._arrow[0] != schema["id"]:
            names = [field["name"] for field in schema["fields"]]
            native = self._native.scan(request(kind="scan", select=names))
            self._arrow = (schema["id"], pa.ipc.read_schema(pa.py_buffer(native.schema())))
        return Target(self._arrow[1], schema["fields"], self.name, merge, vectors)


COMMIT = ("message", "effective_at", "properties", "if_version")


def _commit(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a commit."""
    unknown = [name for name in said if name not in COMMIT]
    if unknown:
        raise bad_argument("a write", f"options such as {', '.join(COMMIT)}", unknown[0])
    return options(said)
