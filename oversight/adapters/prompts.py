"""What a person says to an agent, read for instructions and forgotten; and the instructions that an agent is given."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import APIKey, Project
from accounts.refusals import Refused
from instructions.domain.classification import Wording, classify
from instructions.domain.in_force import variables_of, worded
from instructions.domain.instruction import propose_instruction
from instructions.domain.rules_file import TooLong, candidates
from instructions.domain.standing import standing_rows, strongest_first
from instructions.models import Instruction
from instructions.models.instruction import Persistence
from oversight.adapters.secrets_said import tells_a_secret
from oversight.domain.answers import kept
from tractatus import Persistence as Read
from tractatus import TemporalScope

LONGEST_PROMPT = 20_000
"""Characters of a prompt that are read; what is longer is a file that was pasted."""
MOST_PROPOSED = 5
MOST_GIVEN = 6_000
"""Characters of instructions that an agent is given at once."""
LONGEST_GIVEN = 500
MOST_ROWS = 500

KEPT = (TemporalScope.PERMANENT, TemporalScope.PROJECT, TemporalScope.PHASE)


def propose_from_prompt(key: APIKey, prompt: str) -> list[Instruction]:
    """Propose what in a prompt is to outlast the task, sentence by sentence, as its key; nothing else of it is kept.

    A proposal binds nobody until a person publishes it. What the project was told before is not proposed again.
    """
    project, organisation = key.project, key.organisation
    try:
        found = candidates(kept(prompt, LONGEST_PROMPT))
    except TooLong:
        return []
    worth = []
    for candidate in found:
        if tells_a_secret(candidate.text):
            continue
        read = classify(candidate.text, organisation)
        outlasts = read.temporal_scope in KEPT and read.persistence in (Read.HIGH, Read.MEDIUM)
        if read.stored and outlasts:
            worth.append(candidate.text)
    if not worth:
        return []
    proposed: list[Instruction] = []
    for text in worth:
        if len(proposed) == MOST_PROPOSED:
            break
        if _is_known(project, text):
            continue
        try:
            proposed.append(
                propose_instruction(organisation, Wording(text), by=key, project=project, place=_("a prompt"))
            )
        except Refused:  # an archived project takes nothing new, and the agent goes on all the same
            break
    return proposed


def _is_known(project: Project, text: str) -> bool:
    """Whether the project was told this before, whatever became of it."""
    bare = text.rstrip(".")
    told = Instruction.objects.filter(organisation=project.organisation_id, current__text__body__in=[bare, f"{bare}."])
    return told.filter(Q(project=project) | Q(project__isnull=True)).exists()


def instructions_given(project: Project, *, only_high: bool = False, proposed: int = 0) -> str:
    """The instructions in force, as an agent is given them: HIGH persistence first, in a bounded length.

    `only_high` leaves the others out. `proposed` is how many were found in the prompt and wait for a person.
    """
    variables = variables_of(project)
    standing = standing_rows(project).select_related("current__text")
    if only_high:
        standing = standing.filter(persistence=Persistence.HIGH)
    lines: list[str] = []
    length = 0
    for row in strongest_first(standing)[:MOST_ROWS]:
        line = f"- {row.key}: {' '.join(worded(row, variables).split())[:LONGEST_GIVEN]}"
        if row.environment:
            line += f" ({row.environment})"
        if length + len(line) > MOST_GIVEN:
            break
        lines.append(line)
        length += len(line) + 1
    if not lines and not proposed:
        return ""
    said = [_("Instructions in force for this project (Tractatus). They hold until people change them:"), *lines]
    if lines and (left := standing.count() - len(lines)):
        said.append(
            ngettext("%(left)d more is in force and is checked all the same.",
                     "%(left)d more are in force and are checked all the same.", left) % {"left": left}
        )  # fmt: skip
    if proposed:
        said.append(
            ngettext(
                "%(number)d instruction was found in this message and proposed. It binds once people publish it.",
                "%(number)d instructions were found in this message and proposed. They bind once people publish them.",
                proposed,
            )
            % {"number": proposed}
        )
    return "\n".join(said if lines else said[1:])
