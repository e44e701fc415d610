"""Five people who take question after question from the first page to the signature, over HTTP, without script.

What each was told stands in the `Ledger`: every word carries a mark of its own, and each attempt another one, so that
what was told as saved must be there once, what was refused must not, and what was cut off may be or not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.endurance.pages import ALL, Answer, Browser, Down, Page

Fate = Literal["begun", "saved", "refused", "unknown"]
MARK = "{w}"
STATES = ("draft", "stakeholders", "inviting", "round_1", "round_2", "round_3", "round_4", "signing", "decided")
TRIES = 60
ENTRY = "deliberation."


class Over(Exception):
    """The time is up."""


@dataclass
class Ledger:
    """What people were told, by the mark of the words."""

    fates: dict[str, tuple[Fate, str]] = field(default_factory=dict)
    behind: set[str] = field(default_factory=set)
    """Marks that stand on no page of the staff: what its author replaced, and a word with a pass."""
    drafts: int = 0
    lost: list[str] = field(default_factory=list)
    """What a person saw to be gone although it had been told as saved."""
    faults: list[str] = field(default_factory=list)
    """Answers that are nobody's fault but ours."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mark(self, event: str) -> str:
        with self.lock:
            mark = f"w{len(self.fates):05d}x"
            self.fates[mark] = ("begun", event)
            return mark

    def fate(self, marks: list[str], fate: Fate) -> None:
        with self.lock:
            for mark in marks:
                self.fates[mark] = (fate, self.fates[mark][1])

    def count(self, fate: Fate) -> int:
        return sum(one == fate for one, _event in self.fates.values())


class Person:
    """Somebody at a browser, who tries again when there is no answer, as people do."""

    def __init__(self, work: Work, email: str = "") -> None:
        self.work, self.email, self.link = work, email, ""
        self.browser = Browser(work.address)
        self.lock = threading.RLock()

    def page(self, path: str) -> Page:
        """A page, after signing in again or opening the link again where that is asked."""
        while True:
            self.work.must_go_on()
            try:
                with self.lock:
                    got = self.browser.get(path)
                    if got.status == 302 and "login" not in got.location:
                        got = self.browser.get(got.location)
                    if not got.saved:
                        if self.sent_away(got):
                            self.sign_in()
                            got = self.browser.get(path)
                        self.look_at(path, got)
                return Page(got.text)
            except Down:
                self.work.wait_for_site()

    @staticmethod
    def sent_away(got: Answer) -> bool:
        return "login" in got.location or got.status in {403, 404}

    def look_at(self, path: str, got: Answer) -> None:
        if got.status >= 500:
            self.work.ledger.faults.append(f"{path}: {got.status} {got.text[:300]}")

    def sign_in(self) -> None:
        if self.link:
            door = Page(self.browser.get(self.link).text).form("")
            if door:
                self.browser.post(self.link, door.filled({}, ""))
        elif self.email:
            door = Page(self.browser.get("/demo/").text).form("/sign-in/")
            if door:
                self.browser.post(door.action, door.filled({"email": self.email}, ""))

    def send(
        self,
        path: str,
        action: str = "",
        *,
        event: str = "",
        asking: str = "",
        button: str = "",
        behind: bool = False,
        **words: Any,
    ) -> Answer | None:
        """Fill a form of a page and send it until there is an answer. None where there is nothing to send any more."""
        for _ in range(TRIES):
            form = self.page(path).form(action, asking or next(iter(words), ""))
            if form is None:
                return None
            marks: list[str] = []
            given = {}
            for name, value in words.items():
                if isinstance(value, str) and MARK in value:
                    marks.append(self.work.ledger.mark(ENTRY + event))
                    value = value.replace(MARK, marks[-1])
                given[name.replace("__", "-")] = value
            if behind:
                self.work.ledger.behind |= set(marks)
            try:
                with self.lock:
                    got = self.browser.post(form.action or path, form.filled(given, button))
            except Down:
                self.work.ledger.fate(marks, "unknown")
                self.work.wait_for_site()
                continue
            self.work.ledger.fate(marks, "saved" if got.saved else "refused")
            self.look_at(path, got)
            if got.saved or got.status in {409, 422}:
                return got
        raise AssertionError(f"{path} {action}: no answer after {TRIES} times")

    def autosaves(self, here: str, times: int) -> None:
        """Type on the card, and be told each time that it is kept; then look whether it is."""
        kept, typed = "", []
        for n in range(times):
            form = self.page(f"{here}asked/").form("asked/", "right")
            if form is None:
                return
            shown = form.fields["right"][0]
            if kept and not any(one in shown for one in typed[typed.index(kept) :]):
                self.work.ledger.lost.append(f"draft {kept}: the page shows {shown[:80]!r}")
            typed.append(f"As far as I have come, {here}{n}.")
            try:
                with self.lock:
                    got = self.browser.post(f"{here}draft/position/", form.filled({"right": typed[-1]}, ""))
            except Down:
                self.work.wait_for_site()
                continue
            self.look_at(here, got)
            if got.status == 200 and "saved_at" in got.json():
                kept = typed[-1]
                self.work.ledger.drafts += 1


