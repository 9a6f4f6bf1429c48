"""Conversations that no HTTP client has on demand, for record_impaired.py.

python impaired_peers.py serve NAME ADDRESS       the side that listens; it serves one connection and ends
python impaired_peers.py connect NAME ADDRESS     the other
"""

from __future__ import annotations

import socket
import struct
import sys
import time

PORT = 9000
TEXT = b"what one says the other has to hear, line by line, in this order\n"


def head(length: int) -> bytes:
    """An HTTP response's head, so that whoever reads the capture knows what is whole."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length


GET = b"GET /talk HTTP/1.1\r\nHost: peer.example\r\n\r\n"


def body(length: int) -> bytes:
    """So many bytes of text."""
    return (TEXT * (length // len(TEXT) + 1))[:length]


def read_all(connection: socket.socket) -> int:
    """Read to the end; return how much it was."""
    total = 0
    while data := connection.recv(65536):
        total += len(data)
    return total


def read_some(connection: socket.socket, wanted: int) -> None:
    """Read so many bytes."""
    while wanted > 0:
        data = connection.recv(min(wanted, 65536))
        if not data:
            return
        wanted -= len(data)


def serve(name: str, connection: socket.socket) -> None:
    """Say the server's part."""
    connection.recv(4096)
    if name in ("slow-reader", "reset", "small-segments"):
        length = 400_000 if name == "reset" else 120_000
        try:
            connection.sendall(head(length) + body(length))
        except OSError:
            return  # reset is what it is about
    elif name == "idle":
        connection.sendall(head(5) + b"hello")
        time.sleep(4.5)
    elif name == "upload":
        read_all(connection)
        connection.sendall(head(5) + b"taken")
    elif name == "half-close":
        read_all(connection)
        time.sleep(0.1)
        connection.sendall(head(60_000) + body(60_000))
    elif name == "both-ways":
        connection.sendall(head(100_000) + body(100_000))
        connection.shutdown(socket.SHUT_WR)
        read_all(connection)
    else:  # farewell
        connection.sendall(head(5) + b"hello")
        connection.shutdown(socket.SHUT_WR)
        read_all(connection)
    connection.close()


def connect(name: str, address: str) -> None:
    """Say the client's part."""
    connection = socket.socket()
    if name == "slow-reader":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    if name == "small-segments":
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 256)
    if name == "idle":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            connection.setsockopt(socket.IPPROTO_TCP, option, 1)
    connection.connect((address, PORT))
    length = {"half-close": 20_000, "both-ways": 100_000, "upload": 150_000}.get(name, 0)
    if length:
        connection.sendall(b"POST /talk HTTP/1.1\r\nHost: peer.example\r\nContent-Length: %d\r\n\r\n" % length)
        connection.sendall(body(length))
        connection.shutdown(socket.SHUT_WR)
    else:
        connection.sendall(GET)
    if name == "slow-reader":
        for _ in range(3):
            time.sleep(1.2)
            read_some(connection, 30_000)
    elif name == "reset":
        read_some(connection, 100_000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return
    read_all(connection)
    connection.close()


def main(side: str, name: str, address: str) -> None:
    """Run one side of a conversation."""
    if side == "connect":
        connect(name, address)
        return
    with socket.create_server((address, PORT)) as server:
        if name == "small-segments":
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 256)
        connection, _ = server.accept()
        serve(name, connection)


if __name__ == "__main__":
    main(*sys.argv[1:])
