from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import varve


@pytest.fixture
def db() -> Iterator[varve.Database]:
    with varve.connect("memory:") as database:
        yield database


@pytest.fixture
def docs(db: varve.Database) -> varve.Table:
    """Three documents, of which two versions are there."""
    table = db.create_table(
        "docs",
        {
            "id": varve.text(primary_key=True),
            "title": varve.text(nullable=True),
            "views": varve.integer(default=0),
            "meta": varve.json(nullable=True),
            "vec": varve.embed(varve.builtin(), "title"),
        },
    )
    table.insert(
        [
            {"id": "a", "title": "refund policy", "views": 3, "meta": {"lang": "en"}},
            {"id": "b", "title": "shipping times"},
        ],
        message="first",
    )
    table.upsert([{"id": "b", "title": "delivery times"}, {"id": "c", "title": "opening hours"}])
    return table


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2]
