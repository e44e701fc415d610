"""Bringing files in: each instruction in them becomes a proposal. Many are decided at once in `deciding.py`."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.ids import uuid7
from accounts.models import Organisation, Project, User
from accounts.permissions import System
from accounts.refusals import Invalid, Refused
from audit.models import Text
from audit.texts import SALT_BYTES, commitment
from instructions.domain.act import Act, perform
from instructions.domain.classification import FIELDS, classifier_of
from instructions.domain.history_file import MOST_ROWS, OURS, HistoryFile, Problem, Row, decoded, read_history_file
from instructions.domain.instruction import OWN, UNIVERSAL, State
from instructions.domain.rules_file import LONGEST_PARAGRAPH, MOST_LINES, Candidate, TooLong, candidates
from instructions.models import Import, Instruction, Revision
from instructions.queries.search import index
from tractatus.directives import read_instruction

BATCH = 500
LARGEST_RULES_FILE = 256 * 1024
MOST_DIRECTIVES = 2_000
STORED_FROM = 0.6
"""The explicitness from which an instruction is stored (core concepts, section 1)."""


class NotReadable(Refused):
    """A file is refused whole. `problems` say what is wrong, by line."""

    status = 422

    def __init__(self, found: HistoryFile) -> None:
        self.problems = found.problems
        self.more = found.more
        first = found.problems[0]
        super().__init__(
            _("Nothing was imported. Line %(line)d: %(says)s") % {"line": first.line, "says": first.says}
            if first.line
            else _("Nothing was imported. %(says)s") % {"says": first.says},
            "file",
        )


@dataclass
class Imported:
    """What became of a file: its row, and what of it was not proposed, with the words, which are stored nowhere."""

    row: Import
    left_out: list[Problem] = field(default_factory=list)


@dataclass
class _Proposal:
    """One instruction to be proposed, before it is stored."""

    text: str
    values: dict[str, Any]
    line: int
    key: str = ""
    number: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    extra: str = ""
    proposed: dict[str, Any] | None = None


def import_instructions(
    organisation: Organisation,
    project: Project | None,
    name: str,
    data: bytes,
    *,
    by: User | System,
    most: int = MOST_ROWS,
) -> Imported:
    """Propose every instruction of a file. A JSON file is a history, of one project; any other is a rules file.

    The same id and text again is no change. Raises `NotReadable` with everything that is wrong, also where an id stands
    here with another text; then nothing is imported.
    """
    name = name.replace("\x00", "").strip()[-255:] or _("a file")
    if looks_like_history(name, data):
        if project is None:
            raise Invalid(_("An instruction history belongs to a project. Choose which."), "project")
        return _import_history(organisation, project, name, data, by=by, most=most)
    return _import_rules(organisation, project, name, data, by=by)


def looks_like_history(name: str, data: bytes) -> bool:
    """Whether a file is read as an instruction history: by its name, else by how it begins."""
    if name.lower().endswith((".json", ".jsonl")):
        return True
    if name.lower().endswith((".md", ".mdc", ".txt", "rules")):
        return False
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")


def _import_history(
    organisation: Organisation, project: Project, name: str, data: bytes, *, by: User | System, most: int
) -> Imported:
    found = read_history_file(data)
    if len(found.rows) > most and not found.problems:
        says = _(
            "There are %(have)d instructions in it, and at most %(most)d come in by a page. "
            "The command import_instructions takes more."
        )
        found.wrong(0, says % {"have": len(found.rows), "most": most})
    if found.problems:
        raise NotReadable(found)
    with perform("import_instructions", organisation, by=by, project=project) as act:
        known = {row.key: row for row in _with_text(Instruction.objects.filter(project=project))}
        unchanged, left_out = 0, list[Problem]()
        proposals = []
        for row in found.rows:
            there = known.get(row.key) if row.key else None
            if there is not None and there.current is not None:
                if there.current.text.body == row.text:
                    unchanged += 1
                else:
                    says = _("%(id)s stands here with another text: “%(text)s”")
                    found.wrong(row.line, says % {"id": row.key, "text": there.current.text.body[:200]})
                continue
            proposal = _of_row(row, organisation)
            if proposal.values["explicitness"] < STORED_FROM:
                left_out.append(_too_vague(row.line, row.text, proposal.values["explicitness"]))
            else:
                proposals.append(proposal)
        if found.problems:
            raise NotReadable(found)
        return _propose(
            act, project, Import.Form.HISTORY, name, data, proposals, left_out,
            unchanged=unchanged, wrapper=found.wrapper,
        )  # fmt: skip


def _import_rules(
    organisation: Organisation, project: Project | None, name: str, data: bytes, *, by: User | System
) -> Imported:
    found = HistoryFile()
    text = decoded(data, found)
    if text is not None and len(data) > LARGEST_RULES_FILE:
        found.wrong(0, _("A rules file of at most %(most)d kB is read.") % {"most": LARGEST_RULES_FILE // 1024})
    if text is not None and text.count("\n") > MOST_LINES:
        found.wrong(MOST_LINES, _("A rules file of at most %(most)d lines is read.") % {"most": MOST_LINES})
    if text is not None and "\x00" in text:
        found.wrong(1 + text.count("\n", 0, text.index("\x00")), _("This is not text."))
    said = _candidates(text, found) if text is not None and not found.problems else []
    if not said and not found.problems:
        found.wrong(0, _("No directive was found in this file."))
    if len(said) > MOST_DIRECTIVES:
        found.wrong(said[MOST_DIRECTIVES].line, _("At most %(most)d directives are read.") % {"most": MOST_DIRECTIVES})
    if found.problems:
        raise NotReadable(found)
    classifier = classifier_of(organisation)
    with perform("import_instructions", organisation, by=by, project=project) as act:
        standing = Instruction.objects.filter(project=project, state__in=[State.PROPOSED, State.ACTIVE])
        known = {_folded(row.current.text.body) for row in _with_text(standing) if row.current}
        unchanged, left_out = 0, list[Problem]()
        proposals = []
        for candidate in said:
            if _folded(candidate.text) in known:
                unchanged += 1
                continue
            asked = read_instruction(candidate.text, {})
            if not asked.constraints and not asked.unread:
                left_out.append(
                    Problem(candidate.line, _("asks nothing: “%(text)s”") % {"text": _short(candidate.text)})
                )
                continue
            read = classifier.classify(candidate.text)
            if not read.stored:
                left_out.append(_too_vague(candidate.line, candidate.text, read.explicitness))
                continue
            fields = {one: str(getattr(read, one)) for one in FIELDS} | {"explicitness": read.explicitness}
            proposals.append(
                _Proposal(
                    candidate.text,
                    fields | {"parameters": dict(read.parameters)},
                    candidate.line,
                    proposed=fields,
                    facts={"place": _("%(file)s, line %(line)d") % {"file": name[-250:], "line": candidate.line}},
                )
            )
        return _propose(act, project, Import.Form.RULES, name, data, proposals, left_out, unchanged=unchanged)


def _candidates(text: str, found: HistoryFile) -> list[Candidate]:
    try:
        return candidates(text)
    except TooLong as refused:
        says = _("A paragraph of at most %(most)d characters is read. Break it up.")
        found.wrong(refused.line, says % {"most": LONGEST_PARAGRAPH})
        return []


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _too_vague(line: int, text: str, explicitness: float) -> Problem:
    return Problem(line, _("too vague to be kept (explicitness %(have).2f): “%(text)s”") % {
        "have": explicitness, "text": _short(text)})  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"


def _with_text(rows: QuerySet[Instruction]) -> Iterable[Instruction]:
    return rows.select_related("current__text").iterator(chunk_size=2_000)


def _of_row(row: Row, organisation: Organisation) -> _Proposal:
    """A row as a proposal; what it does not say of its classification is classified."""
    given = row.fields
    values: dict[str, Any] = {name: given.get(name) for name in (*FIELDS, "explicitness", "parameters")}
    proposed = None
    if not row.is_classified or values["parameters"] is None:
        read = classifier_of(organisation).classify(row.text)
        proposed = {one: str(getattr(read, one)) for one in FIELDS} | {"explicitness": read.explicitness}
        values = {
            name: value if value is not None else (proposed | {"parameters": dict(read.parameters)})[name]
            for name, value in values.items()
        }
    values |= {"environment": given.get("environment") or "", "expires_at": row.expires_at}
    others = {key: value for key, value in given.items() if key not in OURS}
    return _Proposal(
        row.text,
        values,
        row.line,
        key=row.key,
        number=row.number,
        proposed=proposed,
        facts={"source": given.get("source") or "user", "given": as_given(given)}
        | ({"created_at": row.created_at} if row.created_at else {}),
        extra=json.dumps(others, ensure_ascii=False) if others else "",
    )


def as_given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a row: its keys in their order, and its values that are no words of the instruction."""
    ours = {key: fields[key] for key in OURS if key in fields and key != "text"}
    if ours.get("parameters") is not None:
        del ours["parameters"]  # they stand in the revision
    return {"keys": list(fields), "values": ours}


