"""Facts that change: what a search finds now, what it found then, and how a frame is written back.

python python/examples/prices.py
"""

from __future__ import annotations

import polars

import varve

with varve.connect("memory:") as db:
    plans = db.create_table(
        "plans",
        {
            "id": varve.text(primary_key=True),
            "body": varve.text(),
            "cents": varve.integer(),
            "vec": varve.embed(varve.builtin(), "body"),
        },
    )
    plans.insert(
        polars.DataFrame(
            {
                "id": ["free", "team"],
                "body": ["For one person, with a gigabyte of files", "For teams, with shared folders and support"],
                "cents": [0, 900],
            }
        ),
        effective_at="2026-01-01",
    )
    dearer = plans.to_polars().select("id", (polars.col("cents") * 1.1).round().cast(polars.Int64).alias("cents"))
    plans.upsert(dearer, merge=True, effective_at="2026-03-01", message="prices of spring")

    question = "sharing files with colleagues"
    [now] = plans.search(question, limit=1)
    [then] = plans.search(question, limit=1, as_of={"effective": "2026-02-01"})
    print(f"{now['id']}: {then['cents']} cents in February, {now['cents']} now")
    for change in plans.diff(1, select=["id", "cents"]).changed:
        print(f"{change.before['id']}: {change.before['cents']} -> {change.after['cents']}")
