"""What boundaries.toml says: the five domains, themes of decisions, and the phrases that speak for and against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tractatus.cues import CueIndex, complaint, words_of
from tractatus.datafiles import DataError, Field, rows, unique
from tractatus.vocabulary import Domain

FILE = "boundaries.toml"


@dataclass(frozen=True)
class Told:
    """What is said of a domain."""

    section: str
    title: str
    why: str
    alternatives: tuple[str, ...]
    checks: tuple[str, ...]
    requires: str


@dataclass(frozen=True)
class Theme:
    """What is said of a decision of a domain that is about something in particular, instead of the domain's words."""

    name: str
    reason: str
    alternatives: tuple[str, ...]
    checks: tuple[str, ...]


class Speaks(NamedTuple):
    """That a phrase speaks for a domain, and how strongly."""

    domain: Domain
    weight: float


class Against(NamedTuple):
    """That a phrase speaks for work that can be automated, and how strongly. Phrases of one row count once."""

    weight: float
    line: int


@dataclass(frozen=True)
class Catalogue:
    """The whole file. `anywhere` and `first` are the signs of automatable work, `first` where a text begins."""

    domains: Mapping[Domain, Told]
    themes: Mapping[tuple[Domain, str], Theme]
    theme_words: CueIndex[tuple[Domain, str]]
    cues: CueIndex[Speaks]
    anywhere: CueIndex[Against]
    first: CueIndex[Against]

    def theme_of(self, domain: Domain, text: str) -> Theme | None:
        """The theme of this domain for which most words of the text speak, the first of several; None without any."""
        found = self.theme_words.find(words_of(text))
        counts = [(len(found[key]), key) for key in self.themes if key[0] == domain and key in found]
        return self.themes[max(counts, key=lambda item: item[0])[1]] if counts else None


@cache
def catalogue() -> Catalogue:
    """The catalogue of the library, read once."""
    return read_catalogue()


def read_catalogue(text: str | None = None) -> Catalogue:
    """The catalogue of `text`, or of boundaries.toml. Raises `DataError` naming the line of what is wrong."""
    words, listed, weight = Field(list, check=complaint), Field(list), Field(float)
    domain, checks = Field(str, choices=tuple(Domain)), Field(list, required=False)
    fields = {"domain": domain, "name": Field(str), "words": words, "reason": Field(str)}
    themes = rows(FILE, "theme", fields | {"alternatives": listed, "checks": checks}, text=text)
    cues = rows(FILE, "cue", {"domain": domain, "words": words, "weight": weight}, text=text)
    signs = {"words": words, "weight": weight, "first": Field(bool, required=False)}
    automatable = rows(FILE, "automatable", signs, text=text)

    def against(first: bool) -> CueIndex[Against]:
        chosen = (row for row in automatable if row.get("first", False) is first)
        return CueIndex((Against(float(row["weight"]), row.line), row["words"]) for row in chosen)

    return Catalogue(
        domains=_domains(text),
        themes={
            (Domain(row["domain"]), row["name"]): Theme(
                row["name"], row["reason"], tuple(row["alternatives"]), tuple(row.get("checks", ()))
            )
            for row in themes
        },
        theme_words=CueIndex(((Domain(row["domain"]), row["name"]), row["words"]) for row in themes),
        cues=CueIndex((Speaks(Domain(row["domain"]), float(row["weight"])), row["words"]) for row in cues),
        anywhere=against(first=False),
        first=against(first=True),
    )


def _domains(text: str | None) -> Mapping[Domain, Told]:
    said, listed = Field(str), Field(list)
    fields = {"name": Field(str, choices=tuple(Domain)), "section": said, "title": said, "why": said}
    fields |= {"alternatives": listed, "checks": Field(list, required=False)}
    fields["requires"] = Field(str, choices=("human_judgment", "human_approval"))
    found = {
        Domain(row["name"]): Told(
            section=row["section"],
            title=row["title"],
            why=row["why"],
            alternatives=tuple(row["alternatives"]),
            checks=tuple(row.get("checks", ())),
            requires=row["requires"],
        )
        for row in unique(rows(FILE, "domain", fields, text=text), "name")
    }
    if missing := [domain for domain in Domain if domain not in found]:
        raise DataError(f"{FILE}: the domain {missing[0]} is missing.")
    return found
