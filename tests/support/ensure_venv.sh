#!/bin/sh
# Make the virtual environment. usage: ensure_venv.sh PYTHON VENV
# One that works already is kept. What cannot be done is said in one line, with the command that mends it.
set -u
asked=$1
venv=$2

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

has_pip() {
    "$1" -m pip --version >/dev/null 2>&1
}

give_up() {
    echo "$1" >&2
    exit 1
}

if is_recent "$venv/bin/python" && has_pip "$venv/bin/python"; then
    exit 0
fi

python=
for candidate in "$asked" python3.13 python3.12 python3.11; do
    if is_recent "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    give_up "pcaptools needs Python 3.11 or newer, and there is none here: install it, or name it: make PYTHON=/path/to/python3"
fi

# What stands in the way is ours to replace only when it is a virtual environment.
if [ -e "$venv" ] || [ -L "$venv" ]; then
    if [ -L "$venv" ] || [ ! -e "$venv/pyvenv.cfg" ]; then
        give_up "$venv is there, but is no working virtual environment: remove it, then run make again"
    fi
    rm -rf "$venv"
fi

trap 'rm -rf "$venv"' INT TERM HUP
if output=$("$python" -m venv "$venv" 2>&1) && has_pip "$venv/bin/python"; then
    exit 0
fi
rm -rf "$venv"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    give_up "$python could not make the virtual environment: $(printf '%s\n' "$output" | tail -n 1)"
elif command -v apt-get >/dev/null 2>&1; then
    give_up "this Python cannot make virtual environments; mend it with: sudo apt-get install python$version-venv"
else
    give_up "$python has no ensurepip, so it cannot make virtual environments: install the rest of Python $version from where it came"
fi
