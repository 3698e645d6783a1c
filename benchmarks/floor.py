"""The floor of the machine: what nothing that answers HTTP, or stores anything in PostgreSQL, can go below."""

import re
import shutil
import socket
import subprocess
import sys
import tempfile

from benchmarks.load import Load, wait_for

TABLE = (
    "CREATE TABLE floor (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), topic text, payload jsonb,"
    " at timestamptz DEFAULT now()); CREATE INDEX ON floor (topic, at)"
)
INSERT = "INSERT INTO floor (topic, payload) VALUES ('bench.floor', '{\"newValue\": \"Approved\"}');\n"


async def bare_asgi(scope: dict[str, object], receive: object, send: object) -> None:  # noqa: ARG001 - ASGI's signature
    """Answer, and nothing else."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]


def asgi(connections: int, seconds: float) -> float:
    """Return how many requests a second uvicorn answers with nothing behind it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "benchmarks.floor:bare_asgi",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    server = subprocess.Popen([*command, "--no-access-log"])
    try:
        wait_for(port)
        return Load(port, {}).rate("GET", "/", None, connections=connections, seconds=seconds)
    finally:
        server.terminate()
        server.wait()


def single_row_inserts(database_url: str, connections: int, seconds: int) -> float | None:
    """Return how many rows a second pgbench stores, each in a transaction of its own; None without pgbench."""
    pgbench = shutil.which("pgbench")
    if pgbench is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(INSERT)
        script.flush()
        subprocess.run(["psql", "-q", database_url, "-c", TABLE], check=True)
        command = [pgbench, "-n", "-f", script.name, "-c", str(connections), "-T", str(seconds), database_url]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.findall(r"tps = ([\d.]+)", told)[0])
