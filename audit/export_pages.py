"""The pages of an export: files that open from a disk, with the site's own stylesheet beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from accounts.models import Organisation
from audit.archive import File

Place = tuple[str, str]
"""What a page leads to: a title, and a path from the folder of all."""


@dataclass(frozen=True)
class Pages:
    """What all pages of one export have: whose it is, and when it was made."""

    organisation: Organisation
    made_at: datetime

    def page(self, path: str, template: str, places: Iterable[Place], **facts: Any) -> File:
        """One page as a file. `path` is from the folder of all, where `style.css` lies."""
        root = "../" * path.count("/")
        context = {
            "organisation": self.organisation,
            "made_at": self.made_at,
            "root": root,
            "places": [{"title": title, "url": root + url, "current": url == path} for title, url in places],
        }
        return path, render_to_string(template, context | facts)


def stylesheet() -> bytes:
    """The site's own stylesheet, which is the export's too."""
    return Path(str(finders.find("tractatus.css"))).read_bytes()
