"""What an editor does with an instruction, each act on a page of its own that says what happens then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, for_members
from accounts.permissions import require
from accounts.refusals import NotAllowed, Refused, WrongState
from accounts.views.acting import sent
from instructions.domain.changes import Change, of_ending, of_publishing
from instructions.domain.conflicts import Clash, Unanswered
from instructions.domain.instruction import (
    clashes_of,
    publish_instruction,
    reinstate_instruction,
    reject_instruction,
    retire_instruction,
    withdraw_instruction,
)
from instructions.domain.rejudging import WouldHaveChanged, would_have_changed
from instructions.forms.wording import ReasonForm, answers_in, seen_in
from instructions.models import Instruction
from instructions.views.clashes import shown
from instructions.views.listing import found_or_404

State = Instruction.State


@dataclass(frozen=True)
class Words:
    """The page of one act: its title, what happens then, its button, and what is said afterwards."""

    heading: Any
    says: Any
    title: Any
    done: Any
    optional: bool = False


@require_http_methods(["GET", "POST"])
@for_members(read="publish_instruction")
def instruction_publish(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Put a proposal in force, with what it goes against answered."""
    words = Words(
        _("Put it in force?"),
        _("It holds from now on. What agents do is checked against it."),
        _("Put it in force"),
        _("%(key)s is in force."),
        optional=True,
    )

    def verb(one: Instruction, why: str) -> None:
        publish_instruction(one, by=request.user, answers=answers_in(request.POST), why=why, seen=seen_in(request.POST))

    return _act(request, pk, "publish_instruction", verb, words, conflicts=True)


@require_http_methods(["GET", "POST"])
@for_members(read="reject_instruction")
def instruction_reject(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Say no to a proposal."""
    words = Words(
        _("Reject this proposal?"),
        _("It never holds. It stays readable, with your reason. This cannot be undone; it can be proposed again."),
        _("Reject it"),
        _("%(key)s is rejected."),
    )
    return _act(request, pk, "reject_instruction", _by(request, reject_instruction), words)


@require_http_methods(["GET", "POST"])
@for_members(read="withdraw_instruction")
def instruction_withdraw(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Take one's own proposal back."""
    words = Words(
        _("Withdraw your proposal?"),
        _("It never holds. It stays readable. This cannot be undone; it can be proposed again."),
        _("Withdraw it"),
        _("%(key)s is withdrawn."),
        optional=True,
    )
    return _act(request, pk, "withdraw_instruction", _by(request, withdraw_instruction), words)


@require_http_methods(["GET", "POST"])
@for_members(read="retire_instruction")
def instruction_retire(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """End an instruction."""
    words = Words(
        _("Retire this instruction?"),
        _("From now on nothing is checked against it. It stays readable, and can be put in force again."),
        _("Retire it"),
        _("%(key)s is retired. It can be put in force again on this page."),
    )
    return _act(request, pk, "retire_instruction", _by(request, retire_instruction), words)


@require_http_methods(["GET", "POST"])
@for_members(read="reinstate_instruction")
def instruction_reinstate(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Put an ended instruction in force again."""
    words = Words(
        _("Put it in force again?"),
        _(
            "It holds again as it last stood, as a new revision. An end that is over, and a phase, session or task "
            "that has ended, hold it no longer."
        ),
        _("Put it in force again"),
        _("%(key)s is in force again."),
    )

    def verb(one: Instruction, why: str) -> None:
        reinstate_instruction(one, by=request.user, why=why, answers=answers_in(request.POST))

    return _act(request, pk, "reinstate_instruction", verb, words, conflicts=True)


def _by(request: MemberRequest, verb: Callable[..., object]) -> Callable[[Instruction, str], object]:
    return lambda one, why: verb(one, by=request.user, why=why)


def _act(
    request: MemberRequest,
    pk: UUID,
    name: str,
    verb: Callable[[Instruction, str], object],
    words: Words,
    *,
    conflicts: bool = False,
) -> HttpResponse:
    one = found_or_404(request, pk)
    require(request.caller, name, one.state)
    before = State(one.state)
    form = ReasonForm(request.POST if request.method == "POST" else None, optional=words.optional)
    clashes: list[Clash] = clashes_of(one) if conflicts else []
    problems: dict[str, str] = {}

    def run(given: dict[str, Any]) -> bool:
        verb(one, given["why"])
        return True

    def hears(refused: Refused) -> None:
        nonlocal one, clashes, problems
        if isinstance(refused, NotAllowed | WrongState):
            raise refused
        clashes = refused.clashes if isinstance(refused, Unanswered) else clashes
        problems = refused.errors
        one = found_or_404(request, pk)

    if sent(form, run, hears=hears):
        done = words.done if one.state != State.WITHDRAWN or before != State.PROPOSED else _GIVEN_WAY[name]
        messages.success(request, str(done) % {"key": one.key})
        return redirect("instruction", slug=request.organisation.slug, pk=pk)
    return render(
        request,
        "instructions/act.html",
        {
            "instruction": one,
            "words": words,
            "form": form,
            "clashes": [
                shown(clash, request.POST, problems, may_give_way=before == State.PROPOSED) for clash in clashes
            ],
            "changed": _would_have_changed(request, name, one),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _would_have_changed(request: MemberRequest, name: str, one: Instruction) -> WouldHaveChanged | None:
    """What the act would have changed of past checks, where it changes what holds."""
    if name not in _CHANGES or one.current is None:
        return None
    return would_have_changed(_CHANGES[name](one), request.organisation, by=request.user)


_CHANGES: dict[str, Callable[[Instruction], Change]] = {
    "publish_instruction": of_publishing,
    "reinstate_instruction": of_publishing,
    "retire_instruction": of_ending,
}
_GIVEN_WAY = {
    "publish_instruction": _("%(key)s is not in force: the other one holds."),
    "withdraw_instruction": _("%(key)s is withdrawn."),
}
"""What is said of a proposal that was taken back."""
