"""Tables and answers in the hands of pandas, Polars and DuckDB, and their frames in a table."""

from __future__ import annotations

import sys
import threading

import pytest

import varve

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
duckdb = pytest.importorskip("duckdb")


def test_polars_takes_a_table_and_an_answer(docs: varve.Table) -> None:
    frame = polars.DataFrame(docs)
    assert frame.shape == (3, 5)
    assert frame.schema["vec"] == polars.Array(polars.Float32, 256)
    assert docs.to_polars().equals(frame)
    hits = docs.search("refund", limit=1)
    assert polars.DataFrame(hits)["id"].to_list() == hits.to_polars()["id"].to_list() == ["a"]
    assert polars.DataFrame(docs.as_of(1)).height == 2


def test_pandas_takes_a_table_and_an_answer(docs: varve.Table) -> None:
    assert sorted(docs.to_pandas()["id"]) == ["a", "b", "c"]
    assert docs.find(order_by="id").to_pandas()["views"].tolist() == [3, 0, 0]
    if hasattr(pandas.DataFrame, "from_arrow"):
        assert list(pandas.DataFrame.from_arrow(docs.find(order_by="id"))["id"]) == ["a", "b", "c"]


def test_duckdb_asks_a_table_by_its_name(docs: varve.Table) -> None:
    earlier = docs.as_of(1)
    asked = "select d.id from docs d left join earlier t using (id) where t.id is null"
    assert duckdb.sql(asked).fetchall() == [("c",)]
    assert earlier.version == 1
    near = duckdb.sql(
        "select max(array_cosine_similarity(a.vec, b.vec)) from docs a, docs b where a.id = b.id"
    ).fetchall()
    assert near[0][0] == pytest.approx(1)


def test_frames_are_rows(docs: varve.Table) -> None:
    docs.insert(polars.DataFrame({"id": ["p"], "title": ["from Polars"], "views": [1]}))
    docs.insert(pandas.DataFrame({"id": ["q"], "title": ["from pandas"], "views": [2]}))
    docs.upsert(
        duckdb.sql("select id, views * 10 as views from docs where id in ('p', 'q')").to_arrow_table(), merge=True
    )
    found = docs.find(where={"id": {"$in": ["p", "q"]}}, order_by="id", select=["title", "views"])
    assert found == [{"title": "from Polars", "views": 10}, {"title": "from pandas", "views": 20}]
    frame = docs.find(select=["id", "views"]).to_polars().with_columns(polars.col("views") + 1)
    docs.upsert(frame, merge=True)
    assert docs.get("p", select=["views"]) == {"views": 11}


def test_other_threads_go_on_meanwhile(db: varve.Database) -> None:
    table = db.create_table("t", {"id": varve.integer(primary_key=True), "n": varve.integer()})
    failed: list[BaseException] = []

    def write(start: int) -> None:
        try:
            for n in range(20):
                table.insert({"id": start + n, "n": n})
                assert table.get(start + n) is not None
        except BaseException as problem:
            failed.append(problem)

    threads = [threading.Thread(target=write, args=(100 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and table.count() == 80 and table.version == 80


def test_an_answer_is_read_where_it_lies(db: varve.Database) -> None:
    table = db.create_table("t", {"id": varve.integer(primary_key=True)})
    table.insert({"id": n} for n in range(100))
    rows = table.find(order_by="id")
    arrow = rows.to_arrow()
    assert sys.getsizeof(rows) < 200
    del rows
    assert arrow["id"].to_pylist() == list(range(100))
