"""How the library reads a text, told for people: what it takes it to be, by which words, and what is unclear in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_lowercase

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from instructions.domain.classification import FIELDS, classifier_of
from instructions.models import Revision
from tractatus.classifier import Classification, Cue

LETTERS = ascii_lowercase
NAMED = {"verification_required": "verification"}
"""Where the library calls a field otherwise in its cues."""

NOTES: dict[str, Promise] = {
    "quadrant": gettext_lazy("what kind it is"),
    "persistence": gettext_lazy("how strongly it holds"),
    "temporal_scope": gettext_lazy("how long it holds"),
    "verification_required": gettext_lazy("how it is checked"),
}

MEANINGS: dict[str, Promise] = {
    "STRATEGIC": gettext_lazy("Values, rights, who decides: what the work is for."),
    "OPERATIONAL": gettext_lazy("How work is done, day by day."),
    "TACTICAL": gettext_lazy("A bounded piece of work."),
    "SYSTEM": gettext_lazy("A technical fact: what runs where, with which setting."),
    "STOCHASTIC": gettext_lazy("Something to explore, with no one right answer."),
    "HIGH": gettext_lazy("It holds whenever it applies, and nothing weakens it with time."),
    "MEDIUM": gettext_lazy("It holds for a part of the work, and may give way to what is more exact."),
    "LOW": gettext_lazy("It holds for the thing at hand."),
    "VARIABLE": gettext_lazy("How firmly it holds depends on the occasion."),
    "PERMANENT": gettext_lazy("It has no end."),
    "PROJECT": gettext_lazy("As long as the project lasts."),
    "PHASE": gettext_lazy("Until a phase of the project ends."),
    "SESSION": gettext_lazy("Until a session ends."),
    "TASK": gettext_lazy("Until a task is done."),
    "MANDATORY": gettext_lazy("Every action that touches it is checked first, and one that breaks it is denied."),
    "REQUIRED": gettext_lazy("Actions are checked against it, and one that breaks it is warned of."),
    "OPTIONAL": gettext_lazy("It is looked at where that costs nothing."),
    "NONE": gettext_lazy("Nothing is checked against it."),
}
"""What each value means, in a sentence (core concepts, section 1)."""

SAYS: dict[str, Promise] = {
    "it forbids": gettext_lazy("forbids something"),
    "it forbids from its first word": gettext_lazy("forbids, from its first word"),
    "it is absolute": gettext_lazy("leaves no exception"),
    "it wishes": gettext_lazy("wishes, and does not ask"),
    "it names no object": gettext_lazy("names nothing that it is about"),
    "it names only a direction": gettext_lazy("names a direction, and not where to stop"),
    "its measure is a judgement": gettext_lazy("leaves its measure to whoever reads it"),
    "it is vague": gettext_lazy("could mean many things"),
}
"""What the commonest cues say, as a note beside the text has it; others are printed as the library says them."""


@dataclass(frozen=True)
class Key:
    """One note to a text: its letter, and what the words that carry it say."""

    letter: str
    says: str


@dataclass(frozen=True)
class Run:
    """A run of the text; with a `letter` it is marked, and that is its note."""

    text: str
    letter: str = ""


@dataclass(frozen=True)
class FieldRead:
    """What one field of the classification is read as, and which notes speak for it."""

    name: str
    title: str
    note: str
    value: str
    label: str
    meaning: str
    letters: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """How a text is read. `unclear` says what keeps it from being stored; `pattern` its own words with blanks."""

    classification: Classification
    runs: list[Run]
    keys: list[Key]
    fields: list[FieldRead]
    unclear: list[str]
    pattern: list[Run]

    @property
    def is_stored(self) -> bool:
        return self.classification.stored


def reading(text: str, organisation: Organisation) -> Reading | None:
    """How a text is read by the organisation's thresholds; None where there is nothing to read. Stores nothing."""
    if not text.strip():
        return None
    classifier = classifier_of(organisation)
    found = classifier.classify(text)
    cues = classifier.cues(text)
    marks = _marks(cues)
    letters = _letters(marks)
    return Reading(
        classification=found,
        runs=_runs(text, marks, letters),
        keys=[Key(letter, _note(kinds)) for kinds, letter in letters.items()],
        fields=[_field(name, found, cues, letters) for name in FIELDS],
        unclear=[] if found.stored else _unclear(text, found, cues),
        pattern=[] if found.stored else _pattern(text, found, cues),
    )


Kinds = tuple[str, ...]
"""What the words of one mark say."""


def _marks(cues: Iterable[Cue]) -> list[tuple[int, int, Kinds]]:
    """Where the text is marked, and what is said by it: of cues that overlap, one mark."""
    found: list[tuple[int, int, Kinds]] = []
    for cue in cues:
        if found and cue.start < found[-1][1]:
            start, end, kinds = found[-1]
            found[-1] = (start, max(end, cue.end), tuple(dict.fromkeys((*kinds, cue.says))))
        else:
            found.append((cue.start, cue.end, (cue.says,)))
    return found