def _propose(
    act: Act,
    project: Project | None,
    form: str,
    name: str,
    data: bytes,
    proposals: list[_Proposal],
    left_out: list[Problem],
    *,
    unchanged: int,
    wrapper: list[list[Any]] | None = None,
) -> Imported:
    """Store the proposals, a batch at a time, and the row of the file. The entry commits to the list of their texts."""
    row = Import(
        organisation=act.organisation, project=project, name=name, form=form, sha256=hashlib.sha256(data).hexdigest(),
        proposed=len(proposals), unchanged=unchanged, wrapper=wrapper, imported_by=act.user, imported_at=act.now,
        left_out=[one.line for one in left_out], entry_id=act.entry_id,
    )  # fmt: skip
    row.save(force_insert=True)
    number = _last_number(project, act.organisation)
    number = max([number, *(one.number for one in proposals if one.number)])
    ids = sorted(uuid7() for _one in proposals)
    commitments = []
    for start in range(0, len(proposals), BATCH):
        texts, extras, instructions, revisions = [], [], [], []
        for id, one in zip(ids[start : start + BATCH], proposals[start : start + BATCH], strict=True):
            if not one.key:
                number += 1
                one.key, one.number = f"{OWN if project else UNIVERSAL}{number:03d}", number
            text = _text(act.organisation, one.text)
            texts.append(text)
            extra = _text(act.organisation, one.extra) if one.extra else None
            if extra is not None:
                extras.append(extra)
            mirrored = {key: value for key, value in one.values.items() if key not in ("explicitness", "parameters")}
            instruction = Instruction(
                **{"id": id, "organisation": act.organisation, "project": project, "key": one.key,
                   "number": one.number, "state_since": act.now, "created_at": act.now, "brought_by": row,
                   "extra": extra, **mirrored, **one.facts}
            )  # fmt: skip
            instructions.append(instruction)
            revisions.append(
                Revision(
                    organisation=act.organisation,
                    instruction=instruction,
                    number=1,
                    kind=Revision.Kind.PROPOSED,
                    text=text,
                    proposed=one.proposed,
                    made_by=act.user,
                    made_at=act.now,
                    entry_id=act.entry_id,
                    **one.values,
                )
            )
        Text.objects.bulk_create([*texts, *extras])
        Instruction.objects.bulk_create(instructions)
        Revision.objects.bulk_create(revisions)
        index(zip(instructions, revisions, strict=True))
        commitments += [text.commitment for text in texts]
    _point_to_first(Instruction.objects.filter(brought_by=row))
    _link_superseded(proposals, ids, project)
    if commitments:
        # An envelope does not grow with the file: it commits to this list, and the list to each text.
        act.texts["instructions"] = list_of_commitments = _text(act.organisation, "\n".join(commitments))
        list_of_commitments.save(force_insert=True)
    act.subject, act.decision = ("import", row.pk), "proposed"
    return Imported(row, left_out)


def _last_number(project: Project | None, organisation: Organisation) -> int:
    rows = Instruction.objects.filter(organisation=organisation, project=project, number__isnull=False)
    return rows.order_by("-number").values_list("number", flat=True).first() or 0


def _text(organisation: Organisation, body: str) -> Text:
    salt = secrets.token_bytes(SALT_BYTES)
    return Text(organisation=organisation, salt=salt, body=body, commitment=commitment(salt, body))


def _point_to_first(rows: QuerySet[Instruction]) -> None:
    first = Revision.objects.filter(instruction=OuterRef("pk"), number=1).values("pk")
    rows.update(current=Subquery(first))


def _link_superseded(proposals: Sequence[_Proposal], ids: Sequence[Any], project: Project | None) -> None:
    """What a row says it took the place of, where that stands here."""
    named = {
        id: key
        for id, one in zip(ids, proposals, strict=True)
        if (key := one.facts.get("given", {}).get("values", {}).get("supersedes")) and key != one.key
    }
    known = dict(Instruction.objects.filter(project=project, key__in=set(named.values())).values_list("key", "pk"))
    for id, key in named.items():
        if key in known:
            Instruction.objects.filter(pk=id).update(supersedes=known[key])
