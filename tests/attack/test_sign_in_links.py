"""An administrator's sign-in link opens no other organisation."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.links import make_sign_in_link, use_sign_in_link
from accounts.domain.members import add_member
from accounts.models import Installation
from accounts.models.installation import MailChoice
from accounts.refusals import Invalid, Stale
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_nobody_becomes_the_holder_of_another_organisation_by_taking_them_in(cast: Cast) -> None:
    """Nobody becomes the holder of another organisation by taking them in."""
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    with open_organisation(cast.other):
        taken_in = add_member(cast.other, by=cast.outsider, email=cast.holder.email, roles=[Role.EDITOR])
        with pytest.raises(Invalid, match="another organisation"):
            make_sign_in_link(taken_in, by=cast.outsider)


def test_a_link_made_before_they_got_a_part_elsewhere_opens_no_more(cast: Cast) -> None:
    """A sign-in link is dead once its person has a part in another organisation."""
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    made = make_sign_in_link(cast.membership(cast.editor), by=cast.administrator)
    add_member(cast.other, by=cast.outsider, email=cast.editor.email, roles=[Role.DECISION_HOLDER])
    with pytest.raises(Stale):
        use_sign_in_link(*made)


def test_using_a_link_is_in_the_record_and_a_wrong_one_is_not(cast: Cast) -> None:
    """Using a link is in the record and a wrong one is not."""
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    user_id, token = make_sign_in_link(cast.membership(cast.editor), by=cast.administrator)
    client = Client()
    assert client.get(reverse("sign_in_by_link", args=[user_id, token])).status_code == 200
    assert client.post(reverse("sign_in_by_link", args=[user_id, f"{token}x"])).status_code == 409
    with open_organisation(cast.organisation):
        assert not Entry.objects.filter(event="member.sign_in").exists()
        client.post(reverse("sign_in_by_link", args=[user_id, token]))
        entry = Entry.objects.get(event="member.sign_in")
    assert client.post(reverse("sign_in_by_link", args=[user_id, token])).status_code == 409
    assert cast.membership(cast.editor).pk.hex in bytes(entry.canonical).decode()


def test_a_link_made_at_home_is_in_the_record_with_who_made_it(cast: Cast) -> None:
    """A link made at home is in the record with who made it."""
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    with open_organisation(cast.organisation):
        holder, administrator = cast.membership(cast.holder), cast.membership(cast.administrator)
        make_sign_in_link(holder, by=cast.administrator)
        entry = Entry.objects.filter(event="member.link").get()
        envelope = bytes(entry.canonical).decode()
    assert str(holder.pk) in envelope
    assert administrator.pk.hex in envelope
