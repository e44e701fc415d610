"""Being asked: links, answers, ways out, silence."""

from __future__ import annotations

from datetime import timedelta

from accounts import clock
from accounts.models import SeatUser
from deliberation.domain.invitations import lapse_invitation, mark_not_reached, renew_link, resend, send_invitations
from deliberation.domain.requests import answer_request, ask_otherwise
from deliberation.domain.taking_part import accept_invitation, choose_frameworks, decline_invitation, leave, open_link
from deliberation.models import Framework, Invitation, Notice, Voice
from tests.attack.arena import Arena, act, stage
from tests.deliberation import stages


@stage(
    "send_invitations",
    "renew_link",
    "open_link",
    "mark_not_reached",
    "accept_invitation",
    "decline_invitation",
    "leave",
    "ask_otherwise",
    "answer_request",
    "choose_frameworks",
    "resend",
)
def being_asked(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.at_inviting(cast)
    arena.race(*[act(send_invitations, d, by=by)] * 2)
    one, two, three, four = Invitation.objects.filter(deliberation=d).select_related("seat").order_by("pk")
    arena.race(*[act(renew_link, d, one, by=by)] * 2, wins=2)
    one.refresh_from_db()
    series = one.link_series
    assert series == 3
    arena.race(*[act(open_link, d, one, series=series, user=cast.first)] * 2, wins=2)
    assert SeatUser.objects.filter(seat_id=one.seat_id).count() == 1
    arena.race(act(open_link, d, one, series=series), act(renew_link, d, one, by=by), wins={1, 2})

    frameworks = list(Framework.objects.filter(deliberation=d, status="written"))
    yes = {"name": "Myself", "relation": "affected", "frameworks": frameworks[:1]}
    arena.race(*[act(accept_invitation, d, by=one.seat, **yes)] * 2)
    arena.race(*[act(choose_frameworks, d, by=one.seat, frameworks=frameworks, own_framework="Care")] * 2, wins=2)
    assert Voice.objects.filter(seat=one.seat, dropped_at__isnull=True).count() == len(frameworks) + 1
    arena.race(*[act(decline_invitation, d, by=two.seat)] * 3)
    arena.race(act(accept_invitation, d, by=three.seat, **yes), act(decline_invitation, d, by=three.seat))
    arena.race(
        act(accept_invitation, d, by=four.seat, **yes), act(mark_not_reached, d, four, by=by, note="No."), wins={1, 2}
    )
    four.refresh_from_db()
    assert four.state == "accepted"
    asked = arena.race(*[act(ask_otherwise, d, by=one.seat, kind="format", text="By telephone.")] * 2, wins=2)
    arena.race(*[act(answer_request, d, asked[0], by=by, answer="Yes.")] * 2)
    claimed = Notice.objects.filter(deliberation=d, kind="invitation").earliest("pk")
    Notice.objects.filter(pk=claimed.pk).update(claimed_at=clock.now() - timedelta(hours=1))
    arena.race(*[act(resend, d, claimed, by=by)] * 2)
    arena.race(*[act(leave, d, by=one.seat)] * 2)


@stage("lapse_invitation", "accept_invitation", "mark_not_reached")
def silence(arena: Arena) -> None:
    d = stages.invited(arena.cast, accept=False)
    one, two, three, _four = Invitation.objects.filter(deliberation=d).select_related("seat").order_by("pk")
    assert one.answer_by is not None
    over = one.answer_by + timedelta(minutes=1)
    frameworks = list(Framework.objects.filter(deliberation=d, status="written"))
    arena.race(*[act(lapse_invitation, one)] * 2, at=over)
    yes = act(accept_invitation, d, by=two.seat, name="Two", relation="affected", frameworks=frameworks)
    arena.race(act(lapse_invitation, two), yes, wins={1, 2}, at=over)
    two.refresh_from_db()
    assert two.state == "accepted"
    arena.race(*[act(mark_not_reached, d, three, by=arena.cast.facilitator, note="It came back.")] * 2)
