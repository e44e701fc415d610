"""A sign-in link to pass on by hand, for installations that send no mail."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.domain.acting import By, acting_in
from accounts.models import Installation, Membership, User
from accounts.models.installation import MailChoice
from accounts.refusals import Invalid, Stale, WrongState
from accounts.scope import having_a_part_elsewhere, memberships_of


class _SignInTokens(PasswordResetTokenGenerator):
    # Signing in changes `last_login`, which the token covers: it opens once, and not after any other sign-in.
    key_salt = "accounts.domain.links"


tokens = _SignInTokens()

USED_UP = _("This link has been used, or is too old. Ask for a new one.")


def make_sign_in_link(membership: Membership, *, by: By) -> tuple[UUID, str]:
    """The user's id and a token that signs them in once, within three days.

    Only where mail is not sent, and only for somebody who has no way in of their own yet: whoever holds the
    link is that person to the record, so nobody can make one for a person who already signs in by themselves, nor
    for one who has a part in another organisation: this one's administrator would be them there too.
    Raises WrongState, Invalid.
    """
    with acting_in("make_sign_in_link", membership.organisation, by=by) as act:
        if Installation.current().mail_choice != MailChoice.LINKS:
            raise WrongState(_("This installation sends mail: they get a code at their own address."))
        user = User.objects.get(pk=membership.user_id)
        if not membership.is_current or not user.is_active:
            raise Stale(_("This membership has ended."))
        if user.has_usable_password() or _has_authenticator(user):
            raise Invalid(_("They have a password or a passkey of their own. Nobody else can sign in for them."))
        if having_a_part_elsewhere([user.pk], membership.organisation):
            raise Invalid(_("They have a part in another organisation too. Nobody here can sign in for them there."))
        act.done(("membership", membership.pk), "made")
        return user.pk, tokens.make_token(user)


def open_to_a_link(members: Iterable[Membership]) -> set[UUID]:
    """Of these members of one organisation, by id, for whom `make_sign_in_link` would make one. Two queries at most."""
    from allauth.mfa.models import Authenticator

    current = [one for one in members if one.is_current and not one.user.has_usable_password()]
    if not current:
        return set()
    users = [one.user_id for one in current]
    barred = set(Authenticator.objects.filter(user__in=users).values_list("user", flat=True))
    barred |= having_a_part_elsewhere(users, current[0].organisation)
    return {one.pk for one in current if one.user_id not in barred}


def use_sign_in_link(user_id: UUID, token: str) -> User:
    """The user of a link that still opens, and an entry in their organisation that it was used. The caller signs them
    in. Raises Stale where it does not open: it was used, it is too old, their membership has ended, or they have got
    a part in another organisation since, where nobody of this one may be them."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        if user is None or user.is_operator or not tokens.check_token(user, token):
            raise Stale(USED_UP)
        memberships = list(memberships_of(user))
        if len(memberships) != 1 or having_a_part_elsewhere([user.pk], memberships[0].organisation):
            raise Stale(USED_UP)
        with acting_in("use_sign_in_link", memberships[0].organisation, by=user) as act:
            act.done(("membership", memberships[0].pk), "signed_in")
            # Here and not only when the caller signs them in: of two who use it at once, the second waits above.
            user.last_login = clock.now()
            user.save(update_fields=["last_login"])
        return user


def _has_authenticator(user: User) -> bool:
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.filter(user=user).exists()
