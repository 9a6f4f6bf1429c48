"""Programs whose traffic is recorded: a WebSocket chat (RFC 6455) and a client that asks DNS without pause.

    python benchmarks/peers.py chat-server ADDRESS PORT
    python benchmarks/peers.py chat ADDRESS PORT
    python benchmarks/peers.py ask ADDRESS PORT

Each goes on until it is stopped.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import random
import socket
import struct
import sys
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT = b'{"room": "lobby", "from": "someone", "text": "Did you see what came over the wire just now?"}'


def read_exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    return head


def serve_chat(address: str, port: int) -> None:
    listener = socket.create_server((address, port))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    """Say back what the other side says."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with contextlib.suppress(OSError, EOFError, IndexError), connection:
        key = read_head(connection).split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        connection.sendall(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        while True:
            length = read_exactly(connection, 2)[1] & 0x7F
            mask = read_exactly(connection, 4)
            text = unmasked(read_exactly(connection, length), mask)
            connection.sendall(bytes((0x81, length)) + text)


def unmasked(data: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[index & 3] for index, byte in enumerate(data))


def chat(address: str, port: int) -> None:
    with socket.create_connection((address, port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(
            f"GET /chat HTTP/1.1\r\nHost: {address}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        read_head(connection)
        while True:
            mask = os.urandom(4)
            connection.sendall(bytes((0x81, 0x80 | len(TEXT))) + mask + unmasked(TEXT, mask))
            read_exactly(connection, 2 + len(TEXT))


def ask(address: str, port: int) -> None:
    dice = random.Random(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.5)
        while True:
            name = f"host{dice.randrange(10_000)}.bench.test"
            labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split(".")) + b"\0"
            query = struct.pack(">HHHHHH", dice.randrange(65536), 0x0100, 1, 0, 0, 0) + labels + b"\0\1\0\1"
            asker.sendto(query, (address, port))
            with contextlib.suppress(TimeoutError):
                asker.recv(4096)


if __name__ == "__main__":
    {"chat-server": serve_chat, "chat": chat, "ask": ask}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
