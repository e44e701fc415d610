"""The stylesheet and the pages name the same classes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.alone

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "audit", "instructions", "deliberation", "oversight", "tractatus_site")
SET_BY_SCRIPT = {"htmx-indicator", "htmx-request"}
OF_A_VALUE = {"heard", "unreached", "ask", "deny", "denied", "warned"}
"""A piece of the coverage is styled by how it stands, an answer of the gate by what it was."""


def styled() -> set[str]:
    css = re.sub(r"/\*.*?\*/", "", (ROOT / "static/tractatus.css").read_text(), flags=re.DOTALL)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", " ".join(re.findall(r"([^{};]+)\{", css))))


def worn() -> set[str]:
    """The words of every class attribute, whatever condition it stands under, and of every class a widget is given."""
    found: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        page = path.read_text()
        tags = re.sub(r"\{\{.*?\}\}", " ", page)
        plain = re.sub(r"\{%.*?%\}", " ", tags)
        for attribute in re.findall(r'class="([^"]*)"', plain):
            found |= set(attribute.split())
        for block in re.findall(r"\{% block \w+_class %\}(.*?)\{% endblock", page):
            found |= set(re.sub(r"\{%.*?%\}", " ", block).split())
        for given in re.findall(r'_class="([\w -]+)"', page):
            found |= set(given.split())
    for source in [*(path for app in APPS for path in (ROOT / app).rglob("*.py")), ROOT / "static/app.js"]:
        text = source.read_text()
        for given in re.findall(r"""(?:class["']?\s*[:=]\s*|classList\.\w+\()\\?["']([\w -]+)\\?["']""", text):
            found |= set(given.split())
    return found


def test_every_class_is_both_styled_and_worn():
    defined, used = styled(), worn()
    assert used - defined == set()
    assert defined - used == SET_BY_SCRIPT | OF_A_VALUE
