"""A recording of hook events, told again: the one that ships, and ones that cannot be read."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.scope import open_organisation
from oversight.adapters.replay import BadRecording, read_recording
from oversight.management.commands.replay_session import SHIPPED
from oversight.models import Check, Handoff, JudgmentRequest, Reading, Session
from tests.cast import Cast
from tests.oversight.house import in_force

EVENT = {"session_id": "s", "hook_event_name": "SessionStart", "source": "startup"}


@pytest.mark.django_db
def test_the_recording_that_ships_goes_from_ordinary_work_to_a_handoff(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        in_force(cast, "Interview transcripts are kept in MongoDB at port 27027.")
        in_force(cast, "Respect the privacy of applicants: never share what they wrote outside the hiring team.")
    out = io.StringIO()
    call_command("replay_session", organisation=cast.organisation.slug, project=cast.project.slug, stdout=out)
    said = out.getvalue()
    assert "Expected: 27027. This call has: 27017." in said
    assert said.count("A person decides this: ") == 3
    assert "risen from NORMAL to ELEVATED" in said
    assert "The pressure of this session is HIGH now." in said
    with open_organisation(cast.organisation):
        second, first = Session.objects.all()
        assert said.rstrip().endswith(f"/o/{cast.organisation.slug}/agents/sessions/{second.pk}/")
        # Each is named with its address when it begins, so that it can be watched, and again at the end.
        assert [said.count(f"/agents/sessions/{one.pk}/") for one in (first, second)] == [2, 2]
        assert said.index(str(first.pk)) < said.index("Expected: 27027.")
        assert first.key.last_used_at is not None
        assert (first.state, first.level, second.continues) == ("ended", "CRITICAL", first)
        assert Handoff.objects.get().acknowledged_by == second
        told = list(Check.objects.filter(session=first).order_by("id").values_list("decision", flat=True))
        assert {decision: told.count(decision) for decision in set(told)} == {
            "allow": 11,
            "deny": 2,
            "ask": 3,
            "warn": 1,
        }
        boundaries = set(JudgmentRequest.objects.values_list("boundary", "rule"))
        assert ("12.3 irreversible", "people_decide") in boundaries
        assert ("", "conflict_for_people") in boundaries
        levels = list(dict.fromkeys(Reading.objects.filter(session=first).values_list("level", flat=True)))
        assert levels == ["NORMAL", "ELEVATED", "HIGH", "CRITICAL"]
    # Once more is another session, by the same key.
    call_command(
        "replay_session", str(SHIPPED), organisation=cast.organisation.slug, project=cast.project.slug,
        stdout=io.StringIO(),
    )  # fmt: skip
    with open_organisation(cast.organisation):
        assert Session.objects.count() == 4
        assert Session.objects.values("key").distinct().count() == 1


@pytest.mark.alone
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "no JSON"),
        ("[]", "An object is expected"),
        (json.dumps({**EVENT, "session_id": ""}), "session_id"),
        (json.dumps({"status": 3}), "session_id"),
        (json.dumps({"session_id": "s"}), "hook_event_name"),
    ],
)
def test_a_recording_that_cannot_be_read_says_in_which_line(line: str, why: str) -> None:
    with pytest.raises(BadRecording, match=f"Line 3: .*{why}"):
        read_recording(["# A comment\n", json.dumps(EVENT), line])


@pytest.mark.django_db
def test_a_bad_file_tells_nothing(cast: Cast, tmp_path: Path) -> None:
    where = {"organisation": cast.organisation.slug, "project": cast.project.slug}
    half = tmp_path / "half.jsonl"
    half.write_text(json.dumps(EVENT) + "\n{\n")
    with pytest.raises(CommandError, match="Line 2"):
        call_command("replay_session", str(half), **where)
    for file, why in ((tmp_path / "none", "cannot be read"), (tmp_path, "cannot be read")):
        with pytest.raises(CommandError, match=why):
            call_command("replay_session", str(file), **where)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("replay_session", str(tmp_path / "bytes"), **where)
    with pytest.raises(CommandError, match="pace"):
        call_command("replay_session", str(half), pace=-1, **where)
    with open_organisation(cast.organisation):
        assert not Session.objects.exists()
