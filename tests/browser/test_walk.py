"""One question from the first page of a new installation to the review of its precedent, as five people.

The administrator starts for real and facilitates; the holder decides; two people take part by links they were
handed, one of them on a phone; a reviewer prepares. No mail is sent. The clock is moved by the test, and the tick
does what falls due. On its way it takes the pictures of the documentation, where `TAKE_PICTURES=1` asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.roles import Role
from deliberation.tasks import tick
from tests.browser import night_line as words
from tests.browser.people import Check, Person
from tests.cast import make_member, make_organisation

BEGIN = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
PASSWORD = "a long enough sentence"
FACILITATOR, HOLDER, REVIEWER = "coordinator@harbour.example", "director@harbour.example", "quality@harbour.example"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.long)], ids=["with-script", "without-script"]
)
def test_question_walks_from_the_first_page_to_its_review(
    live_server: Any, open_page: Callable[..., Page], axe: Check, fits: Check, settings: Any, script: bool
) -> None:
    """Without script nothing is looked at for a second time: it is only that everything can be done."""
    checks = (axe, fits) if script else ()
    settings.SITE_URL = live_server.url
    demo = make_organisation("demo", "Demo Care", is_demo=True)
    make_member(demo, "Holder", Role.DECISION_HOLDER, email="holder@demo.example")
    with time_machine.travel(BEGIN, tick=True) as clock:
        walk = Walk(lambda **how: Person(open_page(java_script_enabled=script, **how), live_server.url, *checks), clock)
        walk.start_for_real()
        walk.take_people_in()
        walk.put_the_question()
        walk.write_the_terms()
        walk.say_who_must_be_heard()
        walk.invite()
        walk.state_positions_blind()
        walk.look_for_accommodations()
        walk.agree_and_differ()
        walk.draft_and_dissent()
        walk.answer_and_sign()
        walk.look_at_it_again()
    assert mail.outbox == []


class Walk:
    """The five people, the clock, and the steps in order."""

    home = "/o/harbour-line/"

    def __init__(self, person: Callable[..., Person], clock: Any) -> None:
        self.clock = clock
        self.facilitator, self.holder, self.reviewer, self.caller = (person() for _one in range(4))
        self.volunteer = person(width=390)
        self.links: dict[str, str] = {}
        self.here = f"{self.home}d/1/"

    # --- Time, and coming back after a while

    def pass_time(self, **span: float) -> None:
        """Time passes, and the tick does what fell due meanwhile."""
        self.clock.shift(timedelta(**span))
        tick()

    def come_back(self, person: Person, email: str) -> Person:
        """Sign in again with the password: nobody stays signed in for a month."""
        person.page.context.clear_cookies(name="sessionid")
        return person.go("/accounts/login/").send("accounts/login/", login=email, password=PASSWORD)

    def open_link(self, person: Person, title: str) -> Person:
        """Open the link that was handed over, at any time: it needs no account."""
        return person.go(self.links[title]).looks().send("", "Open my page")

    def has_nothing_to_do(self, person: Person) -> None:
        """Who has acted is asked nothing more."""
        person.go(f"{self.home}asked/").sees("Nothing is asked of you")

    # --- The organisation

    def start_for_real(self) -> None:
        one = self.facilitator.go("/").sees("Look around", "Start for real").looks().picture("first-page")
        one.send("", organisation_name="Harbour Line", name="Night coordinator", email=FACILITATOR)
        one.looks().picture("mail").send("", mail_choice="links")
        self._choose_password(one.go("/accounts/password/set/"))

    def take_people_in(self) -> None:
        one, members = self.facilitator, f"{self.home}settings/members/"
        for name, email, role in (
            ("Director of the line", HOLDER, Role.DECISION_HOLDER),
            ("Quality reviewer", REVIEWER, Role.REVIEWER),
        ):
            one.go(members).send("", name=name, email=email, roles=[role])
        one.go(members).looks().picture("members").follow("/roles/", row=FACILITATOR)
        one.send("", roles=[Role.ADMINISTRATOR, Role.FACILITATOR])
        for person, email in ((self.holder, HOLDER), (self.reviewer, REVIEWER)):
            link = one.go(members).follow("/link/", row=email).send("").page.locator(".receipt code").inner_text()
            self._choose_password(person.go(link).looks().send("").looks())

    def _choose_password(self, person: Person) -> None:
        person.send("accounts/password/set/", password1=PASSWORD, password2=PASSWORD)

    # --- The question, its terms, and who must be heard

    def put_the_question(self) -> None:
        one = self.facilitator.go(f"{self.home}asked/").sees("Nothing is asked of you").looks().press("Put a question")
        one.looks().send("", question=words.QUESTION, decision_asked=words.DECISION_ASKED, urgency="IMPORTANT")
        text, source = words.KNOWN
        one.go(f"{self.here}intake/").send("intake/findings/", kind="known", text=text, source=source)
        one.send("intake/findings/", kind="unknown", text=words.UNKNOWN)
        one.send("intake/options/", text=words.OPTION)
        for option, (bearer, harm) in words.HARMS.items():
            one.send(one.page.locator(f"#option-{option} form[action$='/harms/']"), bearer=bearer, harm=harm)
        for group in (words.CALLERS, words.VOLUNTEERS, words.CLOSE):
            one.send("intake/group/", title=group)
        one.send("intake/framework/", catalogue_key="Rights-based")
        one.send("intake/trade_off/", title="An answer at once, and a human voice")
        # What the software found in these words stands only once a person keeps it.
        one.send("intake/suggest/").sees("Suggested by the software").looks()
        one.go(f"{self.here}intake/").picture("intake", height=2500)
        while one.page.locator("main button", has_text="Keep it").count():
            one.press("Keep it")
        one.sees("Care", "Consequentialist", "Rights-based")
        one.go(f"{self.here}seats/").looks().send("seats/", user="Director of the line")

    def write_the_terms(self) -> None:
        one = self.facilitator.go(f"{self.here}terms/").looks().send("terms/", question=words.QUESTION, **words.TERMS)
        one.sees("Nothing but the fare.")
        one = self.holder.go(f"{self.home}asked/").sees("Accept the terms").looks().picture("asked").follow("terms/")
        one.looks().picture("terms").send("terms/accept/", name=words.NAME)
        self.has_nothing_to_do(one)

    def say_who_must_be_heard(self) -> None:
        one = self.facilitator
        for somebody in (words.CALLER, words.VOLUNTEER):
            one.go(f"{self.here}people/add/").looks().send("", **somebody)
        one.go(f"{self.here}people/").sees("Nobody speaks for them").press("Explain the gap")
        one.looks().send("", explanation=words.NOT_ASKED)
        one.go(f"{self.here}people/").looks().send("submit/")
        # Who drafted the list cannot approve it: there is nothing to press.
        one.go(f"{self.here}people/").sees("who did not draft the list approves the exact list")
        expect(one.form("people/decide/")).to_have_count(0)
        one = self.holder.go(f"{self.home}asked/").sees("Approve the list").follow("people/")
        one.looks().picture("stakeholders")
        one.send("people/decide/", "Approve", reason="Those who call and those who answer are both heard.")
        self.has_nothing_to_do(one)

    def invite(self) -> None:
        one = self.facilitator
        for who in (words.CALLER, words.VOLUNTEER):
            one.go(f"{self.here}invitations/").looks().follow("/send/", row=who["title"])
            one.looks().send("", channel="link").looks()
            self.links[who["title"]] = one.row(who["title"]).locator("input[readonly]").input_value()
        self.volunteer.go(self.links[words.VOLUNTEER["title"]]).picture("your-link")
        for person, who, name in (
            (self.caller, words.CALLER, words.CALLER_NAME),
            (self.volunteer, words.VOLUNTEER, words.VOLUNTEER_NAME),
        ):
            self.open_link(person, who["title"]).sees(who["why"], words.TERMS["off_table"]).looks()
            person.picture("take-part", height=1500).send("asked/accept/", name=name, frameworks=who["frameworks"])
            person.sees("The first round has not opened yet").looks()
        self.has_nothing_to_do(one)

    # --- Four rounds

    def state_positions_blind(self) -> None:
        one = self.facilitator.go(f"{self.here}round/1/").looks().send("round/1/open/").sees("The round is open")
        self.caller.go(f"{self.here}asked/").sees("What do you think is right here?").looks().picture("card")
        self.caller.send("asked/", **words.CALLER_THINKS).sees(words.CALLER_THINKS["right"], "Fingerprint").looks()
        self.caller.picture("receipt").go(f"{self.here}asked/").sees("Nothing more is asked of you").looks()
        # Until the round closes nobody reads it, on whichever page.
        for other in (self.facilitator, self.holder, self.volunteer):
            for page in ("", "round/1/", "round/2/"):
                other.go(f"{self.here}{page}").sees_not(words.CALLER_THINKS["right"], words.CALLER_THINKS["lost"])
        self._send_after_a_time_out()
        one.go(f"{self.here}round/1/").looks().send("round/1/close/")
        for reader in (self.facilitator, self.caller, self.volunteer):
            reader.go(f"{self.here}round/1/").sees(
                words.CALLER_THINKS["right"], words.VOLUNTEER_THINKS["right"]
            ).looks()

    def _send_after_a_time_out(self) -> None:
        """The volunteer’s session ends while they write. What they sent is there once they open their link again."""
        one = self.volunteer.go(f"{self.here}asked/").looks()
        # Nothing is autosaved either: what is sent has to be kept by itself.
        one.page.route("**/draft/**", lambda route: route.abort())
        one.page.context.clear_cookies(name="sessionid")
        one.send("asked/", **words.VOLUNTEER_THINKS).sees("If you were asked something by a link").looks()
        self.open_link(one, words.VOLUNTEER["title"])
        for field, said in words.VOLUNTEER_THINKS.items():
            expect(one.form("asked/").locator(f"[name={field}]")).to_have_value(said)
        one.page.unroute("**/draft/**")
        one.send("asked/").sees(words.VOLUNTEER_THINKS["right"], "Fingerprint").looks()

    def look_for_accommodations(self) -> None:
        self.pass_time(days=1)
        one = (
            self.volunteer.go(f"{self.here}asked/").sees("Read what others propose").looks().follow("round/2/").looks()
        )
        one.send("round/2/proposals/", text=words.PROPOSAL).looks()
        one = self.caller.go(f"{self.here}asked/").sees("proposals you have not answered").follow("round/2/").looks()
        one.send("round/2/shared/", text=words.SHARED)
        one.send(one.form_asking("cost"), framework="Care", cost=words.COST_TO_CARE)
        one.send(one.form_asking("answer"), answer="can_accept_if", reason=words.CALLER_IF)
        one.send("round/2/proposals/", text=words.SECOND_PROPOSAL).looks()
        one.go(f"{self.here}asked/").sees("Nothing more is asked of you", "You have answered all there is")
        one = self.volunteer.go(f"{self.here}asked/").sees("proposals you have not answered").follow("round/2/")
        one.sees("Can accept if", words.CALLER_IF)
        one.send(one.form_asking("answer"), answer="cannot_accept", reason=words.VOLUNTEER_CANNOT).looks()
        one.go(f"{self.here}asked/").sees("Nothing more is asked of you", "You have answered all there is")
        self.facilitator.go(f"{self.here}round/2/").looks().picture("accommodations", height=1960)
        # The week of this round passes, and the tick closes it; after the day between, it opens the next.
        self.pass_time(days=7)
        self.facilitator.go(f"{self.here}round/2/").sees("Closed").sees_not("after its time")
        self.pass_time(days=1)

    def agree_and_differ(self) -> None:
        one = self.facilitator.go(f"{self.here}round/3/").sees("Open until").looks()
        one.send("round/3/agreements/", text=words.AGREED)
        one.send("round/3/differences/", text=words.DIFFERENCE, side_1=words.SIDES[0], side_2=words.SIDES[1])
        for person, holds in ((self.caller, ("not_mine", "as_stated")), (self.volunteer, ("as_stated", "not_mine"))):
            person.go(f"{self.here}round/3/").looks().send(person.form_asking("confirms"), confirms="yes")
            for side, held in zip(words.SIDES, holds, strict=True):
                voice = person.page.locator(".voice").filter(has_text=side)
                person.send(voice.locator("form").first, holds=held)
            person.go(f"{self.here}asked/").sees("Nothing more is asked of you").looks()
        one.go(f"{self.here}round/3/").sees(
            "Confirmed by voices of every framework", words.CALLER_NAME, words.VOLUNTEER_NAME
        ).looks()
        self.pass_time(days=4)
        one.go(f"{self.here}round/3/").sees("Closed").send("round/4/open/")

    def draft_and_dissent(self) -> None:
        one = self.facilitator.go(f"{self.here}outcome/draft/").looks()
        one.send("", "Circulate", **words.DRAFT).sees(words.DECISION).looks()
        self.open_link(self.volunteer, words.VOLUNTEER["title"]).sees("Read the draft").looks().follow(
            "/4/nothing-to-add/"
        )
        self.volunteer.looks().send("").sees("Nothing more is asked of you")
        one = self.open_link(self.caller, words.CALLER["title"]).follow("outcome/").sees(words.DECISION).looks()
        one.press("Write a dissent").looks().write("", **words.DISSENT).picture("dissent")
        one.send("").sees(words.DISSENT["lead"]).looks()
        one.go(f"{self.here}asked/").sees("Nothing more is asked of you")
        self.pass_time(days=5)

    # --- The outcome, and what becomes of it

    def answer_and_sign(self) -> None:
        # Who facilitated never signs, administrator or not.
        self.come_back(self.facilitator, FACILITATOR).is_refused(f"{self.here}outcome/sign/")
        one = self.come_back(self.holder, HOLDER).go(f"{self.home}asked/").sees("A dissent waits for your answer")
        one.go(f"{self.here}outcome/sign/").sees(
            "It cannot be signed yet", f"Answer the dissent of {words.CALLER_NAME}"
        )
        one.looks().picture("cannot-be-signed", height=900)
        one.send("", "Sign", name=words.NAME).sees("It cannot be signed yet").press("Answer the dissent")
        one.looks().write("", text=words.ANSWER).picture("answer-a-dissent").send("")
        one.go(f"{self.home}asked/").sees("Sign the outcome").looks().follow("outcome/sign/").looks()
        one.send("", "Sign", name=words.NAME)
        one.go(f"{self.here}outcome/").sees("Decided, with dissent", "Informs, does not bind", words.ANSWER).looks()
        one.picture("outcome", height=1480)
        self._decision_and_dissent_are_equal(one.page, abreast=True)
        self.has_nothing_to_do(one)
        one.go(f"{self.home}precedents/").sees(words.QUESTION).looks()
        one = self.open_link(self.volunteer, words.VOLUNTEER["title"])
        one.go(f"{self.here}outcome/").sees(words.DECISION, words.DISSENT["lead"]).looks()
        self._decision_and_dissent_are_equal(one.page, abreast=False)

    def _decision_and_dissent_are_equal(self, page: Page, *, abreast: bool) -> None:
        """Both pages have one width and one size of type; abreast they begin and end level."""
        opinions = page.locator(".facing > .opinion")
        expect(opinions).to_have_count(2)
        decision, dissent = (one.bounding_box() or {} for one in opinions.all())
        assert decision["width"] == pytest.approx(dissent["width"], abs=1)
        if abreast:
            assert (decision["y"], decision["height"]) == pytest.approx((dissent["y"], dissent["height"]), abs=1)
        for part in ("h2", ".lead", ".words", ".signed .name"):
            sizes = {one.locator(part).first.evaluate("(e) => getComputedStyle(e).fontSize") for one in opinions.all()}
            assert len(sizes) == 1, f"{part}: {sizes}"

    def look_at_it_again(self) -> None:
        self.clock.move_to(datetime(2027, 9, 1, 0, 5, tzinfo=UTC))
        tick()
        self.pass_time(days=8)
        one = self.come_back(self.reviewer, REVIEWER).go(f"{self.home}asked/").sees("A review is due").looks()
        one.go(f"{self.home}reviews/").sees(words.QUESTION, "8 days overdue").looks().picture("review-queue")
        review = f"{self.home}reviews/1/"
        one.go(review).looks().send("reviews/1/start/")
        # Who dissented is asked first.
        self.open_link(self.caller, words.CALLER["title"])
        self.caller.go(f"{self.here}review/").sees(words.DISSENT["predicts"]).looks()
        self.caller.send("", text=words.SEEN_SINCE).sees(words.SEEN_SINCE)
        one.go(review).sees(words.SEEN_SINCE).looks().picture("review", height=1700)
        one.send(
            "reviews/1/prepare/",
            since_then=words.SINCE_THEN,
            proposal="reaffirm",
            grounds=words.GROUNDS,
            new_date="2028-09-01",
        )
        # Neither who prepared it nor who facilitated signs it.
        for barred in (one, self.come_back(self.facilitator, FACILITATOR)):
            barred.go(review).sees("Waits for a signature").looks()
            expect(barred.form("reviews/1/sign/")).to_have_count(0)
        one = self.come_back(self.holder, HOLDER)
        one.go(f"{self.home}asked/").sees("A prepared review waits for a signature").looks()
        one.go(review).looks().send("reviews/1/sign/").sees("Reaffirmed").looks()
        one.go(f"{self.here}outcome/").sees("1 September 2028").looks()
        for person in (one, self.reviewer):
            self.has_nothing_to_do(person)
