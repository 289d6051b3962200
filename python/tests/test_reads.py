"""What is read of a table, now and as it was."""

from __future__ import annotations

import datetime as dt
import doctest
from pathlib import Path

import pytest

import varve


def test_the_example_of_the_package_runs() -> None:
    assert doctest.testmod(varve).failed == 0 and doctest.testmod(varve).attempted > 4


def test_a_row_is_found_by_its_key(docs: varve.Table) -> None:
    assert docs.get("a") == {"id": "a", "title": "refund policy", "views": 3, "meta": {"lang": "en"}}
    assert docs.get("b", select=["title"]) == {"title": "delivery times"}
    assert docs.get("nobody") is None


def test_rows_are_found_by_filters_in_an_order(docs: varve.Table) -> None:
    found = docs.find(where={"views": {"$lt": 1}}, order_by={"title": "desc"}, select=["id"])
    assert found == [{"id": "c"}, {"id": "b"}]
    assert docs.find(where={"meta.lang": "en"}, select=["id"]) == [{"id": "a"}]
    assert docs.find(where=[{"title": {"$like": "%s"}}, {"id": {"$ne": "c"}}], select=["id"]) == [{"id": "b"}]
    assert docs.find(limit=1, offset=1, order_by="id", select=["id"]) == [{"id": "b"}]
    assert docs.count(where={"meta": None}) == 2


def test_an_earlier_version_stays_readable(docs: varve.Table) -> None:
    assert docs.find(as_of=1, order_by="id", select=["title"]) == [
        {"title": "refund policy"},
        {"title": "shipping times"},
    ]
    then = docs.as_of(1)
    assert (then.version, then.count(), len(docs)) == (1, 2, 3)
    docs.tag("launch", 1)
    assert docs.count(as_of={"tag": "launch"}) == 2
    [newest, first] = docs.history()
    assert (first.message, first.inserted, first.tags) == ("first", 2, ("launch",))
    assert first.committed_at is not None and first.committed_at <= dt.datetime.now(dt.UTC)
    assert docs.count(as_of=newest.committed_at) == 3


def test_a_fact_is_true_from_a_date_on(db: varve.Database) -> None:
    prices = db.create_table("prices", {"id": varve.text(primary_key=True), "cents": varve.integer()})
    prices.insert({"id": "a", "cents": 10}, effective_at="2026-01-01")
    prices.upsert({"id": "a", "cents": 12}, effective_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    assert prices.as_of({"effective": "2026-02-01"}).get("a") == {"id": "a", "cents": 10}
    assert prices.as_of({"effective": "2026-03-01"}).get("a") == {"id": "a", "cents": 12}


def test_what_a_key_had_is_known(docs: varve.Table) -> None:
    first, second = docs.history_of("b", select=["title"])
    assert (first["title"], first["_from"]["version"], first["_to"]["version"]) == ("shipping times", 1, 2)
    assert (second["title"], second["_to"]) == ("delivery times", None)


def test_two_versions_differ_in_rows(docs: varve.Table) -> None:
    diff = docs.diff(1, select=["id", "title"])
    assert diff.added == [{"id": "c", "title": "opening hours"}]
    assert diff.removed == []
    [change] = diff.changed
    assert (change.before["title"], change.after["title"]) == ("shipping times", "delivery times")


def test_a_search_finds_by_meaning_and_by_words(docs: varve.Table) -> None:
    hits = docs.search("how do I get my money back", limit=1)
    assert [hit["id"] for hit in hits] == ["a"]
    assert hits.mode == "hybrid"
    assert [hit["id"] for hit in docs.search("times", mode="text")] == ["b"]
    assert "_distance" not in docs.search("times", mode="text")[0]
    vector = docs.find(where={"id": "c"}, select=["vec"])[0]["vec"]
    [nearest] = docs.search(vector, limit=1, select=["id"])
    assert nearest["id"] == "c" and nearest["_distance"] == pytest.approx(0, abs=1e-6)
    assert docs.search("☃", mode="vector") == []
    assert [hit["id"] for hit in docs.search("times", as_of=1, limit=1, where={"views": 0})] == ["b"]
    assert docs.explain("refund", mode="vector")["mode"] == "vector"


def test_a_search_looks_through_time(docs: varve.Table) -> None:
    hits = docs.search("shipping times", during=(1, 2), mode="vector", every_version=True, select=["title"])
    assert hits[0]["title"] == "shipping times"
    assert (hits[0]["_from"]["version"], hits[0]["_to"]["version"]) == (1, 2)


def test_a_folder_is_opened_again(tmp_path: Path) -> None:
    with varve.connect(tmp_path) as db:
        db.create_table("t", {"id": varve.integer(primary_key=True)}).insert([{"id": 2**60}])
        assert db.table_names() == ["t"]
    with varve.connect(tmp_path) as db:
        table = db.table("t")
        assert table.get(2**60) == {"id": 2**60}
        assert table.find(where={"id": {"$gte": 2**60}}) == [{"id": 2**60}]
        assert db.verify("t")["ok"]
    with pytest.raises(varve.VarveError) as caught:
        table.count()
    assert caught.value.code == "CLOSED"


def test_a_version_is_pinned_for_a_while(docs: varve.Table) -> None:
    before = dt.datetime.now(dt.UTC)
    with docs.as_of(1).pin(minutes=10) as then:
        assert (then.version, then.count()) == (1, 2)
        assert dt.timedelta(minutes=9) < then.until - before < dt.timedelta(minutes=11)
        then.renew(minutes=30)
        assert then.until - before > dt.timedelta(minutes=29)
        then.release()
    assert docs.pin().version == docs.version
    for minutes in (0, 1441, True, "10m"):
        with pytest.raises(varve.VarveError, match="minutes: expected a number of minutes up to 1440"):
            docs.pin(minutes=minutes)  # type: ignore[arg-type]
