"""Bringing files in and taking them out again: what came in comes out, and what is wrong is said by line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.refusals import NotAllowed, Stale
from accounts.scope import open_organisation
from audit.models import Entry, Text
from instructions.domain.classification import Wording
from instructions.domain.conflicts import Unanswered
from instructions.domain.deciding import accept_proposals, reject_proposals
from instructions.domain.exporting import as_csv, as_json, as_markdown
from instructions.domain.history_file import LARGEST_FILE, read_history_file
from instructions.domain.importing import NotReadable, import_instructions
from instructions.domain.instruction import propose_instruction, publish_instruction, revise_instruction
from instructions.domain.rules_file import candidates
from instructions.models import Import, Instruction
from tests.cast import Cast

ROW = {
    "id": "inst_001",
    "text": "MongoDB runs on port 27017",
    "timestamp": "2025-10-06T14:00:00Z",
    "quadrant": "SYSTEM",
    "persistence": "HIGH",
    "temporal_scope": "PROJECT",
    "verification_required": "MANDATORY",
    "explicitness": 0.90,
    "source": "user",
    "active": True,
}
ODD = ROW | {
    "id": "inst_017",
    "text": "  Never push to main.\nAsk first.  ",
    "timestamp": "2025-10-06T14:00:00.123+13:00",
    "active": False,
    "notes": {"by": "a reviewer", "n": [1, 2.5, None]},
    "parameters": {"branch": "main"},
    "supersedes": None,
}
FILES = (
    [ROW],
    [ODD, ROW],
    {"version": "1.0", "instructions": [ROW, ODD], "last_updated": "2025-10-07"},
    {"instructions": []} | {"instructions": [dict(reversed(ROW.items()))]},
)


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def brought(house: Cast, content: object, name: str = "instruction-history.json"):
    data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    return import_instructions(house.organisation, house.project, name, data, by=house.editor)


def proposals() -> list[Instruction]:
    return list(Instruction.objects.filter(state="proposed").select_related("project"))


@pytest.mark.django_db
@pytest.mark.parametrize("content", FILES)
def test_history_comes_out_as_it_came_in(house: Cast, content: object) -> None:
    """Every field, in its order, ids and timestamps verbatim, and the object around the list."""
    brought(house, content)
    accept_proposals(proposals(), by=house.editor, why="They stood before.")
    out = "".join(as_json(house.project))
    assert json.loads(out) == content
    assert json.dumps(json.loads(out)) == json.dumps(content)


@pytest.mark.django_db
def test_history_brought_in_again_changes_nothing(house: Cast) -> None:
    brought(house, [ROW])
    again = brought(house, [ROW])
    assert (again.row.proposed, again.row.unchanged, Instruction.objects.count()) == (0, 1, 1)


@pytest.mark.django_db
def test_same_id_with_another_text_stops_the_whole_file(house: Cast) -> None:
    brought(house, [ROW])
    with pytest.raises(NotReadable) as refused:
        brought(house, [ODD, ROW | {"text": "MongoDB runs on port 27027"}])
    assert "inst_001 stands here with another text" in refused.value.problems[0].says
    assert (Instruction.objects.count(), Import.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_vague_rows_are_reported_and_not_stored(house: Cast) -> None:
    made = brought(house, [ROW, {"id": "x", "text": "Make it better"}])
    assert [(one.line, "Make it better" in one.says) for one in made.left_out] == [(1, True)]
    assert Instruction.objects.count() == 1
    assert not Text.objects.filter(body__contains="Make it better").exists()


@pytest.mark.django_db
def test_new_instruction_is_numbered_after_the_imported_ones(house: Cast) -> None:
    brought(house, [ODD])
    made = propose_instruction(
        house.organisation, Wording("Always use Redis 7."), by=house.editor, project=house.project
    )
    assert made.key == "inst_018"


@pytest.mark.django_db
def test_revised_import_comes_out_revised(house: Cast) -> None:
    brought(house, [ROW])
    (made,) = accept_proposals(proposals(), by=house.editor, why="They stood before.")
    revise_instruction(made, Wording("MongoDB runs on port 27018"), by=house.editor, why="It moved.")
    (row,) = json.loads("".join(as_json(house.project)))
    assert row == ROW | {"text": "MongoDB runs on port 27018", "explicitness": row["explicitness"]}


@pytest.mark.django_db
def test_accepting_many_asks_about_what_stands(house: Cast) -> None:
    made = propose_instruction(
        house.organisation, Wording("Always use MongoDB on port 27027."), by=house.editor, project=house.project
    )
    publish_instruction(made, by=house.editor)
    brought(house, [ROW | {"id": "a"}])
    with pytest.raises(Unanswered):
        accept_proposals(proposals(), by=house.editor, why="All of them.")
    assert len(accept_proposals(proposals(), by=house.editor, why="Two databases.", apart=True)) == 1
    with pytest.raises(Stale):
        accept_proposals([Instruction.objects.get(key="a")], by=house.editor, why="Again.")


@pytest.mark.django_db
def test_many_are_rejected_under_one_reason_with_one_entry(house: Cast) -> None:
    brought(house, [ROW, ODD])
    before = Entry.objects.count()
    reject_proposals(proposals(), by=house.editor, why="Not ours.")
    assert Entry.objects.count() == before + 1
    assert set(Instruction.objects.values_list("state", flat=True)) == {"rejected"}


@pytest.mark.django_db
def test_only_an_editor_brings_files_in(house: Cast) -> None:
    for user in (house.administrator, house.auditor, house.holder, house.facilitator):
        with pytest.raises(NotAllowed):
            import_instructions(house.organisation, house.project, "a.json", json.dumps([ROW]).encode(), by=user)
    assert not Instruction.objects.exists()


@pytest.mark.django_db
def test_rules_file_becomes_proposals_with_their_lines(house: Cast) -> None:
    rules = b"# Rules\n\nThis is a shop.\n\n- Always run `pytest` before every commit.\n- Never push to main.\n"
    made = brought(house, rules, "CLAUDE.md")
    assert [(one.current.text.body, one.place) for one in proposals()[::-1]] == [
        ("Always run pytest before every commit.", "CLAUDE.md, line 5"),
        ("Never push to main.", "CLAUDE.md, line 6"),
    ]
    assert [one.line for one in made.left_out] == [3]
    assert brought(house, rules, "AGENTS.md").row.unchanged == 2


HOSTILE = {
    "broken": (b'[{"text": "Never push to main."},\n{"text": "b" "c"}]', 2),
    "not UTF-8": (b'[{"text":\n"\xff"}]', 2),
    "deep": (b"[" * 200_000, 1),
    "deep object": (b'{"a":' * 200_000, 1),
    "huge number": (b'[\n{"text": "a", "n": ' + b"1" * 6_000 + b"}]", 2),
    "no number": (b'[{"text": "a", "n": NaN}]', 1),
    "infinite": (b'[{"text": "a", "n": 1e999}]', 1),
    "key twice": (b'[\n\n{"text": "a", "text": "b"}]', 3),
    "half a pair": (b'[{"text": "a \\ud800"}]', 1),
    "nul": (b'[{"text": "a \\u0000"}]', 1),
    "id twice": (b'[{"id": "a", "text": "a"},\n{"id": "a", "text": "b"}]', 2),
    "wrong field": (b'[{"text": "a", "quadrant": "GOOD"}]', 1),
    "wrong time": (b'[{"text": "a", "timestamp": "yesterday"}]', 1),
    "long id": (b'[{"text": "a", "id": "' + b"i" * 101 + b'"}]', 1),
    "nothing": (b"", 0),
    "prose": (b"Hello", 1),
    "more after it": (b'{"instructions": [{"text": "a"}]}\nx', 2),
    "too large": (b"[" + b" " * LARGEST_FILE + b"]", 0),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_bad_file_is_answered_by_line_and_changes_nothing(house: Cast, name: str) -> None:
    data, line = HOSTILE[name]
    with pytest.raises(NotReadable) as refused:
        brought(house, data)
    assert refused.value.problems[0].line == line
    assert [model.objects.count() for model in (Instruction, Import, Text)] == [0, 0, 0]


@pytest.mark.django_db
def test_file_with_a_thousand_mistakes_shows_the_first_and_counts_the_rest(house: Cast) -> None:
    with pytest.raises(NotReadable) as refused:
        brought(house, [{"text": ""}] * 1_000)
    assert (len(refused.value.problems), refused.value.more) == (200, 800)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_octets_are_answered(data: bytes) -> None:
    found = read_history_file(data)
    assert found.problems or found.rows
    candidates(data.decode(errors="replace"))


@pytest.mark.django_db
def test_csv_and_markdown_say_the_words_and_run_nothing(house: Cast) -> None:
    bad = "=HYPERLINK(1) must never be used on port 27017."
    brought(house, [ROW | {"text": bad}])
    accept_proposals(proposals(), by=house.editor, why="A test.")
    assert "'=HYPERLINK(1)" in "".join(as_csv(house.project))
    made = propose_instruction(
        house.organisation, Wording("Never write [a](javascript:b) in *any* page."), by=house.editor,
        project=house.project,
    )  # fmt: skip
    publish_instruction(made, by=house.editor)
    assert r"\[a\](javascript:b) in \*any\* page." in "".join(as_markdown(house.project))


@pytest.mark.django_db
def test_commands_bring_in_and_take_out(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps([ODD, ROW]), encoding="utf-8")
    where = ["--organisation", cast.organisation.slug, "--project", cast.project.slug]
    said, out = io.StringIO(), io.StringIO()
    call_command("import_instructions", str(file), *where, "--accept-as", cast.editor.email, stdout=said)
    assert said.getvalue() == "2 accepted, 0 unchanged, 0 not stored.\n"
    call_command("export_instructions", *where, stdout=out)
    assert json.loads(out.getvalue()) == [ODD, ROW]
    file.write_text("[{}]", encoding="utf-8")
    for wrong in (["--accept-as", cast.editor.email], ["--accept-as", "nobody@care.example"]):
        with pytest.raises(CommandError):
            call_command("import_instructions", str(file), *where, *wrong)
    with pytest.raises(CommandError):
        call_command("import_instructions", str(tmp_path / "none.json"), *where)
