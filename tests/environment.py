"""The environment of the tests, set before Django reads its settings; loaded with ``-p tests.environment``."""

import atexit
import os
import shutil
import tempfile

DATA_DIR = tempfile.mkdtemp(prefix="ayonevents-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

os.environ.update(
    DATA_DIR=DATA_DIR,
    SECRET_KEY="only for tests",
    REDIS_PREFIX=f"ayonevents-test-{os.getpid()}",
    EVENTS_CREDENTIAL_CACHE_SECONDS="0",
)
for name in ("HOST", "PORT", "PUBLIC_URL", "DEBUG", "ADMIN_PASSWORD", "SERVICE_KEY"):
    os.environ.pop(name, None)
if url := os.environ.get("DATABASE_URL"):
    # Nobody pulls the plug of this database, so a commit need not wait for its disk.
    os.environ["DATABASE_URL"] = f"{url}{'&' if '?' in url else '?'}options=-c%20synchronous_commit%3Doff"
