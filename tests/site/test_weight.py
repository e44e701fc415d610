"""The first page comes quickly over a slow line: with stylesheet and script it stays light."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.alone]

MOST = 60_000
"""Octets as they are sent, all of them compressed."""


def test_first_page_with_all_it_names_is_light() -> None:
    sent = Client().get("/", follow=True, headers={"Accept-Encoding": "gzip"}).content
    page = gzip.decompress(sent)
    sizes = {"the page": len(sent)}
    for name in set(re.findall(rb'(?:src|href)="/static/([^"]+)"', page)):
        path = finders.find(name.decode())
        assert path, name
        sizes[name.decode()] = len(gzip.compress(Path(path).read_bytes(), 9))
    assert any(name.endswith(".css") for name in sizes)
    assert any(name.endswith(".js") for name in sizes)
    assert sum(sizes.values()) < MOST, sizes
