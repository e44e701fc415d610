"""What checks and requests came to, in the words that pages and lists use."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audit.queries.wording import SECTIONS
from oversight.models import Check, JudgmentRequest
from oversight.models.words import Mode, Told
from oversight.queries.showing import one_line

STRICT = (Told.ASK, Told.DENY)


def verdict_of(check: Check) -> str:
    """What the agent was told, in words; of a key that observes, what it would have been."""
    would, told = Told(check.would_have), Told(check.decision)
    if check.mode == Mode.OBSERVED and would in STRICT and told not in STRICT:
        return {Told.ASK: _("Would have asked a person"), Told.DENY: _("Would have been denied")}[would]
    said = {
        Told.ALLOW: _("Allowed"),
        Told.WARN: _("Allowed, with care"),
        Told.ASK: _("Asked a person"),
        Told.DENY: _("Denied"),
    }[told]
    if check.grant_id is not None and told == Told.ALLOW:
        return _("Allowed, as granted")
    if check.mode == Mode.BREAK_GLASS:
        return _("%(said)s, under break glass") % {"said": said}
    if check.mode == Mode.DEGRADED:
        return _("%(said)s, without the service") % {"said": said}
    return said


def tone_of(check: Check) -> str:
    """How it is set on a page, by the worst that was said of it."""
    worst = check.would_have if check.mode == Mode.OBSERVED else check.decision
    if check.grant_id is not None:
        return "asked"
    return {Told.ALLOW: "soft", Told.WARN: "warned", Told.ASK: "asked", Told.DENY: "denied"}[Told(worst)]


def request_says(request: JudgmentRequest) -> str:
    """What became of the request that a check made, in one sentence."""
    state, states = request.state, JudgmentRequest.State
    who = {"who": request.decided_by}
    if state == states.PENDING:
        return _("It waits for a decision holder.")
    if state == states.DELIBERATING:
        return _("It is deliberated.")
    if state == states.GRANTED:
        return _("%(who)s granted it once; it has not been used yet.") % who
    if state == states.USED:
        return _("%(who)s granted it once, and it was used.") % who
    if state == states.EXPIRED:
        return _("%(who)s granted it once; it was never used, and holds no longer.") % who
    if state == states.REFUSED:
        return _("%(who)s refused it.") % who
    return _("Nobody answered in time, so it was not granted.")


def boundary_says(boundary: str) -> str:
    """The boundary that an act came to, in words; one of the organisation's own by its name."""
    section = boundary.partition(" ")[0]
    return str(SECTIONS[section]) if section in SECTIONS else one_line(boundary)
