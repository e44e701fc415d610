"""What the database itself refuses, whoever writes to it. Verbs check the same first, and say it in words."""

from deliberation.guards import conflict, dissent, outcome, publication, review, signing, speech, stakeholders, tenancy


def declare() -> None:
    """Register every guard of this app; called once the models are loaded."""
    tenancy.declare()
    conflict.declare()
    speech.declare()
    review.declare()
    outcome.declare()
    signing.declare()
    dissent.declare()
    publication.declare()
    stakeholders.declare()
