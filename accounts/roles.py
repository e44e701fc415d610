"""Who people are: roles in an organisation, parts in one deliberation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a membership makes eligible for. The platform operator is no role here: see `User.is_operator`."""

    ADMINISTRATOR = "administrator", _("administrator")
    EDITOR = "editor", _("editor")
    FACILITATOR = "facilitator", _("facilitator")
    DECISION_HOLDER = "decision_holder", _("decision holder")
    REVIEWER = "reviewer", _("reviewer")
    AUDITOR = "auditor", _("auditor")


class Part(TextChoices):
    """A seat in one deliberation, given and handed on by a verb."""

    FACILITATOR = "facilitator", _("facilitator")
    APPROVER = "approver", _("approver")
    HOLDER = "decision_holder", _("decision holder")
    PARTICIPANT = "participant", _("participant")
    READER = "reader", _("reader")


ROLE_MAY = {
    Role.ADMINISTRATOR: _("looks after members, roles, projects, API keys and settings"),
    Role.EDITOR: _("proposes, publishes, revises and retires instructions"),
    Role.FACILITATOR: _("convenes, drafts lists and outcomes, runs rounds"),
    Role.DECISION_HOLDER: _("accepts terms, approves lists, signs outcomes and reviews"),
    Role.REVIEWER: _("prepares reviews"),
    Role.AUDITOR: _("reads the record and decided outcomes, changes nothing"),
}
