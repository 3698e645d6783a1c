import hashlib
import time
from uuid import UUID, uuid4

from events.hashing import job_hash, new_id


def test_a_job_hash_is_ayons() -> None:
    source = UUID("0123456789abcdef0123456789abcdef")
    expected = hashlib.sha256(b'["ftrack.proc","0123456789abcdef0123456789abcdef"]').hexdigest()
    assert job_hash("ftrack.proc", source) == expected


def test_a_job_hash_tells_targets_and_sources_apart() -> None:
    one, other = uuid4(), uuid4()
    assert len({job_hash("a.b", one), job_hash("a.c", one), job_hash("a.b", other)}) == 3


def test_ids_are_uuids_of_version_7_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_ids_differ() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
