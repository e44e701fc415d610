"""Trying often: each form is counted by the address it comes from and by what it is about, and then says wait."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from accounts.limits import address_of, longest_wait
from accounts.models import Installation
from accounts.models.installation import MailChoice
from accounts.scope import open_organisation
from deliberation.domain.links import token_of
from deliberation.models import Invitation
from tests.cast import PASSWORD, Cast
from tests.deliberation import stages
from tests.deliberation.pages import by_link, signed_in
from tractatus_site.limits import FORMS

pytestmark = pytest.mark.django_db

ASK_CODE = reverse("account_request_login_code")
LOGIN = reverse("account_login")


def last(times: int, send: Callable[[int], object]) -> list[int]:
    """The status of the last two of so many tries and one more."""
    return [send(number).status_code for number in range(times + 1)][-2:]  # type: ignore[attr-defined]


def from_(number: int) -> str:
    return f"198.51.100.{number % 250}"


def test_wrong_passwords_for_one_person_end_whoever_sends_them(cast: Cast) -> None:
    """Passwords for one person end after five in five minutes, whatever address each comes from."""
    cast.editor.set_password(PASSWORD)
    cast.editor.save()

    def wrong(number: int, password: str = "wrong") -> object:
        return Client(REMOTE_ADDR=from_(number)).post(LOGIN, {"login": cast.editor.email, "password": password})

    assert last(5, wrong) == [200, 429]
    answer = wrong(77, PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")  # type: ignore[attr-defined, index]
    assert PASSWORD not in answer.content.decode()  # type: ignore[attr-defined]


def test_nobody_learns_by_the_limit_whether_an_address_is_here(cast: Cast) -> None:
    """Nobody learns by the limit whether an address is here."""

    def statuses(email: str) -> list[int]:
        sends = [Client(REMOTE_ADDR=from_(n)).post(LOGIN, {"login": email, "password": "x"}) for n in range(6)]
        return [answer.status_code for answer in sends]

    assert statuses(cast.editor.email) == statuses("nobody@care.example") == [200] * 5 + [429]


def test_passwords_for_many_people_from_one_address_end_too(cast: Cast) -> None:
    """Passwords for many people from one address end too."""

    def wrong(number: int) -> object:
        return Client().post(LOGIN, {"login": f"person-{number}@care.example", "password": "x"})

    assert last(10, wrong) == [200, 429]


def test_codes_for_one_person_are_few_a_minute_and_few_an_hour(cast: Cast, mailoutbox: list[object]) -> None:
    """Codes for one person are few a minute and few an hour."""
    import time_machine

    asked = {"email": cast.editor.email.upper()}

    def ask(number: int) -> object:
        return Client(REMOTE_ADDR=from_(number)).post(ASK_CODE, asked)

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        assert last(3, ask) == [302, 429]
        for minute in range(1, 4):
            clock.move_to(f"2026-03-02T09:0{minute * 2}:00Z")
            [ask(number) for number in range(3)]
        answer = ask(9)
        assert (answer.status_code, answer["Retry-After"]) == (429, "3600")  # type: ignore[attr-defined, index]
        assert len(mailoutbox) <= 10
        clock.move_to("2026-03-02T10:20:00Z")
        assert ask(1).status_code == 302  # type: ignore[attr-defined]


def test_a_code_is_guessed_three_times_and_then_opens_nothing(cast: Cast, mailoutbox: list[object]) -> None:
    """A code is guessed three times and then opens nothing."""
    client = Client()
    client.post(ASK_CODE, {"email": cast.editor.email})
    code = str(mailoutbox[0].subject).split(" ")[0]  # type: ignore[attr-defined]
    for _ in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "WRNG-CODE"})
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_codes_are_entered_only_so_often_from_one_address(cast: Cast) -> None:
    """Codes are entered only so often from one address."""
    assert last(60, lambda number: Client().post(reverse("account_confirm_login_code"), {"code": "X"})) == [302, 429]


def test_sign_in_link_of_one_person_is_not_tried_for_ever(cast: Cast) -> None:
    """Sign in link of one person is not tried for ever."""
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)

    def guess(number: int) -> object:
        where = reverse("sign_in_by_link", args=[cast.editor.pk, f"abc-{number}"])
        return Client(REMOTE_ADDR=from_(number)).post(where)

    assert last(10, guess) == [409, 429]


def test_participation_links_are_counted_by_invitation_and_by_address(cast: Cast) -> None:
    """Participation links are counted by invitation and by address."""
    with open_organisation(cast.organisation):
        one, two, *_rest = Invitation.objects.filter(deliberation=stages.invited(cast, accept=False)).order_by("pk")
        links = [reverse("participate", args=[token_of(row)]) for row in (one, two)]

    def press(number: int) -> object:
        return Client(REMOTE_ADDR=from_(number)).post(links[0])

    assert last(20, press) == [302, 429]
    assert Client(REMOTE_ADDR=from_(1)).post(links[1]).status_code == 302
    assert last(120, lambda number: Client().post(reverse("participate", args=[f"guess{number}.x"]))) == [404, 429]
    assert Client().get(links[1]).status_code == 200


def test_whoever_is_signed_out_sends_only_so_many_forms(cast: Cast) -> None:
    """The pages that write for anybody are counted together, whatever the form."""
    language = reverse("set_language")
    assert last(120, lambda number: Client().post(language, {"language": "en"})) == [302, 429]


def test_a_member_and_a_guest_have_counts_of_their_own(cast: Cast) -> None:
    """A member and a guest have counts of their own."""
    with open_organisation(cast.organisation):
        deliberation = stages.invited(cast)
        seat = stages.seat_of(deliberation, "Stakeholder one")
        guests = [by_link(seat), by_link(seat)]  # two browsers, one link
    language = reverse("set_language")
    assert last(120, lambda number: guests[number % 2].post(language, {"language": "en"})) == [302, 429]
    member = signed_in(cast.facilitator)
    assert last(300, lambda number: member.post(language, {"language": "en"})) == [302, 429]
    assert signed_in(cast.holder).post(language, {"language": "en"}).status_code == 302


def test_questions_are_put_thirty_an_hour_by_one_person(cast: Cast) -> None:
    """Questions are put thirty an hour by one person."""
    member, where = signed_in(cast.facilitator), reverse("deliberation_new", args=["care"])
    assert last(30, lambda number: member.post(where, {})) == [422, 429]
    assert Client().post(where, {}).status_code == 302


def test_a_refused_try_says_when_to_come_back_and_keeps_the_words(cast: Cast) -> None:
    """A refused try says when to come back and keeps the words."""
    member, where = signed_in(cast.facilitator), reverse("deliberation_new", args=["care"])
    words = "Shall the night line be answered by software?"
    answers = [member.post(where, {"question": words}) for _ in range(31)]
    page = answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "3600"
    assert "Please wait a little, then send it again." in page
    assert words in page


def test_keys_that_do_not_open_are_counted_by_address(cast: Cast) -> None:
    """Keys that do not open are counted by address."""
    where = reverse("api_outcomes")

    def guess(number: int) -> object:
        return Client().get(where, headers={"authorization": f"Bearer tr_{number:012x}_guessed"})

    assert last(60, guess) == [401, 429]
    assert Client(REMOTE_ADDR="198.51.100.9").get(where).status_code == 401


def test_each_count_is_for_a_form_and_each_form_has_one() -> None:
    """Each count is for a form and each form has one."""
    used = {action for action, _target in FORMS.values()}
    library = {"login", "login_failed", "request_login_code", "reset_password", "reset_password_from_key"}
    library |= {"reauthenticate", "change_password", "manage_email"}
    everywhere = {"form", "form_by_link", "form_signed_out"}
    assert used | library | everywhere == set(settings.ACCOUNT_RATE_LIMITS)


def test_operating_manual_prints_the_rates() -> None:
    """Operating manual prints the rates."""
    page = (settings.BASE_DIR / "docs" / "operating.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| `([^`|]+)` \|", page, re.MULTILINE))
    assert written == {**settings.ACCOUNT_RATE_LIMITS, **settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]}
    assert longest_wait("login_failed") == 300


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.7", "192.0.2.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1, 203.0.113.7", "203.0.113.7"),  # the first was written by the client
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "192.0.2.1"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "unknown", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_address_is_what_our_outermost_proxy_saw(proxies: int, header: str, address: str) -> None:
    """Address is what our outermost proxy saw."""
    request = RequestFactory().get("/", headers={"x-forwarded-for": header}, REMOTE_ADDR="192.0.2.1")
    with override_settings(TRUSTED_PROXIES=proxies):
        assert address_of(request) == address


@override_settings(TRUSTED_PROXIES=1)
def test_a_forged_header_earns_no_further_tries(cast: Cast) -> None:
    """Where a client is, is what our proxy appended, whatever the client wrote before it."""

    def wrong(number: int) -> object:
        forged = f"{from_(number)}, 203.0.113.7"
        given = {"login": f"person-{number}@care.example", "password": "x"}
        return Client(REMOTE_ADDR="10.0.0.1").post(LOGIN, given, headers={"x-forwarded-for": forged})

    assert last(10, wrong) == [200, 429]
