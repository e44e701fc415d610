"""The question, until its list is submitted."""

from __future__ import annotations

from accounts.models import APIKey
from deliberation.domain.conflict import (
    convene,
    dismiss,
    edit_question,
    propose_conflict,
    settle_by_precedent,
    submit,
    take_up,
    withdraw,
)
from deliberation.domain.options import (
    add_finding,
    add_harm,
    add_option,
    edit_option,
    strike_finding,
    strike_harm,
    strike_option,
)
from deliberation.domain.seats import hand_over, name_approver, name_holder
from deliberation.domain.tensions import add_tension, settle_tension, suggest_tensions
from deliberation.domain.terms import accept_terms, draft_terms
from deliberation.models import Deliberation, Framework, Option, State, Terms
from tests.attack.arena import Arena, act, stage
from tests.deliberation import stages

TERMS = {
    "question": stages.QUESTION,
    "can_change": "Whether it is used.",
    "off_table": "The number of posts.",
    "decided_by": "The head of people decides.",
    "meanwhile": "It stays off.",
    "after_disagreement": "It stays off.",
    "asked_by": "The head of people asked.",
    "compensation": "Nothing.",
}


@stage("propose_conflict", "convene", "take_up", "dismiss")
def a_flag(arena: Arena) -> None:
    cast = arena.cast
    key = APIKey.objects.create(
        organisation=cast.organisation, project=cast.project, name="Agent", prefix="p", hash="0" * 64
    )
    flags = arena.race(*[act(propose_conflict, cast.project, by=key, decision="Disclose?")] * 3, wins=3)
    facilitators = (cast.facilitator, cast.second_facilitator)
    about = {"question": "May we?", "decision_asked": "", "urgency": "URGENT"}
    arena.race(*[act(convene, cast.organisation, cast.project, by=who, **about) for who in facilitators], wins=2)
    assert sorted(Deliberation.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    arena.race(*[act(take_up, flags[0], by=who) for who in facilitators])
    arena.race(*[act(dismiss, flags[1], by=who, reason="No conflict.") for who in facilitators])
    arena.race(act(take_up, flags[2], by=facilitators[0]), act(dismiss, flags[2], by=facilitators[1], reason="None."))


@stage(
    "edit_question",
    "draft_terms",
    "accept_terms",
    "add_finding",
    "strike_finding",
    "add_option",
    "edit_option",
    "strike_option",
    "add_harm",
    "strike_harm",
    "suggest_tensions",
    "settle_tension",
    "add_tension",
    "name_holder",
    "name_approver",
    "hand_over",
)
def a_draft(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.at_draft(cast)
    arena.race(*[act(edit_question, d, by=by, question=words) for words in ("May we?", "Should we?")], wins=2)
    _the_terms(arena, d)
    findings = arena.race(*[act(add_finding, d, by=by, kind="unknown", text="How many?")] * 2, wins=2)
    arena.race(*[act(strike_finding, findings[0], by=by)] * 2)
    options = arena.race(*[act(add_option, d, by=by, text=f"Option {n}") for n in range(3)], wins=3)
    assert len(set(Option.objects.filter(deliberation=d).values_list("number", flat=True))) == 5
    arena.race(*[act(strike_option, options[0], by=by)] * 2)
    arena.race(act(edit_option, options[1], by=by, text="Else"), act(strike_option, options[1], by=by), wins={1, 2})
    harms = arena.race(*[act(add_harm, options[2], by=by, bearer="They", harm="They wait.")] * 2, wins=2)
    arena.race(*[act(strike_harm, harms[0], by=by)] * 2)
    add = act(add_harm, options[2], by=by, bearer="They", harm="They wait longer.")
    arena.race(add, act(strike_option, options[2], by=by), wins={1, 2})
    arena.race(*[act(suggest_tensions, d, by=by)] * 2, wins=2)
    titles = list(Framework.objects.filter(deliberation=d).values_list("title", flat=True))
    assert len(titles) == len(set(titles))
    suggested = Framework.objects.filter(deliberation=d, status="suggested").latest("id")
    arena.race(
        act(settle_tension, suggested, by=by, do="keep", seen="suggested"),
        act(settle_tension, suggested, by=by, do="drop", reason="No.", seen="suggested"),
    )
    arena.race(*[act(add_tension, d, by=by, kind="group", title="Those who wait")] * 2)
    arena.race(*[act(name_approver, d, by=by, user=cast.second_holder)] * 2)
    arena.race(*[act(name_holder, d, by=by, user=cast.second_holder)] * 2)
    arena.race(*[act(hand_over, d, by=by, user=cast.second_facilitator)] * 2)
    # Whoever has handed it over does nothing more with it.
    arena.race(
        act(hand_over, d, by=cast.second_facilitator, user=by),
        act(add_option, d, by=cast.second_facilitator, text="In time or not at all"),
        wins={1, 2},
    )


def _the_terms(arena: Arena, d: Deliberation) -> None:
    by, holder = arena.cast.facilitator, arena.cast.holder
    answer_by = stages._in_days(60)
    drafts = [act(draft_terms, d, by=by, **TERMS, paid_by=paid, answer_by=answer_by, seen=1) for paid in ("We", "They")]
    arena.race(*drafts)
    arena.race(*[act(accept_terms, d, by=holder, version=2, name="Holder")] * 2)
    newer = act(draft_terms, d, by=by, **TERMS, paid_by="Nobody pays", answer_by=answer_by, seen=2)
    arena.race(newer, act(accept_terms, d, by=holder, version=2, name="Holder"))
    third = act(draft_terms, d, by=by, **TERMS, paid_by="Somebody", answer_by=answer_by, seen=3)
    arena.race(third, act(accept_terms, d, by=holder, version=3, name="Holder"), wins={1, 2})
    assert not Terms.objects.filter(deliberation=d, version=4, accepted_at__isnull=False).exists()


@stage("submit", "withdraw", "hand_over", "settle_by_precedent")
def a_draft_that_ends(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    precedent = stages.precedent_of(stages.at_decided(cast))
    words = {"precedent": precedent, "reason": "The same.", "alike": "The tool.", "differs": "The posts."}
    away = {"reason": "It is moot.", "meanwhile": "Nothing changes."}

    def drafted() -> Deliberation:
        d = stages.at_draft(cast, urgency="ROUTINE")
        stages.with_stakeholders(cast, d)
        return d

    arena.race(*[act(settle_by_precedent, drafted(), by=cast.holder, **words)] * 2)
    d = drafted()
    arena.race(act(settle_by_precedent, d, by=cast.holder, **words), act(submit, d, by=by))
    d = drafted()
    arena.race(*[act(submit, d, by=by)] * 2)
    arena.race(*[act(withdraw, d, by=by, **away)] * 2)
    d = drafted()
    arena.race(act(submit, d, by=by), act(withdraw, d, by=by, **away), wins={1, 2})
    d.refresh_from_db()
    assert d.state == State.WITHDRAWN
    d = drafted()
    arena.race(act(submit, d, by=by), act(hand_over, d, by=by, user=cast.second_facilitator), wins={1, 2})
