"""The words of an envelope as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ids import uuid_or_none
from accounts.models import APIKey, Membership, Project
from accounts.roles import Part, Role
from audit.envelope import PEOPLE, SERVICES
from audit.models import Entry

Words = str | Promise

SERVICE_TITLES: dict[str, Words] = dict(
    zip(
        SERVICES,
        (
            gettext_lazy("Boundary enforcer"),
            gettext_lazy("Instruction classifier"),
            gettext_lazy("Cross-reference validator"),
            gettext_lazy("Context pressure monitor"),
            gettext_lazy("Metacognitive verifier"),
            gettext_lazy("Deliberation orchestrator"),
            gettext_lazy("Communication"),
            gettext_lazy("Gate"),
            gettext_lazy("People"),
        ),
        strict=True,
    )
)
DECISIONS: dict[str, Words] = {
    "allow": gettext_lazy("Allowed"),
    "warn": gettext_lazy("With care"),
    "ask": gettext_lazy("Asked a person"),
    "deny": gettext_lazy("Denied"),
}
"""What the gate answers. A verb's own result stands as the verb says it."""
CLASSES = {"ask": "asked", "deny": "denied", "warn": "warned"}
PRESSURES: dict[str, Words] = {
    "NORMAL": gettext_lazy("Normal"),
    "ELEVATED": gettext_lazy("Elevated"),
    "HIGH": gettext_lazy("High"),
    "CRITICAL": gettext_lazy("Critical"),
    "DANGEROUS": gettext_lazy("Dangerous"),
}
MODES: dict[str, Words] = {
    "enforced": gettext_lazy("enforced: what is denied does not happen"),
    "observed": gettext_lazy("observed: judged and recorded, not stopped"),
    "degraded": gettext_lazy("degraded: the service could not answer, and it was reported later"),
    "break_glass": gettext_lazy("break glass: suspended by a named person for a short time"),
}
KINDS: dict[str, Words] = {
    "human": gettext_lazy("a person"),
    "agent": gettext_lazy("an agent"),
    "system": gettext_lazy("the software itself"),
}
SECTIONS: dict[str, Words] = {
    "12.1": gettext_lazy("A values decision (12.1)"),
    "12.2": gettext_lazy("What people may choose for themselves (12.2)"),
    "12.3": gettext_lazy("Cannot be undone (12.3)"),
    "12.4": gettext_lazy("Turns on how people live and what they hold (12.4)"),
    "12.5": gettext_lazy("Without precedent (12.5)"),
}
"""The framework's own boundaries, by the section that the name of one begins with."""

_told: dict[str, Words] = {}


def service_in_words(service: str) -> str:
    return str(SERVICE_TITLES.get(service, service))


def decision_in_words(decision: str) -> str:
    return str(DECISIONS.get(decision) or decision.replace("_", " ").capitalize())


def pressure_in_words(level: str | None) -> str:
    return str(PRESSURES.get(level, level)) if level else ""


def result_in_words(result: str) -> str:
    """What a service said within a check: a decision, or a word of its own."""
    return decision_in_words(result) if result in DECISIONS else result.replace("_", " ").capitalize()


def tell_events(sentences: Mapping[str, Words]) -> None:
    """An app says what its entries tell, by event: a sentence in the past tense, of what one such entry records.

    It may begin with `%(who)s`, or `%(agent)s` where a key acts: whoever the entry names is put there, or *You* where
    they read it themselves; so it says nothing else of that person.
    """
    _told.update(sentences)


def event_in_words(event: str, who: str = "") -> str:
    """What an event tells when it is of nobody in particular, or of `who`; else the event's own name."""
    said = {"who": who or _("Somebody"), "agent": who or _("An agent")}
    return str(_told[event]) % said if event in _told else event


def entry_in_words(entry: Entry, names: dict[str, str]) -> SafeString:
    """What an entry tells, with whoever it names, escaped and kept apart from the direction of the sentence."""
    if entry.event not in _told:
        return escape(entry.event)
    actor = format_html("<bdi>{}</bdi>", names.get(entry.actor_ref or "") or capfirst(actor_in_words(entry, names)))
    return mark_safe(escape(_told[entry.event]) % {"who": actor, "agent": actor})


def names_its_actor(event: str) -> bool:
    """Whether the sentence of an event says who it was."""
    return str(_told.get(event, "")).startswith("%(")


def known_events() -> list[str]:
    """Every event that has a sentence, by name."""
    return sorted(_told)


def name_in_words(name: str) -> str:
    """The name under which an entry commits to words: `dissent-1-removed_by` as Dissent 1 removed by."""
    return name.replace("_", " ").replace("-", " ").capitalize()


def boundary_in_words(boundary: str | None) -> str:
    """The number and the name of a boundary, as people write it."""
    return (boundary or "").replace("_", " ")


def section_in_words(boundary: str) -> str:
    """The boundary as a sentence begins with it; one that an organisation drew itself by its name."""
    return str(SECTIONS.get(boundary.partition(" ")[0]) or boundary_in_words(boundary))


def mode_in_words(entry: Entry) -> str:
    """Under which mode a check was judged. What people do is done: of that it says nothing, unless it was another."""
    if entry.service == PEOPLE and entry.mode == "enforced":
        return ""
    return str(MODES.get(entry.mode or "", entry.mode or ""))


def role_in_words(role: str | None) -> str:
    if role == "key":
        return _("API key")
    for kind in (Role, Part):
        if role in kind.values:
            return str(kind(role).label)
    return role or ""


def names_of(entries: list[Entry]) -> dict[str, str]:
    """The names of members and keys among the actors, by reference. A participant has none: a seat is opaque."""
    refs = {entry.actor_kind: set[UUID]() for entry in entries}
    for entry in entries:
        if (pk := uuid_or_none(entry.actor_ref)) is not None:
            refs[entry.actor_kind].add(pk)
    named = {
        row.pk.hex: str(row.user)
        for row in Membership.objects.filter(pk__in=refs.get("human", ())).select_related("user")
    }
    return named | {row.pk.hex: row.name for row in APIKey.objects.filter(pk__in=refs.get("agent", ()))}


def actor_in_words(entry: Entry, names: dict[str, str]) -> str:
    """Who acted, as far as the log tells."""
    name = names.get(entry.actor_ref or "")
    if name is not None:
        return name
    if entry.actor_kind == "human" and entry.actor_role:
        return _("somebody as %(role)s") % {"role": role_in_words(entry.actor_role)}
    return str(KINDS.get(entry.actor_kind, entry.actor_kind))


def project_names() -> dict[UUID, str]:
    return dict(Project.objects.values_list("pk", "name"))
