"""What the entries of organisations, members, keys and the record tell: each event in a sentence, as it happened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.queries.wording import tell_events


def declare() -> None:
    tell_events(
        {
            "access.refused": _("%(who)s asked for what belongs to somebody else, and was refused."),
            "api_key.create": _("%(who)s made an API key."),
            "api_key.mode": _("%(who)s changed whether an API key enforces or observes."),
            "api_key.revoke": _("%(who)s revoked an API key."),
            "dataset.publish": _("The corpus of decisions was published."),
            "dataset.withdraw": _("The published corpus of decisions was withdrawn."),
            "dataset.refuse": _("The corpus of decisions was not published: something in it could be somebody’s."),
            "demo.sign_in": _("%(who)s looked around as one of the demo’s people."),
            "erasure": _("%(who)s had words erased."),
            "export.finish": _("An export of the organisation came to its end."),
            "export.start": _("%(who)s had everything taken out that members and administrators may read."),
            "installation.mail": _("%(who)s said how mail leaves."),
            "installation.start": _("%(who)s started this installation."),
            "log.start": _("A new log was begun after the one before had ended."),
            "member.add": _("%(who)s took somebody into the organisation."),
            "member.end": _("%(who)s ended a membership."),
            "member.link": _("%(who)s made a sign-in link for a member."),
            "member.roles": _("%(who)s changed the roles of a member."),
            "member.sign_in": _("%(who)s signed in with a link that was handed over."),
            "milestone.add": _("%(who)s added to the evolution log."),
            "organisation.create": _("%(who)s made this organisation."),
            "organisation.deactivate": _("%(who)s closed this organisation."),
            "organisation.reactivate": _("%(who)s opened this organisation again."),
            "project.archive": _("%(who)s closed a project."),
            "project.create": _("%(who)s made a project."),
            "session.end": _("%(who)s signed out a browser."),
            "session.end_others": _("%(who)s signed out all browsers but one."),
            "surface.switch": _("%(who)s changed what anybody may see of the organisation’s figures."),
            "user.create": _("%(who)s made a user."),
            "user.deactivate": _("%(who)s stopped a user from signing in."),
            "user.reactivate": _("%(who)s let a user sign in again."),
        }
    )
