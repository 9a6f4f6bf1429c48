"""Hostile input: the real command stays within memory and says which bound it hit. `make attacks` sends much more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.attack import Attack
from support.attacks import write
from support.attacks_bodies import ATTACKS as BODIES
from support.attacks_http import ATTACKS as HTTP
from support.attacks_tcp import ATTACKS as TCP

MEASURED = Path(__file__).parent / "support" / "measured.py"
MOST_MEMORY = 256 << 20
"""Half of what the bounds of one kind may hold is reached with what is sent here, and a Python is in it."""
ATTACKS = [attack for attack in (*TCP, *HTTP, *BODIES) if attack.small]
NAMES = [f"{attack.called(attack.small)}: {' '.join(attack.words)}" for attack in ATTACKS]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read as Linux tells it")


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_an_attack_is_bounded_and_told(attack: Attack, tmp_path: Path) -> None:
    capture, report = tmp_path / "attack.pcap", tmp_path / "report"
    write(capture, attack.make(attack.small))
    words = [str(capture) if word == "FILE" else word.replace("FOLDER", str(tmp_path)) for word in attack.words]
    command = [sys.executable, "-m", "pcaptools", *words, *attack.small_words]
    done = subprocess.run(
        [sys.executable, "-S", str(MEASURED), str(report), *command], capture_output=True, check=True, timeout=60
    )
    capture.unlink()
    taken, err = json.loads(report.read_text()), done.stderr.decode(errors="replace")
    assert taken["status"] == attack.status, err
    assert "Traceback" not in err
    assert taken["peak"] < MOST_MEMORY
    says = attack.says if attack.says_small is None else attack.says_small
    assert re.search(says, err) or re.search(says.encode(), done.stdout), err
