"""Ports and folders for sites that run beside the tests."""

import shutil
import socket
from pathlib import Path

import pytest

from tests.site.site_process import Site


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    return free_port()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A DATA_DIR of its own."""
    return tmp_path / "data"


@pytest.fixture(scope="session")
def served_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DATA_DIR of a site that was started and stopped once, demo organisation included; to be copied."""
    data = tmp_path_factory.mktemp("served") / "data"
    with Site(data, free_port()) as site:
        assert site.stop() == 0
    return data


@pytest.fixture
def used(served_once: Path, data: Path) -> Path:
    """A DATA_DIR of its own that has been in use."""
    shutil.copytree(served_once, data)
    return data
