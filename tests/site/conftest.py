"""Ports and folders for sites that run beside the tests."""

import socket
from pathlib import Path

import pytest


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A DATA_DIR of its own."""
    return tmp_path / "data"
