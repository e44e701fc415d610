"""What is in tension: frameworks, values traded off, groups that bear the decision.

The software suggests from the catalogue of the framework library and never ranks. A suggestion is inert until a person
keeps, changes or drops it; what was suggested and what a person wrote stay apart for ever.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale
from deliberation.domain.act import Act, perform
from deliberation.domain.suggesting import orchestrator
from deliberation.models import Deliberation, Finding, Framework, Group, Harm, Option, TradeOff

Tension = Framework | TradeOff | Group
KINDS: dict[str, type[Framework] | type[TradeOff] | type[Group]] = {
    "framework": Framework,
    "trade_off": TradeOff,
    "group": Group,
}
LONGEST_TITLE = 300


def text_of(deliberation: Deliberation) -> str:
    """Everything staff wrote about the conflict so far, which is what the software's suggestions rest on."""
    written = [deliberation.question, deliberation.decision_asked]
    standing = {"deliberation": deliberation, "struck_at__isnull": True, "by_seat__isnull": True}
    for model, names in ((Finding, ("text",)), (Option, ("text", "detail")), (Harm, ("bearer", "harm"))):
        for row in model._default_manager.filter(**standing).select_related(*names):
            written += [getattr(row, name) for name in names]
    return "\n".join(text.body for text in written if text is not None and not text.is_erased)


def suggest_tensions(deliberation: Deliberation, *, by: User) -> list[Tension]:
    """Ask the software what may be in tension. Gives what is new: nothing is suggested twice, dropped or not."""
    with perform("suggest_tensions", deliberation, by=by) as act:
        found = orchestrator(deliberation.organisation).analyze_conflict(
            text_of(deliberation), deliberation.proposed_context
        )
        known = {
            model: {
                title.casefold()
                for pair in model._default_manager.filter(deliberation=deliberation).values_list("title", "suggested")
                for title in pair
                if title
            }
            for model in KINDS.values()
        }
        keys = set(Framework.objects.filter(deliberation=deliberation).values_list("catalogue_key", flat=True))
        rows: list[Tension] = [
            Framework(
                **_new(act, framework.framework, Framework.Origin.SOFTWARE),
                catalogue_key=framework.key,
                suggested_position=_position(framework.position),
                of_a_people=framework.of_a_people,
            )
            for framework in found.moral_frameworks_in_tension
            if framework.key not in keys and framework.framework.casefold() not in known[Framework]
        ]
        for model, titles in ((TradeOff, found.value_trade_offs), (Group, found.affected_stakeholder_groups)):
            rows += [
                model(**_new(act, title, model.Origin.SOFTWARE))
                for title in titles
                if title.casefold() not in known[model]
            ]
        for row in rows:
            row.save(force_insert=True)
        act.decision = "suggested" if rows else "nothing_new"
    return rows


def _position(suggested: str | None) -> str:
    """What a framework would ask here, without the affected groups: each is suggested beside it."""
    return (suggested or "").partition(" Concerned are: ")[0]


def settle_tension(
    tension: Tension,
    *,
    by: User,
    do: str,
    title: str = "",
    reason: str = "",
    concern: str = "",
    seen: str | None = None,
) -> None:
    """Keep, change or drop (`do`) what was suggested; change or drop what already stands.

    Dropping needs a reason. `seen` is the status the person had before them. Raises `Stale` where somebody settled it
    meanwhile, `Invalid` by field.
    """
    with perform("settle_tension", tension.deliberation, by=by, thing=tension) as act:
        if (seen is not None and tension.status != seen) or tension.status == tension.Status.DROPPED:
            raise Stale(_("Somebody settled “%s” meanwhile. Please look at it again.") % tension.title)
        if do == "keep":
            _keep(act, tension, concern)
        elif do == "change":
            _change(act, tension, title, concern)
        elif do == "drop":
            tension.dropped_reason = act.keep("reason", reason)
            tension.status = tension.Status.DROPPED
        else:
            raise Invalid(_("Say whether to keep it, change it or drop it."), "do")
        tension.settled_by, tension.settled_at = by, act.now
        tension.save()
        act.subject, act.decision = (tension._meta.model_name or "", tension.pk), str(tension.status)


def add_tension(
    deliberation: Deliberation,
    *,
    by: User,
    kind: str,
    title: str = "",
    catalogue_key: str = "",
    concern: str = "",
    of_a_people: bool = False,
) -> Tension:
    """Write a framework (optionally one of the catalogue), a trade-off or a group. Raises `Invalid` by field."""
    with perform("add_tension", deliberation, by=by) as act:
        model = KINDS.get(kind)
        if model is None:
            raise Invalid(_("Say whether it is a framework, a trade-off or a group."), "kind")
        extra: dict[str, object] = {}
        if model is Framework:
            catalogue = orchestrator(deliberation.organisation).catalogue
            known = catalogue.framework(catalogue_key) if catalogue_key else None
            if catalogue_key and known is None:
                raise Invalid(_("This framework is not in the catalogue."), "catalogue_key")
            title = title.strip() or (known.title if known else "")
            extra = {
                "catalogue_key": known.key if known else "",
                "of_a_people": of_a_people or bool(known and known.of_a_people),
                "concern": act.keep("concern", concern, optional=True),
            }
        title = _clean(deliberation, model, title)
        row = model(**_new(act, title, model.Origin.HUMAN), **extra)
        row.save(force_insert=True)
        act.subject, act.decision = (row._meta.model_name or "", row.pk), "added"
    return row


def _new(act: Act, title: str, origin: str) -> dict[str, object]:
    by_software = origin == Framework.Origin.SOFTWARE
    return {
        "organisation": act.deliberation.organisation,
        "deliberation": act.deliberation,
        "origin": origin,
        "status": Framework.Status.SUGGESTED if by_software else Framework.Status.WRITTEN,
        "suggested": title if by_software else "",
        "title": title,
        "settled_by": None if by_software else act.user,
        "settled_at": None if by_software else act.now,
        "created_at": act.now,
    }


def _keep(act: Act, tension: Tension, concern: str) -> None:
    if tension.status != tension.Status.SUGGESTED:
        raise Stale(_("“%s” has been settled already.") % tension.title)
    if isinstance(tension, Framework) and concern.strip():
        tension.concern = act.keep("concern", concern)
    tension.status = tension.Status.KEPT


def _change(act: Act, tension: Tension, title: str, concern: str) -> None:
    tension.title = _clean(act.deliberation, type(tension), title, besides=tension)
    if isinstance(tension, Framework):
        tension.concern = act.keep("concern", concern, optional=True)
    by_software = tension.origin == tension.Origin.SOFTWARE
    tension.status = tension.Status.CHANGED if by_software else tension.Status.WRITTEN


def _clean(deliberation: Deliberation, model: type[Tension], title: str, besides: Tension | None = None) -> str:
    title = " ".join(title.replace("\x00", "").split())
    if not title:
        raise Invalid(_("Please write something here."), "title")
    if len(title) > LONGEST_TITLE:
        raise Invalid(_("A title has at most %(most)d characters.") % {"most": LONGEST_TITLE}, "title")
    others = model._default_manager.filter(deliberation=deliberation).exclude(status=model.Status.DROPPED)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if title.casefold() in {other.casefold() for other in others.values_list("title", flat=True)}:
        raise Invalid(_("“%s” is here already.") % title, "title")
    return title
