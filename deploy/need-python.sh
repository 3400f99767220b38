#!/bin/sh
# Says what is missing to make a virtual environment, and which Debian package has it.
python=$1
if ! command -v "$python" >/dev/null 2>&1; then
    echo "wanwatch needs Python 3.11 or later: apt-get install python3 python3-venv python3-pip" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "wanwatch needs Python 3.11 or later; $python is $("$python" -V). Choose one: make PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "Python's venv and pip are missing: apt-get install python3-venv python3-pip (or $version)" >&2
    exit 1
fi
