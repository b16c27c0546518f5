"""Answers leave at once."""

import socket
from contextlib import closing

from fintrack.web.sending import send_at_once


def test_what_an_open_socket_accepts_later_sends_at_once() -> None:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        send_at_once()
        with closing(socket.create_connection(listening.getsockname())):
            accepted, _ = listening.accept()
            with closing(accepted):
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
