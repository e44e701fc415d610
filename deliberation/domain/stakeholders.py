"""Who must be heard: suggested by the software, put on the list, kept, changed or dropped by a person.

What the software suggests is inert until a person keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale
from deliberation.domain.act import Act, perform
from deliberation.domain.stakeholder_list import (
    affected_groups,
    facilitators_among,
    in_tension,
    put_hand,
    standing_stakeholders,
    uncovered,
)
from deliberation.domain.suggesting import orchestrator
from deliberation.models import (
    Deliberation,
    Framework,
    Gap,
    Group,
    Seat,
    Stakeholder,
)

LONGEST_TITLE = 200

LONGEST_EMAIL = 254


# --- What is written


def clean_title(title: str, field: str = "title") -> str:
    title = " ".join((title or "").replace("\x00", "").split())
    if not title:
        raise Invalid(_("Please write who it is: a name, or what they are."), field)
    if len(title) > LONGEST_TITLE:
        raise Invalid(_("At most %(most)d characters fit here.") % {"most": LONGEST_TITLE}, field)
    return title


def clean_email(act: Act, email: str, *, but: Stakeholder | None = None) -> str:
    """The address in lower case. Raises `Invalid` where it is none, is on the list, or is a facilitator's."""
    email = (email or "").strip().lower()
    if not email:
        return ""
    try:
        validate_email(email)
        if len(email) > LONGEST_EMAIL:
            raise ValidationError("too long")
    except ValidationError:
        raise Invalid(_("“%(address)s” is no mail address.") % {"address": email}, "email") from None
    if facilitators_among(act.deliberation, [email]):
        raise Invalid(
            _("This is the address of somebody who facilitates here, or did. A facilitator is never a voice."), "email"
        )
    same = Stakeholder.objects.filter(deliberation=act.deliberation, email=email, status__in=Stakeholder.STANDING)
    if same.exclude(pk__in=[but.pk] if but else []).exclude(amendment__state="refused").exists():
        raise Invalid(_("Somebody on the list has this address already."), "email")
    return email


def speak_from(
    stakeholder: Stakeholder, *, frameworks: Iterable[Framework] | None, groups: Iterable[Group] | None
) -> None:
    """Set the frameworks somebody may speak from and the groups they cover; None leaves them as they are.

    Raises `Invalid` for one that does not stand in this deliberation.
    """
    owner = {"organisation": stakeholder.organisation, "deliberation": stakeholder.deliberation}
    if frameworks is not None:
        chosen: list[Any] = list(frameworks)
        if any(one.deliberation_id != stakeholder.deliberation_id or not one.stands for one in chosen):
            raise Invalid(_("Choose among the frameworks in tension here."), "frameworks")
        stakeholder.frameworks.set(chosen, through_defaults=owner)
    if groups is not None:
        chosen = list(groups)
        if any(one.deliberation_id != stakeholder.deliberation_id or not one.stands for one in chosen):
            raise Invalid(_("Choose among the groups that bear this decision."), "groups")
        stakeholder.groups.set(chosen, through_defaults=owner)


def written_stakeholder(
    act: Act,
    *,
    title: str,
    why: str,
    relation: str,
    frameworks: Iterable[Framework],
    groups: Iterable[Group],
    email: str,
    address: str,
    language: str,
) -> Stakeholder:
    """A new row in a person's words; for the list and for amendments."""
    _check_relation(relation)
    last = Stakeholder.objects.filter(deliberation=act.deliberation).aggregate(n=Max("position_no"))["n"] or 0
    stakeholder = Stakeholder(
        organisation=act.deliberation.organisation,
        deliberation=act.deliberation,
        origin=Stakeholder.Origin.HUMAN,
        status=Stakeholder.Status.WRITTEN,
        title=clean_title(title),
        why=act.keep("why", why),
        relation=relation,
        email=clean_email(act, email),
        address=_plain(address, 1000, "address"),
        language=_plain(language, 12, "language"),
        settled_by=act.user,
        settled_at=act.now,
        created_at=act.now,
        position_no=last + 1,
    )
    stakeholder.save(force_insert=True)
    speak_from(stakeholder, frameworks=frameworks, groups=groups)
    return stakeholder


