"""Who may do what to a deliberation, in which state: the rows of the one table in `accounts.permissions`.

Verbs, pages, the documentation and the tests read it. `who` makes eligible; `barred` names the persons a gate keeps
out whatever their roles: those who drafted the list, those who ever facilitated, those who prepared the review, and
those who take part as a voice. A verb that checks more than this says so in its docstring.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Rule, add
from accounts.roles import Part, Role
from deliberation.models.conflict import State

Who = tuple[Role | Part | str, ...]

DRAFT = (State.DRAFT,)
LISTING = (State.DRAFT, State.STAKEHOLDERS)
BEFORE_ROUNDS = (State.DRAFT, State.STAKEHOLDERS, State.INVITING)
ROUNDS = (State.ROUND_1, State.ROUND_2, State.ROUND_3, State.ROUND_4)
INVITED = (State.INVITING, *ROUNDS, State.SIGNING)
OPEN = (State.DRAFT, State.STAKEHOLDERS, *INVITED)
ENDED = (State.DECIDED, State.SETTLED, State.WITHDRAWN, State.DISMISSED)
ANY = ("*",)

FACILITATOR = (Part.FACILITATOR,)
HOLDER = (Part.HOLDER,)
VOICE = (Part.PARTICIPANT,)
APPROVER = (Part.HOLDER, Part.APPROVER)
STAFF = (Part.FACILITATOR, Part.HOLDER, Part.APPROVER)
SEATED = (*STAFF, Part.PARTICIPANT, Part.READER)


def _row(
    verb: str,
    states: Iterable[str],
    who: Who,
    says: str | Promise,
    *,
    to: str | None = None,
    barred: tuple[str, ...] = (),
    event: str,
    routes: tuple[str, ...] = (),
    machine: str = "deliberation",
) -> None:
    add(
        Rule(
            verb=verb,
            machine=machine,
            states=tuple(str(s) for s in states),
            to=str(to) if to else None,
            who=who,
            barred=barred,
            event=event,
            routes=routes,
            says=says,
        )
    )


# A table reads best as rows.
# fmt: off

# 1. Conflict and its terms

_row("propose_conflict", ANY, ("key",), _("A system proposes a conflict; it stays inert until a person takes it up."),
     to=State.PROPOSED, event="deliberation.conflict.propose", routes=("api_conflicts",))
_row("convene", ANY, (Role.FACILITATOR,), _("A facilitator opens a deliberation."), to=State.DRAFT,
     event="deliberation.convene", routes=("deliberation_new",))
_row("take_up", (State.PROPOSED,), (Role.FACILITATOR,), _("A facilitator takes a proposed conflict up."),
     to=State.DRAFT, event="deliberation.take_up", routes=("deliberation_take_up",))
_row("dismiss", (State.PROPOSED,), (Role.FACILITATOR,),
     _("A facilitator dismisses a proposed conflict, with a reason."), to=State.DISMISSED,
     event="deliberation.dismiss", routes=("deliberation_dismiss",))
_row("edit_question", DRAFT, FACILITATOR, _("The facilitator changes the question and its urgency."),
     event="deliberation.question.edit", routes=("deliberation_intake",))
_row("draft_terms", OPEN, FACILITATOR, _("The facilitator drafts the terms; a change is a new version."),
     event="deliberation.terms.draft", routes=("deliberation_terms",))
_row("accept_terms", OPEN, HOLDER, _("The decision holder accepts the terms by name."), barred=("facilitator",),
     event="deliberation.terms.accept", routes=("deliberation_terms_accept",))
_row("add_finding", OPEN, (*STAFF, *VOICE), _("Whoever takes part adds what is known, disputed or unknown."),
     event="deliberation.finding.add", routes=("deliberation_intake", "deliberation_finding_add"))
_row("strike_finding", DRAFT, FACILITATOR, _("The facilitator strikes a finding before anyone is invited."),
     event="deliberation.finding.strike", routes=("deliberation_finding_strike",))
_row("add_option", BEFORE_ROUNDS, FACILITATOR, _("The facilitator adds an option."), event="deliberation.option.add",
     routes=("deliberation_option_add",))
_row("edit_option", DRAFT, FACILITATOR, _("The facilitator rewords an option while the question is a draft."),
     event="deliberation.option.edit", routes=("deliberation_option_edit",))
_row("strike_option", DRAFT, FACILITATOR, _("The facilitator strikes an option while the question is a draft."),
     event="deliberation.option.strike", routes=("deliberation_option_strike",))
_row("add_harm", OPEN, (Part.FACILITATOR, *VOICE), _("The facilitator or a participant names who bears which harm."),
     event="deliberation.harm.add", routes=("deliberation_harm_add",))
_row("strike_harm", DRAFT, FACILITATOR, _("The facilitator strikes a harm while the question is a draft."),
     event="deliberation.harm.strike", routes=("deliberation_harm_strike",))
_row("suggest_tensions", DRAFT, FACILITATOR, _("The facilitator asks the software for suggestions."),
     event="deliberation.tension.suggest", routes=("deliberation_suggest",))
_row("settle_tension", DRAFT, FACILITATOR, _("The facilitator keeps, changes or drops a suggestion."),
     event="deliberation.tension.settle", routes=("deliberation_tension_settle",))
_row("add_tension", DRAFT, FACILITATOR, _("The facilitator writes a framework, a trade-off or a group."),
     event="deliberation.tension.add", routes=("deliberation_tension_add",))
_row("name_holder", OPEN, FACILITATOR,
     _("The facilitator names the decision holder; after the list is approved only in place of one who has left."),
     event="deliberation.seat.holder", routes=("deliberation_seats",))
_row("name_approver", LISTING, FACILITATOR, _("The facilitator names a second person who may approve the list."),
     event="deliberation.seat.approver", routes=("deliberation_seats",))
_row("hand_over", OPEN, (Part.FACILITATOR, Part.HOLDER),
     _("The facilitator's seat is handed over; whoever held it stays barred from signing."),
     event="deliberation.seat.hand_over", routes=("deliberation_hand_over",))
_row("settle_by_precedent", DRAFT, HOLDER,
     _("The decision holder settles a routine question by a precedent, with a reason."), to=State.SETTLED,
     barred=("facilitator",), event="deliberation.settle", routes=("deliberation_settle",))
_row("submit", DRAFT, FACILITATOR, _("The facilitator submits the draft for the approval of its list."),
     to=State.STAKEHOLDERS, event="deliberation.submit", routes=("deliberation_submit",))
_row("withdraw", OPEN, (Part.FACILITATOR, Part.HOLDER),
     _("It is withdrawn; after invitations only by a decision holder who is not the facilitator."),
     to=State.WITHDRAWN, event="deliberation.withdraw", routes=("deliberation_withdraw",))

# 2. Stakeholders

_row("suggest_stakeholders", DRAFT, FACILITATOR, _("The facilitator asks the software whom to hear."),
     event="deliberation.stakeholders.suggest", routes=("stakeholders_suggest",))
_row("add_stakeholder", LISTING, FACILITATOR, _("The facilitator adds somebody to hear."),
     event="deliberation.stakeholders.add", routes=("stakeholder_add",))
_row("settle_stakeholder", LISTING, FACILITATOR,
     _("The facilitator keeps, changes or drops somebody suggested or listed."),
     event="deliberation.stakeholders.settle", routes=("stakeholder_edit", "stakeholder_keep", "stakeholder_drop"))
_row("explain_gap", LISTING, FACILITATOR,
     _("The facilitator explains in words why a framework or group has no voice."),
     event="deliberation.stakeholders.explain_gap", routes=("stakeholders_gap",))
_row("approve_stakeholders", (State.STAKEHOLDERS,), APPROVER,
     _("A named person who did not draft the list approves the exact list, with a reason."), to=State.INVITING,
     barred=("drafter", "facilitator"), event="deliberation.stakeholders.approve", routes=("stakeholders_approve",))
_row("return_stakeholders", (State.STAKEHOLDERS,), APPROVER,
     _("A person who did not draft the list returns it, with a reason."), to=State.DRAFT,
     barred=("drafter", "facilitator"), event="deliberation.stakeholders.return", routes=("stakeholders_approve",))
_row("reopen_list", (State.INVITING,), FACILITATOR,
     _("The facilitator changes the list before anyone was invited, which voids its approval."), to=State.DRAFT,
     event="deliberation.stakeholders.reopen", routes=("stakeholders_reopen",))
_row("propose_amendment", INVITED, FACILITATOR, _("The facilitator proposes to add or replace a voice."),
     event="deliberation.amendment.propose", routes=("amendment_new",))
_row("approve_amendment", INVITED, APPROVER,
     _("A person who did not draft the amendment approves it, with a reason."), barred=("drafter", "facilitator"),
     event="deliberation.amendment.approve", routes=("amendment_decide",))
_row("refuse_amendment", INVITED, APPROVER, _("A person who did not draft the amendment refuses it, with a reason."),
     barred=("drafter", "facilitator"), event="deliberation.amendment.refuse", routes=("amendment_decide",))

# 3. Invitations

_row("send_invitations", INVITED, FACILITATOR,
     _("The facilitator sends the invitations; terms must be accepted first."), event="deliberation.invitation.send",
     routes=("invitations", "invitation_send"))
_row("renew_link", INVITED, FACILITATOR, _("The facilitator makes a new link, which ends the old one."),
     event="deliberation.invitation.renew", routes=("invitation_renew",))
_row("mark_not_reached", INVITED, FACILITATOR,
     _("The facilitator notes that somebody could not be reached, and how that is known."),
     event="deliberation.invitation.not_reached", routes=("invitation_not_reached",))
_row("open_link", ANY, ("anyone",), _("Whoever holds the link opens the participation, by a button."),
     event="deliberation.invitation.open", routes=("participate",))
_row("accept_invitation", INVITED, VOICE, _("The person invited accepts, and says how they are asked."),
     event="deliberation.invitation.accept", routes=("card", "card_accept"))
_row("decline_invitation", INVITED, VOICE, _("The person invited declines, with a word if they wish."),
     event="deliberation.invitation.decline", routes=("card_decline",))
_row("leave", INVITED, VOICE, _("A participant leaves, at any time, with a statement if they wish."),
     event="deliberation.invitation.leave", routes=("card_leave",))
_row("ask_otherwise", INVITED, VOICE,
     _("A participant asks for another format, speaks for somebody else, or says who is missing."),
     event="deliberation.invitation.ask_otherwise", routes=("card_otherwise",))
_row("choose_frameworks", INVITED, VOICE, _("A participant chooses the frameworks they speak in."),
     event="deliberation.voice.choose", routes=("card_frameworks",))
_row("resend", INVITED, FACILITATOR,
     _("The facilitator has a mail sent again of which it is not known whether it went out."),
     event="deliberation.invitation.resend", routes=("notice_resend",))
_row("answer_request", INVITED, FACILITATOR, _("The facilitator answers what somebody invited asked for."),
     event="deliberation.invitation.answer_request", routes=("request_answer",))
_row("lapse_invitation", INVITED, ("system",), _("An invitation nobody answered in time is marked no answer."),
     event="deliberation.invitation.lapse")

# 4. Rounds

_row("open_round", (State.INVITING, State.ROUND_1, State.ROUND_2, State.ROUND_3), (Part.FACILITATOR, "system"),
     _("A round is opened by hand or when its time comes."), event="deliberation.round.open", routes=("round_open",))
_row("close_round", ROUNDS, (Part.FACILITATOR, "system"),
     _("A round closes once every ask is answered, passed or due."), event="deliberation.round.close",
     routes=("round_close",))
_row("ask_more_time", ROUNDS, VOICE, _("A participant asks for more time, and until when."),
     event="deliberation.ask.more_time", routes=("card_more_time",))
_row("answer_more_time", ROUNDS, FACILITATOR,
     _("The facilitator answers a wish for more time within two working days."),
     event="deliberation.ask.answer_more_time", routes=("more_time_answer",))
_row("lapse_ask", ROUNDS, ("system",), _("An ask nobody answered in time has lapsed: not heard, never assent."),
     event="deliberation.ask.lapse")
_row("pass_round", ROUNDS, VOICE, _("A participant has nothing to add in this round."), event="deliberation.ask.pass",
     routes=("card_pass",))
_row("submit_position", ROUNDS, VOICE, _("A participant states a position, blind until the round closes."),
     event="deliberation.position.submit", routes=("card",))
_row("enter_for", ROUNDS, FACILITATOR,
     _("The facilitator enters what a participant said or wrote elsewhere; the speaker confirms it."),
     event="deliberation.contribution.enter", routes=("enter_for",))
_row("confirm_contribution", INVITED, VOICE, _("A participant confirms what was entered for them."),
     event="deliberation.contribution.confirm", routes=("card_confirm",))
_row("share_value", (State.ROUND_2,), VOICE, _("A participant names a value all could share."),
     event="deliberation.shared_value.add", routes=("shared_value_add",))
_row("propose", (State.ROUND_2,), (*VOICE, Part.FACILITATOR),
     _("A participant, or the facilitator on their behalf, makes a proposal."), event="deliberation.proposal.add",
     routes=("proposal_add",))
_row("state_cost", (State.ROUND_2,), (*VOICE, Part.FACILITATOR),
     _("Somebody says what a proposal would cost a framework."), event="deliberation.proposal.cost",
     routes=("proposal_cost",))
_row("answer_proposal", (State.ROUND_2,), VOICE,
     _("A participant can accept, can accept if, or cannot accept because."), event="deliberation.stance.submit",
     routes=("stance_submit",))
_row("put_question", (State.ROUND_1, State.ROUND_2, State.ROUND_3), VOICE, _("A participant puts a question."),
     event="deliberation.question.put", routes=("question_put",))
_row("reply", ROUNDS, (*VOICE, Part.FACILITATOR, Part.HOLDER), _("Somebody who takes part answers a question."),
     event="deliberation.question.reply", routes=("question_reply",))
_row("put_agreement", (State.ROUND_2, State.ROUND_3), FACILITATOR,
     _("The facilitator puts a sentence that seems agreed."), event="deliberation.agreement.put",
     routes=("agreement_put",))
_row("answer_agreement", (State.ROUND_3,), VOICE,
     _("A participant confirms a sentence that seems agreed, or does not."), event="deliberation.agreement.answer",
     routes=("agreement_answer",))
_row("put_difference", (State.ROUND_2, State.ROUND_3), FACILITATOR,
     _("The facilitator puts a difference with its sides."), event="deliberation.difference.put",
     routes=("difference_put",))
_row("answer_side", (State.ROUND_3,), VOICE, _("A participant says whether they hold a side as it is stated."),
     event="deliberation.difference.answer", routes=("side_answer",))
_row("tell_shift", (State.ROUND_3, State.ROUND_4), VOICE,
     _("A participant says whether something changed in how they see it."), event="deliberation.shift.tell",
     routes=("shift_tell",))

# 5. Outcome

_row("draft_outcome", (State.ROUND_4,), FACILITATOR,
     _("The facilitator drafts the outcome; a change after circulation is a new version."),
     event="deliberation.outcome.draft", routes=("outcome_draft",))
_row("set_aside_outcome_draft", (State.ROUND_4,), FACILITATOR,
     _("The facilitator gives up a draft that nobody has seen."), event="deliberation.outcome.set_aside",
     routes=("outcome_set_aside",))
_row("circulate_outcome", (State.ROUND_4,), FACILITATOR,
     _("The facilitator circulates the draft, which opens the time for dissent."),
     event="deliberation.outcome.circulate", routes=("outcome_circulate",))
_row("write_dissent", (State.ROUND_4,), VOICE, _("A participant writes a dissent against the circulated draft."),
     event="deliberation.dissent.write", routes=("dissent_write",))
_row("join_dissent", (State.ROUND_4,), VOICE, _("A participant joins a dissent."), event="deliberation.dissent.join",
     routes=("dissent_join",))
_row("withdraw_dissent", (State.ROUND_4,), VOICE, _("Its author withdraws a dissent."),
     event="deliberation.dissent.withdraw", routes=("dissent_withdraw",))
_row("answer_dissent", (State.ROUND_4, State.SIGNING), HOLDER, _("The decision holder answers a dissent."),
     barred=("facilitator",), event="deliberation.dissent.answer", routes=("dissent_answer",))
_row("send_to_sign", (State.ROUND_4,), (Part.FACILITATOR, "system"),
     _("When the time for dissent is over the draft goes to the decision holder."), to=State.SIGNING,
     event="deliberation.outcome.send_to_sign", routes=("outcome_send_to_sign",))
_row("return_outcome", (State.SIGNING,), HOLDER, _("The decision holder returns the draft, with a reason."),
     barred=("facilitator",), to=State.ROUND_4, event="deliberation.outcome.return", routes=("outcome_return",))
_row("sign_outcome", (State.SIGNING,), HOLDER, _("The decision holder, who never facilitated it, signs one version."),
     to=State.DECIDED, barred=("facilitator",), event="deliberation.outcome.sign", routes=("outcome_sign",))
_row("report_commitment", (State.DECIDED,), (Part.FACILITATOR, Part.HOLDER, Role.REVIEWER),
     _("Somebody reports what became of a commitment."), event="deliberation.commitment.report",
     routes=("commitment_report",))
_row("propose_publication", (State.DECIDED,), HOLDER,
     _("The decision holder asks everybody quoted about the exact page."), event="deliberation.publication.propose",
     routes=("publication_propose",))
_row("choose_quote", (State.DECIDED,), VOICE, _("A person quoted chooses name, pseudonym or leave me out."),
     event="deliberation.publication.choose", routes=("quote_choose",))
_row("publish", (State.DECIDED,), HOLDER,
     _("The decision holder publishes, with a reason, once everybody quoted has chosen."),
     event="deliberation.publication.publish", routes=("publication_publish",))
_row("unpublish", (State.DECIDED,), HOLDER, _("The decision holder takes a publication back."),
     event="deliberation.publication.unpublish", routes=("publication_unpublish",))

# 6. Precedent and 7. review

_row("cite_precedent", (*OPEN, State.DECIDED), STAFF,
     _("Whoever cites a precedent says what is alike and what differs."), event="deliberation.precedent.cite",
     routes=("precedent_cite",))
_row("open_review", ("scheduled",), ("system", Role.REVIEWER, Role.DECISION_HOLDER),
     _("A review falls due when its date comes, or is opened early."), to="due", machine="review",
     event="deliberation.review.open", routes=("review_open",))
_row("start_review", ("due",), (Role.REVIEWER,), _("A reviewer takes the review."), to="in_review", machine="review",
     event="deliberation.review.start", routes=("review_start",))
_row("give_back_review", ("in_review",), (Role.REVIEWER, Role.DECISION_HOLDER),
     _("The reviewer gives the review back, or a decision holder does, with a reason."), to="due", machine="review",
     event="deliberation.review.give_back", routes=("review_give_back",))
_row("prepare_review", ("in_review",), (Role.REVIEWER,),
     _("The reviewer prepares: what has happened since, reaffirm or retire, and why."), machine="review",
     event="deliberation.review.prepare", routes=("review_prepare",))
_row("speak_to_review", ("due", "in_review"), VOICE,
     _("Those who dissented, asked first, and everybody else who took part speak to the review."), machine="review",
     event="deliberation.review.speak", routes=("review_speak",))
_row("sign_review", ("in_review",), (Role.DECISION_HOLDER,),
     _("A decision holder who neither prepared it nor facilitated signs: reaffirmed with a new date, or retired."),
     barred=("preparer", "facilitator"), machine="review", event="deliberation.review.sign", routes=("review_sign",))
_row("open_successor", ("in_review",), (Role.DECISION_HOLDER, Role.REVIEWER),
     _("A successor deliberation is opened to change the decision."), to="to_deliberation", machine="review",
     event="deliberation.review.to_deliberation", routes=("review_successor",))
_row("return_review", ("to_deliberation",), ("system",),
     _("A new deliberation ended without replacing the decision, so its precedent is due for review again."),
     machine="review", event="deliberation.review.return")
_row("report_change", ("in_force", "under_review"), ("member", *VOICE),
     _("Anybody who may read it reports that a trigger or assumption changed."), machine="precedent",
     event="deliberation.change.report", routes=("change_report",))
_row("accept_report", ("reported",), (Role.REVIEWER, Role.DECISION_HOLDER),
     _("A report is accepted, with a reason, and the review falls due."), to="accepted", machine="report",
     event="deliberation.change.accept", routes=("change_decide",))
_row("dismiss_report", ("reported",), (Role.REVIEWER, Role.DECISION_HOLDER),
     _("A report is dismissed, with a reason."), to="dismissed", machine="report",
     event="deliberation.change.dismiss", routes=("change_decide",))

_row("make_calendar_link", ("active",), ("member",),
     _("A member makes their own address of the calendar of reviews, which ends the one before."),
     machine="organisation", event="deliberation.calendar.make", routes=("calendar_link",))
_row("end_calendar_link", ("active",), ("member",), _("A member ends their address of the calendar of reviews."),
     machine="organisation", event="deliberation.calendar.end", routes=("calendar_link",))

# Reads: what may be seen, and by whom. The queries of each stage hold the finer rules (blind texts, closed rounds).


def _read(verb: str, who: Who, says: str | Promise, routes: tuple[str, ...]) -> None:
    _row(verb, ANY, who, says, event="", routes=routes, machine="read")


_read("read_asked", ("member", *SEATED), _("What is asked of you now."),
     ("asked", "draft_save", "outbox", "outbox_mail"))
_read("read_board", (Role.FACILITATOR, Role.DECISION_HOLDER, Role.ADMINISTRATOR, Role.REVIEWER),
     _("The board: questions, states and dates."), ("board", "board_csv"))
_read("read_suggestions", (Role.ADMINISTRATOR,),
     _("What became of the software's suggestions, in counts."), ("settings_suggestions",))
_read("read_overview", ("member", *SEATED),
     _("Where a deliberation stands: whole for its seats, title, state and dates for those who see the board."),
     ("deliberation",))
_read("read_deliberation", SEATED, _("A deliberation by those who have a part in it."),
     ("deliberation_intake", "deliberation_terms", "deliberation_seats", "stakeholders", "invitations",
      "invitation_letter", "round", "accommodations", "card_sent", "card_words", "card_erase", "agreement"))
_read("read_outcome", ("member", *SEATED, Role.AUDITOR),
     _("A decided outcome, by the organisation's members and the seats."),
     ("outcome", "outcome_markdown", "outcome_json", "outcome_pdf", "deliberation_export"))
_read("read_precedents", ("member",), _("The precedents of the organisation."), ("precedents", "precedent"))
_read("read_ledger", ("member",), _("What signed outcomes cost whom, and what was promised."),
      ("ledger", "ledger_csv"))
_read("read_reviews", (Role.REVIEWER, Role.DECISION_HOLDER, Role.FACILITATOR, Role.ADMINISTRATOR),
     _("The review queue and its packets."), ("reviews", "review"))
_read("read_calendar", ("anyone",), _("The calendar of reviews, by whoever holds a member's address of it."),
     ("reviews_ics",))
_read("read_published", ("anyone",), _("A published outcome, by anyone."), ("published",))
_read("read_api", ("key",), _("What the key's project may know."),
     ("api_deliberations", "api_deliberation", "api_outcomes", "api_outcome", "api_precedents"))
