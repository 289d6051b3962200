"""Columns that are embedded: by the built-in function, and by any callable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import varve


def letters(texts: Sequence[str], kind: str) -> list[list[float] | None]:
    """How many of three letters there are; what is asked for is told from what is written."""
    assert kind in ("document", "query")
    return [[float(text.count(letter)) for letter in "abc"] if text != "void" else None for text in texts]


def named(embed: object = letters, **said: object) -> varve.EmbeddingFunction:
    return varve.embedding("letters", 3, embed, **{"config": {"of": "abc"}, **said})  # type: ignore[arg-type]


def declared(fn: varve.EmbeddingFunction) -> dict[str, varve.Column | varve.Embed]:
    return {
        "id": varve.integer(primary_key=True),
        "title": varve.text(nullable=True),
        "body": varve.text(nullable=True),
        "vec": varve.embed(fn, "title", "body", template="{title}: {body}"),
    }


def test_any_callable_embeds(db: varve.Database) -> None:
    seen: list[str] = []

    def embed(texts: list[str]) -> list[list[float]]:
        seen.extend(texts)
        return [[float(len(text)), 0, 1] for text in texts]

    table = db.create_table("t", declared(named(embed, max_batch=2)))
    table.insert([{"id": n, "title": f"t{n}", "body": "b"} for n in range(5)] + [{"id": 9}])
    assert seen == [f"t{n}: b" for n in range(5)]
    assert table.find(where={"id": 9}, select=["vec"]) == [{"vec": None}]
    table.upsert({"id": 0, "title": "t0", "body": "b"})
    assert len(seen) == 5


def test_a_table_finds_its_function_by_its_name(tmp_path: Path) -> None:
    with varve.connect(tmp_path) as db:
        db.create_table("t", declared(named())).insert({"id": 1, "title": "aa", "body": "b"})
    with varve.connect(tmp_path) as db:
        table = db.table("t")
        assert table.count() == 1
        for call in (lambda: table.search("a"), lambda: table.insert({"id": 2, "title": "x"})):
            with pytest.raises(varve.VarveError, match="'letters' is not known here") as caught:
                call()
            assert caught.value.code == "EMBEDDING_UNAVAILABLE"
        assert table.search("aa", mode="text")[0]["id"] == 1
        assert table.search([2.0, 1.0, 0.0])[0]["id"] == 1
    with varve.connect(tmp_path, embeddings=[named(config={"of": "xyz"})]) as db:
        with pytest.raises(varve.VarveError, match="was embedded with letters of {'of': 'abc'}"):
            db.table("t").search("a")
    with varve.connect(tmp_path, embeddings=[named()]) as db:
        assert db.table("t").search("aab", limit=1)[0]["id"] == 1


def test_a_function_that_fails_is_named(db: varve.Database) -> None:
    def broken(texts: list[str]) -> list[list[float]]:
        raise RuntimeError("no key")

    for embed, why in [
        (broken, "it raised RuntimeError"),
        (lambda texts: [], "it gave 0 vectors for 1 inputs"),
        (lambda texts: [[1.0]], "it gave a vector of shape"),
        (lambda texts: [[float("nan")] * 3], "it gave one that is not finite"),
    ]:
        table = db.create_table("t", declared(named(embed)))
        with pytest.raises(varve.VarveError, match=why) as caught:
            table.insert({"id": 1, "title": "a"})
        assert caught.value.code == "EMBEDDING_FAILED"
        assert table.version == 0
        db.drop_table("t")


def test_a_text_without_a_vector_is_kept(db: varve.Database) -> None:
    table = db.create_table(
        "t", {"id": varve.integer(primary_key=True), "x": varve.text(), "vec": varve.embed(named(), "x")}
    )
    table.insert([{"id": 1, "x": "void"}, {"id": 2, "x": "abc"}])
    assert [row["vec"] for row in table.find(select=["vec"], order_by="id")] == [None, [1.0, 1.0, 1.0]]
