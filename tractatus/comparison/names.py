"""Tools, packages, commands, options and names in an action against those that an instruction chose or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions.names import subject_of
from tractatus.comparison.breaches import Breach
from tractatus.comparison.doing import Doing
from tractatus.directives import knowledge
from tractatus.directives.constraints import Choice, Command, Flag, Name
from tractatus.directives.language import stem
from tractatus.directives.wordlists import words as word_list
from tractatus.remembered import remembered
from tractatus.vocabulary import ConflictType

_SAFE = {
    "npm": ("view", "info", "ls", "list", "outdated", "search", "version", "audit", "help", "publish", "whoami",
    "login", "pack", "run", "test", "config"),
    "pip": ("list", "show", "freeze", "check", "help", "--version"),
    "yarn": ("--version", "info", "list", "why"), "docker": ("ps", "images", "logs", "inspect", "version"),
}  # fmt: skip


def compare_choice(choice: Choice, doing: Doing) -> Iterator[Breach]:
    """Whether a member of the family is put to use that was refused, or that was not the one chosen."""
    family = knowledge.families()[choice.family]
    for name, where in doing.names_used.items():
        member = family.members.get(name)
        if member is None or member in choice.allowed:
            continue
        if where == "call" and member not in choice.refused:
            continue
        if not choice.allowed and member not in choice.refused:
            continue
        if where == "command" and not _uses(name, doing):
            continue
        if member not in choice.refused and where == "package" and _also_of_other(name, choice, doing):
            continue
        instead = " or ".join(sorted(choice.allowed))
        if member in choice.refused:
            says = f"{member} is refused by the instruction, and the action uses it ({where})"
            correction = ("tool", instead) if len(choice.allowed) == 1 else None
            yield Breach(ConflictType.PROHIBITION_VIOLATED, says, 0.9, instead or None, name, correction)
        else:
            says = f"{instead} is the instruction's choice as {choice.family}, the action uses {member} ({where})"
            yield Breach(
                ConflictType.PARAMETER_MISMATCH,
                says,
                0.86,
                instead,
                name,
                ("tool", instead) if len(choice.allowed) == 1 else None,
            )
        return


def _uses(name: str, doing: Doing) -> bool:
    """Whether some command with this program does more than look."""
    for line in doing.commands:
        words = [word for word in line.split() if not word.startswith("-")]
        for at, word in enumerate(words[:4]):
            if word.rsplit("/", 1)[-1].lower() == name:
                following = words[at + 1] if at + 1 < len(words) else ""
                flags = line.split()[1:2]
                if following in _SAFE.get(name, ()) or flags in (["--version"], ["-v"], ["--help"], ["-V"]):
                    break
                return True
    return any(name == str(value).lower() for _, value in doing.parameters)


def _also_of_other(name: str, choice: Choice, doing: Doing) -> bool:
    """A package that belongs to other families too counts only where those are not what it is for."""
    return len(knowledge.families_of().get(name, ())) > 2 or name in choice.allowed or (doing.reading.tool == "Read")


@remembered(512)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w$-])" + re.escape(name) + r"(?![\w$-])")


def compare_name(name: Name, doing: Doing) -> Iterator[Breach]:
    """Whether a refused name is used: as a program, a package, or, where it was written as code, anywhere in code."""
    low = name.name.lower()
    where = doing.names_used.get(low)
    if where is None and not name.exact and subject_of(low):
        where = next((at for used, at in doing.names_used.items() if subject_of(used) == low and at != "call"), None)
    if low in _LOOKERS:
        where = None
        if re.search(r"\|\s*" + re.escape(low), doing.raw_command):
            return
    if where and (where != "command" or _uses(low, doing)):
        yield Breach(
            ConflictType.PROHIBITION_VIOLATED,
            f"{name.name} is refused by the instruction, and the action uses it ({where})",
            0.9,
            None,
            name.name,
        )
        return
    if not name.exact:
        for passage in doing.reading.passages:
            if passage.language == low and doing.new_file and low in knowledge.LANGUAGES.values():
                yield Breach(
                    ConflictType.PROHIBITION_VIOLATED,
                    f"no {low} is wanted by the instruction, and the file is {low}",
                    0.8,
                    None,
                    doing.new_file,
                )
                return
        return
    pattern = _pattern(name.name)
    for passage, _, bare, quiet in doing.code:
        text = (
            bare
            if passage.kind == "configuration"
            or not re.match(r"^[\w.]+$", name.name)
            or " " in name.name
            or not name.name.islower()
            else quiet
        )
        if pattern.search(text):
            yield Breach(
                ConflictType.PROHIBITION_VIOLATED,
                f"{name.name} must not be used by the instruction, and the text has it",
                0.88,
                None,
                name.name,
            )
            return
    for text in doing.prose:
        if (" " in name.name or not name.name.islower()) and pattern.search(text):
            yield Breach(
                ConflictType.PROHIBITION_VIOLATED,
                f"{name.name} must not be written by the instruction, and the text has it",
                0.8,
                None,
                name.name,
            )
            return
    for line in doing.commands:
        words = line.split()
        if name.name in words[1:] or words[0] == name.name or name.name + "()" in words:
            if words[0] in _LOOKERS and words[0] != name.name:
                continue
            if words[0] == "git" and name.name not in words[:3]:
                continue
            yield Breach(
                ConflictType.PROHIBITION_VIOLATED,
                f"{name.name} must not be used by the instruction, and the command has it",
                0.85,
                None,
                name.name,
            )
            return


def compare_command(command: Command, doing: Doing) -> Iterator[Breach]:
    """Whether a refused command is run: its words in their order, options and other words between them."""
    for line in doing.commands:
        words = line.split()
        if (
            words[0] in ("git", "gh")
            and len(words) > 1
            and words[1] in ("commit", "log", "grep")
            and command.words[0] not in ("git", "gh")
            and not command.words[0].startswith("-")
        ):
            continue
        if words[0] in ("grep", "rg", "echo", "sed", "awk", "man"):
            continue
        if _runs(command.words, words):
            asked = " ".join(command.words)
            yield Breach(
                ConflictType.PROHIBITION_VIOLATED,
                f"`{asked}` must not be run by the instruction",
                0.93,
                None,
                line[:200],
            )
            return


def _runs(wanted: tuple[str, ...], words: list[str]) -> bool:
    place = 0
    if len(wanted) == 1 and not wanted[0].startswith("-"):
        return _same_word(wanted[0], words[0])
    for number, part in enumerate(wanted):
        for at in range(place, len(words)):
            if _same_word(part, words[at]):
                place = at + 1
                break
            plain = number and not words[at].startswith("-") and not part.startswith("-")
            if plain and not (words[at - 1].startswith("-") and "=" not in words[at - 1]):
                return False  # another subcommand: `git stash push` is no `git push`
        else:
            return False
    return True


def _same_word(wanted: str, word: str) -> bool:
    if wanted == word or word.rsplit("/", 1)[-1] == wanted:
        return True
    if wanted.startswith("-"):
        short = {"--force": "-f", "--recursive": "-r", "--global": "-g", "--all": "-a"}.get(wanted)
        return (word.lstrip("-").split("=")[0] == wanted.lstrip("-") and word.startswith("-")) or (
            short is not None and word == short
        )
    return wanted in ("pip", "python") and word in (f"{wanted}3", f"{wanted}2")


def compare_flag(flag: Flag, doing: Doing) -> Iterator[Breach]:
    """Whether a command that must carry an option lacks it."""
    among = {stem(word) for word in flag.among}
    for act in doing.acts:
        if not act.command or "--help" in act.flags:
            continue
        words = {stem(word) for word in act.command[:4] if not word.startswith("-")} | {act.tool, stem(act.verb)}
        if among and len(among & words) >= min(len(among), 1) and _same_tool(among, act.command, act.verb):
            given = {option.split("=")[0] for option in act.flags} | {word.split("=")[0] for word in act.command}
            if flag.flag.split("=")[0] not in given:
                yield Breach(
                    ConflictType.PARAMETER_MISMATCH,
                    f"the instruction asks for {flag.flag}, the command lacks it",
                    0.72,
                    flag.flag,
                    " ".join(act.command)[:200],
                    ("flag", flag.flag),
                )
                return


def _same_tool(among: set[str], command: tuple[str, ...], verb: str) -> bool:
    tools = {word for word in among if word in _TOOLS}
    subcommands = among - tools
    if tools:
        return command[0] in tools and (not subcommands or bool(subcommands & {stem(word) for word in command[1:4]}))
    return bool({stem(word) for word in command[1:3]} & subcommands) and command[0] in _TOOLS


_LOOKERS = frozenset({"grep", "rg", "ag", "find", "sed", "awk", "cat", "ls", "more", "less", "man", "which"})
_TOOLS = word_list("tools")
