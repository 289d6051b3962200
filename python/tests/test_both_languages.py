"""A table of TypeScript is one of Python, and the other way round."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import varve

WRITE = """
const docs = table("docs", {
  id: text().primaryKey(), body: text(), at: timestamp(), n: int().default(2), meta: json().nullable(),
}, (c) => ({ vec: embed(builtin(), c.body) }));
const t = await db.table(docs);
await t.insert([{ id: "refunds", body: "We pay the money back", at: new Date(0), meta: { a: [1] } }, { id: "shop", body: "Open from nine", at: new Date(1) }]);
await t.tag("first");
console.log(JSON.stringify(await t.search("returning what I bought", { limit: 1, mode: "vector" })));
"""
READ = """
const t = await db.openTable("docs");
console.log(JSON.stringify([await t.find({ orderBy: "id" }), await t.search("young dogs", { limit: 1, mode: "vector" }), await t.verify()]));
"""


def node(root: Path, folder: Path, program: str) -> Any:
    if shutil.which("node") is None or not (root / "dist/index.js").exists():
        pytest.skip("node, or the built package for it, is not here")
    start = f"""
import {{ connect, embed, int, json, table, text, timestamp }} from {json.dumps((root / "dist/index.js").as_uri())};
import {{ builtin }} from {json.dumps((root / "dist/embeddings/index.js").as_uri())};
const db = await connect({json.dumps(str(folder))});
"""
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", f"{start}{program}await db.close();"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_table_goes_from_one_language_to_the_other(root: Path, tmp_path: Path) -> None:
    [hit] = node(root, tmp_path, WRITE)
    with varve.connect(tmp_path) as db:
        docs = db.table("docs")
        assert docs.get("refunds", select=["n", "meta"]) == {"n": 2, "meta": {"a": [1]}}
        [same] = docs.search("returning what I bought", limit=1, mode="vector")
        assert (same["id"], same["_score"]) == (hit["id"], pytest.approx(hit["_score"], abs=1e-6))
        docs.insert({"id": "pets", "body": "Puppies and kittens", "at": "2026-01-01T00:00:00Z"})
        docs.update({"n": 5}, where={"id": "shop"})
    found, nearest, verified = node(root, tmp_path, READ)
    assert [(row["id"], row["n"], row["at"]) for row in found] == [
        ("pets", 2, "2026-01-01T00:00:00.000Z"),
        ("refunds", 2, "1970-01-01T00:00:00.000Z"),
        ("shop", 5, "1970-01-01T00:00:00.001Z"),
    ]
    assert nearest[0]["id"] == "pets" and verified["ok"]
    with varve.connect(tmp_path) as db:
        assert db.table("docs").count(as_of={"tag": "first"}) == 2


def test_the_example_runs(root: Path) -> None:
    pytest.importorskip("polars")
    example = root / "python/examples/prices.py"
    ran = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, check=True)
    assert ran.stdout == "team: 900 cents in February, 990 now\nteam: 900 -> 990\n"
