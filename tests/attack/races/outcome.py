"""The outcome: one draft, one signature, every dissent, and one page that is public."""

from __future__ import annotations

from datetime import timedelta

from accounts import clock
from accounts.permissions import SYSTEM
from deliberation.domain.commitments import report_commitment
from deliberation.domain.conflict import withdraw
from deliberation.domain.dissent import answer_dissent, join_dissent, withdraw_dissent, write_dissent
from deliberation.domain.outcome import (
    circulate_outcome,
    draft_outcome,
    return_outcome,
    send_to_sign,
    set_aside_outcome_draft,
    sign_outcome,
)
from deliberation.domain.precedent import cite_precedent
from deliberation.domain.publication import choose_quote, propose_publication, publish, unpublish
from deliberation.domain.seats import hand_over
from deliberation.models import (
    Commitment,
    Deliberation,
    DissentJoin,
    OutcomeVersion,
    Precedent,
    QuoteChoice,
    Review,
)
from tests.attack.arena import Act, Arena, act, stage
from tests.deliberation import stages


@stage(
    "draft_outcome",
    "circulate_outcome",
    "set_aside_outcome_draft",
    "write_dissent",
    "join_dissent",
    "withdraw_dissent",
    "answer_dissent",
    "send_to_sign",
)
def the_draft(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.at_outcome(cast)
    content = stages.content(d)
    first, _again = arena.race(*[act(draft_outcome, d, by=by, content=content)] * 2, wins=2)
    assert OutcomeVersion.objects.filter(deliberation=d).count() == 1
    first.refresh_from_db()
    arena.race(*[act(draft_outcome, d, by=by, content=content, seen=first.edited_at)] * 2)
    arena.race(*[act(circulate_outcome, d, by=by)] * 2)
    _the_dissents(arena, d, first)
    changed = stages.content(d, change_note="Words.", expects="Else.")
    for _ in range(2):
        draft_outcome(d, by=by, content=changed)
        arena.race(*[act(set_aside_outcome_draft, d, by=by)] * 2)
    draft_outcome(d, by=by, content=changed)
    arena.race(act(circulate_outcome, d, by=by), act(set_aside_outcome_draft, d, by=by))
    over = clock.now() + timedelta(days=60)
    arena.race(*[act(send_to_sign, d, by=who) for who in (by, SYSTEM)], at=over)


def _the_dissents(arena: Arena, d: Deliberation, version: OutcomeVersion) -> None:
    cast = arena.cast
    one, two, three = (stages.seat_of(d, person.name) for person in cast.stakeholders[:3])
    words = {"version_id": version.pk, "lead": "No.", "objection": "It is too soon."}
    written, other = arena.race(*[act(write_dissent, d, by=who, **words) for who in (one, two)], wins=2)
    change = {**words, "lead": "Still no.", "replaces": written}
    newer = next(r for r in arena.race(*[act(write_dissent, d, by=one, **change)] * 2) if hasattr(r, "lead"))
    arena.race(*[act(join_dissent, d, newer, by=three)] * 2, wins=2)
    assert DissentJoin.objects.filter(dissent=newer).count() == 1
    arena.race(act(join_dissent, d, other, by=one), act(withdraw_dissent, d, other, by=two), wins={1, 2})
    arena.race(*[act(answer_dissent, d, newer, by=cast.holder, text=text) for text in ("Yes.", "No.")], wins=2)
    arena.race(act(write_dissent, d, by=one, **words, replaces=newer), act(withdraw_dissent, d, newer, by=one))
    late = write_dissent(d, by=three, **words)
    arena.race(*[act(withdraw_dissent, d, late, by=three)] * 3)


@stage("sign_outcome", "return_outcome", "withdraw", "hand_over", "answer_dissent")
def the_signature(arena: Arena) -> None:
    cast = arena.cast

    def sign(d: Deliberation) -> Act:
        version = OutcomeVersion.objects.get(deliberation=d)
        return act(sign_outcome, d, by=cast.holder, version_id=version.pk, name="Holder")

    d = stages.at_signing(cast)
    arena.race(*[sign(d)] * 4)
    assert (Precedent.objects.count(), Review.objects.count()) == (1, 1)
    d = stages.at_signing(cast)
    arena.race(*[act(return_outcome, d, by=cast.holder, reason="Who pays?")] * 2)
    rivals = {
        return_outcome: {"by": cast.holder, "reason": "Who pays?"},
        withdraw: {"by": cast.holder, "reason": "Moot.", "meanwhile": "Nothing changes."},
    }
    for rival, facts in rivals.items():
        d = stages.at_signing(cast)
        arena.race(sign(d), act(rival, d, **facts))
        d.refresh_from_db()
        assert (d.state == "decided") == Precedent.objects.filter(deliberation=d).exists()
    d = stages.at_signing(cast, answered=False)
    dissent = stages.dissent_of(d)
    arena.race(sign(d), act(answer_dissent, d, dissent, by=cast.holder, text="By lot."), wins={1, 2})
    assert dissent.answers.count() == 1
    d = stages.at_signing(cast)
    arena.race(sign(d), act(hand_over, d, by=cast.facilitator, user=cast.second_facilitator), wins={1, 2})


@stage("report_commitment", "propose_publication", "choose_quote", "publish", "unpublish", "cite_precedent")
def decided(arena: Arena) -> None:
    cast = arena.cast
    d, asking = stages.at_decided(cast), stages.at_draft(cast)
    owed = Commitment.objects.filter(deliberation=d).earliest("number")
    done = {"state": "done", "account": "Both are trained."}
    arena.race(*[act(report_commitment, d, owed, by=who, **done) for who in (cast.facilitator, cast.holder)])
    arena.race(*[act(propose_publication, d, by=cast.holder)] * 3)
    choice = QuoteChoice.objects.filter(deliberation=d).select_related("seat", "publication").earliest("pk")
    seen = {"digest": choice.publication.page_digest}
    choose = [act(choose_quote, d, by=choice.seat, choice=what, **seen) for what in ("name", "leave_out")]
    arena.race(*choose, wins=2)
    public = act(publish, d, by=cast.holder, reason="Others may learn.", leave_out_silent=True)
    arena.race(public, public)
    back = act(unpublish, d, by=cast.holder, reason="A name was wrong.")
    arena.race(back, back)
    propose_publication(d, by=cast.holder)
    arena.race(public, back, wins={1, 2})
    cite = {"by": cast.facilitator, "alike": "The tool.", "differs": "The posts."}
    arena.race(*[act(cite_precedent, asking, stages.precedent_of(d), **cite)] * 2, wins=2)
