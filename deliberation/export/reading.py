"""Which rows of a deliberation its export holds for whom: the same people read the same on the pages.

Every table of a deliberation stands here once, or among those that are left out, with the reason. A test holds the list
to the models, so that a new table is not forgotten and not given away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import ForeignKey, Q, QuerySet

from accounts.permissions import rule
from accounts.roles import Part, Role
from audit.plain_rows import as_json
from deliberation import models as of
from deliberation.domain.standing import Standing
from deliberation.models import Deliberation, Seat
from deliberation.models.rounds import Spoken
from deliberation.models.tenancy import OfDeliberation
from deliberation.queries.abreast import newest
from deliberation.queries.positions import reads_others, visible_positions

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Reader:
    """Who takes the export along: how they stand in the deliberation, and the seat they speak from, if any."""

    deliberation: Deliberation
    standing: Standing
    seat: Seat | None = None

    @cached_property
    def takes_part(self) -> bool:
        """Reads what stands before the rounds: question, terms, options, the list."""
        return bool(rule("read_deliberation").admits(self.standing.named) or self.seat)

    @cached_property
    def reads_rounds(self) -> bool:
        """Reads what others said in the rounds. Nobody does while round 1 is open, or their own still runs."""
        return self.takes_part and reads_others(self.deliberation, standing=self.standing, seat=self.seat)

    @cached_property
    def runs_it(self) -> bool:
        """Facilitates or decides, and so sees who was reached and who asked for what."""
        return bool(self.standing.parts & {Part.FACILITATOR, Part.HOLDER}) and self.seat is None

    @cached_property
    def reads_outcome(self) -> bool:
        """Reads what was signed."""
        return self.takes_part or rule("read_outcome").admits(self.standing.named)

    @cached_property
    def reads_reviews(self) -> bool:
        return rule("read_reviews").admits(self.standing.named)

    @cached_property
    def reads_entries(self) -> bool:
        """Of what is open, entries would tell who has answered and when: then they are for auditors alone."""
        ended = not self.deliberation.is_open
        return Role.AUDITOR in self.standing.roles or (ended and (self.takes_part or self.reads_outcome))


Models = tuple[type[OfDeliberation], ...]

BEFORE_THE_ROUNDS: Models = (
    of.Terms, of.Finding, of.Option, of.Harm, of.Framework, of.TradeOff, of.Group, of.Stakeholder, of.CoversGroup,
    of.MaySpeakFrom, of.StakeholderList, of.ListEntry, of.Gap, of.Amendment, of.Seat, of.Voice, of.Round, of.Citation,
)  # fmt: skip
IN_THE_ROUNDS: Models = (
    of.SharedValue, of.ProposalCost, of.Stance, of.Question, of.Reply, of.Agreement, of.AgreementAnswer, of.Difference,
    of.Side, of.SideAnswer, of.Shift,
)  # fmt: skip
"""And positions, which are read through the one way there is to read them."""
RUNNING_IT: Models = (of.Invitation, of.Request, of.Ask, of.MoreTime, of.ListAuthor)
OF_THE_OUTCOME: Models = (
    of.OutcomeVersion, of.WeighedValue, of.Remainder, of.ReviewTrigger, of.Hearing, of.Commitment, of.CommitmentReport,
    of.Dissent, of.DissentJoin, of.DissentAnswer, of.Outcome, of.AgentInstruction, of.Precedent,
)  # fmt: skip
OF_REVIEWS: Models = (of.Review, of.ReviewAuthor, of.ReviewVoice, of.ChangeReport)
CHAINS = {of.Stance: "option_id", of.AgreementAnswer: "agreement_id", of.SideAnswer: "side_id", of.Shift: None}
"""Of these the last version alone is shown, by what each answers."""
LEFT_OUT = {
    of.Position: "read through `visible_positions`",
    of.Draft: "what somebody has begun to write is theirs until they send it",
    of.Notice: "mails, not words of the deliberation",
    of.DraftWarning: "help for who drafts, of drafts nobody else has seen",
    of.PrecedentTerm: "words a search finds a precedent by",
    of.Searchable: "words a search finds what was signed by",
    of.Publication: "the page that is public, and why, stands at its own address",
    of.QuoteChoice: "how somebody wishes to be named in public is between them and that page",
}

NEVER = {"organisation", "deliberation", "email", "address", "draw", "link_series", "model_consent"}
"""Columns that no export holds: how to reach somebody is nobody's but those who invite."""


