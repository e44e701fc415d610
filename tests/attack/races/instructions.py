"""What the agents were told: one life an instruction, one answer to a conflict, one meaning a setting."""

from __future__ import annotations

from datetime import timedelta

from accounts import clock
from accounts.ids import uuid7
from accounts.models import APIKey, User
from accounts.roles import Role
from deliberation.domain.outcome import sign_outcome
from deliberation.models import AgentInstruction, Deliberation, OutcomeVersion
from instructions.domain.by_outcome import instruct_by_outcome
from instructions.domain.classification import Overruled, Wording
from instructions.domain.conflicts import Answered
from instructions.domain.deciding import accept_proposals, reject_proposals
from instructions.domain.importing import import_instructions
from instructions.domain.instruction import (
    expire_instruction,
    propose_instruction,
    publish_instruction,
    reinstate_instruction,
    reject_instruction,
    retire_instruction,
    revise_instruction,
    supersede_instruction,
    withdraw_instruction,
)
from instructions.domain.periods import end_period, open_period
from instructions.domain.policy import restore_policy, set_policy
from instructions.domain.policy_parts import Part
from instructions.domain.variables import remove_variable, set_variable
from instructions.models import Instruction, Period, Policy, Revision, Variable
from tests.attack.arena import Act, Arena, act, stage
from tests.cast import Cast, make_member
from tests.deliberation import stages

PORT, OTHER_PORT = "Always use MongoDB on port 27027.", "MongoDB runs on port 27017."
RULES = b"- Always run pytest before every commit.\n- Never push to the main branch.\n"


def proposed(cast: Cast, text: str = PORT, **facts: object) -> Instruction:
    wording = Wording(text, **facts)  # type: ignore[arg-type]
    return propose_instruction(cast.organisation, wording, by=cast.editor, project=cast.project)


def published(cast: Cast, text: str = PORT, **facts: object) -> Instruction:
    return publish_instruction(proposed(cast, text, **facts), by=cast.editor)


def editors(cast: Cast) -> tuple[User, User]:
    """The editor, and a second one."""
    return cast.editor, make_member(cast.organisation, "Second editor", Role.EDITOR)


@stage("propose_instruction", "publish_instruction", "reject_instruction", "withdraw_instruction", "revise_instruction")
def a_proposal(arena: Arena) -> None:
    """Two at once get two ids; of two who decide one is first, and of two who revise one sees the other."""
    cast = arena.cast
    one, two = editors(cast)
    key = APIKey.objects.create(
        organisation=cast.organisation, project=cast.project, name="Agent", prefix="p", hash="0" * 64
    )
    propose = [
        act(propose_instruction, cast.organisation, Wording(PORT), by=who, project=cast.project)
        for who in (one, two, key)
    ]
    first, second, third = arena.race(*propose, wins=3)
    assert sorted(Instruction.objects.values_list("number", flat=True)) == [1, 2, 3]
    arena.race(*[act(reject_instruction, first, by=who, why="It is said elsewhere.") for who in (one, two)])
    arena.race(*[act(withdraw_instruction, second, by=two)] * 2)
    words = {"why": "It moved.", "seen": 1}
    arena.race(*[act(revise_instruction, third, Wording(PORT), by=who, **words) for who in (one, two)])
    assert sorted(Revision.objects.filter(instruction=third).values_list("number", flat=True)) == [1, 2]
    arena.race(act(publish_instruction, third, by=one), act(reject_instruction, third, by=two, why="No."))
    own = proposed(cast, "Always use Redis 7.")
    arena.race(*[act(publish_instruction, own, by=who) for who in (one, two)])
    # Two that contradict each other: whoever comes second is shown the first.
    arena.race(*[act(publish_instruction, proposed(cast, f"Redis runs on port {n}."), by=one) for n in (6379, 6380)])
    own = proposed(cast, "Always run pytest before every commit.")
    arena.race(act(publish_instruction, own, by=two), act(withdraw_instruction, own, by=one))
    assert Instruction.objects.filter(pk=own.pk, state__in=["active", "withdrawn"]).exists()


