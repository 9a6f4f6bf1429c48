from __future__ import annotations

import pytest
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode import secrets
from pcaptools.core.decode.redis import MAX_DEPTH, MAX_VALUES, Command, Redis, RedisOnPort, hide

REDIS = "link.ip.tcp.redis."
CHECKS = [
    *rows("redis.pcap", {
        8: [
            (REDIS + "commands[0].command", "SET", "resp.bulk_string.value", "534554"),
            (REDIS + "commands[0].arguments[1]", "Ada Lovelace", "resp.bulk_string.value[2]",
             "416461204c6f76656c616365"),
        ],
        9: [(REDIS + "replies[0].value", "OK", "resp.string")],
        21: [(REDIS + "replies[0].length", -1, "resp.bulk_string.length")],
        33: [(REDIS + "replies[0].value", "ERR value is not an integer or out of range", "resp.error")],
        45: [(REDIS + "replies[0].value", 2, "resp.integer")],
        71: [(REDIS + "replies[0].length", 12, "resp.bulk_string.length")],
    }),
    *rows("corpus:zeek/redis/pubsub.pcap", {
        3: [
            (REDIS + "replies[0].length", 3, "resp.array.length"),
            (REDIS + "replies[0].items[2].value", 1, "resp.integer"),
        ],
        16: [(REDIS + "replies[1].length", 4, "resp.array.length[1]")],
    }),
    *rows("corpus:tcpdump/resp_1_benchmark.pcap", {
        24: [(REDIS + "commands[0].arguments[0]", "key:000000000943", "resp.bulk_string.length[1]", "16")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_version_3_of_the_protocol() -> None:  # which tshark 4.0 does not read
    told = packets("redis.pcap")[109].link.ip.tcp.redis.replies
    assert [(value["type"], value.get("value", value.get("length"))) for value in told] == [
        ("map", 7), ("integer", 1), ("double", "1.5"), ("set", 0), ("error", told[4]["value"]), ("null", None),
        ("array", 3),
    ]  # fmt: skip
    assert told[0]["items"][2]["value"] == "version"
    assert told[0]["items"][-1] == {"type": "array", "length": 0, "items": []}


def test_commands_typed_by_hand() -> None:
    frames = packets("redis.pcap")
    assert frames[69].link.ip.tcp.redis.commands == [Command("GET", ["user:1"])]
    assert frames[71].link.ip.tcp.redis.commands == [Command("ECHO", ["hi there"])]
    assert frames[65].link.ip.tcp.redis.commands == [Command("AUTH", ["[hidden]"])]


def test_no_password_is_told() -> None:
    assert "s3cret" not in "".join(repr(packet.link.ip.tcp.redis) for packet in packets("redis.pcap"))


def sent(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def test_pipelined_commands() -> None:
    found = decode(Redis, sent(b"set", b"k", b"v\r\nw\xff") + sent(b"GET", b"k"))
    assert found.commands == [Command("SET", ["k", "v\r\nw\\xff"]), Command("GET", ["k"])]
    assert found.as_dict() == {
        "commands": [{"command": "SET", "arguments": ["k", "v\r\nw\\xff"]}, {"command": "GET", "arguments": ["k"]}]
    }


def test_a_list_that_is_no_command_is_a_reply() -> None:
    found = decode(RedisOnPort, sent(b"a", b"1"))
    assert found.commands is None
    assert found.replies[0]["items"][1] == {"type": "bulk_string", "length": 1, "value": "1"}


def test_a_value_that_goes_on() -> None:
    found = decode(Redis, sent(b"SET", b"k", b"v" * 100)[:40])
    assert found.commands == [Command("SET", ["k", "v" * 14])]
    assert (found.child, found.incomplete) == (None, False)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"#t\r\n", {"type": "boolean", "value": True}),
        (b",-inf\r\n", {"type": "double", "value": "-inf"}),
        (b"(3492890328409238509324850943850943825024385\r\n",
         {"type": "big_number", "value": "3492890328409238509324850943850943825024385"}),
        (b"=7\r\ntxt:abc\r\n", {"type": "verbatim_string", "length": 7, "value": "txt:abc"}),
        (b"!3\r\nERR\r\n", {"type": "bulk_error", "length": 3, "value": "ERR"}),
        (b"_\r\n", {"type": "null", "value": None}),
        (b"*-1\r\n", {"type": "array", "length": -1, "items": []}),
        (b"%1\r\n+a\r\n:1\r\n", {"type": "map", "length": 1, "items": [
            {"type": "simple_string", "value": "a"}, {"type": "integer", "value": 1}]}),
        (b"*1\r\n*1\r\n:7\r\n", {"type": "array", "length": 1, "items": [
            {"type": "array", "length": 1, "items": [{"type": "integer", "value": 7}]}]}),
    ],
)  # fmt: skip
def test_values(data: bytes, value: dict[str, object]) -> None:
    found = decode(RedisOnPort, data + b":9\r\n")
    assert found.replies == [value, {"type": "integer", "value": 9}]
    assert found.child is None


@pytest.mark.parametrize(
    ("data", "anywhere", "on_port"),
    [
        (sent(b"GET", b"k"), True, True),
        (sent(b"GET", b"k")[:13], True, True),
        (sent(b"GETS", b"k"), False, True),
        (b"*1\r\n$4\r\nGET\r\n", False, True),
        (b"*0\r\n", False, True),
        (b"* list\r\n", False, False),
        (b"+OK\r\n", False, True),
        (b"+OK", False, False),
        (b"-ERR x\r\n", False, True),
        (b"- x\r\n", False, False),
        (b":12\r\n", False, True),
        (b":x\r\n", False, False),
        (b"$5\r\nhel", False, True),
        (b"PING\r\n", False, True),
        (b"set a b\n", False, True),
        (b"Howdy there\r\n", False, False),
        (b"GET / HTTP/1.1\r\n", False, True),  # its key would be "/"
        (b"GET \x01\r\n", False, False),
    ],
)
def test_recognition(data: bytes, anywhere: bool, on_port: bool) -> None:
    assert Redis.recognises(data, 0, len(data)) is anywhere
    assert RedisOnPort.recognises(data, 0, len(data)) is on_port


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("AUTH pw", "AUTH *"),
        ("AUTH user pw", "AUTH * *"),
        ("HELLO 3 AUTH user pw SETNAME me", "HELLO 3 AUTH * * SETNAME me"),
        ("CONFIG SET maxmemory 1 requirepass pw", "CONFIG SET maxmemory 1 requirepass *"),
        ("CONFIG GET requirepass", "CONFIG GET requirepass"),
        ("ACL SETUSER u on >pw #00ff ~k +get", "ACL SETUSER u on * * ~k +get"),
        ("MIGRATE h 1 k 0 5 AUTH pw KEYS a", "MIGRATE h 1 k 0 5 AUTH * KEYS a"),
        ("MIGRATE h 1 k 0 5 AUTH2 u pw", "MIGRATE h 1 k 0 5 AUTH2 * *"),
        ("SET k v", "SET k v"),
    ],
)
def test_secrets(words: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command, *arguments = words.split()
    assert " ".join([command, *hide(command, arguments)]) == shown.replace("*", "[hidden]")
    monkeypatch.setattr(secrets, "shown", True)
    assert hide(command, arguments) == arguments


def test_every_cut() -> None:
    for data in (sent(b"SET", b"k", b"v") + sent(b"GET", b"k"), b"%2\r\n+a\r\n*2\r\n:1\r\n_\r\n$1\r\nb\r\n#f\r\n"):
        for layer in every_cut(RedisOnPort, data):
            assert layer.commands is not None or layer.replies is not None


def test_bounds() -> None:
    many = decode(RedisOnPort, b":1\r\n" * (MAX_VALUES + 1))
    assert len(many.replies) == MAX_VALUES
    assert many.child.reason == f"more than {MAX_VALUES} values of RESP"
    deep = decode(RedisOnPort, b"*1\r\n" * 10_000)
    assert deep.child.reason == f"more than {MAX_DEPTH} values of RESP in each other"
    assert decode(RedisOnPort, b":1\r\nrubbish\r\n").child.malformed
