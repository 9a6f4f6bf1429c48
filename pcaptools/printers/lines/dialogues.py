"""What the line of a packet says of protocols in which a client commands and a server replies: mail, files, queues."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pcaptools.printers.lines.applications import short

if TYPE_CHECKING:
    from pcaptools.core.decode.dialogue import Dialogue, Reply
    from pcaptools.core.decode.imap import IMAP
    from pcaptools.core.decode.mqtt import MQTT
    from pcaptools.core.decode.pop3 import POP3
    from pcaptools.core.decode.redis import Redis

MAX_WORD = 60
"""Characters of one argument."""
MAX_SAID = 12
"""Lines, commands or packets of one segment."""


def dialogue(layer: Dialogue) -> str:
    """Return the commands, or the reply with its code."""
    if layer.commands is not None:
        return _joined(layer.key.upper(), layer.commands, lambda said: " ".join(filter(None, said)))
    return _joined(layer.key.upper(), layer.replies or [], _reply)


def _reply(reply: Reply) -> str:
    return f"{reply.code}{'-' if reply.more else ' '}{reply.text}".rstrip()


def pop3(layer: POP3) -> str:
    """Return the commands, or the reply."""
    return _joined("POP3", layer.commands or layer.replies or [], lambda said: " ".join(filter(None, said)))


def imap(layer: IMAP) -> str:
    """Return the commands or the replies, with their tags and numbers."""
    return _joined(
        "IMAP",
        layer.commands or layer.replies or [],
        lambda said: " ".join(str(part) for part in said if part not in ("", None)),
    )


def redis(layer: Redis) -> str:
    """Return the commands with their first arguments, or the replies."""
    if layer.commands is not None:
        return _joined("Redis", layer.commands, lambda said: " ".join([said.command, *map(_word, said.arguments[:8])]))
    return _joined("Redis reply", layer.replies or [], _value)


def _word(word: str) -> str:
    """Return an argument, in quotation marks where it would not be one word."""
    shown = short(word, MAX_WORD)
    return shown if shown and not any(character in ' "' for character in shown) else f'"{shown}"'


def _value(value: dict[str, Any]) -> str:
    kind = value["type"]
    if "items" in value:
        items = ", ".join(item["type"] if "items" in item else _value(item) for item in value["items"][:8])
        return f"{kind} {value['length']}{items and ': '}{items}" if value["length"] >= 0 else "nil"
    found = value["value"]
    if found is None:
        return "nil"
    if kind in ("error", "bulk_error"):
        return f"error {short(found, 120)}"
    if kind in ("bulk_string", "verbatim_string"):
        return f'"{short(found, MAX_WORD)}"'
    return str(found).lower() if kind == "boolean" else short(str(found), MAX_WORD)


def mqtt(layer: MQTT) -> str:
    """Return the packets: who connects, which topics."""
    return _joined("MQTT", layer.packets, _packet, ", ")


def _packet(packet: dict[str, Any]) -> str:
    said = [packet["type_name"]]
    if packet["type"] == 1 and "client_id" in packet:
        said += [
            f"v{VERSIONS.get(packet['version'] & 0x7F, packet['version'])}",
            f"client={packet['client_id'] or chr(34) * 2}",
        ]
        said += [f"user={packet['username']}"] if "username" in packet else []
    said += [packet["topic"]] if "topic" in packet else []
    said += [", ".join(topic["topic"] for topic in packet["topics"][:8])] if "topics" in packet else []
    said += [f"qos {packet['qos']}"] if packet.get("qos") else []
    said += [packet["reason_code_name"]] if "reason_code" in packet else []
    said += [",".join(packet["reason_code_names"][:8])] if "reason_codes" in packet else []
    return " ".join(said)


VERSIONS = {3: "3.1", 4: "3.1.1", 5: "5"}


def _joined(name: str, items: list[Any], said: Callable[[Any], str], between: str = "; ") -> str:
    """Return what is said of the first items, and whether there are more."""
    told = [said(item) for item in items[:MAX_SAID]]
    return short(f"{name} {between.join(told if len(items) <= MAX_SAID else [*told, '...'])}")


LINES: dict[str, Callable[[Any], str]] = {
    "SMTP": dialogue, "FTP": dialogue, "IMAP": imap, "POP3": pop3, "Redis": redis, "RedisOnPort": redis,
    "MQTT": mqtt, "MQTTOnPort": mqtt,
}  # fmt: skip
