import pytest

from pcaptools.core.decode import secrets


def test_hidden_unless_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets.secret("s3cret") == "[hidden]"
    monkeypatch.setattr(secrets, "shown", True)
    assert secrets.secret("s3cret") == "s3cret"
