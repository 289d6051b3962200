"""What is written, from dicts and from whatever hands out Arrow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

import varve

EVERY = {
    "id": varve.integer(primary_key=True),
    "text": varve.text(nullable=True),
    "kind": varve.enum("a", "b", nullable=True),
    "json": varve.json(nullable=True),
    "float": varve.floating(nullable=True),
    "small": varve.floating(bits=32, nullable=True),
    "flag": varve.boolean(nullable=True),
    "at": varve.timestamp(nullable=True),
    "day": varve.date(nullable=True),
    "bytes": varve.binary(nullable=True),
    "vector": varve.vector(2, nullable=True),
    "list": varve.array(varve.text(), nullable=True),
    "parts": varve.struct({"n": varve.integer(nullable=True), "j": varve.json(nullable=True)}, nullable=True),
}
ROW: dict[str, Any] = {
    "id": 1,
    "text": "é",
    "kind": "a",
    "json": {"x": [1, None, "y"]},
    "float": 0.1,
    "small": 0.5,
    "flag": True,
    "at": dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC),
    "day": dt.date(2026, 3, 1),
    "bytes": b"\x00\xff",
    "vector": [0.5, -1.0],
    "list": ["a", "b"],
    "parts": {"n": 1, "j": [True]},
}


@pytest.fixture
def every(db: varve.Database) -> varve.Table:
    return db.create_table("every", EVERY)


def test_every_type_comes_back_as_it_went_in(every: varve.Table) -> None:
    nothing = {name: None for name in EVERY} | {"id": 2}
    assert every.insert([ROW, nothing]).inserted == 2
    assert every.find(select=list(EVERY), order_by="id") == [ROW, nothing]
    iso = {**ROW, "id": 3, "at": "2026-03-01T13:00:00+01:00", "day": "2026-03-01"}
    every.insert(iso)
    assert every.get(3, select=["at", "day"]) == {"at": ROW["at"], "day": ROW["day"]}
    assert every.find(where={"at": ROW["at"], "day": {"$gte": dt.date(2026, 1, 1)}, "bytes": b"\x00\xff"}) != []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", b"x"),
        ("text", True),
        ("kind", "c"),
        ("json", float("nan")),
        ("json", object()),
        ("float", "1"),
        ("float", True),
        ("flag", 1),
        ("at", dt.datetime(2026, 1, 1)),
        ("at", 5),
        ("day", "2026-02-30"),
        ("day", 5),
        ("bytes", "x"),
        ("vector", [1.0]),
        ("vector", ["x", "y"]),
        ("list", "ab"),
        ("list", [1]),
        ("parts", [1]),
        ("parts", {"n": 0.5}),
        ("parts", {"other": 1}),
        ("id", 2**63),
        ("id", 1.5),
    ],
)
def test_what_does_not_fit_is_refused(every: varve.Table, name: str, value: object) -> None:
    with pytest.raises(varve.VarveError) as caught:
        every.insert([{"id": 1}, {**ROW, "id": 2, name: value}])
    assert (caught.value.code, caught.value.where.get("row"), caught.value.where.get("column")) == (
        "INVALID_ROW",
        1,
        name,
    )
    assert every.count() == 0


def test_arrow_goes_in_as_it_came_out(every: varve.Table, db: varve.Database) -> None:
    every.insert(ROW)
    twin = db.create_table("twin", EVERY)
    twin.insert(every)
    assert twin.get(1, select=list(EVERY)) == ROW
    twin.upsert(pa.table({"id": [1, 2], "text": ["new", "x"]}), merge=True)
    assert twin.get(1, select=list(EVERY)) == {**ROW, "text": "new"}
    assert twin.insert(pa.record_batch({"id": [5]})).inserted == 1
    assert twin.insert(pa.table({"id": [6], "text": pa.array(["v"], pa.string_view())})).inserted == 1


def test_a_schema_of_arrow_makes_a_table(db: varve.Database) -> None:
    schema = pa.schema(
        [
            pa.field("id", pa.int32()),
            pa.field("name", pa.dictionary(pa.int8(), pa.string())),
            pa.field("near", pa.list_(pa.float32(), 2)),
            pa.field("seen", pa.timestamp("us", "UTC")),
        ]
    )
    table = db.create_table("t", schema, primary_key="id", embed={"vec": varve.embed(varve.builtin(), "name")})
    rows = [{"id": 1, "name": "silt", "near": [1, 0], "seen": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}]
    table.insert(pa.Table.from_pylist(rows, schema=schema))
    assert table.find(select=["id", "name", "near", "seen"]) == rows
    assert table.search("silt", limit=1)[0]["id"] == 1
    with pytest.raises(varve.VarveError, match="which no table holds"):
        db.create_table("odd", pa.schema([("x", pa.duration("s"))]))


def test_rows_lack_columns_in_their_own_ways(docs: varve.Table) -> None:
    rows = [{"id": "a", "views": 9}, {"id": "b", "title": "posting"}, {"id": "d", "views": 1}]
    done = docs.upsert(rows, merge=True)
    assert (done.updated, done.inserted) == (2, 1)
    assert [(row["id"], row["title"], row["views"]) for row in docs.find(order_by="id")] == [
        ("a", "refund policy", 9),
        ("b", "posting", 0),
        ("c", "opening hours", 0),
        ("d", None, 1),
    ]


def test_an_upsert_replaces_whole_rows(docs: varve.Table) -> None:
    docs.upsert([{"id": "a", "title": "returns"}, {"id": "c"}])
    assert docs.get("a") == {"id": "a", "title": "returns", "views": 0, "meta": None}
    docs.upsert(pa.table({"id": ["a"], "views": [4]}))
    assert docs.get("a") == {"id": "a", "title": None, "views": 4, "meta": None}
    docs.upsert(pa.table({"id": ["b"], "views": [5]}), merge=True)
    assert docs.get("b", select=["title", "views"]) == {"title": "delivery times", "views": 5}


def test_vectors_are_brought_where_that_is_said(docs: varve.Table) -> None:
    row = {"id": "x", "title": "unlike", "vec": [1.0] + [0.0] * 255}
    with pytest.raises(varve.VarveError, match="vectors=True"):
        docs.insert(row)
    with pytest.raises(varve.VarveError, match="vectors=True"):
        docs.upsert(docs)
    docs.insert([row, {"id": "y", "title": "refund policy"}], vectors=True)
    assert docs.search(row["vec"], limit=1)[0]["id"] == "x"
    assert docs.search("refund policy", mode="vector", limit=2, select=["id"])[1]["_distance"] < 1e-6


def test_an_update_embeds_what_follows_from_it(docs: varve.Table) -> None:
    assert docs.update({"title": "puppies and kittens"}, where={"id": "c"}).updated == 1
    assert docs.search("young dogs", mode="vector", limit=1)[0]["id"] == "c"
    assert docs.update({"views": 7}, all=True).updated == 3


def test_rows_leave_and_come_back(docs: varve.Table) -> None:
    assert docs.delete(where={"id": {"$in": ["a", "b"]}}).deleted == 2
    assert docs.count() == 1
    assert docs.restore(1, message="back").inserted == 2
    assert [row["id"] for row in docs.find(order_by="id")] == ["a", "b"]
    assert docs.purge(where={"id": "a"}, dry_run=True)["rows"] == 2
    docs.purge(where={"id": "a"})
    assert docs.count(as_of=1) == 1
    for where in ({}, [], None, {"$or": [{}]}, {"$not": {"$or": []}}):
        for call in (docs.delete, docs.purge, lambda **said: docs.update({"views": 1}, **said)):
            with pytest.raises(varve.VarveError, match="so it would mean all rows"):
                call(where=where)
    assert docs.delete(all=True).deleted == 1


def test_what_is_said_of_a_commit_stays(docs: varve.Table) -> None:
    docs.insert({"id": "z"}, message="late", properties={"job": 7}, if_version=2)
    newest = docs.history(limit=1)[0]
    assert (newest.message, newest.properties, newest.operation) == ("late", {"job": 7}, "insert")
    with pytest.raises(varve.VarveError) as caught:
        docs.delete(all=True, if_version=2)
    assert caught.value.code == "CONFLICT"


def test_columns_change(docs: varve.Table) -> None:
    docs.add_column("lang", varve.text(default="en"), message="languages", effective_at="2030-01-01")
    assert docs.get("a", select=["lang"]) == {"lang": "en"}
    docs.rename_column("title", "name")
    docs.upsert({"id": "e", "name": "a kennel for puppies", "lang": "fr"})
    assert docs.search("young dogs", mode="vector", limit=1, select=["name", "lang"])[0]["lang"] == "fr"
    docs.drop_column("views")
    assert "views" not in docs.find()[0] and "views" in docs.find(as_of=2)[0]
    assert [commit.operation for commit in docs.history(limit=4)] == [
        "dropColumn",
        "upsert",
        "renameColumn",
        "addColumn",
    ]
    with pytest.raises(varve.VarveError) as caught:
        docs.add_column("other", varve.embed(varve.builtin(), "name"))  # type: ignore[arg-type]
    assert caught.value.code == "NOT_YET"


def test_tags_come_and_go(docs: varve.Table) -> None:
    assert docs.tag("launch").version == 2
    assert [tag.name for tag in docs.tags()] == ["launch"]
    docs.delete_tag("launch")
    assert docs.tags() == []


def test_many_rows_are_one_commit(db: varve.Database) -> None:
    table = db.create_table("many", {"id": varve.integer(primary_key=True), "n": varve.integer()})
    done = table.insert({"id": n, "n": n * n} for n in range(20_000))
    assert (done.inserted, done.version) == (20_000, 1)
    assert table.get(19_999) == {"id": 19_999, "n": 19_999**2}
    table.optimize()
    assert table.stats()["rows"] == 20_000