@stage(
    "supersede_instruction",
    "retire_instruction",
    "expire_instruction",
    "reinstate_instruction",
    "revise_instruction",
    "publish_instruction",
)
def in_force(arena: Arena) -> None:
    """What is in force ends once, and once again where it was put in force again."""
    cast = arena.cast
    one, two = editors(cast)
    why = {"why": "It is not used any more."}
    told = published(cast)
    newer = proposed(cast, "Always use Redis 7.")
    supersede = {"newer": newer, "cause": uuid7()}
    arena.race(*[act(supersede_instruction, told, by=who, **supersede) for who in (one, two)])
    arena.race(*[act(reinstate_instruction, told, by=who, why="It was right.") for who in (one, two)])
    assert told.revisions.count() == 2
    arena.race(act(supersede_instruction, told, by=one, **supersede), act(retire_instruction, told, by=two, **why))
    reinstate_instruction(told, by=one, why="It was right.")
    arena.race(*[act(retire_instruction, told, by=who, **why) for who in (one, two)])
    reinstate_instruction(told, by=one, why="It was right.")
    arena.race(act(expire_instruction, told), act(expire_instruction, told))
    reinstate_instruction(told, by=one, why="It was right.")
    # Two answers to one conflict: the second finds nothing in force to go against.
    rivals = [proposed(cast, OTHER_PORT), proposed(cast, "MongoDB runs on port 27018.")]
    answers = {told.key: Answered("supersede")}
    publish = [act(publish_instruction, rival, by=one, answers=answers) for rival in rivals]
    arena.race(*publish, also={"instruction.supersede": 1})
    assert Instruction.objects.filter(state="active").count() == 1
    _its_date(arena, two)


def _its_date(arena: Arena, by: User) -> None:
    """What is due expires once; where its date is moved in that moment, either the one or the other."""
    cast = arena.cast
    soon = clock.now() + timedelta(days=1)
    due = published(cast, "Always run pytest before every commit.", expires_at=soon)
    later = Wording("Always run pytest before every commit.", expires_at=soon + timedelta(days=90))
    over = soon + timedelta(hours=1)
    arena.race(
        act(expire_instruction, due, due=True), act(revise_instruction, due, later, by=by, why="Longer."), at=over
    )
    due.refresh_from_db()
    assert (due.state == "active") == (due.expires_at == later.expires_at)


@stage("import_instructions", "accept_proposals", "reject_proposals", "publish_instruction")
def a_file(arena: Arena) -> None:
    """The same file twice proposes once; many are decided together or not at all."""
    cast = arena.cast
    one, two = editors(cast)
    bring = [
        act(import_instructions, cast.organisation, cast.project, "AGENTS.md", RULES, by=who) for who in (one, two)
    ]
    made = arena.race(*bring, wins=2)
    assert sorted(found.row.proposed for found in made) == [0, 2]
    rows = list(Instruction.objects.order_by("number"))
    why = {"why": "They stood in a file."}
    arena.race(act(accept_proposals, rows, by=one, **why), act(publish_instruction, rows[0], by=two))
    left = list(Instruction.objects.filter(state="proposed"))
    for row in left:
        reject_instruction(row, by=one, why="No.")
    import_instructions(cast.organisation, cast.project, "b.md", b"- Always use Redis 7.\n", by=one)
    rows = list(Instruction.objects.filter(state="proposed"))
    arena.race(act(accept_proposals, rows, by=one, **why), act(reject_proposals, rows, by=two, why="Not ours."))
    import_instructions(cast.organisation, cast.project, "c.md", b"- Always use PostgreSQL 15.\n", by=one)
    rows = list(Instruction.objects.filter(state="proposed"))
    arena.race(*[act(reject_proposals, rows, by=who, why="Not ours.") for who in (one, two)])
    import_instructions(cast.organisation, cast.project, "d.md", b"- Never send mail from a test.\n", by=one)
    rows = list(Instruction.objects.filter(state="proposed"))
    arena.race(*[act(accept_proposals, rows, by=who, **why) for who in (one, two)])


