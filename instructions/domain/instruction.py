"""The life of an instruction: proposed, published, revised, and how it ends. Nothing is edited in place or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import APIKey, Organisation, Project, User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Stale
from audit.models import Entry, Text
from instructions.domain.act import Act, By, perform
from instructions.domain.classification import LONGEST_INSTRUCTION, Content, Wording, content_of
from instructions.domain.conflicts import Answer, Answered, Clash, check_answers, clashes_before
from instructions.models import MIRRORED, Change, Instruction, Overrule, Revision, ShownConflict
from instructions.queries.search import index

State = Instruction.State
LONGEST_PLACE = 300
OWN, UNIVERSAL = "inst_", "org_"
"""How the ids of a project's instructions begin, and those of an organisation's universal ones."""


def propose_instruction(
    organisation: Organisation,
    wording: Wording,
    *,
    by: User | APIKey,
    project: Project | None,
    why: str = "",
    supersedes: Instruction | None = None,
    place: str = "",
) -> Instruction:
    """Propose an instruction for a project, or without one for the whole organisation. It binds nobody yet.

    `place` is where it stands otherwise: a policy, a minute, a file. A key proposes for its own project. Raises
    `TooVague`, `Invalid` by field, `NotAllowed`.
    """
    _must_take_new(project)
    with perform("propose_instruction", organisation, by=by, project=project) as act:
        instruction = begin(
            act, project=project, source="user", supersedes=_standing(supersedes, project), place=_short(place)
        )
        write(act, instruction, Revision.Kind.PROPOSED, wording, why)
    return instruction


def publish_instruction(
    instruction: Instruction,
    *,
    by: User,
    answers: Mapping[str, Answered] | None = None,
    why: str = "",
    seen: int | None = None,
) -> Instruction:
    """Put a proposal in force. `answers` say, by the name of each conflict, which of the two is to hold.

    Where one of them says that the other holds, the proposal is withdrawn instead. Raises `Unanswered` with the
    conflicts that nobody answered, also those that came up since the page was shown. `seen` is the number of the
    revision that was on the page: raises `Stale` where another has taken its place.
    """
    answers = answers or {}
    if any(said.answer == Answer.WITHDRAW for said in answers.values()):
        return _give_way(instruction, answers, by=by, seen=seen)
    with perform("publish_instruction", instruction.organisation, by=by, thing=instruction) as act:
        must_be_seen(instruction, seen)
        must_hold_still(instruction, act)
        settle(act, instruction, answers)
        move(act, instruction, State.ACTIVE, act.keep("why", why, optional=True))
    return instruction


def clashes_of(instruction: Instruction) -> list[Clash]:
    """What in force an instruction goes against; for a universal one, in any project of the organisation."""
    if instruction.current is None:
        return []
    return clashes_before(instruction.current.text.body or "", instruction.project, besides=instruction)


def revise_instruction(
    instruction: Instruction,
    wording: Wording,
    *,
    by: User,
    why: str,
    answers: Mapping[str, Answered] | None = None,
    seen: int | None = None,
) -> Revision:
    """Write the next revision; the id stays. Needs a reason. It holds at once where the instruction is in force.

    `seen` is the number of the revision its writer began from: raises `Stale` where that stands no more.

    There, what the new wording goes against is answered as in publishing, except that nothing gives way: whoever wants
    the other one to hold does not revise this one. Raises `Unanswered`, `TooVague`, `Invalid` by field.
    """
    answers = answers or {}
    with perform("revise_instruction", instruction.organisation, by=by, thing=instruction) as act:
        must_be_seen(instruction, seen)
        revision = write(act, instruction, Revision.Kind.REVISED, wording, why, needs_why=True)
        if instruction.is_in_force:
            act.binds = True
            _must_hold(answers)
            settle(act, instruction, answers)
    return revision


def reject_instruction(instruction: Instruction, *, by: User, why: str) -> None:
    """Say no to a proposal, with a reason."""
    with perform("reject_instruction", instruction.organisation, by=by, thing=instruction) as act:
        move(act, instruction, State.REJECTED, act.keep("why", why))


def withdraw_instruction(instruction: Instruction, *, by: User, why: str = "") -> None:
    """Take one's own proposal back. Raises `NotAllowed` for anybody who did not propose it."""
    with perform("withdraw_instruction", instruction.organisation, by=by, thing=instruction) as act:
        first = instruction.revisions.order_by("number").first()
        if first is None or first.made_by_id != by.pk:
            raise NotAllowed(_("Only whoever proposed it withdraws it. You can reject it, with a reason."))
        move(act, instruction, State.WITHDRAWN, act.keep("why", why, optional=True))


