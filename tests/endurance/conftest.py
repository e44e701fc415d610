"""How long, and in which order of chances. Known where this folder is named: `bin/test --long tests/endurance`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=10, help="for how long people work while the site is killed")
    parser.addoption("--seed", type=int, default=1, help="which chances decide the moments of the kills")