def _check_relation(relation: str) -> None:
    if relation not in Seat.Relation.values:
        raise Invalid(_("Say how they are concerned."), "relation")


def _plain(value: str, most: int, field: str) -> str:
    value = (value or "").replace("\x00", "").replace("\r\n", "\n").strip()
    if len(value) > most:
        raise Invalid(_("At most %(most)d characters fit here.") % {"most": most}, field)
    return value


# --- Drawing it up


def suggest_stakeholders(deliberation: Deliberation, *, by: User) -> list[Stakeholder]:
    """Ask the software whom one might hear. Each suggestion is inert until a person keeps it; none is made twice."""
    with perform("suggest_stakeholders", deliberation, by=by) as act:
        frameworks = list(in_tension(deliberation))
        groups = list(affected_groups(deliberation))
        known = Stakeholder.objects.filter(deliberation=deliberation)
        titles = {title.casefold() for pair in known.values_list("title", "suggested") for title in pair}
        last = known.aggregate(n=Max("position_no"))["n"] or 0
        made: list[Stakeholder] = []
        for one in orchestrator(deliberation.organisation).stakeholders_for(
            frameworks=[f.catalogue_key for f in frameworks if f.catalogue_key],
            groups=[g.suggested or g.title for g in groups],
        ):
            if one.title.casefold() in titles:
                continue
            row = Stakeholder(
                organisation=deliberation.organisation,
                deliberation=deliberation,
                origin=Stakeholder.Origin.SOFTWARE,
                status=Stakeholder.Status.SUGGESTED,
                suggested=one.title,
                title=one.title,
                suggested_why=one.why,
                relation=one.relation,
                created_at=act.now,
                position_no=last + len(made) + 1,
            )
            row.save(force_insert=True)
            speak_from(
                row,
                frameworks=[f for f in frameworks if f.catalogue_key in one.frameworks],
                groups=[g for g in groups if (g.suggested or g.title) in one.groups],
            )
            made.append(row)
        put_hand(act)
        act.decision = "suggested"
    return made


def add_stakeholder(
    deliberation: Deliberation,
    *,
    by: User,
    title: str,
    why: str,
    relation: str = Seat.Relation.AFFECTED,
    frameworks: Iterable[Framework] = (),
    groups: Iterable[Group] = (),
    email: str = "",
    address: str = "",
    language: str = "",
) -> Stakeholder:
    """Put somebody on the list, in words they will read. Raises `Invalid` for a facilitator's address."""
    with perform("add_stakeholder", deliberation, by=by) as act:
        stakeholder = written_stakeholder(
            act,
            title=title,
            why=why,
            relation=relation,
            frameworks=frameworks,
            groups=groups,
            email=email,
            address=address,
            language=language,
        )
        put_hand(act)
        act.subject, act.decision = ("stakeholder", stakeholder.pk), "added"
    return stakeholder


def settle_stakeholder(
    deliberation: Deliberation,
    stakeholder: Stakeholder,
    *,
    by: User,
    do: str,
    title: str | None = None,
    why: str | None = None,
    relation: str | None = None,
    frameworks: Iterable[Framework] | None = None,
    groups: Iterable[Group] | None = None,
    email: str | None = None,
    address: str | None = None,
    language: str | None = None,
    drop_kind: str = "",
    covered_by: Stakeholder | None = None,
    reason: str = "",
) -> Stakeholder:
    """Keep, change or drop somebody suggested or listed: `do` is `keep`, `change` or `drop`.

    Keeping takes the software's reason as the words they will read, unless `why` gives others. Dropping needs
    `drop_kind`: `covered_by` somebody who stands on the list, `not_affected`, or `other` with a `reason`.
    """
    with perform("settle_stakeholder", deliberation, by=by) as act:
        row = Stakeholder.objects.select_related("why").filter(deliberation=deliberation, pk=stakeholder.pk).first()
        if row is None or hasattr(row, "amendment"):
            raise Stale(_("This is not on the list any more."))
        if do == "drop":
            _drop(act, row, drop_kind, covered_by, reason)
        elif do in {"keep", "change"}:
            if do == "change" or row.email:
                row.email = clean_email(act, row.email if email is None else email, but=row)
            _stand(act, row, title=title, why=why, relation=relation)
            row.address = row.address if address is None else _plain(address, 1000, "address")
            row.language = row.language if language is None else _plain(language, 12, "language")
            speak_from(row, frameworks=frameworks, groups=groups)
        else:
            raise ValueError(f"do is keep, change or drop, not {do!r}")
        row.settled_by, row.settled_at = act.user, act.now
        row.save()
        put_hand(act)
        act.subject, act.decision = ("stakeholder", row.pk), {"drop": "dropped", "keep": "kept"}.get(do, "changed")
    stakeholder.refresh_from_db()
    return stakeholder


