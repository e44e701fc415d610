"""A list is approved by somebody else than those who drew it up, exactly as it stands, and nobody is asked before that.

Conditions compare columns and rows, never the database's clock.
"""

from accounts.guards import AppendOnly, Refuse, register
from accounts.models import SeatUser
from deliberation.guards.columns import differs
from deliberation.models import (
    Amendment,
    CoversGroup,
    Deliberation,
    Invitation,
    ListAuthor,
    ListEntry,
    MaySpeakFrom,
    Request,
    Seat,
    Stakeholder,
    StakeholderList,
    Terms,
)

LIST = StakeholderList._meta.db_table
AUTHOR = ListAuthor._meta.db_table
ENTRY = ListEntry._meta.db_table
STAKEHOLDER = Stakeholder._meta.db_table
INVITATION = Invitation._meta.db_table
AMENDMENT = Amendment._meta.db_table
SEAT = Seat._meta.db_table
SITTING = SeatUser._meta.db_table
TERMS = Terms._meta.db_table


def _ever_facilitated(user: str, deliberation: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{SITTING}" sat JOIN "{SEAT}" chair ON chair.id = sat.seat_id '
        f"WHERE chair.deliberation_id = {deliberation} AND chair.part = 'facilitator' AND sat.user_id = {user})"
    )


def _on_approved_list(stakeholder: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{ENTRY}" entry JOIN "{LIST}" agreed ON agreed.id = entry.list_id '
        f"WHERE entry.stakeholder_id = {stakeholder} AND agreed.state = 'approved')"
    )


def _approved_amendment(stakeholder: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{AMENDMENT}" added '
        f"WHERE added.stakeholder_id = {stakeholder} AND added.state = 'approved')"
    )


def _approved(stakeholder: str) -> str:
    return f"({_on_approved_list(stakeholder)} OR {_approved_amendment(stakeholder)})"


def declare() -> None:
    _the_list()
    _who_stands_on_it()
    _amendments()
    _invitations()


def _the_list() -> None:
    approving = "NEW.state = 'approved' AND OLD.state <> 'approved'"
    decided = [f.column for f in StakeholderList._meta.concrete_fields if f.name != "state"]
    register(
        Refuse(
            LIST,
            "list_begins_unapproved",
            ("insert",),
            "NEW.state NOT IN ('draft', 'submitted')",
            "a list begins as a draft.",
        ),
        Refuse(
            LIST,
            "list_approved_by_a_second_person",
            ("update",),
            f'{approving} AND (EXISTS (SELECT 1 FROM "{AUTHOR}" author WHERE author.deliberation_id = '
            f"NEW.deliberation_id AND author.user_id = NEW.decided_by_id) "
            f"OR {_ever_facilitated('NEW.decided_by_id', 'NEW.deliberation_id')})",
            "whoever drew up the list, or ever facilitated, does not approve it.",
        ),
        Refuse(
            LIST,
            "list_approved_once_submitted",
            ("update",),
            f"{approving} AND (OLD.state <> 'submitted' OR NEW.digest = '' OR {differs('digest')} "
            f'OR NOT EXISTS (SELECT 1 FROM "{AUTHOR}" author WHERE author.list_id = NEW.id) '
            f'OR NOT EXISTS (SELECT 1 FROM "{ENTRY}" entry WHERE entry.list_id = NEW.id))',
            "only a submitted list is approved, exactly as it was submitted.",
        ),
        Refuse(
            LIST,
            "list_approved_stays",
            ("update",),
            f"OLD.state = 'approved' AND (NEW.state NOT IN ('approved', 'voided') OR {differs(*decided)})",
            "an approved list can only be voided.",
        ),
        Refuse(
            LIST,
            "list_settled_stays_settled",
            ("update",),
            f"OLD.state IN ('returned', 'voided') AND ({differs('state', *decided)})",
            "a list that was returned or voided stays so.",
        ),
        Refuse(LIST, "list_never_deleted", ("delete",), "TRUE", "a list is never deleted.", truncate=True),
        Refuse(
            AUTHOR,
            "list_authors_before_approval",
            ("insert",),
            f'EXISTS (SELECT 1 FROM "{LIST}" agreed WHERE agreed.id = NEW.list_id '
            "AND agreed.state NOT IN ('draft', 'submitted'))",
            "nobody can be made an author of a list that was decided on.",
        ),
        Refuse(
            ENTRY,
            "list_entries_before_approval",
            ("insert",),
            f"EXISTS (SELECT 1 FROM \"{LIST}\" agreed WHERE agreed.id = NEW.list_id AND agreed.state <> 'draft')",
            "entries are set when a list is submitted, and then stand.",
        ),
        Refuse(
            Deliberation._meta.db_table,
            "inviting_needs_an_approved_list",
            ("update",),
            "NEW.state = 'inviting' AND OLD.state <> 'inviting' AND NOT EXISTS (SELECT 1 FROM "
            f"\"{LIST}\" agreed WHERE agreed.deliberation_id = NEW.id AND agreed.state = 'approved')",
            "nobody is invited before the list is approved.",
        ),
    )


