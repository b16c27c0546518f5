"""How answers leave: at once, and the last ones in time."""

import os
import signal
import socket

import psutil
from uvicorn import Server

LAST_SECONDS = 10


def send_at_once() -> None:
    """Turn Nagle's algorithm off for every connection that this process will accept.

    asyncio does so only for sockets that name their protocol, and the one that Streamlit listens on
    names none: each answer on a kept connection, and each message of a websocket after the first,
    waited 40 ms.
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def end_in_time() -> None:
    """Give open connections ten seconds once the server is told to stop, instead of all the time.

    Streamlit sets no limit. A browser that keeps asking on a connection of the last moment, or
    sends half a file and no more, would hold the process for ever.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, Server) and server.config.timeout_graceful_shutdown is None:
        server.config.timeout_graceful_shutdown = LAST_SECONDS
