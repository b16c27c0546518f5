"""A socket between FinTrack and PostgreSQL that counts the server's answers as they pass."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer
from threading import Thread

READY = b"Z"  # ReadyForQuery: the server has answered and waits for the client
HEAD = 5  # one byte of kind and four of length, which do not count the kind


class Wire(ThreadingUnixStreamServer):
    """Listens at one path for the server at another."""

    def __init__(self, path: Path, server: Path) -> None:
        super().__init__(str(path), _Passing)
        self.target = str(server)
        self.round_trips = 0

    def counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass the server's bytes on; every time that it is ready again is a round trip."""
        left = b""
        for chunk in chunks:
            left += chunk
            while len(left) >= HEAD and len(left) > int.from_bytes(left[1:HEAD]):
                self.round_trips += left[:1] == READY
                left = left[1 + int.from_bytes(left[1:HEAD]) :]
            yield chunk


@contextmanager
def listening(path: Path, server: Path) -> Iterator[Wire]:
    """Open a wire at `path` that leads to the server's socket."""
    with Wire(path, server) as wire:
        thread = Thread(target=wire.serve_forever)
        thread.start()
        try:
            yield wire
        finally:
            wire.shutdown()
            thread.join()


class _Passing(BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as upstream:
            upstream.connect(self.server.target)
            asking = Thread(target=_pass_on, args=(_chunks(self.request), upstream))
            asking.start()
            _pass_on(self.server.counted(_chunks(upstream)), self.request)
            asking.join()


def _pass_on(source: Iterator[bytes], target: socket.socket) -> None:
    with suppress(OSError):
        for chunk in source:
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def _chunks(connection: socket.socket) -> Iterator[bytes]:
    while chunk := connection.recv(65536):
        yield chunk