def _letters(marks: list[tuple[int, int, Kinds]]) -> dict[Kinds, str]:
    """A letter for each note; marks that say the same share one."""
    kinds = list(dict.fromkeys(kinds for _start, _end, kinds in marks))[: len(LETTERS)]
    return dict(zip(kinds, LETTERS, strict=False))


def _note(kinds: Kinds) -> str:
    left_out = {"it forbids"} if "it forbids from its first word" in kinds else set()
    return "; ".join(str(SAYS.get(one, one)) for one in kinds if one not in left_out)


def _runs(text: str, marks: list[tuple[int, int, Kinds]], letters: dict[Kinds, str]) -> list[Run]:
    """The text cut at its marks."""
    runs, at = [], 0
    for start, end, kinds in marks:
        runs += [Run(text[at:start]), Run(text[start:end], letters.get(kinds, ""))]
        at = end
    return [run for run in [*runs, Run(text[at:])] if run.text]


def _field(name: str, found: Classification, cues: Iterable[Cue], letters: dict[Kinds, str]) -> FieldRead:
    value = str(getattr(found, name))
    speaks = f"{NAMED.get(name, name)} {value}"
    kinds = {cue.says for cue in cues if speaks in cue.speaks_for}
    mine = [letter for said, letter in letters.items() if kinds & set(said)]
    choices = dict(Revision._meta.get_field(name).choices or ())  # type: ignore[union-attr]
    return FieldRead(
        name=name,
        title=title(name),
        note=str(NOTES[name]),
        value=value,
        label=capfirst(str(choices.get(value, value))),
        meaning=str(MEANINGS[value]),
        letters=tuple(mine),
    )


def title(name: str) -> str:
    """A field of the classification as people call it."""
    return {
        "quadrant": _("Quadrant"),
        "persistence": _("Persistence"),
        "temporal_scope": _("Temporal scope"),
        "verification_required": _("Verification"),
    }[name]


# ---- what is unclear -------------------------------------------------------------------------------------------------

BLANKS: dict[str, Promise] = {
    "it names no object": gettext_lazy("do what to which thing"),
    "it names only a direction": gettext_lazy("what is different when it is done"),
    "its measure is a judgement": gettext_lazy("by which measure"),
    "it is vague": gettext_lazy("what exactly"),
    "it wishes": gettext_lazy("always, or never"),
    "it explores from its first word": gettext_lazy("always, or never"),
}
"""What a cue leaves open, as the blank that takes its place."""


BLANK = "blank"


def _is_firm(cues: Iterable[Cue]) -> bool:
    return any("explicitness 0.9-1.0" in cue.speaks_for for cue in cues)


def _unclear(text: str, found: Classification, cues: tuple[Cue, ...]) -> list[str]:
    said = []
    by_kind: dict[str, list[str]] = {}
    for cue in cues:
        if cue.says in BLANKS:
            by_kind.setdefault(cue.says, []).append(cue.words)
    for kind, words in by_kind.items():
        quoted = ", ".join(f"“{one}”" for one in dict.fromkeys(words))
        said.append(_advice(kind) % {"words": quoted})
    if text.rstrip().endswith("?"):
        said.append(_("It is a question. Say what should be done, not whether."))
    if not _is_firm(cues):
        said.append(_("No word says how firmly it holds. Write “always”, “never”, “must” or “only”, or say when."))
    if not found.parameters:
        said.append(_("Nothing in it is exact. Name a number, a name, a file, a time or a place."))
    return said


def _advice(kind: str) -> str:
    return {
        "it names no object": _("%(words)s does not say what it is about. Name the thing."),
        "it names only a direction": _(
            "%(words)s says which way, but not how far. Say what is different when it is done."
        ),
        "its measure is a judgement": _("%(words)s is measured by everybody otherwise. Say by what one can see it."),
        "it is vague": _("%(words)s could be many things. Say which."),
        "it wishes": _(
            "%(words)s leaves it open whether it is asked at all. Leave it out, or say when it need not be."
        ),
        "it explores from its first word": _("%(words)s asks to try something out. Say what should hold."),
    }[kind]


def _pattern(text: str, found: Classification, cues: tuple[Cue, ...]) -> list[Run]:
    """The text with a blank for whatever is unclear: the marked runs."""
    runs: list[Run] = []
    at = 0
    blanked = sorted((cue for cue in cues if cue.says in BLANKS), key=lambda cue: (cue.start, cue.start - cue.end))
    firm = _is_firm(cues)
    for cue in blanked:
        if cue.start < at:
            continue
        blank = str(BLANKS[cue.says])
        runs += [Run(text[at : cue.start]), Run(blank, BLANK)]
        firm = firm or BLANKS[cue.says] == BLANKS["it wishes"]
        at = cue.end
    rest = text[at:].rstrip().rstrip(".?!…")
    runs.append(Run(rest))
    if not firm:
        runs = [Run(_("always, or never"), BLANK), Run(" "), *runs]
    if not found.parameters:
        runs += [Run(", "), Run(_("with which value, name or file"), BLANK)]
    return [run for run in [*runs, Run(".")] if run.text]