def rows_for(reader: Reader) -> Rows:
    """Every row this reader may read, by table, each as JSON: words instead of references to them."""
    found: Rows = {}
    if reader.takes_part:
        for model in BEFORE_THE_ROUNDS:
            found |= _table(_of(model, reader))
        found |= _positions(reader)
    if reader.reads_rounds:
        for model in IN_THE_ROUNDS:
            found |= _table(_of(model, reader))
    elif reader.seat is not None:
        for model in IN_THE_ROUNDS:
            if issubclass(model, Spoken):
                found |= _table(_of(model, reader).filter(seat=reader.seat))
    if reader.runs_it:
        for model in RUNNING_IT:
            found |= _table(_of(model, reader))
    if reader.reads_outcome:
        for model in OF_THE_OUTCOME:
            found |= _table(_of_outcome(model, reader))
    if reader.reads_reviews:
        for model in OF_REVIEWS:
            found |= _table(_of(model, reader))
    return found


def _of(model: type[OfDeliberation], reader: Reader) -> QuerySet[Any]:
    """The rows that stand: what was struck, taken back or replaced is on no page either, but for what was reworded."""
    rows: QuerySet[Any] = model._default_manager.filter(deliberation=reader.deliberation)
    names = {field.name for field in model._meta.get_fields()}
    if "struck_at" in names and model not in (of.Agreement, of.Difference):
        rows = rows.filter(struck_at__isnull=True)
    if not reader.reads_rounds and "by_seat" in names:
        # A proposal, or a finding somebody added, was said in a round.
        rows = rows.filter(Q(by_seat__isnull=True) | Q(by_seat=reader.seat))
    return rows


def _of_outcome(model: type[OfDeliberation], reader: Reader) -> QuerySet[Any]:
    """What was signed; for who takes part also the versions that went round before, and what was said to them."""
    here = {"deliberation": reader.deliberation}
    rows = _of(model, reader)
    shown = Q(signed_outcome__signed_at__isnull=False)
    if reader.takes_part:
        shown |= Q(circulated_at__isnull=False)
    versions = of.OutcomeVersion.objects.filter(shown, **here).values("pk")
    if not versions:
        return rows.none()
    standing = of.Dissent.objects.filter(**here, withdrawn_at__isnull=True, replaced_by__isnull=True).values("pk")
    names = {field.name for field in model._meta.concrete_fields}
    if model is of.OutcomeVersion:
        return rows.filter(pk__in=versions)
    if "version" in names and "seat" not in names:
        return rows.filter(version__in=versions)
    if "commitment" in names:
        return rows.filter(commitment__version__in=versions)
    if model is of.Dissent:
        return rows.filter(pk__in=standing)
    if "dissent" in names:
        return rows.filter(dissent__in=standing)
    return rows


def _positions(reader: Reader) -> Rows:
    rows = visible_positions(reader.deliberation, standing=reader.standing, seat=reader.seat)
    return {"position": [as_json(row, NEVER) for row in rows]} if rows else {}


def _table(rows: QuerySet[Any]) -> Rows:
    references = [field.name for field in rows.model._meta.concrete_fields if isinstance(field, ForeignKey)]
    kept = [name for name in references if name not in NEVER]
    read: Iterable[Any] = rows.select_related(*kept).order_by("pk")
    if rows.model in CHAINS:
        read = newest(read, CHAINS[rows.model]).values()
    found = [as_json(row, NEVER) for row in read]
    return {rows.model._meta.model_name or "": found} if found else {}
