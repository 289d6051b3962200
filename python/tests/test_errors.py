"""What errors say: a code that programs know, a message for people, and what to do next."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable

import pytest

import varve

CASES: dict[str, tuple[Callable[[varve.Database, varve.Table], object], str, str]] = {
    "no table": (lambda db, t: db.table("x"), "TABLE_NOT_FOUND", 'There is no table "x".'),
    "a table that is there": (lambda db, t: db.create_table("docs", {"a": varve.text()}), "TABLE_EXISTS", ""),
    "no column": (lambda db, t: t.find(where={"nope": 1}), "COLUMN_NOT_FOUND", 'The table has no column "nope".'),
    "a column that no table has": (
        lambda db, t: t.insert({"id": "x", "nope": 1}),
        "INVALID_ROW",
        'Row 0 has the key "nope", which is not a column.',
    ),
    "a value of another type": (
        lambda db, t: t.insert([{"id": "x"}, {"id": 7}]),
        "INVALID_ROW",
        'Row 1, "id": expected text, found the number 7.',
    ),
    "a boolean for a number": (lambda db, t: t.insert({"id": "x", "views": True}), "INVALID_ROW", ""),
    "no row": (lambda db, t: t.insert(["x"]), "INVALID_ROW", 'Row 0 is the text "x", not a dict.'),
    "no rows": (
        lambda db, t: t.insert(7),
        "INVALID_ARGUMENT",
        "rows: expected dicts, or something that hands out Arrow, found the number 7.",
    ),
    "a key twice": (
        lambda db, t: t.insert({"id": "a"}),
        "DUPLICATE_KEY",
        'Row 0: the key "a" is in the table already.',
    ),
    "an operator": (
        lambda db, t: t.find(where={"id": {"$foo": 1}}),
        "INVALID_FILTER",
        'The operator "$foo" is not known here.',
    ),
    "no filter": (
        lambda db, t: t.delete(where="x"),
        "INVALID_FILTER",
        'A filter was expected and the text "x" was found.',
    ),
    "no point": (
        lambda db, t: t.count(as_of="noon"),
        "INVALID_ARGUMENT",
        'asOf: expected an instant, found the text "noon".',
    ),
    "a time without zone": (lambda db, t: t.count(as_of=dt.datetime(2026, 1, 1)), "INVALID_ARGUMENT", ""),
    "no version": (lambda db, t: t.count(as_of=99), "VERSION_NOT_FOUND", ""),
    "no tag": (lambda db, t: t.as_of({"tag": "x"}), "TAG_NOT_FOUND", ""),
    "a vector of another length": (
        lambda db, t: t.search([1.0, 2.0]),
        "INVALID_ARGUMENT",
        'The table "docs" has no vector column of 2 dimensions.',
    ),
    "no query": (
        lambda db, t: t.search(7),
        "INVALID_ARGUMENT",
        "search: expected a vector of finite numbers, found the number 7.",
    ),
    "an option": (lambda db, t: t.search("x", limits=3), "INVALID_ARGUMENT", ""),
    "an option of a write": (lambda db, t: t.insert({"id": "x"}, note="x"), "INVALID_ARGUMENT", ""),
    "two keys": (
        lambda db, t: db.create_table("t", {"a": varve.text(primary_key=True), "b": varve.text(primary_key=True)}),
        "INVALID_SCHEMA",
        "A table has one primary key, and a, b are declared.",
    ),
    "no schema": (lambda db, t: db.create_table("t", {"a": str}), "INVALID_ARGUMENT", ""),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("name", CASES)
def test_an_error_says_what_happened(name: str, db: varve.Database, docs: varve.Table) -> None:
    call, code, message = CASES[name]
    with pytest.raises(varve.VarveError) as caught:
        call(db, docs)
    assert caught.value.code == code
    assert message in caught.value.message and caught.value.message in str(caught.value)
    assert docs.version == 2


def test_an_error_is_sent_between_processes() -> None:
    error = varve.VarveError("IO", "The disk is full.", hint="Free some space.", where={"file": "x", "row": None})
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.message, again.hint, again.where) == (
        "IO",
        "The disk is full.",
        "Free some space.",
        {"file": "x"},
    )
