"""The socket that the server listens on: made here, or taken over from systemd or from the process before a restart."""

import errno
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

from django.core.management.base import CommandError

BACKLOG = 2048
"""Connections that wait to be accepted while all processes are busy, or on their way back from a restart."""
INHERITED = 3
"""The file descriptor of a socket that is handed over, by systemd's convention."""


def listen(host: str, port: int, unix_socket: str) -> socket.socket:
    """Return a socket that listens: one that was handed over, or at the path, or at the address.

    CommandError says in one sentence why there is none.
    """
    return _inherited() or (_at_path(Path(unix_socket)) if unix_socket else _at_address(host, port))


def hand_over(listener: socket.socket) -> None:
    """Have the command that this process becomes with the next ``exec`` listen on the same socket."""
    if listener.fileno() == INHERITED:
        os.set_inheritable(INHERITED, True)
    else:
        os.dup2(listener.fileno(), INHERITED)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))


def address(listener: socket.socket) -> str:
    """Return the address to open in a browser on this machine."""
    if listener.family == socket.AF_UNIX:
        return f"http://localhost (at {listener.getsockname()})"
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _inherited() -> socket.socket | None:
    if os.environ.get("LISTEN_FDS") != "1" or os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    return socket.socket(fileno=os.dup(INHERITED))


def _at_path(path: Path) -> socket.socket:
    """Return a socket at the path, which whoever may write to its folder may connect to."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()  # left behind by a server that was killed
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(BACKLOG)
    except OSError as error:
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise CommandError(f"The socket {path} {reason}: choose another one with UNIX_SOCKET=…") from error
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, suppress(ConnectionRefusedError):
        client.connect(str(path))
        return True
    return False


def _at_address(host: str, port: int) -> socket.socket:
    try:
        family, *_, bound = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(bound)
        listener.listen(BACKLOG)
    except socket.gaierror as error:
        raise CommandError(f"There is no address {host}: give another one with HOST=…") from error
    except PermissionError as error:
        raise CommandError(f"Port {port} may not be used by this user: choose one above 1023 with PORT=…") from error
    except OSError as error:
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise CommandError(
            f"Port {port} on {host} {reason}: stop what uses it, or choose another one with PORT=…"
        ) from error
    return listener
