"""Raw responses: headers as they came, bodies once each, compressed."""

import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any

import zstandard
from sqlite_utils import Database

from storage.errors import StorageError
from storage.faults import DAMAGED
from storage.queries import rows

_SMALLEST_COMPRESSED = 128  # bytes; below, a frame costs more than it saves
_OF_VERSION = """
SELECT r.role, r.url, r.fetched_at, r.status, r.headers, r.body_hash
FROM version_responses v JOIN responses r ON r.id = v.response_id WHERE v.version_id = ? ORDER BY r.id
"""
_PUT_BODY = """
INSERT INTO bodies (hash, codec, size, data, dropped_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET codec = excluded.codec, data = excluded.data, dropped_at = excluded.dropped_at
"""


class _Zstd(threading.local):
    """Of each thread its own: two that compress with one at the same moment end the process."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=3)
        self.decompressor = zstandard.ZstdDecompressor()


_zstd = _Zstd()


def body_hash(body: bytes) -> str:
    """Hex SHA-256 of a body."""
    return hashlib.sha256(body).hexdigest()


def keep(
    db: Database,
    url: str,
    role: str,
    fetched_at: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    withheld: bool = False,
) -> int:
    """Keep a response; its id. A body that is there already is not kept twice; of one that is `withheld` only the
    hash is."""
    digest = _withhold(db, body, fetched_at) if withheld else _keep_body(db, body)
    cursor = db.execute(
        "INSERT INTO responses (url, fetched_at, status, headers, body_hash, role) VALUES (?, ?, ?, ?, ?, ?)",
        (url, fetched_at, status, json.dumps(dict(headers), ensure_ascii=False), digest, role),
    )
    return int(cursor.lastrowid or 0)


def _keep_body(db: Database, body: bytes) -> str:
    digest = body_hash(body)
    row = db.execute("SELECT data IS NULL FROM bodies WHERE hash = ?", (digest,)).fetchone()
    if row is None or row[0]:  # one that was dropped and comes again is kept again
        codec, data = "raw", body
        if len(body) >= _SMALLEST_COMPRESSED:
            codec, data = "zstd", _zstd.compressor.compress(body)
        db.execute(_PUT_BODY, (digest, codec, len(body), data, None))
    return digest


def _withhold(db: Database, body: bytes, at: str) -> str:
    digest = body_hash(body)
    if db.execute("SELECT 1 FROM bodies WHERE hash = ?", (digest,)).fetchone() is None:
        db.execute(_PUT_BODY, (digest, "raw", len(body), None, at))
    return digest


def body(db: Database, digest: str) -> bytes | None:
    """The bytes behind a hash; None where they are not (or no longer) kept. Raises `StorageError`: damaged."""
    row = db.execute("SELECT codec, size, data FROM bodies WHERE hash = ?", (digest,)).fetchone()
    if row is None or row[2] is None:
        return None
    codec, size, data = row
    try:
        return _zstd.decompressor.decompress(data, max_output_size=size) if codec == "zstd" else bytes(data)
    except (zstandard.ZstdError, TypeError) as error:
        raise StorageError(f"{DAMAGED} (the bytes of {digest} cannot be unpacked)") from error


def of_version(db: Database, version_id: int) -> list[dict[str, Any]]:
    """The responses that a version was read from, as far as their bytes are kept: `role`, `url`, `fetched_at`,
    `status`, `headers`, `body`."""
    found = rows(db, _OF_VERSION, (version_id,))
    for row in found:
        row["headers"] = json.loads(row["headers"])
        row["body"] = body(db, row.pop("body_hash"))
    return [row for row in found if row["body"] is not None]
