"""The list of who is heard, its approval by a second person, and its amendments."""

from __future__ import annotations

from deliberation.domain.amendments import approve_amendment, propose_amendment, refuse_amendment
from deliberation.domain.approval import approve_stakeholders, reopen_list, return_stakeholders
from deliberation.domain.conflict import withdraw
from deliberation.domain.invitations import send_invitations
from deliberation.domain.seats import name_approver
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.stakeholders import add_stakeholder, explain_gap, settle_stakeholder, suggest_stakeholders
from deliberation.domain.taking_part import decline_invitation
from deliberation.domain.tensions import add_tension
from deliberation.models import Deliberation, Gap, Invitation, Stakeholder, State
from tests.attack.arena import Arena, act, stage
from tests.deliberation import stages


@stage("suggest_stakeholders", "add_stakeholder", "settle_stakeholder", "explain_gap")
def drawing_the_list_up(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.at_draft(cast)
    stages.with_stakeholders(cast, d)
    arena.race(*[act(suggest_stakeholders, d, by=by)] * 2, wins=2)
    titles = list(Stakeholder.objects.filter(deliberation=d).values_list("title", flat=True))
    assert len(titles) == len(set(titles))
    one = Stakeholder.objects.get(deliberation=d, title="Stakeholder one")
    arena.race(*[act(add_stakeholder, d, by=by, title="New", why="They wait.", email="n@wait.example")] * 2)
    arena.race(
        *[act(settle_stakeholder, d, one, by=by, do="change", email="n@five.example")],
        act(add_stakeholder, d, by=by, title="Five", why="They wait.", email="n@five.example"),
    )
    drop = {"by": by, "do": "drop", "drop_kind": "covered_by"}
    two = Stakeholder.objects.get(deliberation=d, title="Stakeholder two")
    # Each is to be covered by the other: one of them stays.
    arena.race(
        act(settle_stakeholder, d, one, covered_by=two, **drop), act(settle_stakeholder, d, two, covered_by=one, **drop)
    )
    alone = add_tension(d, by=by, kind="group", title="Those nobody speaks for")
    arena.race(*[act(explain_gap, d, by=by, group=alone, explanation="Nobody could be asked.")] * 2, wins=2)
    assert Gap.objects.filter(deliberation=d, struck_at__isnull=True).count() == 1


@stage("approve_stakeholders", "return_stakeholders", "withdraw", "reopen_list", "send_invitations")
def the_approval(arena: Arena) -> None:
    cast = arena.cast
    people = (cast.holder, cast.second_holder)

    def waiting() -> tuple[Deliberation, str]:
        d = stages.at_stakeholders(cast)
        name_approver(d, by=cast.facilitator, user=cast.second_holder)
        found = current_list(d)
        assert found is not None
        return d, found.digest

    def approve(which: Deliberation, digest: str, n: int) -> object:
        return act(approve_stakeholders, which, by=people[n], digest=digest, reason="Everybody is on it.")

    d, digest = waiting()
    arena.race(approve(d, digest, 0), approve(d, digest, 1))
    assert Invitation.objects.filter(deliberation=d).count() == 4
    arena.race(*[act(reopen_list, d, by=cast.facilitator, reason="One is missing.")] * 2)
    d, digest = waiting()
    arena.race(*[act(return_stakeholders, d, by=who, reason="One is missing.") for who in people])
    d, digest = waiting()
    arena.race(approve(d, digest, 0), act(return_stakeholders, d, by=people[1], reason="One is missing."))
    d, digest = waiting()
    leave = act(withdraw, d, by=cast.facilitator, reason="Moot.", meanwhile="Nothing changes.")
    arena.race(approve(d, digest, 0), leave, wins={1, 2})
    d.refresh_from_db()
    assert d.state == State.WITHDRAWN
    d = stages.at_inviting(cast)
    arena.race(
        act(reopen_list, d, by=cast.facilitator, reason="One is missing."),
        act(send_invitations, d, by=cast.facilitator),
    )


@stage("propose_amendment", "approve_amendment", "refuse_amendment")
def amendments(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.invited(cast, accept=False)
    name = {"by": by, "reason": "Nobody speaks for them.", "why": "They wait."}
    seat = stages.seat_of(d, "Stakeholder one")
    decline_invitation(d, by=seat)
    gone = Stakeholder.objects.get(deliberation=d, title="Stakeholder one")
    proposals = [act(propose_amendment, d, title=f"In place {n}", replaces=gone, **name) for n in (1, 2)]
    replacing = next(one for one in arena.race(*proposals) if hasattr(one, "stakeholder"))
    arena.race(*[act(propose_amendment, d, title="New", email="n@wait.example", **name)] * 2)
    arena.race(*[act(approve_amendment, d, replacing, by=cast.holder, reason="Yes.")] * 2)
    more = arena.race(*[act(propose_amendment, d, title=f"More {n}", **name) for n in (1, 2)], wins=2)
    arena.race(*[act(refuse_amendment, d, more[0], by=cast.holder, reason="No.")] * 2)
    arena.race(
        act(approve_amendment, d, more[1], by=cast.holder, reason="Yes."),
        act(refuse_amendment, d, more[1], by=cast.holder, reason="No."),
    )
    assert Invitation.objects.filter(deliberation=d, stakeholder__amendment__isnull=False).count() in {1, 2}
