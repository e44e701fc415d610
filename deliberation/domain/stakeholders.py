"""Who must be heard: the list, drafted by one person and approved, exactly as it stands, by another.

What the software suggests is inert until a person keeps it. Everybody who ever put a hand to a version of the list is
one of its authors, and no author approves it. Once anybody was invited the list changes by amendment alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import rfc8785
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import SeatUser, User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Part
from deliberation.domain import catalogue
from deliberation.domain.act import Act, perform
from deliberation.domain.seats import sitter
from deliberation.models import (
    CoversGroup,
    Deliberation,
    Framework,
    Gap,
    Group,
    Invitation,
    ListAuthor,
    ListEntry,
    MaySpeakFrom,
    Seat,
    Stakeholder,
    StakeholderList,
    State,
)

STANDING = (Stakeholder.Status.KEPT, Stakeholder.Status.CHANGED, Stakeholder.Status.WRITTEN)
FEWEST = 2
LONGEST_TITLE = 200
LONGEST_EMAIL = 254


# What stands


def standing_stakeholders(deliberation: Deliberation) -> QuerySet[Stakeholder]:
    """Whom a person put or kept on the list. Amendments are not of the list and not among them."""
    return Stakeholder.objects.filter(deliberation=deliberation, status__in=STANDING, amendment__isnull=True)


def in_tension(deliberation: Deliberation) -> QuerySet[Framework]:
    return Framework.objects.filter(deliberation=deliberation, status__in=STANDING)


def affected_groups(deliberation: Deliberation) -> QuerySet[Group]:
    return Group.objects.filter(deliberation=deliberation, status__in=STANDING)


def current_list(deliberation: Deliberation) -> StakeholderList | None:
    """The newest version of the list, in whatever state."""
    return StakeholderList.objects.filter(deliberation=deliberation).order_by("-version").first()


def approved_list(deliberation: Deliberation) -> StakeholderList | None:
    return StakeholderList.objects.filter(deliberation=deliberation, state=StakeholderList.State.APPROVED).first()


def uncovered(deliberation: Deliberation) -> tuple[list[Framework], list[Group]]:
    """The frameworks nobody on the list may speak for, and the groups nobody covers, explained or not."""
    standing = standing_stakeholders(deliberation).values("pk")
    voiced = MaySpeakFrom.objects.filter(stakeholder__in=standing).values("framework_id")
    covered = CoversGroup.objects.filter(stakeholder__in=standing).values("group_id")
    return (
        list(in_tension(deliberation).exclude(pk__in=voiced)),
        list(affected_groups(deliberation).exclude(pk__in=covered)),
    )


def missing_from_list(deliberation: Deliberation) -> list[str]:
    """What keeps the list from being submitted, each in one sentence; empty when nothing does."""
    sentences = []
    rows = list(Stakeholder.objects.filter(deliberation=deliberation, amendment__isnull=True))
    sentences += [
        _("“%(who)s” is only suggested: keep, change or drop it.") % {"who": row.title}
        for row in rows
        if row.status == Stakeholder.Status.SUGGESTED
    ]
    standing = [row for row in rows if row.stands]
    if len(standing) < FEWEST:
        sentences.append(_("Fewer than two people or bodies are on the list."))
    sentences += [
        _("Say why %(who)s is asked. They will read it.") % {"who": row.title} for row in standing if row.why_id is None
    ]
    explained = Gap.objects.filter(deliberation=deliberation, struck_at__isnull=True)
    frameworks = set(explained.values_list("framework_id", flat=True))
    groups = set(explained.values_list("group_id", flat=True))
    silent, uncared = uncovered(deliberation)
    sentences += [
        _("Nobody may speak for “%(what)s”. Add somebody, or explain the gap.") % {"what": row.title}
        for row in silent
        if row.pk not in frameworks
    ]
    sentences += [
        _("Nobody speaks for the group “%(what)s”. Add somebody, or explain the gap.") % {"what": row.title}
        for row in uncared
        if row.pk not in groups
    ]
    return sentences


def list_digest(deliberation: Deliberation) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of the list exactly as it stands, gaps included.

    People's words stand in it by their commitment, so that it can be recomputed after a text was erased.
    """
    rows = list(
        standing_stakeholders(deliberation)
        .select_related("why")
        .prefetch_related("groups", "frameworks")
        .order_by("pk")
    )
    gaps = Gap.objects.filter(deliberation=deliberation, struck_at__isnull=True).select_related("explanation")
    content: Any = {
        "deliberation": deliberation.pk.hex,
        "stakeholders": [
            {
                "id": row.pk.hex,
                "title": row.title,
                "relation": row.relation,
                "why": row.why.commitment if row.why else None,
                "email": row.email,
                "address": row.address,
                "language": row.language,
                "frameworks": sorted([f.pk.hex, f.title] for f in row.frameworks.all()),
                "groups": sorted([g.pk.hex, g.title] for g in row.groups.all()),
            }
            for row in rows
        ],
        "gaps": [
            {
                "framework": gap.framework_id.hex if gap.framework_id else None,
                "group": gap.group_id.hex if gap.group_id else None,
                "explanation": gap.explanation.commitment,
            }
            for gap in gaps.order_by("pk")
        ],
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


# Hands on the list


def put_hand(act: Act) -> StakeholderList:
    """Note that whoever acts put a hand to the list, and give the version they worked on.

    A version that was submitted, returned or voided is never taken up again: the next hand begins the next version,
    with every author so far. In `stakeholders` the changed list waits for approval anew, under a new number.
    """
    if act.user is None:
        raise ValueError("Only a person puts a hand to a list.")
    newest = current_list(act.deliberation)
    if newest is None or newest.state != StakeholderList.State.DRAFT:
        newest = _next_version(act, newest)
    _note_author(act, newest, act.user)
    if act.deliberation.state == State.STAKEHOLDERS:
        submit_list(act)
    return newest


def _next_version(act: Act, before: StakeholderList | None) -> StakeholderList:
    if before is not None and before.state == StakeholderList.State.SUBMITTED:
        before.state = StakeholderList.State.VOIDED
        before.save(update_fields=["state"])
    after = StakeholderList(
        organisation=act.deliberation.organisation,
        deliberation=act.deliberation,
        version=(before.version if before else 0) + 1,
        created_at=act.now,
    )
    after.save(force_insert=True)
    authors = User.objects.filter(
        pk__in=ListAuthor.objects.filter(deliberation=act.deliberation).values("user_id")
    ).order_by("pk")
    for author in authors:
        _note_author(act, after, author)
    return after


def _note_author(act: Act, version: StakeholderList, user: User) -> None:
    if not ListAuthor.objects.filter(list=version, user=user).exists():
        ListAuthor(
            organisation=act.deliberation.organisation,
            deliberation=act.deliberation,
            list=version,
            user=user,
            since=act.now,
        ).save(force_insert=True)


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
    same = Stakeholder.objects.filter(deliberation=act.deliberation, email=email, status__in=STANDING)
    if same.exclude(pk__in=[but.pk] if but else []).exclude(amendment__state="refused").exists():
        raise Invalid(_("Somebody on the list has this address already."), "email")
    return email


def facilitators_among(deliberation: Deliberation, addresses: Iterable[str]) -> set[str]:
    """Those of the `addresses` that belong to somebody who sits or ever sat on the facilitator's seat here."""
    seats = Seat.objects.filter(deliberation=deliberation, part=Part.FACILITATOR).values("pk")
    people = SeatUser.objects.filter(seat_id__in=seats).values_list("user__email", flat=True)
    return {address.lower() for address in people} & {address.lower() for address in addresses if address}


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


def suggest_stakeholders(deliberation: Deliberation, *, by: User) -> list[Stakeholder]:
    """Ask the catalogue whom one might hear. Each suggestion is inert until a person keeps it; none is made twice."""
    with perform("suggest_stakeholders", deliberation, by=by) as act:
        frameworks = list(in_tension(deliberation))
        groups = list(affected_groups(deliberation))
        known = Stakeholder.objects.filter(deliberation=deliberation)
        titles = {title.casefold() for pair in known.values_list("title", "suggested") for title in pair}
        last = known.aggregate(n=Max("position_no"))["n"] or 0
        made: list[Stakeholder] = []
        for one in catalogue.suggest_stakeholders(
            framework_keys=[f.catalogue_key for f in frameworks if f.catalogue_key],
            group_titles=[g.suggested or g.title for g in groups],
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


def submit_list(act: Act) -> StakeholderList:
    """Put the list up for approval, inside the verb that does so. Gives the version that waits.

    Raises `Invalid` with a sentence for each thing that is missing.
    """
    deliberation = act.deliberation
    _strike_filled_gaps(act)
    missing = missing_from_list(deliberation)
    if missing:
        raise Invalid(errors={f"list_{number}": sentence for number, sentence in enumerate(missing, 1)})
    addresses = list(standing_stakeholders(deliberation).values_list("email", flat=True))
    refuse_facilitators(deliberation, addresses)
    waiting = current_list(deliberation)
    if waiting is None or waiting.state != StakeholderList.State.DRAFT:
        waiting = _next_version(act, waiting)
    if act.user is None:
        raise ValueError("Only a person submits a list.")
    _note_author(act, waiting, act.user)
    for stakeholder in standing_stakeholders(deliberation):
        ListEntry(
            organisation=deliberation.organisation, deliberation=deliberation, list=waiting, stakeholder=stakeholder
        ).save(force_insert=True)
    waiting.state = StakeholderList.State.SUBMITTED
    waiting.digest = list_digest(deliberation)
    waiting.submitted_by, waiting.submitted_at = act.user, act.now
    waiting.save()
    act.notify("list_submitted", f"list:{waiting.pk}", users=approvers(deliberation, but=[act.user]))
    return waiting


def _strike_filled_gaps(act: Act) -> None:
    silent, uncared = uncovered(act.deliberation)
    Gap.objects.filter(deliberation=act.deliberation, struck_at__isnull=True).exclude(
        Q(framework__in=silent) | Q(group__in=uncared)
    ).update(struck_at=act.now)


def refuse_facilitators(deliberation: Deliberation, addresses: Collection[str]) -> None:
    """Raise `Invalid` where one of the addresses is that of somebody who ever facilitated here."""
    found = sorted(facilitators_among(deliberation, addresses))
    if found:
        raise Invalid(
            _("%(address)s facilitates here, or did. A facilitator is never a voice; take them off the list.")
            % {"address": ", ".join(found)}
        )


def approvers(deliberation: Deliberation, *, but: Sequence[User] = ()) -> list[User]:
    """Who may approve: the decision holder, and whoever was named for it."""
    people = [sitter(deliberation, Part.HOLDER), sitter(deliberation, Part.APPROVER)]
    return list({p.pk: p for p in people if p is not None and p not in but}.values())


# The gate


def approve_stakeholders(deliberation: Deliberation, *, by: User, digest: str, reason: str) -> StakeholderList:
    """Approve the exact list whose `digest` was before the approver, and prepare a seat and an invitation for each.

    Raises `Stale` where the list changed since, `NotAllowed` for everybody who had a hand in any version of it or
    ever facilitated.
    """
    waiting = _waiting(deliberation)
    with perform("approve_stakeholders", deliberation, by=by, thing=waiting) as act:
        waiting = _exactly(act, waiting, digest)
        if ListAuthor.objects.filter(deliberation=deliberation, user=by).exists():
            raise NotAllowed(_("You had a hand in this list. It takes a second person to approve it."))
        stakeholders = [entry.stakeholder for entry in waiting.entries.select_related("stakeholder").order_by("pk")]
        refuse_facilitators(deliberation, [s.email for s in stakeholders])
        waiting.state = StakeholderList.State.APPROVED
        waiting.decided_by, waiting.decided_at = act.user, act.now
        waiting.reason = act.keep("reason", reason)
        waiting.save()
        for stakeholder in stakeholders:
            prepare_seat(act, stakeholder)
        facilitator = sitter(deliberation, Part.FACILITATOR)
        act.notify("list_approved", f"list:{waiting.pk}", users=[facilitator] if facilitator else [])
        act.subject, act.decision = ("stakeholder_list", waiting.pk), "approved"
    return waiting


def return_stakeholders(deliberation: Deliberation, *, by: User, reason: str, digest: str = "") -> StakeholderList:
    """Give the list back to the facilitator, with a reason; the question is a draft again."""
    waiting = _waiting(deliberation)
    with perform("return_stakeholders", deliberation, by=by, thing=waiting) as act:
        waiting = _exactly(act, waiting, digest or (waiting.digest if waiting else ""))
        waiting.state = StakeholderList.State.RETURNED
        waiting.decided_by, waiting.decided_at = act.user, act.now
        waiting.reason = act.keep("reason", reason)
        waiting.save()
        facilitator = sitter(deliberation, Part.FACILITATOR)
        act.notify("list_returned", f"list:{waiting.pk}", users=[facilitator] if facilitator else [])
        act.subject, act.decision = ("stakeholder_list", waiting.pk), "returned"
    return waiting


def _waiting(deliberation: Deliberation) -> StakeholderList | None:
    return StakeholderList.objects.filter(deliberation=deliberation, state=StakeholderList.State.SUBMITTED).first()


def _exactly(act: Act, waiting: StakeholderList | None, digest: str) -> StakeholderList:
    """The list that waits, if it is the one that was seen. To be called while the deliberation's row is held."""
    changed = _("The list has changed since you opened this page. Nothing was decided. Please read it again.")
    if waiting is None or waiting.state != StakeholderList.State.SUBMITTED:
        raise Stale(changed)
    if digest != waiting.digest or digest != list_digest(act.deliberation):
        raise Stale(changed)
    return waiting


def prepare_seat(act: Act, stakeholder: Stakeholder) -> Invitation:
    """A participant's seat and its invitation, not yet sent."""
    owner = {"organisation": act.deliberation.organisation, "deliberation": act.deliberation}
    seat = Seat(
        **owner,
        part=Part.PARTICIPANT,
        name=stakeholder.title,
        relation=stakeholder.relation,
        language=stakeholder.language,
        created_at=act.now,
    )
    seat.save(force_insert=True)
    invitation = Invitation(**owner, stakeholder=stakeholder, seat=seat)
    invitation.save(force_insert=True)
    return invitation


def reopen_list(deliberation: Deliberation, *, by: User, reason: str) -> None:
    """Take the list up again before anybody was invited. Its approval is void, and the question a draft.

    Raises `WrongState` once somebody was invited: from then on a change is an amendment.
    """
    with perform("reopen_list", deliberation, by=by) as act:
        invitations = Invitation.objects.filter(deliberation=deliberation)
        if invitations.exclude(state=Invitation.State.LISTED).exists():
            raise WrongState(_("Somebody was invited already. From here on the list changes by amendment."))
        approved = approved_list(deliberation)
        if approved is None:
            raise Stale(_("The list has been taken up again already."))
        act.keep("reason", reason)
        approved.state = StakeholderList.State.VOIDED
        approved.save(update_fields=["state"])
        seats = list(invitations.values_list("seat_id", flat=True))
        # Nobody has been told of them: they were only prepared.
        invitations.delete()
        Seat.objects.filter(pk__in=seats).delete()
        told = approved.decided_by
        act.notify("list_reopened", f"list:{approved.pk}", users=[told] if told else [])
        act.subject, act.decision = ("stakeholder_list", approved.pk), "voided"
