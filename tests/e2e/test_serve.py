import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from events.management.commands.serve import welcome
from events.management.first_start import Credentials
from tests.e2e.server import KEY, PASSWORD, ROOT, Server
from tests.outages.services import free_port


def refusal_of(server: Server, *arguments: str) -> str:
    """Start a server that cannot start; return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == 1, said
    assert len(said.splitlines()) == 1, said
    return said


def test_the_printed_curl_line_works_when_pasted(tmp_path: Path) -> None:
    with Server(tmp_path / "data", ADMIN_PASSWORD="", SERVICE_KEY="") as server:
        welcome = read_welcome(server)
        command = welcome[welcome.index("curl") : welcome.index("Events are in")].replace("\\\n", " ")
        answer = subprocess.run(
            [*shlex.split(command), "--silent", "--show-error"], capture_output=True, text=True, check=True
        )
        assert re.fullmatch(r"[0-9a-f]{32}", json.loads(answer.stdout)["id"])


def read_welcome(server: Server) -> str:
    """Return all that the server says at its start."""
    server.await_output(re.compile("Ctrl-C"))
    return "".join(server.output)


def test_a_second_start_keeps_everything_and_tells_a_log_no_secrets(tmp_path: Path) -> None:
    made_up = {"ADMIN_PASSWORD": "", "SERVICE_KEY": ""}
    with Server(tmp_path / "data", **made_up) as server:
        first = read_welcome(server)
        key = re.search(r"Service key +(\S+)", first)
        assert key is not None
        server.session.headers["X-Api-Key"] = key.group(1)
        event_id = server.post("/api/events", {"topic": "test.kept"}).json()["id"]
        server.stop()
        server.output.clear()
        second = read_welcome(server.start())
        kept_at = tmp_path / "data" / "credentials.json"
        secrets = json.loads(kept_at.read_text()).values()
        assert [secret in first for secret in secrets] == [True, True]
        assert [secret in second for secret in secrets] == [False, False]
        assert f"{kept_at} has it" in second
        assert server.get(f"/api/events/{event_id}").json()["topic"] == "test.kept"


def test_a_terminal_is_told_how_to_get_in_at_every_start() -> None:
    found = Credentials(admin_password="as-before", service_key="as-ever")
    on_terminal, in_log = [welcome("http://here", found, shows_all=each) for each in (True, False)]
    assert ("as-before" in on_terminal, "X-Api-Key: as-ever" in on_terminal) == (True, True)
    assert ("as-before" in in_log, "as-ever" in in_log, "X-Api-Key: KEY" in in_log) == (False, False, True)


def test_what_is_given_holds(server: Server) -> None:
    assert server.get("/api/info").json()["user"]["name"] == "service"
    login = {"name": "admin", "password": PASSWORD}
    assert requests.post(f"{server.url}/api/auth/login", json=login, timeout=30).status_code == 200


def test_ctrl_c_stops_it_cleanly(server: Server) -> None:
    assert server.stop(signal.SIGINT) == 0
    assert server.output[-1] == "Stopped.\n"
    assert "Traceback" not in "".join(server.output)


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refusal_of(Server(tmp_path / "data", PORT=port, DATABASE_URL=""))
    assert f"Port {port} on 127.0.0.1 is taken" in said


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal_of(Server(tmp_path / "file" / "data", DATABASE_URL=""))
    assert "cannot be written to" in said
    assert "DATA_DIR=" in said


@pytest.mark.parametrize("port", ["abc", "70000", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    assert '"PORT" invalid' in refusal_of(Server(tmp_path / "data", PORT=port, DATABASE_URL=""))


def test_a_short_key_is_one_sentence(tmp_path: Path) -> None:
    said = refusal_of(Server(tmp_path / "data", SERVICE_KEY="short", DATABASE_URL=""))
    assert "SERVICE_KEY has 5 characters: expected at least 16" in said


def test_a_second_server_on_the_same_folder_is_one_sentence(tmp_path: Path) -> None:
    with Server(tmp_path / "data", DATABASE_URL="", REDIS_URL=""):
        said = refusal_of(Server(tmp_path / "data", DATABASE_URL="", REDIS_URL=""))
    assert "Another server is running" in said


def test_the_data_is_for_the_owner_only(server: Server) -> None:
    assert {path.stat().st_mode & 0o077 for path in server.data_dir.rglob("*")} == {0}
    assert KEY not in (server.data_dir / "credentials.json").read_text()


def test_behind_a_proxy_it_believes_whom_it_is_told_to(tmp_path: Path) -> None:
    https = {"PUBLIC_URL": "https://events.example.com", "DATABASE_URL": "", "REDIS_URL": ""}
    path = tmp_path / "socket"
    with Server(tmp_path / "one", UNIX_SOCKET=str(path), **https), socket.socket(socket.AF_UNIX) as proxy:
        proxy.connect(str(path))
        status, headers = answer_through(proxy)
        assert (status, headers["strict-transport-security"]) == (200, "max-age=31536000")
    port = free_port()
    with (
        Server(tmp_path / "two", **https, TRUSTED_PROXIES="10.0.0.0/8", PORT=str(port)),
        socket.create_connection(("127.0.0.1", port)) as stranger,
    ):
        assert answer_through(stranger)[0] == 301


def answer_through(proxy: socket.socket) -> tuple[int, dict[str, str]]:
    """Ask for a page as a proxy does that was asked over HTTPS; return the status and the headers."""
    lines = [
        "GET /admin/login/ HTTP/1.1",
        "Host: events.example.com",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 192.0.2.1",
        "Connection: close",
    ]
    proxy.sendall("\r\n".join([*lines, "", ""]).encode())
    with proxy.makefile(encoding="latin-1", newline="\r\n") as answer:
        status = int(answer.readline().split()[1])
        headers = (line.partition(":") for line in iter(answer.readline, "\r\n"))
        return status, {name.lower(): value.strip() for name, _, value in headers}


def test_a_socket_that_is_handed_over_is_taken(tmp_path: Path) -> None:
    """As systemd does it; the server is reached before and after the socket is its own."""
    server = Server(tmp_path / "data", DATABASE_URL="", REDIS_URL="")
    with socket.create_server(("127.0.0.1", 0)) as given:
        hand_over = (
            "import os, sys; os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()));"
            f" os.dup2({given.fileno()}, 3); os.execv(sys.executable, [sys.executable, 'manage.py', 'serve'])"
        )
        with subprocess.Popen(
            [sys.executable, "-c", hand_over],
            cwd=ROOT,
            env=server.environment,
            pass_fds=[given.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            port = given.getsockname()[1]
            given.close()
            # Nobody accepts yet, and nobody is refused.
            assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=30).json()["database"] == "ok"
            process.terminate()
            said, _ = process.communicate(timeout=30)
    assert f"ready on http://127.0.0.1:{port}\n" in said