def retire_instruction(instruction: Instruction, *, by: By, why: str = "", cause: Entry | UUID | None = None) -> None:
    """End an instruction that is in force. A person says why; the software gives the entry that is the cause."""
    with perform("retire_instruction", instruction.organisation, by=by, thing=instruction, cause=cause) as act:
        move(act, instruction, State.RETIRED, act.keep("why", why, optional=by is SYSTEM))


def expire_instruction(instruction: Instruction, *, cause: Entry | None = None, due: bool = False) -> None:
    """End an instruction whose date has come or whose phase, session or task has ended.

    With `due` its date is looked at again: raises `Stale` where a revision has moved it meanwhile.
    """
    with perform("expire_instruction", instruction.organisation, by=SYSTEM, thing=instruction, cause=cause) as act:
        if due and (instruction.expires_at is None or instruction.expires_at > act.now):
            raise Stale(_("Its date has been moved."))
        move(act, instruction, State.EXPIRED, None)


def reinstate_instruction(
    instruction: Instruction, *, by: User, why: str, answers: Mapping[str, Answered] | None = None
) -> Revision:
    """Put an ended instruction in force again, as a new revision that says the same. Needs a reason.

    What it goes against is answered as in revising. What has an end in the past, or holds for a phase, session or task
    that has ended, holds again without it.
    """
    with perform("reinstate_instruction", instruction.organisation, by=by, thing=instruction) as act:
        _must_have_words(instruction)
        last = instruction.current
        assert last is not None
        values = {name: getattr(last, name) for name in (*MIRRORED, "explicitness", "parameters")}
        if last.expires_at is not None and last.expires_at <= act.now:
            values["expires_at"] = None
        if last.period is not None and not last.period.is_open:
            values["period"] = None
        act.texts["text"] = last.text
        revision = add_revision(
            act, instruction, Revision.Kind.REINSTATED, last.text, Content(values, last.proposed), act.keep("why", why)
        )
        _must_hold(answers or {})
        settle(act, instruction, answers or {})
        move(act, instruction, State.ACTIVE, revision.why)
    return revision


def begin(act: Act, *, project: Project | None, source: str, **facts: Any) -> Instruction:
    """A new proposal without a revision yet, with the next id of its project or organisation."""
    number, key = _next_key(act.organisation, project)
    instruction = Instruction(
        organisation=act.organisation, project=project, key=key, number=number, source=source, state_since=act.now,
        created_at=act.now, **facts,
    )  # fmt: skip
    instruction.save(force_insert=True)
    act.subject = ("instruction", instruction.pk)
    return instruction


def add_revision(
    act: Act, instruction: Instruction, kind: str, text: Text, content: Content, why: Text | None
) -> Revision:
    """Add the next revision and make it the current one."""
    revision = Revision(
        organisation=act.organisation,
        instruction=instruction,
        number=1 + (instruction.revisions.aggregate(last=Max("number"))["last"] or 0),
        kind=kind,
        text=text,
        proposed=content.proposed,
        why=why,
        made_by=act.user,
        made_by_key=act.key,
        made_at=act.now,
        entry_id=act.entry_id,
        **content.values,
    )
    revision.save(force_insert=True)
    for field, proposed, chosen, reason in content.overrules:
        kept = act.keep(f"overrule_{field}", reason)
        Overrule(
            organisation=act.organisation, revision=revision, field=field, proposed=proposed, chosen=chosen, why=kept
        ).save(force_insert=True)
    instruction.current = revision
    for name in MIRRORED:
        setattr(instruction, name, getattr(revision, name))
    index([(instruction, revision)])
    if kind != Revision.Kind.REINSTATED:  # reinstating moves in the same write, which a guard asks for
        instruction.save(update_fields=["current", *MIRRORED])
    return revision


def move(act: Act, instruction: Instruction, to: str, why: Text | None, because_of: Instruction | None = None) -> None:
    """Bring an instruction to another state, and note who did, when and why."""
    instruction.state, instruction.state_since = State(to), act.now
    fields = ["state", "state_since", "current", *MIRRORED]
    if to == State.ACTIVE and instruction.published_at is None:
        instruction.published_by, instruction.published_at = act.user, act.now
        fields += ["published_by", "published_at"]
    instruction.save(update_fields=fields)
    Change(
        organisation=act.organisation, instruction=instruction, state=to, changed_by=act.user, changed_at=act.now,
        why=why, because_of=because_of, entry_id=act.entry_id,
    ).save(force_insert=True)  # fmt: skip
    act.decision = str(to)
    act.binds = to not in (State.REJECTED, State.WITHDRAWN)


def write(
    act: Act, instruction: Instruction, kind: str, wording: Wording, why: str, *, needs_why: bool = False
) -> Revision:
    if wording.period is not None and wording.period.project_id != instruction.project_id:
        raise Invalid(_("“%(name)s” is of another project.") % {"name": wording.period.name}, "period")
    text = act.keep("text", wording.text, most=LONGEST_INSTRUCTION)
    content = content_of(wording, act.organisation)
    return add_revision(act, instruction, kind, text, content, act.keep("why", why, optional=not needs_why))


