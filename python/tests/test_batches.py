"""Feeds for training: the same seed, version and columns give the same batches."""

from __future__ import annotations

import numpy as np
import pytest

import varve


@pytest.fixture
def train(db: varve.Database) -> varve.Table:
    columns = {
        "id": varve.integer(primary_key=True),
        "x": varve.vector(4),
        "label": varve.integer(),
        "weight": varve.floating(bits=32, nullable=True),
        "name": varve.text(),
        "good": varve.boolean(),
    }
    table = db.create_table("train", columns)
    table.insert(
        {
            "id": n,
            "x": [n, n + 0.5, 0, 1],
            "label": n % 3,
            "weight": None if n == 7 else n / 2,
            "name": f"n{n}",
            "good": n % 2 == 0,
        }
        for n in range(100)
    )
    return table


def test_batches_hold_every_row_once(train: varve.Table) -> None:
    for shuffle in (None, 1):
        feed = train.batches(["id", "x", "label"], 32, shuffle=shuffle)
        batches = list(feed)
        assert (len(feed), [len(batch["id"]) for batch in batches]) == (4, [32, 32, 32, 4])
        ids = np.concatenate([batch["id"] for batch in batches])
        assert sorted(ids) == list(range(100))
        for batch in batches:
            assert batch["x"].shape == (len(batch["id"]), 4) and batch["x"].dtype == np.float32
            assert (batch["x"][:, 0] == batch["id"]).all() and (batch["label"] == batch["id"] % 3).all()


def test_the_same_seed_gives_the_same_batches(train: varve.Table) -> None:
    def epochs(seed: int, count: int = 2) -> list[list[int]]:
        feed = train.batches(["id"], 10, shuffle=seed, as_of=1)
        return [[int(row) for batch in feed for row in batch["id"]] for _ in range(count)]

    first, second = epochs(7)
    assert first != second and first != list(range(100))
    train.upsert({"id": 0, "x": [9, 9, 9, 9], "label": 9, "name": "new", "good": True})
    train.delete(where={"id": {"$gt": 50}})
    train.optimize()
    assert epochs(7) == [first, second]
    assert epochs(8) != [first, second]


def test_batches_are_views_of_what_was_read(train: varve.Table) -> None:
    [batch] = train.batches(["x", "label"], 1000)
    assert not batch["x"].flags.owndata and not batch["label"].flags.owndata


def test_what_is_no_number_is_an_object(train: varve.Table) -> None:
    [batch] = train.batches(["name", "good", "weight"], 1000, where={"id": {"$in": [6, 7]}})
    assert list(batch["name"]) == ["n6", "n7"] and list(batch["good"]) == [True, False]
    assert batch["weight"][0] == 3 and np.isnan(batch["weight"][1])


def test_bytes_are_arrays_where_they_lie(db: varve.Database) -> None:
    table = db.create_table("t", {"id": varve.integer(primary_key=True), "image": varve.binary(nullable=True)})
    table.insert({"id": n, "image": bytes([n]) * n if n != 3 else None} for n in range(6))
    for shuffle in (None, 5):
        for batch in table.batches(["id", "image"], 4, shuffle=shuffle, where={"id": {"$gt": 0}}):
            for n, image in zip(batch["id"], batch["image"], strict=True):
                if n == 3:
                    assert image is None
                else:
                    assert image.dtype == np.uint8 and image.tolist() == [n] * n and not image.flags.owndata


def test_torch_takes_batches_as_they_are(train: varve.Table) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    [batch] = train.batches(["x"], 1000, shuffle=1)
    tensor = torch.from_numpy(batch["x"])
    assert tuple(tensor.shape) == (100, 4) and tensor.data_ptr() == batch["x"].ctypes.data


def test_a_feed_says_what_is_wrong(train: varve.Table) -> None:
    for call, message in [
        (lambda: train.batches(["x"], 0), "batch_size: expected a whole number from 1 on, found the number 0."),
        (lambda: train.batches([], 1), "columns: expected names of columns, found a list of 0."),
        (lambda: list(train.batches(["nope"], 1)), 'The table has no column "nope".'),
    ]:
        with pytest.raises(varve.VarveError) as caught:
            call()
        assert caught.value.message == message
