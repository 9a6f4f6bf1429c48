import re

from pcaptools.core.protocols.http.methods import KNOWN_METHODS


def test_methods() -> None:  # RFC 9110, 9.3; RFC 5789
    names = b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split()
    assert all(re.fullmatch(KNOWN_METHODS, name) for name in names)
    assert not re.fullmatch(KNOWN_METHODS, b"FETCH")
