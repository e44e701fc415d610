"""What the entries about agents tell: each event in a sentence, as it happened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.queries.wording import tell_events


def declare() -> None:
    tell_events(
        {
            "oversight.check": _("%(agent)s asked before an act."),
            "oversight.freeze": _("%(who)s stopped a session, a key or a project."),
            "oversight.freeze.lift": _("%(who)s let go on what had been stopped."),
            "oversight.glass.break": _("%(who)s suspended an instruction, a boundary or all of a project for a while."),
            "oversight.glass.end": _("%(who)s ended a suspension before its time."),
            "oversight.glass.lapse": _("A suspension ended when its time was over."),
            "oversight.glass.review": _("%(who)s reviewed what happened during a suspension."),
            "oversight.mark": _("%(who)s marked what would have been stopped as right or wrong."),
            "oversight.report": _("%(agent)s told what became of an act."),
            "oversight.request.ask": _("%(agent)s put an act to the decision holders."),
            "oversight.request.convene": _("%(who)s had an act deliberated."),
            "oversight.request.expire": _("A grant ended that nobody had used in time."),
            "oversight.request.grant": _("%(who)s granted an act, once."),
            "oversight.request.lapse": _("A request ended that nobody had answered in time: that was no grant."),
            "oversight.request.refuse": _("%(who)s refused an act."),
            "oversight.request.return": _("A request came back to people from its deliberation."),
            "oversight.request.use": _("%(agent)s used a grant for the act it was given for."),
            "oversight.session.archive": _("An ended session was put away."),
            "oversight.session.end": _("A session ended."),
            "oversight.session.handoff": _("%(agent)s handed a session over."),
            "oversight.session.open": _("%(agent)s opened a session."),
            "oversight.session.pressure": _("%(agent)s told how long and how full its session had become."),
        }
    )
