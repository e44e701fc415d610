"""What is known, disputed or unknown; what could be done; and who would bear which harm by it."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale
from deliberation.domain.act import Act, By, perform
from deliberation.models import Deliberation, Finding, Harm, Option


def add_finding(deliberation: Deliberation, *, by: By, kind: str, text: str, source: str = "") -> Finding:
    """Add something known, disputed or unknown, with its source. Staff and everyone who takes part may.

    What is said to be known needs a source. Raises `Invalid` by field.
    """
    with perform("add_finding", deliberation, by=by) as act:
        if kind not in Finding.Kind.values:
            raise Invalid(_("Say whether it is known, disputed or unknown."), "kind")
        said = act.keep("text", text)
        if kind == Finding.Kind.KNOWN and not source.strip():
            raise Invalid(_("Say how this is known. Without a source it is disputed."), "source")
        finding = Finding(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            kind=kind,
            text=said,
            source=act.keep("source", source, optional=True),
            at=act.now,
            **_by(act),
        )
        finding.save(force_insert=True)
        act.subject, act.decision = ("finding", finding.pk), "added"
    return finding


def strike_finding(finding: Finding, *, by: User) -> None:
    """Strike a finding while the question is a draft. It stays readable in the record."""
    with perform("strike_finding", finding.deliberation, by=by, thing=finding) as act:
        _strike(finding, act)


def next_option_number(deliberation: Deliberation) -> int:
    """The number of the next option or proposal. To be called while the deliberation's row is held."""
    highest = Option.objects.filter(deliberation=deliberation).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def add_option(deliberation: Deliberation, *, by: User, text: str, detail: str = "") -> Option:
    """Add a way to answer the question, before the rounds. In round 2 whoever takes part proposes instead."""
    with perform("add_option", deliberation, by=by) as act:
        option = Option(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            kind=Option.Kind.OPTION,
            number=next_option_number(deliberation),
            text=act.keep("text", text),
            detail=act.keep("detail", detail, optional=True),
            at=act.now,
            **_by(act),
        )
        option.save(force_insert=True)
        act.subject, act.decision = ("option", option.pk), "added"
    return option


def edit_option(option: Option, *, by: User, text: str, detail: str = "") -> None:
    """Reword an option, “do not do it” included, while the question is a draft."""
    with perform("edit_option", option.deliberation, by=by, thing=option) as act:
        _must_stand(option)
        option.text = act.keep("text", text)
        option.detail = act.keep("detail", detail, optional=True)
        option.save(update_fields=["text", "detail"])
        act.subject, act.decision = ("option", option.pk), "edited"


def strike_option(option: Option, *, by: User) -> None:
    """Strike an option while the question is a draft. Not to do it is always an option, and stays."""
    with perform("strike_option", option.deliberation, by=by, thing=option) as act:
        if option.kind == Option.Kind.DO_NOT:
            raise Invalid(_("Not to do it is always an option. You may put it in other words."))
        _strike(option, act)


def add_harm(option: Option, *, by: By, bearer: str, harm: str) -> Harm:
    """Name who would bear what if `option` were chosen. The facilitator and everyone who takes part may."""
    with perform("add_harm", option.deliberation, by=by) as act:
        option.refresh_from_db()
        _must_stand(option)
        row = Harm(
            organisation=act.deliberation.organisation,
            deliberation=act.deliberation,
            option=option,
            bearer=act.keep("bearer", bearer),
            harm=act.keep("harm", harm),
            at=act.now,
            **_by(act),
        )
        row.save(force_insert=True)
        act.subject, act.decision = ("harm", row.pk), "added"
    return row


def strike_harm(harm: Harm, *, by: User) -> None:
    """Strike a harm while the question is a draft."""
    with perform("strike_harm", harm.deliberation, by=by, thing=harm) as act:
        _strike(harm, act)


def _strike(row: Finding | Option | Harm, act: Act) -> None:
    _must_stand(row)
    row.struck_at = act.now
    row.save(update_fields=["struck_at"])
    act.subject, act.decision = (row._meta.model_name or "", row.pk), "struck"


def _must_stand(row: Finding | Option | Harm) -> None:
    if row.struck_at is not None:
        raise Stale(_("This was struck meanwhile."))


def _by(act: Act) -> dict[str, object]:
    return {"by_user": act.user, "by_seat": act.seat}
