"""Writes a table by docs/writing-tables.md, with nothing but Python's own library.

create FOLDER: the table `docs` with a commit. append FOLDER: two more, rows in the manifest and the end of a row."""

import json
import os
import struct
import sys
import time
import uuid

MASK = (1 << 64) - 1
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def word(data, at):
    return int.from_bytes(data[at : at + 8], "little")


def xxh3(data):
    """xxh3 with 64 bits and seed 0, of 4 to 8 bytes or more than 240: others are not needed here."""
    return short_hash(data) if len(data) <= 8 else long_hash(data)


def short_hash(data):
    size = len(data)
    assert 4 <= size <= 8
    first, last = int.from_bytes(data[:4], "little"), int.from_bytes(data[-4:], "little")
    h = (last + (first << 32)) ^ word(SECRET, 8) ^ word(SECRET, 16)
    h ^= ((h << 49 | h >> 15) ^ (h << 24 | h >> 40)) & MASK
    h = h * 0x9FB21C651E98DF25 & MASK
    h ^= (h >> 35) + size
    h = h * 0x9FB21C651E98DF25 & MASK
    return h ^ h >> 28


def long_hash(data):
    size = len(data)
    assert size > 240
    acc = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]]

    def stripe(at, secret):
        for i in range(8):
            value = word(data, at + 8 * i)
            key = value ^ word(SECRET, secret + 8 * i)
            acc[i ^ 1] = acc[i ^ 1] + value & MASK
            acc[i] = acc[i] + (key & 0xFFFFFFFF) * (key >> 32) & MASK

    blocks, rest = divmod(size - 1, 1024)
    for block in range(blocks):
        for i in range(16):
            stripe(block * 1024 + i * 64, i * 8)
        for i in range(8):
            acc[i] = (acc[i] ^ acc[i] >> 47 ^ word(SECRET, 128 + 8 * i)) * P32[0] & MASK
    for i in range(rest // 64):
        stripe(blocks * 1024 + i * 64, i * 8)
    stripe(size - 64, 121)
    h = size * P64[0] & MASK
    for i in range(4):
        product = (acc[2 * i] ^ word(SECRET, 11 + 16 * i)) * (acc[2 * i + 1] ^ word(SECRET, 19 + 16 * i))
        h = h + (product & MASK ^ product >> 64) & MASK
    h = (h ^ h >> 37) * 0x165667919E3779F9 & MASK
    return h ^ h >> 32


def sync(path):
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def write(path, data):
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sealed(content):
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return b'{"xxh3":"%016x","content":%s}\n' % (xxh3(text), text)


def put(manifests, manifest):
    """Puts a manifest if its name is free; the name appears with its content or not at all."""
    name = "%020d.json" % (MASK - manifest["sequence"])
    draft = os.path.join(manifests, ".temporary-" + uuid.uuid4().hex)
    write(draft, sealed(manifest))
    try:
        os.link(draft, os.path.join(manifests, name))
    finally:
        os.unlink(draft)
    sync(manifests)


def fragment(folder, rows):
    """A file with the columns of rows: buffers, the key index, the checksums."""
    body = bytearray()

    def place(data):
        body.extend(bytes(-len(body) % 64))
        body.extend(data)
        return [len(body) - len(data), len(data)]

    words = [(word or "").encode() for _, word in rows]
    ends = [0]
    for text in words:
        ends.append(ends[-1] + len(text))
    valid = bytearray(-(-len(rows) // 8))
    for i, (_, text) in enumerate(rows):
        valid[i // 8] |= (text is not None) << i % 8
    ids = {"field": 1, "nulls": 0, "buffers": [[0, 0], place(b"".join(struct.pack("<q", id) for id, _ in rows))]}
    texts = {"field": 2, "nulls": sum(text is None for _, text in rows)}
    texts["buffers"] = [place(valid), place(struct.pack("<%di" % len(ends), *ends)), place(b"".join(words))]
    index = sorted((xxh3(struct.pack("<q", id)), row) for row, (id, _) in enumerate(rows))
    hashes = b"".join(struct.pack("<Q", hash) for hash, _ in index)
    keys = place(hashes + b"".join(struct.pack("<I", row) for _, row in index))
    checksums = struct.pack("<Q", xxh3(bytes(body)))
    assert 240 < len(body) <= 65536
    name = uuid.uuid4().hex + ".rows.arrow"
    write(os.path.join(folder, "data", name), bytes(body) + checksums)
    sync(os.path.join(folder, "data"))
    group = {"file": name, "length": len(body) + 8, "checksums": len(body), "seal": "%016x" % xxh3(checksums)}
    return {"rows": [[0, len(rows)]], "groups": [{**group, "keys": keys, "columns": [ids, texts]}]}


def commit(manifest, operation, **counts):
    now = int(time.time() * 1000)
    tail = manifest["log"]["tail"]
    manifest["version"] += 1
    tail.append(
        {
            "version": manifest["version"],
            "committedAt": max([now] + [commit["committedAt"] for commit in tail]),
            "operation": operation,
            "watermark": manifest["watermark"],
            "schema": manifest["schema"],
            "id": manifest["id"],
            **counts,
        }
    )


def create(database):
    draft = os.path.join(database, ".varve-creating-" + uuid.uuid4().hex)
    for folder in ("data", "deaths", "index", "_log", "_tags", "_manifests"):
        os.makedirs(os.path.join(draft, folder))
    fields = [
        {"id": 1, "name": "id", "nullable": False, "type": {"kind": "int"}},
        {"id": 2, "name": "word", "nullable": True, "type": {"kind": "text"}},
    ]
    now = int(time.time() * 1000)
    rows = [(id, None if id % 5 == 0 else "word %d" % id) for id in range(40)]
    manifest = {
        "format": 1,
        "incarnation": uuid.uuid4().hex,
        "sequence": now << 20 | int.from_bytes(os.urandom(4), "little") >> 12,
        "id": uuid.uuid4().hex,
        "createdAt": now,
        "version": 0,
        "watermark": len(rows),
        "nextField": 3,
        "schema": 0,
        "schemas": [{"id": 0, "primaryKey": "id", "fields": fields}],
        "fragments": [fragment(draft, rows)],
        "inline": [],
        "deaths": {"runs": [], "tail": []},
        "log": {"levels": [], "tail": []},
    }
    commit(manifest, "insert", inserted=len(rows))
    put(os.path.join(draft, "_manifests"), manifest)
    sync(draft)
    os.rename(draft, os.path.join(database, "docs.varve"))
    sync(database)


def newest(manifests):
    names = sorted(name for name in os.listdir(manifests) if len(name) == 25 and name.endswith(".json"))
    if "journal-begun" in os.listdir(manifests) or not names:
        sys.exit("The newest manifest stands in a journal, which this program does not read.")
    with open(os.path.join(manifests, names[0]), "rb") as file:
        data = file.read()
    content = data[37:-2]
    assert data[9:25] == b"%016x" % xxh3(content), "the checksum is wrong"
    manifest = json.loads(content)
    unknown = manifest.get("readerFeatures", []) + manifest.get("writerFeatures", [])
    if unknown or manifest["format"] != 1:
        sys.exit("The table needs %s, which this program does not know." % ", ".join(unknown))
    return manifest


def follow(manifests, change):
    """Puts the manifest behind the newest; where somebody else was faster, all of it is done anew."""
    while True:
        manifest = newest(manifests)
        before = os.path.join(manifests, "%020d.json" % (MASK - manifest["sequence"]))
        manifest["sequence"] += 1
        manifest["id"] = uuid.uuid4().hex
        change(manifest)
        try:
            put(manifests, manifest)
        except FileExistsError:
            continue
        # Whoever slept may have put what others had removed already.
        assert os.path.exists(before), "look whether the newest log has the commit"
        return


def append(database):
    manifests = os.path.join(database, "docs.varve", "_manifests")

    def rows(manifest):
        first = manifest["watermark"]
        manifest["watermark"] += 2
        columns = [[1, [first + 1000, first + 1001]], [2, ["größer", None]]]
        manifest["inline"].append({"first": first, "rows": 2, "columns": columns})
        commit(manifest, "insert", inserted=2)

    def end(manifest):
        dead = {row for run in manifest["deaths"]["tail"] for row, _ in run}
        row = min(row for row in range(10) if row not in dead)
        commit(manifest, "delete", deleted=1)
        manifest["deaths"]["tail"].append([[row, manifest["version"]]])

    follow(manifests, rows)
    follow(manifests, end)


{"create": create, "append": append}[sys.argv[1]](sys.argv[2])
