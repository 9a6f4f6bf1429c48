from pcaptools.printers.console import Painter
from pcaptools.printers.tree import format_tree

PLAIN = Painter(color=False)


def tree(node: dict[str, object]) -> list[str]:
    return format_tree(node, PLAIN, 0).splitlines()


def test_layers_are_nested_and_flags_stand_in_a_line() -> None:
    flags = {"syn": 1, "fin": 0}
    assert tree({"ip": {"ttl": 64, "tcp": {"flags": flags, "options": {}}}, "last": "x"}) == [
        "ip:",
        "  ttl: 64",
        "  tcp:",
        "    flags: {syn: 1, fin: 0}",
        "    options:",
        "last: x",
    ]


def test_lists() -> None:
    assert tree(
        {"sack": [[1, 2], [3, 4]], "vlan": [], "question": [{"qname": "a", "n": [{"b": "c", "d": ""}]}, {"q": 1}]}
    ) == [
        "sack: [[1, 2], [3, 4]]",
        "vlan: []",
        "question:",
        "  - qname: a",
        "    n:",
        "      - b: c",
        '        d: ""',
        "  - {q: 1}",
    ]


def test_values_are_escaped() -> None:
    assert tree({"ssid": "\x1b]0;x\x07[red]", "none": None}) == [r"ssid: \x1b]0;x\x07[red]", "none: null"]


def test_colours() -> None:
    assert "\x1b[" in format_tree({"ttl": 64}, Painter(color=True))
