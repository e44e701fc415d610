"""An administrator's sign-in link opens no other organisation."""

from __future__ import annotations

import pytest

from accounts.domain.links import make_sign_in_link
from accounts.domain.members import add_member
from accounts.models import Installation
from accounts.models.installation import MailChoice
from accounts.refusals import Invalid
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_nobody_becomes_the_holder_of_another_organisation_by_taking_them_in(cast: Cast) -> None:
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    with open_organisation(cast.other):
        taken_in = add_member(cast.other, by=cast.outsider, email=cast.holder.email, roles=[Role.EDITOR])
        with pytest.raises(Invalid, match="another organisation"):
            make_sign_in_link(taken_in, by=cast.outsider)


def test_a_link_made_at_home_is_in_the_record_with_who_made_it(cast: Cast) -> None:
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    with open_organisation(cast.organisation):
        holder, administrator = cast.membership(cast.holder), cast.membership(cast.administrator)
        make_sign_in_link(holder, by=cast.administrator)
        entry = Entry.objects.filter(event="member.link").get()
        envelope = bytes(entry.canonical).decode()
    assert str(holder.pk) in envelope
    assert administrator.pk.hex in envelope
