"""What writes and looks at the history answer with."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from ._requests import moment, snake
from ._rows import Rows


@dataclasses.dataclass(frozen=True)
class WriteResult:
    """What a write did."""

    version: int
    committed_at: dt.datetime | None
    inserted: int
    updated: int
    deleted: int
    unchanged: int


@dataclasses.dataclass(frozen=True)
class Commit:
    """A commit in the history of a table."""

    version: int
    committed_at: dt.datetime | None
    effective_at: dt.datetime | None
    operation: str
    inserted: int
    updated: int
    deleted: int
    message: str | None
    properties: dict[str, Any] | None
    tags: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Tag:
    """A version with a name."""

    name: str
    version: int
    created_at: dt.datetime | None


@dataclasses.dataclass(frozen=True)
class Change:
    """A row of a key, as it was and as it became."""

    before: dict[str, Any]
    after: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Diff:
    """What differs between two versions."""

    added: Rows
    removed: Rows
    #: Rows of a key that both versions have, as they were, and in the same order as they became.
    before: Rows
    after: Rows

    @property
    def changed(self) -> list[Change]:
        """Rows of a key that both versions have."""
        return [Change(before, after) for before, after in zip(self.before, self.after, strict=False)]


def written(text: str) -> WriteResult:
    """The result of a write."""
    said = json.loads(text)
    counts = {name: said[name] for name in ("version", "inserted", "updated", "deleted", "unchanged")}
    return WriteResult(committed_at=moment(said["committedAt"]), **counts)


def commit(said: dict[str, Any]) -> Commit:
    """A commit of the history."""
    names = ("version", "operation", "inserted", "updated", "deleted", "message", "properties")
    return Commit(
        committed_at=moment(said["committedAt"]),
        effective_at=moment(said["effectiveAt"]),
        tags=tuple(said["tags"]),
        **{name: said[name] for name in names},
    )


def tag(said: dict[str, Any]) -> Tag:
    """A version with a name."""
    return Tag(said["name"], said["version"], moment(said["createdAt"]))


def plain_result(text: str) -> dict[str, Any]:
    """An answer of numbers and texts, under the names of Python."""
    return {snake(name): value for name, value in json.loads(text).items()}
