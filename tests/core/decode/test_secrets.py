import pytest

from pcaptools.core.decode import secrets


def test_secrets_are_hidden_unless_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets.secret("public") == "[hidden]"
    monkeypatch.setattr(secrets, "shown", True)
    assert secrets.secret("public") == "public"
