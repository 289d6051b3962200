"""Feeds of training: rows and images a second from a table, beside reading the same bytes with NumPy.

    python bench/python/feed.py [rows] [images]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

import varve

BATCH = 256
WIDTH = 256
SIDE = 64
ROUNDS = 5


def best(feed: Callable[[], Iterable[object]]) -> float:
    """The shortest time of an epoch, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in feed():
            pass
        times.append(time.perf_counter() - start)
    return min(times)


def show(what: str, rows: int, seconds: float, size: int) -> None:
    print(f"{what:44} {rows / seconds:12,.0f} /s  {rows * size / seconds / 1e9:6.2f} GB/s")


def vectors(folder: Path, db: varve.Database, rows: int) -> None:
    random = np.random.default_rng(1)
    x = random.standard_normal((rows, WIDTH), dtype=np.float32)
    label = random.integers(0, 10, rows)
    np.save(folder / "x.npy", x)
    np.save(folder / "label.npy", label)
    table = db.create_table(
        "train",
        {"id": varve.integer(primary_key=True), "x": varve.vector(WIDTH), "label": varve.integer()},
    )
    flat = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), WIDTH)
    table.insert(pa.table({"id": np.arange(rows), "x": flat, "label": label}))

    def read(order: np.ndarray | None) -> Iterable[object]:
        xs, labels = np.load(folder / "x.npy", mmap_mode="r"), np.load(folder / "label.npy", mmap_mode="r")
        for start in range(0, rows, BATCH):
            part = slice(start, start + BATCH) if order is None else order[start : start + BATCH]
            # What a step of training does at least: it looks at every number.
            yield xs[part].max(), labels[part].max()

    def fed(feed: varve.Batches) -> Iterable[object]:
        for batch in feed:
            yield batch["x"].max(), batch["label"].max()

    size = WIDTH * 4 + 8
    shuffled = table.batches(["x", "label"], BATCH, shuffle=1)
    show("vectors in order, NumPy", rows, best(lambda: read(None)), size)
    show("vectors in order, table.batches", rows, best(lambda: fed(table.batches(["x", "label"], BATCH))), size)
    show("vectors shuffled, NumPy", rows, best(lambda: read(random.permutation(rows))), size)
    show("vectors shuffled, table.batches(shuffle)", rows, best(lambda: fed(shuffled)), size)


def images(folder: Path, db: varve.Database, rows: int) -> None:
    random = np.random.default_rng(2)
    pixels = random.integers(0, 256, (rows, SIDE, SIDE, 3), dtype=np.uint8)
    np.save(folder / "pixels.npy", pixels)
    table = db.create_table("images", {"id": varve.integer(primary_key=True), "image": varve.binary()})
    table.insert({"id": n, "image": pixels[n].tobytes()} for n in range(rows))

    def read(order: np.ndarray | None) -> Iterable[object]:
        all_pixels = np.load(folder / "pixels.npy", mmap_mode="r")
        for start in range(0, rows, BATCH):
            part = slice(start, start + BATCH) if order is None else order[start : start + BATCH]
            yield np.array(all_pixels[part])

    def fed(feed: varve.Batches) -> Iterable[object]:
        for batch in feed:
            yield np.stack(batch["image"]).reshape(-1, SIDE, SIDE, 3)

    size = SIDE * SIDE * 3
    shuffled = table.batches(["image"], BATCH, shuffle=1)
    show("images in order, NumPy", rows, best(lambda: read(None)), size)
    show("images in order, table.batches", rows, best(lambda: fed(table.batches(["image"], BATCH))), size)
    show("images shuffled, NumPy", rows, best(lambda: read(random.permutation(rows))), size)
    show("images shuffled, table.batches(shuffle)", rows, best(lambda: fed(shuffled)), size)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as name, varve.connect(Path(name) / "db") as database:
        vectors(Path(name), database, given[0] if given else 200_000)
        images(Path(name), database, given[1] if len(given) > 1 else 20_000)
