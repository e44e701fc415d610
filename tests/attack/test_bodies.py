"""What is sent: files go nowhere, and what is too long is refused before it is read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from tests.cast import Cast
from tests.deliberation.pages import signed_in
from tractatus_site.bodies import TAKES_FILES

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_file_is_read_by_nobody_and_kept_nowhere(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file is read by nobody and kept nowhere, however large, nor where it hides behind a field of the form."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    large = SimpleUploadedFile("large.html", b"<script>" * 250_000, content_type="text/html")
    where = reverse("settings_members", args=["care"])
    sent = {"email": "new@care.example", "name": SimpleUploadedFile("name.txt", b"Mallory"), "roles": ["editor"]}
    answer = signed_in(cast.administrator).post(where, {**sent, "file": large})
    assert answer.status_code == 422  # a name is missing: the file is none
    assert not User.objects.filter(email="new@care.example").exists()
    assert answer.wsgi_request.FILES == {}
    assert list(tmp_path.iterdir()) == []


def test_one_address_of_ours_takes_a_file() -> None:
    """One address takes a file, the import of instructions (decision 12); no other field, form or page does."""
    rooms = ("accounts", "audit", "instructions", "deliberation", "oversight", "tractatus_site")
    code = [path for room in rooms for path in (settings.BASE_DIR / room).rglob("*.py")]
    pages = list((settings.BASE_DIR / "templates").rglob("*.html"))
    marks = ("FileField", "ImageField", "request.FILES", "multipart/form-data", 'type="file"')
    found = [path.name for path in [*code, *pages] if any(mark in path.read_text(encoding="utf-8") for mark in marks)]
    assert sorted(found) == ["files.py", "files.py", "import.html"]
    assert list(TAKES_FILES) == ["instruction_import"]
    assert settings.FILE_UPLOAD_HANDLERS == []


def test_a_body_that_is_too_long_is_413_on_a_page_and_at_the_interface(cast: Cast) -> None:
    """A body that is too long is 413 on a page and at the interface."""
    client = signed_in(cast.facilitator)
    page = client.post(reverse("deliberation_new", args=["care"]), {"question": "x" * 2_500_001})
    assert page.status_code == 413
    assert "longer than anything that can be sent here" in page.content.decode()
    problem = client.post(reverse("api_conflicts"), b'"' + b"x" * 1_000_000 + b'"', content_type=JSON)
    assert (problem.status_code, problem["Content-Type"]) == (413, "application/problem+json")
    assert client.post(reverse("account_login"), {"login": "x" * 2_500_001}).status_code == 413


def test_what_the_client_names_as_the_length_is_all_that_is_read() -> None:
    """A body without a length is read as empty, and one that is longer than it says is cut off."""
    body = b"a=1&b=" + b"x" * 5_000_000
    form = "application/x-www-form-urlencoded"
    for length, read in (("", {}), ("3", {"a": ["1"]})):
        environ = RequestFactory().post("/", {}).environ
        environ |= {"CONTENT_TYPE": form, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": length}
        assert dict(WSGIRequest(environ).POST.lists()) == read


def test_too_many_fields_are_refused() -> None:
    """Too many fields are refused."""
    answer = Client().post(reverse("account_login"), {f"field{number}": "x" for number in range(1001)})
    assert answer.status_code == 400
