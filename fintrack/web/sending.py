"""How answers leave: at once, instead of waiting for the client's word on the one before."""

import os
import socket

import psutil


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
