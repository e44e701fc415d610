"""What was promised, and what became of it: reported in words, after the signature, each change a row."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, WrongState
from accounts.roles import Part
from deliberation.domain.act import perform
from deliberation.domain.seats import people_on
from deliberation.models import Commitment, CommitmentReport, Deliberation, Outcome

MOVES: dict[str, tuple[str, ...]] = {
    Commitment.State.OPEN: (Commitment.State.DONE, Commitment.State.NOT_DONE, Commitment.State.HANDED_ON),
    Commitment.State.HANDED_ON: (Commitment.State.DONE, Commitment.State.NOT_DONE, Commitment.State.HANDED_ON),
    Commitment.State.NOT_DONE: (Commitment.State.DONE, Commitment.State.HANDED_ON),
    Commitment.State.DONE: (),
}
"""What may be reported of a commitment in each state. What was handed on, or not done, may still be made good."""


def report_commitment(
    deliberation: Deliberation, commitment: Commitment, *, by: User, state: str, account: str, new_owner: str = ""
) -> CommitmentReport:
    """Report what became of a commitment of the signed version, in words.

    Handing it on names the role that owes it now. Raises `WrongState` where that cannot be said of it any more.
    """
    with perform("report_commitment", deliberation, by=by) as act:
        outcome = Outcome.objects.get(deliberation=deliberation)
        commitment = Commitment.objects.get(pk=commitment.pk, deliberation=deliberation)
        if commitment.version_id != outcome.signed_version_id:
            raise WrongState(_("This was a draft's commitment; the signed outcome has others."))
        if state not in MOVES[commitment.state]:
            if commitment.state == Commitment.State.DONE:
                raise WrongState(_("It was reported done already."))
            raise Invalid(_("Say whether it is done, not done, or handed on."), "state")
        if state == Commitment.State.HANDED_ON and not new_owner.strip():
            raise Invalid(_("Name the role that owes it now."), "new_owner")
        report = CommitmentReport.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            commitment=commitment,
            state=state,
            account=act.keep("account", account),
            new_owner=act.keep("new_owner", new_owner, optional=True) if state == Commitment.State.HANDED_ON else None,
            by_user=by,
            at=act.now,
        )
        if commitment.state != state:
            commitment.state = state
            commitment.save(update_fields=["state"])
        told = [user for user in people_on(deliberation, Part.FACILITATOR, Part.HOLDER) if user != by]
        act.notify("commitment_reported", f"report:{report.pk}", users=told)
        act.subject = ("commitment", commitment.pk)
        act.decision = state
        return report