@stage("open_period", "end_period", "publish_instruction", "set_variable", "remove_variable")
def what_it_hangs_on(arena: Arena) -> None:
    """One phase of a name is open; what holds for it ends with it, also what is published in that moment."""
    cast = arena.cast
    one, two = editors(cast)
    arena.race(*[act(open_period, cast.project, "PHASE", "Pilot", by=who) for who in (one, two)])
    pilot = Period.objects.get()
    told = proposed(cast, period=pilot, overrules={"temporal_scope": Overruled("PHASE", "It is for the pilot.")})
    arena.race(
        act(publish_instruction, told, by=one),
        act(end_period, pilot, by=two),
        wins={1, 2},
        also=lambda done: {"instruction.expire": len(done) - 1},
    )
    assert not Instruction.objects.filter(state="active").exists()
    phase = open_period(cast.project, "PHASE", "Pilot", by=one)
    arena.race(*[act(end_period, phase, by=who) for who in (one, two)])
    arena.race(*[act(set_variable, cast.project, "PORT", "27017", by=who) for who in (one, two)])
    arena.race(*[act(set_variable, cast.project, "PORT", value, by=one) for value in ("27018", "27019")], wins=2)
    assert sorted(Variable.objects.values_list("number", flat=True)) == [1, 2, 3]
    arena.race(*[act(remove_variable, cast.project, "PORT", by=who) for who in (one, two)])


@stage("set_policy", "restore_policy")
def how_it_works(arena: Arena) -> None:
    """Of two who set the same thing, the second is told that it is another by now."""
    cast = arena.cast
    by = (cast.administrator, make_member(cast.organisation, "Second administrator", Role.ADMINISTRATOR))
    explains = {"part": Part.VERBOSITY, "why": "They ask why.", "project": cast.project}
    arena.race(
        *[
            act(set_policy, cast.organisation, content={"verbosity": much}, by=who, after=0, **explains)
            for who, much in zip(by, ("SILENT", "DETAILED"), strict=True)
        ]
    )
    set_policy(cast.organisation, content={"verbosity": "DEBUG"}, by=by[0], **explains)
    arena.race(*[act(restore_policy, cast.organisation, number=1, by=who, **explains) for who in by])
    assert list(Policy.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


@stage("instruct_by_outcome", "sign_outcome", "retire_instruction", "publish_instruction")
def by_an_outcome(arena: Arena) -> None:
    """What an outcome tells the agents is told once, with the signature, and stands against nothing unanswered."""
    cast = arena.cast
    facts = {"signer": cast.holder, "place": "An outcome", "answers": {}}
    tell = [act(instruct_by_outcome, cast.project, "Always use Redis 7.", cause=uuid7(), **facts) for _ in range(2)]
    assert {one.key for one in arena.race(*tell, wins=2)} == {"inst_001", "inst_002"}

    def sign(d: Deliberation) -> Act:
        version = OutcomeVersion.objects.get(deliberation=d).pk
        return act(sign_outcome, d, by=cast.holder, version_id=version, name="Holder", agents=PORT)

    d, told = stages.at_signing(cast), {"instruction.by_outcome": 1}
    arena.race(*[sign(d)] * 2, also=told)
    agreed = AgentInstruction.objects.get(deliberation=d).instruction
    arena.race(*[act(retire_instruction, agreed, by=cast.editor, why="It was lifted.")] * 2)
    # An editor says another thing in that moment: whoever comes second is shown the first.
    other = proposed(cast, OTHER_PORT)
    arena.race(
        sign(stages.at_signing(cast)),
        act(publish_instruction, other, by=cast.editor),
        also=lambda done: told if "sign_outcome" in done else {},
    )