@dataclass
class Work:
    """The five at work, and what keeps them going."""

    address: str
    home: str
    up: threading.Event
    state_of: Callable[[int], str]
    count: Callable[..., int]
    ledger: Ledger = field(default_factory=Ledger)
    over: threading.Event = field(default_factory=threading.Event)
    waiting: int = 0
    decided: int = 0

    def must_go_on(self) -> None:
        if self.over.is_set():
            raise Over

    def wait_for_site(self) -> None:
        while not self.up.wait(1):
            self.must_go_on()
        self.over.wait(0.2)

    def people(self) -> tuple[Person, Person, list[Person]]:
        staff = [Person(self, f"{part}@demo.example") for part in ("facilitator", "holder")]
        return staff[0], staff[1], [Person(self) for _ in range(3)]

    def question_after_question(self) -> None:
        """Until the time is over."""
        try:
            while True:
                Question(self).run()
                self.decided += 1
        except Over:
            return


class Question:
    """One question, from the first page to the signature."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.f, self.h, self.voices = work.people()
        self.number = 0

    @property
    def here(self) -> str:
        return f"{self.work.home}d/{self.number}/"

    def run(self) -> None:
        self.put()
        self.list_and_invite()
        self.rounds()
        self.outcome()

    def reached(self, state: str) -> bool:
        return STATES.index(self.work.state_of(self.number)) >= STATES.index(state)

    def until(self, reached: Callable[[], bool], step: Callable[[], Any]) -> None:
        """Do the step until it is reached: by it, by the clock, or by a step before whose answer was cut off."""
        said: Any = None
        for _ in range(TRIES):
            if reached():
                return
            said = step()
            self.work.must_go_on()
        text = getattr(said, "text", "")
        raise AssertionError(f"{self.here} stays {self.work.state_of(self.number)}: {text[-3000:]}")

    def at_once(self, *steps: Callable[[], Any]) -> None:
        """Several people at the same time."""
        failed: list[BaseException] = []

        def run(step: Callable[[], Any]) -> None:
            try:
                step()
            except BaseException as why:
                failed.append(why)

        threads = [threading.Thread(target=run, args=[step]) for step in steps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    # --- The question and its list

    def put(self) -> None:
        coming = (datetime.now(UTC).date() + timedelta(days=900)).isoformat()
        made = self.f.send(
            f"{self.work.home}d/new/", event="convene", question="May it? {w}", decision_asked="Which. {w}"
        )
        assert made is not None
        assert made.status == 302, made.text[-3000:]
        self.number = int(made.location.split("/d/")[1].split("/")[0])
        intake, f = f"{self.here}intake/", self.f
        f.send(intake, "intake/findings/", event="finding.add", kind="unknown", text="Whom it leaves out. {w}")
        f.send(intake, "intake/options/", event="option.add", text="Let it. {w}")
        for place in range(2):
            forms = [one.action for one in f.page(intake).forms if one.action.endswith("/harms/")]
            if place < len(forms):
                f.send(intake, forms[place], event="harm.add", bearer="Those who wait {w}", harm="They wait. {w}")
        for title in ("Care", "Duty"):
            f.send(intake, "intake/framework/", event="tension.add", title=title, concern="What it asks. {w}")
        f.send(intake, "intake/trade_off/", title="Speed and care")
        f.send(intake, "intake/group/", title="Those who wait")
        f.send(f"{self.here}seats/", "seats/", user=self.holder_among(f))
        names = ("question", "can_change", "off_table", "decided_by", "meanwhile", "after_disagreement", "asked_by",
                 "paid_by", "compensation")  # fmt: skip
        f.send(
            f"{self.here}terms/", "terms/", event="terms.draft", **dict.fromkeys(names, "So. {w}"), answer_by=coming,
            reach="decides",
        )  # fmt: skip
        self.until(
            lambda: self.work.count("terms", self.number) > 0,
            lambda: self.h.send(f"{self.here}terms/", "terms/accept/", event="terms.accept", name="Holder {w}"),
        )

    def holder_among(self, one: Person) -> str:
        form = one.page(f"{self.here}seats/").form("seats/", "user")
        assert form is not None
        return form.choices["user"][-1][0]

    def list_and_invite(self) -> None:
        f, h = self.f, self.h
        for n in range(3):
            why = {"title": f"Voice {n}", "why": "They bear it. {w}", "relation": "affected"}
            f.send(f"{self.here}people/add/", "", event="stakeholders.add", **why, groups=ALL, frameworks=ALL)
        self.until(lambda: self.reached("stakeholders"), lambda: f.send(f"{self.here}people/", "submit/"))
        approve = {"event": "stakeholders.approve", "button": "Approve", "reason": "All are on it. {w}"}
        self.until(lambda: self.reached("inviting"), lambda: h.send(f"{self.here}people/", "people/decide/", **approve))
        asked = f"{self.here}invitations/"
        self.until(lambda: self.work.count("sent", self.number) >= 3, self.send_one)
        links = sorted({one for one in f.page(asked).text.split('"') if "/p/" in one})
        for voice, link in zip(self.voices, links, strict=False):
            voice.link = link[link.index("/p/") :]
        yes = {"event": "", "name": "Myself", "relation": "affected", "frameworks": ALL}
        self.at_once(*[lambda one=one: one.send(f"{self.here}asked/", "asked/accept/", **yes) for one in self.voices])

    def send_one(self) -> Answer | None:
        found = [one for one in self.f.page(f"{self.here}invitations/").links if one.endswith("/send/")]
        return self.f.send(found[0], "", channel="link") if found else None

    # --- Four rounds

    def rounds(self) -> None:
        said = {1: self.positions, 2: self.accommodations, 3: self.agreements}
        for n in (1, 2, 3, 4):
            page = f"{self.here}round/{n}/"
            self.until(
                lambda n=n: self.reached(f"round_{n}"),  # type: ignore[misc]
                lambda n=n, page=page: self.f.send(page, f"round/{n}/open/"),  # type: ignore[misc]
            )
            if n < 4:
                said[n]()
                self.until(
                    lambda n=n: self.work.count("closed", self.number, n) > 0,  # type: ignore[misc]
                    lambda n=n, page=page: self.f.send(page, f"round/{n}/close/") or self.time_passes(),  # type: ignore[misc]
                )

    def time_passes(self) -> None:
        """Nothing can be done until the clock has gone on, which it does with each start of the site."""
        self.work.waiting += 1
        try:
            self.work.over.wait(1)
            self.work.must_go_on()
        finally:
            self.work.waiting -= 1

    def positions(self) -> None:
        def state(one: Person) -> None:
            one.autosaves(self.here, 5)
            words = dict.fromkeys(("right", "why", "lost", "need"), "So I see it. {w}")
            one.send(f"{self.here}asked/", "asked/", event="position.submit", behind=True, **words)
            one.send(f"{self.here}asked/", "asked/", event="position.submit", **words)

        self.at_once(*[lambda one=one: state(one) for one in self.voices])

    def accommodations(self) -> None:
        page = f"{self.here}round/2/"

        def speak(one: Person) -> None:
            one.send(page, "round/2/shared/", event="shared_value.add", text="That nobody waits. {w}")
            one.send(page, "round/2/proposals/", event="proposal.add", text="One reads all. {w}")
            one.send(page, "round/questions/", event="question.put", text="How many? {w}")

        def answer(one: Person) -> None:
            for form in one.page(page).forms:
                if "answer" in form.choices:
                    no = {"answer": "cannot_accept", "reason": "It is slow. {w}"}
                    one.send(page, form.action, event="stance.submit", **no)
                elif "/round/questions/" in form.action and not form.action.endswith("questions/"):
                    one.send(page, form.action, event="question.reply", text="Six. {w}")

        self.at_once(*[lambda one=one: speak(one) for one in self.voices])
        self.at_once(*[lambda one=one: answer(one) for one in (*self.voices, self.f)])

    def agreements(self) -> None:
        page, f = f"{self.here}round/3/", self.f
        f.send(page, "round/3/agreements/", event="agreement.put", text="It must be told. {w}")
        sides = {"text": "Whether it may. {w}", "side_1": "It may. {w}", "side_2": "It may not. {w}"}
        f.send(page, "round/3/differences/", event="difference.put", **sides)

        def answer(one: Person) -> None:
            for form in one.page(page).forms:
                if "confirms" in form.choices:
                    said = {"confirms": "yes", "comment": "So it is. {w}"}
                    one.send(page, form.action, event="agreement.answer", **said)
                elif "holds" in form.choices:
                    said = {"holds": "otherwise", "comment": "Say it so. {w}"}
                    one.send(page, form.action, event="difference.answer", **said)
            one.send(page, "round/3/shift/", event="shift.tell", changed="yes", text="That. {w}")

        self.at_once(*[lambda one=one: answer(one) for one in self.voices])

    # --- The outcome

    def outcome(self) -> None:
        self.until(lambda: self.work.count("circulated", self.number) > 0, self.circulate)
        one, two, three = self.voices

        def dissent() -> None:
            words = {"lead": "Not so. {w}", "objection": "It is too soon. {w}"}
            one.send(f"{self.here}outcome/dissent/", "", event="dissent.write", **words)

        self.at_once(
            dissent,
            lambda: two.send(f"{self.here}outcome/", "/join/"),
            lambda: three.send(
                f"{self.here}asked/4/nothing-to-add/", "", event="ask.pass", behind=True, words="So be it. {w}"
            ),
        )
        self.until_later(lambda: self.reached("signing"))
        self.until(lambda: self.reached("decided"), self.answer_and_sign)

    def until_later(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self.time_passes()

    def circulate(self) -> Answer | None:
        day = (datetime.now(UTC).date() + timedelta(days=800)).isoformat()
        words: dict[str, Any] = dict.fromkeys(
            ("decision", "justification", "applies_to", "does_not_apply_to", "prioritized__0__text",
             "deprioritized__0__text", "remainders__0__loss", "remainders__0__bearer", "remainders__0__debt",
             "commitments__0__what", "commitments__0__to_whom", "commitments__0__owner", "triggers__0__text"),
            "So it is. {w}",
        )  # fmt: skip
        page = f"{self.here}outcome/draft/"
        form = self.f.page(page).form("", "decision")
        if form is None:
            return None
        heard = {name.replace("-", "__"): "yes" for name in form.choices if name.startswith("hearings")}
        words |= {"kind": "decision", "option": form.choices["option"][-1][0], "review_date": day}
        words |= {"remainders__0__owed": "acknowledge", "commitments__0__due": day, **heard}
        return self.f.send(page, "", event="outcome.draft", asking="decision", button="Circulate", **words)

    def answer_and_sign(self) -> Answer | None:
        answers = [one for one in self.h.page(f"{self.here}outcome/sign/").links if one.endswith("/answer/")]
        for link in dict.fromkeys(answers):
            self.h.send(link, "", event="dissent.answer", text="You may be right. {w}")
        words = {"name": "Holder", "reason": "After long thought. {w}"}
        return self.h.send(f"{self.here}outcome/sign/", "", event="outcome.sign", button="Sign", **words)
