"""The documents keep their word: links and pictures are there, requirements are hashed, the tree names no machine."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
pytestmark = pytest.mark.alone
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_a_page_are_there(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_every_picture_is_taken_by_a_browser_test_shown_and_said_in_words() -> None:
    """A picture nobody takes any more grows old, and one without words says nothing to who cannot see it."""
    there = {picture.stem for picture in (ROOT / "docs" / "pictures").iterdir()}
    browser = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "browser").glob("*.py"))
    assert set(re.findall(r'\.picture\("([\w-]+)"', browser)) == there
    shown = [found for page in PAGES for found in PICTURE.findall(page.read_text(encoding="utf-8"))]
    assert {Path(target).stem for _words, target in shown} == there
    assert [target for words, target in shown if len(words.split()) < 2] == []


def test_each_claim_of_the_threat_model_names_what_holds_it() -> None:
    """Every row but that of who is trusted with everything, and every file it names is a test or code of ours."""
    rows = [row for row in (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    claims = [row for row in rows if not row.startswith(("| who |", "| attack |", "| --- |", "| **Host operator**"))]
    assert len(claims) >= 20
    assert [row for row in claims if not LINK.search(row)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "tests/adapters/requirements.txt"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert wanted
    unpinned = [line for line in wanted if "==" not in line or "--hash=sha256:" not in line]
    assert unpinned == []
    assert not re.search(r"--(index|extra-index)-url|file://", " ".join(lines))


def test_direct_dependencies_say_why_they_are_there() -> None:
    for name in ("requirements.in", "requirements-dev.in"):
        lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.strip()]
        silent = [line for line in lines if not line.startswith(("#", "-r", "-c")) and "#" not in line]
        assert silent == [], name


def test_templates_say_nothing_untranslated() -> None:
    """Words between tags outside a translation tag. Proper names and what documents code may stand alone."""
    found = []
    for path in sorted(ROOT.glob("templates/**/*.html")):
        if path.name.startswith("style") or path.name in {"500.html", "api_docs.html"}:
            continue
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.S)
        text = re.sub(
            r"{% block folio_class %}.*?{% endblock.*?%}|{% blocktranslate.*?{% endblocktranslate %}",
            "",
            text,
            flags=re.S,
        )
        text = re.sub(r"<(script|style|svg|code)\b.*?</\1>", "", text, flags=re.S)
        text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>|&\w+;", "|", text, flags=re.S)
        words = [piece.strip() for piece in text.split("|")]
        found += [f"{path.name}: {piece}" for piece in words if re.search(r"[A-Za-z]{3,}", piece)]
    names = (": Tractatus", ": PDF", ": Markdown", ": JSON")
    assert [one for one in found if not one.endswith(names)] == []


def test_nothing_tracked_holds_a_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        files = [path for path in ROOT.glob("**/*.py") if ".venv" not in path.parts]
    else:
        files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    mine = re.compile(rb"/home/[a-z]+/|/root/|/Users/")
    found = [str(path.relative_to(ROOT)) for path in files if path.is_file() and mine.search(path.read_bytes())]
    assert [name for name in found if name != "tests/site/test_documents.py"] == []