def settle(act: Act, instruction: Instruction, answers: Mapping[str, Answered]) -> None:
    """Every conflict with what is in force is answered; what the answers say is superseded goes."""
    clashes = clashes_of(instruction)
    check_answers(clashes, answers)
    _note_answers(act, instruction, clashes, answers)
    replaced = [clash.against for clash in clashes if answers[clash.name].answer == Answer.SUPERSEDE]
    if instruction.supersedes is not None and instruction.supersedes.is_in_force:
        replaced.append(instruction.supersedes)
    for other in dict.fromkeys(replaced):
        supersede_instruction(other, by=act.by, newer=instruction, cause=act.entry_id, speaker=act.speaker)


def supersede_instruction(
    instruction: Instruction, *, by: By, newer: Instruction, cause: UUID, speaker: User | None = None
) -> None:
    """End an instruction in whose place `newer` comes, inside the act with the entry `cause`, which says why.

    `speaker` is who is acted for, where the software acts in a human's words.
    """
    with perform("supersede_instruction", instruction.organisation, by=by, thing=instruction, cause=cause) as act:
        act.speaker = speaker
        move(act, instruction, State.SUPERSEDED, None, because_of=newer)


def _give_way(instruction: Instruction, answers: Mapping[str, Answered], *, by: User, seen: int | None) -> Instruction:
    """The other one holds: the proposal is withdrawn, and the answers are kept as the measure of what was shown."""
    with perform("withdraw_instruction", instruction.organisation, by=by, thing=instruction) as act:
        must_be_seen(instruction, seen)
        answered = [clash for clash in clashes_of(instruction) if clash.name in answers]
        check_answers(answered, answers)
        holds = [clash for clash in answered if answers[clash.name].answer == Answer.WITHDRAW]
        if not holds:
            raise Stale(_("What you said should hold instead is not in the way any more. Look again."))
        _note_answers(act, instruction, answered, answers)
        move(act, instruction, State.WITHDRAWN, act.keep("why", answers[holds[0].name].why))
    return instruction


def _note_answers(act: Act, instruction: Instruction, clashes: list[Clash], answers: Mapping[str, Answered]) -> None:
    for number, clash in enumerate(clashes, start=1):
        said = answers[clash.name]
        ShownConflict(
            organisation=act.organisation,
            revision=instruction.current,
            against=clash.against,
            kind=clash.kind,
            answer=said.answer,
            answered_by=act.user,
            answered_at=act.now,
            why=act.keep(f"answer_{number}", said.why, optional=True),
            entry_id=act.entry_id,
        ).save(force_insert=True)


def must_be_seen(instruction: Instruction, seen: int | None) -> None:
    """Raises `Stale` where another revision stands than the one with the number `seen`."""
    if seen is not None and instruction.current is not None and instruction.current.number != seen:
        raise Stale(_("It was revised since you began. Look at what it says now, and send yours again if it holds."))


def must_hold_still(instruction: Instruction, act: Act) -> None:
    """Raises `Stale` where what is to be put in force has no time left, or no words any more."""
    over = instruction.expires_at is not None and instruction.expires_at <= act.now
    if over or (instruction.period is not None and not instruction.period.is_open):
        raise Stale(_("The time it was to hold for is over. Revise it first."))
    _must_have_words(instruction)


def _must_have_words(instruction: Instruction) -> None:
    if instruction.current is None or instruction.current.text.erased_at is not None:
        raise Stale(_("Its words were erased. Write another in its place."))


def _must_hold(answers: Mapping[str, Answered]) -> None:
    for name, said in answers.items():
        if said.answer == Answer.WITHDRAW:
            raise Invalid(_("Where the other one should hold, leave this one as it is."), f"answer_{name}")


def _short(place: str) -> str:
    if len(place := place.strip()) > LONGEST_PLACE:
        raise Invalid(_("At most %(most)s characters.") % {"most": LONGEST_PLACE}, "place")
    return place


def _standing(supersedes: Instruction | None, project: Project | None) -> Instruction | None:
    if supersedes is None:
        return None
    if not supersedes.is_in_force or supersedes.project_id != (project.pk if project else None):
        raise Invalid(_("What it takes the place of is in force, and of the same project."), "supersedes")
    return supersedes


def _must_take_new(project: Project | None) -> None:
    if project is not None and project.archived_at is not None:
        raise Invalid(_("This project is closed to new things."), "project")


def _next_key(organisation: Organisation, project: Project | None) -> tuple[int, str]:
    rows = Instruction.objects.filter(organisation=organisation, project=project)
    number = 1 + (rows.aggregate(last=Max("number"))["last"] or 0)
    return number, f"{OWN if project else UNIVERSAL}{number:03d}"
