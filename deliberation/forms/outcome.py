"""The form in which an outcome is drafted: one long form, whose rows are added and removed without script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deliberation.domain.gathering import with_texts
from deliberation.domain.hearing import frameworks_heard, standing_frameworks
from deliberation.domain.outcome import Content, Heard, Loss, Promised
from deliberation.domain.precedent import today_in
from deliberation.domain.timetable import review_by
from deliberation.forms.fields import ComingDateField, WordsField
from deliberation.models import Deliberation, Framework, Option, OutcomeVersion, Remainder

MOST_ROWS = 30
ROWS: dict[str, tuple[str, ...]] = {
    "prioritized": ("text",),
    "deprioritized": ("text",),
    "remainders": ("loss", "bearer", "owed", "debt"),
    "triggers": ("text",),
    "commitments": ("what", "to_whom", "owner", "due", "for_loss"),
}
"""The groups of rows, and the fields of a row of each."""

OWED = [
    (Remainder.Owed.ACKNOWLEDGE, gettext_lazy("Acknowledge\nSay to those who bear it that it is a loss.")),
    (Remainder.Owed.MITIGATE, gettext_lazy("Mitigate\nMake it smaller.")),
    (Remainder.Owed.REPAIR, gettext_lazy("Repair\nMake it good.")),
]


@dataclass(frozen=True)
class Row:
    """One row of a group, as the page shows it."""

    name: str
    number: int
    fields: list[BoundField]
    title: str = ""
    alone: bool = False


class OutcomeForm(forms.Form):
    """Everything an outcome says. How many rows a group has stands in a hidden field, so nothing depends on script."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is the outcome?"),
        choices=[
            (OutcomeVersion.Kind.DECISION, gettext_lazy("A decision\nOne of the options is taken.")),
            (
                OutcomeVersion.Kind.DISAGREEMENT,
                gettext_lazy("Legitimate disagreement\nNo option is taken; you say what stands meanwhile."),
            ),
        ],
        widget=forms.RadioSelect,
    )
    option = forms.ChoiceField(label=gettext_lazy("The option that is taken"), required=False)
    decision = WordsField(
        label=gettext_lazy("The decision in one sentence"),
        help_text=gettext_lazy("It stands at the top of the page, and is what people will remember."),
        required=False,
        short=True,
    )
    meanwhile = WordsField(
        label=gettext_lazy("What stands meanwhile"),
        help_text=gettext_lazy("For a legitimate disagreement. The terms say what was promised."),
        required=False,
        short=True,
    )
    justification = WordsField(label=gettext_lazy("Because"), required=False)
    assumptions = WordsField(
        label=gettext_lazy("Relies on (if you wish)"),
        help_text=gettext_lazy("What would have to stay true. A later report that it no longer is brings it back."),
        required=False,
        short=True,
    )
    expects = WordsField(
        label=gettext_lazy("Expects (if you wish)"),
        help_text=gettext_lazy("What you believe will happen, so that the review can compare."),
        required=False,
        short=True,
    )
    applies_to = WordsField(label=gettext_lazy("Applies to"), required=False, short=True)
    does_not_apply_to = WordsField(
        label=gettext_lazy("Does not apply to"),
        help_text=gettext_lazy("At least one case that somebody might think it covers."),
        required=False,
        short=True,
    )
    review_date = ComingDateField(
        label=gettext_lazy("Review by"),
        help_text=gettext_lazy(
            "The day in a new draft is what the timetable proposes for this urgency. Choose the one the matter needs."
        ),
        required=False,
    )
    nothing_to_do = WordsField(
        label=gettext_lazy("Nothing is to be done, because (instead of a commitment)"), required=False, short=True
    )
    change_note = WordsField(
        label=gettext_lazy("What changed against the draft before"),
        help_text=gettext_lazy("Everybody asked reads this first."),
        required=False,
        short=True,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, of: Deliberation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.options = list(Option.objects.filter(deliberation=of, struck_at__isnull=True).select_related("text"))
        self.frameworks = standing_frameworks(of)
        self.fields["option"] = forms.ChoiceField(
            label=self.fields["option"].label,
            choices=[(str(option.pk), str(option.text)) for option in self.options],
            widget=forms.RadioSelect,
            required=False,
        )
        self.count: dict[str, int] = {}
        source: Mapping[str, Any] = self.data if self.is_bound else self.initial
        for group in ROWS:
            self.count[group] = _count(source.get(f"{group}-rows"))
            self.fields[f"{group}-rows"] = forms.CharField(required=False, widget=forms.HiddenInput)
            for number in range(self.count[group]):
                self.fields.update(self._row_fields(group, number))
        for number, framework in enumerate(self.frameworks):
            self.fields.update(self._hearing_fields(number, framework))

    def _row_fields(self, group: str, number: int) -> dict[str, forms.Field]:
        name = f"{group}-{number}"
        if group == "remainders":
            return {
                f"{name}-loss": WordsField(label=_("What is lost"), required=False, short=True),
                f"{name}-bearer": WordsField(label=_("Who bears it"), required=False, widget=_line()),
                f"{name}-owed": forms.ChoiceField(
                    label=_("What is owed for it"), choices=OWED, widget=forms.RadioSelect, required=False
                ),
                f"{name}-debt": WordsField(label=_("What exactly"), required=False, short=True),
            }
        if group == "commitments":
            losses = [
                (str(n + 1), _("Owed for loss 2.%(number)s") % {"number": n + 1})
                for n in range(self.count["remainders"])
            ]
            return {
                f"{name}-what": WordsField(label=_("What is done"), required=False, short=True),
                f"{name}-to_whom": WordsField(label=_("For whom"), required=False, widget=_line()),
                f"{name}-owner": WordsField(
                    label=_("Who does it"),
                    help_text=_("A role that somebody holds today."),
                    required=False,
                    widget=_line(),
                ),
                f"{name}-due": ComingDateField(label=_("Until when"), required=False),
                f"{name}-for_loss": forms.ChoiceField(
                    label=_("What it is for"),
                    choices=[("", _("Carries the decision out")), *losses],
                    required=False,
                ),
            }
        label = {
            "prioritized": _("A value given weight here"),
            "deprioritized": _("A value given less weight here"),
            "triggers": _("A change that brings it back sooner"),
        }[group]
        return {f"{name}-text": WordsField(label=label, required=False, short=True)}

    def _hearing_fields(self, number: int, framework: Framework) -> dict[str, forms.Field]:
        return {
            f"hearings-{number}-heard": forms.ChoiceField(
                label=_("Was %(framework)s heard?") % {"framework": framework.title},
                choices=[("yes", _("Heard")), ("no", _("Not heard"))],
                widget=forms.RadioSelect,
                required=False,
            ),
            f"hearings-{number}-because": WordsField(
                label=_("If it was not heard, why not"), required=False, short=True
            ),
        }

    # --- What the page shows

    def rows(self, group: str) -> Iterator[Row]:
        """The rows of a group with their bound fields."""
        for number in range(self.count[group]):
            fields = [self[f"{group}-{number}-{name}"] for name in ROWS[group]]
            yield Row(f"{group}-{number}", number, fields, alone=self.count[group] == 1)

    @property
    def groups(self) -> dict[str, list[Row]]:
        return {group: list(self.rows(group)) for group in ROWS}

    @property
    def counters(self) -> list[BoundField]:
        return [self[f"{group}-rows"] for group in ROWS]

    @property
    def hearings(self) -> list[Row]:
        return [
            Row(
                f"hearings-{number}",
                number,
                [self[f"hearings-{number}-heard"], self[f"hearings-{number}-because"]],
                framework.title,
            )
            for number, framework in enumerate(self.frameworks)
        ]

    # --- What it says

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = {
            "loss": _("Say what is lost."),
            "bearer": _("Say who bears it."),
            "owed": _("Say what is owed: acknowledge, mitigate or repair."),
            "debt": _("Say what exactly is owed."),
            "what": _("Say what is done."),
            "to_whom": _("Say for whom."),
            "owner": _("Name the role that does it, such as Head of recruitment."),
            "due": _("Say until when."),
        }
        for group in ("remainders", "commitments"):
            for number in range(self.count[group]):
                row = {name: cleaned.get(f"{group}-{number}-{name}") for name in ROWS[group]}
                if not any(row.values()):
                    continue
                for name, value in row.items():
                    field = f"{group}-{number}-{name}"
                    if name in asked and not value and field not in self.errors:
                        self.add_error(field, asked[name])
        for number, framework in enumerate(self.frameworks):
            if cleaned.get(f"hearings-{number}-heard") == "no" and not cleaned.get(f"hearings-{number}-because"):
                self.add_error(
                    f"hearings-{number}-because",
                    _("Say why %(framework)s was not heard.") % {"framework": framework.title},
                )
        return cleaned

    def content(self) -> Content:
        """What the form says, for `draft_outcome`; rows left empty are not there."""
        data = self.cleaned_data
        option = next((one for one in self.options if str(one.pk) == data["option"]), None)
        texts = ("decision", "meanwhile", "justification", "assumptions", "expects", "applies_to", "does_not_apply_to")
        place: dict[str, int] = {}
        losses = []
        for number in range(self.count["remainders"]):
            row = self._row("remainders", number)
            if any(row.values()):
                losses.append(Loss(row["loss"], row["bearer"], row["owed"], row["debt"]))
                place[str(number + 1)] = len(losses)
        promises = []
        for number in range(self.count["commitments"]):
            row = self._row("commitments", number)
            if row["what"]:
                for_loss = place.get(row.pop("for_loss"))
                promises.append(Promised(**row, for_loss=for_loss))
        return Content(
            kind=data["kind"],
            option=option,
            **{name: data[name] for name in texts},
            review_date=data["review_date"],
            nothing_to_do=data["nothing_to_do"],
            change_note=data["change_note"],
            prioritized=self._texts("prioritized"),
            deprioritized=self._texts("deprioritized"),
            remainders=losses,
            triggers=self._texts("triggers"),
            commitments=promises,
            hearings=[
                Heard(framework, data[f"hearings-{n}-heard"] == "yes", data[f"hearings-{n}-because"])
                for n, framework in enumerate(self.frameworks)
                if data[f"hearings-{n}-heard"]
            ],
        )

    def _row(self, group: str, number: int) -> dict[str, Any]:
        return {name: self.cleaned_data.get(f"{group}-{number}-{name}") for name in ROWS[group]}

    def _texts(self, group: str) -> list[str]:
        found = (self._row(group, number)["text"] for number in range(self.count[group]))
        return [text for text in found if text]


def _line() -> forms.TextInput:
    """A line to write in."""
    return forms.TextInput(attrs={"dir": "auto"})


def _count(value: Any) -> int:
    try:
        return min(max(int(value), 1), MOST_ROWS)
    except (TypeError, ValueError):
        return 1


def reshaped(fields: Mapping[str, str], do: str) -> tuple[dict[str, str], str]:
    """The fields with a row added (`add-remainders`) or taken out (`remove-remainders-1`), and where to look next.

    Every other word stays where it is; the rows after one taken out move up.
    """
    act, _dash, what = do.partition("-")
    kept = dict(fields)
    group, _dash, row = what.partition("-")
    if group not in ROWS:
        return kept, ""
    count = _count(kept.get(f"{group}-rows"))
    if act == "add":
        count = min(count + 1, MOST_ROWS)
        kept[f"{group}-rows"] = str(count)
        return kept, f"id_{group}-{count - 1}-{ROWS[group][0]}"
    gone = int(row) if row.isdecimal() and int(row) < count else count
    for number in range(gone, count):
        for name in ROWS[group]:
            following = kept.pop(f"{group}-{number + 1}-{name}", "") if number + 1 < count else ""
            kept[f"{group}-{number}-{name}"] = following
    if group == "remainders":
        _follow_losses(kept, gone)
    kept[f"{group}-rows"] = str(max(count - 1, 1))
    return kept, f"{group}-h"


def _follow_losses(kept: dict[str, str], gone: int) -> None:
    """What is owed for a loss further down stays with it; what was owed for the one taken out carries nothing."""
    for name, value in list(kept.items()):
        if not (name.startswith("commitments-") and name.endswith("-for_loss") and value.isdecimal()):
            continue
        loss = int(value) - 1
        if loss == gone:
            kept[name] = ""
        elif loss > gone:
            kept[name] = str(loss)


def initial_of(version: OutcomeVersion | None, deliberation: Deliberation) -> dict[str, Any]:
    """The form as `version` says it.

    Before there is one: with the frameworks marked from who contributed, and the day of the review by the timetable.
    """
    frameworks = standing_frameworks(deliberation)
    if version is None:
        heard = frameworks_heard(deliberation)
        marks = {f"hearings-{n}-heard": "yes" for n, one in enumerate(frameworks) if one.pk in heard}
        day = review_by(deliberation.organisation, deliberation.urgency, today_in(deliberation.organisation))
        return {"kind": OutcomeVersion.Kind.DECISION.value, "review_date": day, **marks}
    texts = (
        "decision",
        "meanwhile",
        "justification",
        "assumptions",
        "expects",
        "applies_to",
        "does_not_apply_to",
        "nothing_to_do",
    )
    (version,) = with_texts([version], *texts, "change_note")
    found: dict[str, Any] = {name: str(text) for name in texts if (text := getattr(version, name)) is not None}
    found |= {"kind": version.kind, "option": str(version.option_id or ""), "review_date": version.review_date}
    if version.circulated_at is None and version.change_note is not None:
        found["change_note"] = str(version.change_note)
    weighed = list(version.values.select_related("text"))
    for side in ("prioritized", "deprioritized"):
        values = [value for value in weighed if value.side == side]
        found |= {f"{side}-{n}-text": str(value.text) for n, value in enumerate(values)}
        found[f"{side}-rows"] = len(values)
    losses = list(version.remainders.select_related("loss", "bearer", "debt"))
    for n, loss in enumerate(losses):
        found |= {f"remainders-{n}-{name}": str(getattr(loss, name)) for name in ROWS["remainders"]}
    found["remainders-rows"] = len(losses)
    triggers = list(version.triggers.select_related("text"))
    found |= {f"triggers-{n}-text": str(trigger.text) for n, trigger in enumerate(triggers)}
    found["triggers-rows"] = len(triggers)
    promises = list(version.commitments.select_related("what", "to_whom", "owner"))
    places = {loss.pk: str(n + 1) for n, loss in enumerate(losses)}
    for n, promise in enumerate(promises):
        found |= {f"commitments-{n}-{name}": str(getattr(promise, name)) for name in ("what", "to_whom", "owner")}
        found |= {
            f"commitments-{n}-due": promise.due,
            f"commitments-{n}-for_loss": places.get(promise.remainder_id, "") if promise.remainder_id else "",
        }
    found["commitments-rows"] = len(promises)
    hearings = {hearing.framework_id: hearing for hearing in version.hearings.select_related("not_heard_because")}
    for n, framework in enumerate(frameworks):
        hearing = hearings.get(framework.pk)
        if hearing is not None:
            found[f"hearings-{n}-heard"] = "yes" if hearing.heard else "no"
            found[f"hearings-{n}-because"] = str(hearing.not_heard_because or "")
    return found
