"""The page of states is what the code says."""

from pathlib import Path

import pytest
from django.conf import settings

from tractatus_site.management.commands.write_tables import as_markdown


@pytest.mark.alone
def test_states_page_is_written_from_the_code() -> None:
    written = (Path(settings.BASE_DIR) / "docs" / "states.md").read_text(encoding="utf-8")
    assert written == as_markdown(), "run manage.py write_tables"