def _who_stands_on_it() -> None:
    fixed = [f.column for f in Stakeholder._meta.concrete_fields if f.name not in {"covered_by", "position_no"}]
    register(
        Refuse(
            STAKEHOLDER,
            "stakeholder_approved_stays",
            ("update",),
            f"{_approved('OLD.id')} AND {differs(*fixed)}",
            "whoever stands on an approved list stays as they were approved.",
        )
    )
    for model in (CoversGroup, MaySpeakFrom):
        for event, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
            register(
                Refuse(
                    model._meta.db_table,
                    f"{model._meta.model_name}_approved_stays_{event}",
                    (event,),  # type: ignore[arg-type]
                    _approved(f"{row}.stakeholder_id"),
                    "whoever stands on an approved list stays as they were approved.",
                )
            )


def _amendments() -> None:
    said = [
        f.column
        for f in Amendment._meta.concrete_fields
        if f.name not in {"state", "decided_by", "decided_at", "reason"}
    ]
    decided = [f.column for f in Amendment._meta.concrete_fields]
    register(
        Refuse(
            AMENDMENT,
            "amendment_begins_proposed",
            ("insert",),
            "NEW.state <> 'proposed'",
            "an amendment begins as a proposal.",
        ),
        Refuse(
            AMENDMENT,
            "amendment_decided_stays",
            ("update",),
            f"OLD.state <> 'proposed' AND {differs(*decided)} OR {differs(*said)}",
            "an amendment is decided once, as it was proposed.",
        ),
        Refuse(
            AMENDMENT,
            "amendment_by_a_second_person",
            ("update",),
            f"NEW.state = 'approved' AND {_ever_facilitated('NEW.decided_by_id', 'NEW.deliberation_id')}",
            "whoever ever facilitated does not approve an amendment.",
        ),
        Refuse(AMENDMENT, "amendment_never_deleted", ("delete",), "TRUE", "an amendment is never deleted."),
    )


def _invitations() -> None:
    unaccepted = (
        f'NOT EXISTS (SELECT 1 FROM "{TERMS}" promised WHERE promised.deliberation_id = NEW.deliberation_id '
        "AND promised.accepted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
        f'"{TERMS}" later WHERE later.deliberation_id = promised.deliberation_id AND later.version > promised.version))'
    )
    register(
        Refuse(
            INVITATION,
            "invitation_begins_listed",
            ("insert",),
            "NEW.state <> 'listed'",
            "an invitation begins unsent.",
        ),
        Refuse(
            INVITATION,
            "invitation_of_an_approved_list",
            ("update",),
            f"NEW.state <> 'listed' AND NOT {_approved('NEW.stakeholder_id')}",
            "nobody is invited who is not on an approved list.",
        ),
        Refuse(
            INVITATION,
            "invitation_after_terms",
            ("update",),
            f"OLD.state = 'listed' AND NEW.state <> 'listed' AND {unaccepted}",
            "nobody is invited before the newest terms are accepted.",
        ),
        Refuse(
            INVITATION,
            "invitation_sent_stays_sent",
            ("update",),
            f"OLD.state <> 'listed' AND (NEW.state = 'listed' OR {differs('stakeholder_id', 'seat_id')})",
            "an invitation that was sent stays sent, to whom it was sent.",
        ),
        Refuse(
            INVITATION,
            "invitation_sent_never_deleted",
            ("delete",),
            "OLD.state <> 'listed'",
            "an invitation that was sent is never deleted.",
            truncate=True,
        ),
        Refuse(
            SITTING,
            "facilitator_is_no_voice",
            ("insert",),
            f"EXISTS (SELECT 1 FROM \"{SEAT}\" mine WHERE mine.id = NEW.seat_id AND mine.part = 'participant') "
            f"AND {_ever_facilitated('NEW.user_id', 'NEW.deliberation_id')}",
            "whoever facilitates, or ever did, is never a voice in the same deliberation.",
        ),
        AppendOnly(Request._meta.db_table, once=("answer_id", "answered_by_id", "answered_at")),
    )