def _stand(act: Act, row: Stakeholder, *, title: str | None, why: str | None, relation: str | None) -> None:
    if title is not None:
        row.title = clean_title(title)
    if relation is not None:
        _check_relation(relation)
        row.relation = relation
    words = (why if why is not None else "" if row.why_id else row.suggested_why).strip()
    if (words or why is not None) and (row.why is None or row.why.body != words):
        row.why = act.keep("why", words)
    changed = row.title != row.suggested or (row.why is not None and row.why.body != row.suggested_why)
    if row.origin == Stakeholder.Origin.HUMAN:
        row.status = Stakeholder.Status.WRITTEN
    else:
        row.status = Stakeholder.Status.CHANGED if changed else Stakeholder.Status.KEPT
    row.drop_kind, row.covered_by, row.dropped_reason = "", None, None


def _drop(act: Act, row: Stakeholder, kind: str, covered_by: Stakeholder | None, reason: str) -> None:
    if kind not in Stakeholder.Dropped.values:
        raise Invalid(_("Say why: covered by somebody, not affected, or another reason in words."), "drop_kind")
    leaning = Stakeholder.objects.filter(deliberation=act.deliberation, covered_by=row).first()
    if leaning is not None:
        raise Invalid(
            _("“%(other)s” was dropped as covered by “%(who)s”. Settle that one first.")
            % {"other": leaning.title, "who": row.title}
        )
    row.covered_by = None
    if kind == Stakeholder.Dropped.COVERED:
        other = standing_stakeholders(act.deliberation).filter(pk__in=[covered_by.pk] if covered_by else []).first()
        if other is None or other.pk == row.pk:
            raise Invalid(_("Choose who on the list covers them."), "covered_by")
        row.covered_by = other
    row.drop_kind = kind
    row.dropped_reason = act.keep("reason", reason, optional=kind != Stakeholder.Dropped.OTHER)
    row.status = Stakeholder.Status.DROPPED


def explain_gap(
    deliberation: Deliberation,
    *,
    by: User,
    explanation: str,
    framework: Framework | None = None,
    group: Group | None = None,
) -> Gap:
    """Say why a framework has no voice, or nobody covers a group. It is printed in the outcome. The last one stands."""
    with perform("explain_gap", deliberation, by=by) as act:
        if (framework is None) == (group is None):
            raise ValueError("A gap is of one framework or of one group.")
        thing: Any = framework or group
        if thing.deliberation_id != deliberation.pk or not thing.stands:
            raise Invalid(_("This does not stand here any more."))
        silent, uncared = uncovered(deliberation)
        if thing.pk not in {row.pk for row in [*silent, *uncared]}:
            raise Stale(_("Somebody on the list speaks for it meanwhile; there is no gap to explain."))
        Gap.objects.filter(deliberation=deliberation, framework=framework, group=group, struck_at__isnull=True).update(
            struck_at=act.now
        )
        gap = Gap(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            framework=framework,
            group=group,
            explanation=act.keep("explanation", explanation),
            by_user=act.user,
            at=act.now,
        )
        gap.save(force_insert=True)
        put_hand(act)
        act.subject, act.decision = ("gap", gap.pk), "explained"
    return gap
