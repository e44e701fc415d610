"""What an action does, looked at once and kept: commands, new text, names used, the words of a description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from tractatus.actions import Act, Passage, Reading
from tractatus.actions.names import key_of, reading_verbs
from tractatus.directives import knowledge
from tractatus.directives.language import stem, verb_of_stem
from tractatus.directives.patterns import compiled
from tractatus.directives.wordlists import words as word_list

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:['’][a-z]+)?|\d+(?:\.\d+)*")
_STRING = re.compile(r"\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'|`[^`\n]{0,2000}`")
_LOG_CALL = compiled(
    r"\b(?:console|log(?:ger|ging)?|slog|Log|LOG|Timber|winston|pino|print(?:ln|f)?|NSLog|fmt\.Print\w*"
    r"|puts|echo|syslog|os_log|debugPrint|Logger)\b"
    r"[.\w!]{0,30}\s*\([^\n]{0,400}"
)
_VIEW = compiled(
    r"(?i)(?:^|/)(?:views?|components?|pages|templates?|controllers?|routes?|handlers?|screens?|widgets?)(?:/|\.py$)"
    r"|(?:View|ViewController|Controller|Component|Screen|Page|Widget|Handler|_controller|_view"
    r"|\.component|_screen)\.\w+$"
)
_MODEL = compiled(
    r"(?i)(?:model|service|repository|domain|store)s?\.\w+$|ViewModel\.\w+$|(?:^|/)(?:models|services"
    r"|repositories|domain)/"
)
_ASKING = word_list("asking")
_APPROVED = compiled(
    r"(?i)\b(?:approved|approval (?:was |is )?(?:given|granted|received)|(?:user|you|owner|lead|maintainer"
    r"|client|team|board|legal|customer|pharmacist|doctor|elder|they|she|he|parents?|editor"
    r"|manager)[\w' ]{0,24}"
    r"(?:approved|confirmed|agreed|said yes|okayed|signed off|gave (?:the |their )?(?:ok|go-ahead"
    r"|permission|consent))|signed[- ]off (?:by|on)|as (?:approved|agreed|confirmed|requested|instructed)"
    r"|with (?:explicit |written |their )?(?:approval|permission|consent) (?:of|from)|"
    r"go-ahead (?:from|by|given)|you (?:said yes|asked|told)|at (?:your|the user's) request|confirmed by"
    r"|approved by|consented|has agreed|have agreed|as the \w+ (?:confirmed|asked|approved|requested))"
)
_NOT_APPROVED = compiled(
    r"(?i)\b(?:not|never|without|before|until|no|un)[- ]?(?:\w+ ){0,3}(?:approv|confirm|agree|sign|permission|consent)"
)
_APPROVING_KEYS = (
    "approv",
    "consent",
    "permission",
    "confirm",
    "sign_off",
    "signoff",
    "signed_off",
    "authori",
    "reviewed_by",
    "granted",
    "agreed",
    "requested_by_user",
)
_WRAPPED = re.compile(
    r"(?:^|[|;&({\n]|\b(?:then|do|else|time|env|xargs)\b)[ \t]{0,20}((?:sudo|doas)[ \t][^|;&\n]{1,400})"
)
_LONGEST = 60_000  # characters of one passage that are searched
_NEGATED = word_list("negated")


class Doing:
    """One action with its reading. Everything that costs is worked out when first asked for, once."""

    def __init__(self, action: Mapping[str, Any], reading: Reading) -> None:
        self.action = action
        self.reading = reading
        self.structured = "tool_name" not in action or str(action.get("tool_name", "")).lower() not in _KNOWN_TOOLS

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """What is really done: no dry runs."""
        return tuple(act for act in self.reading.acts if not act.dry)

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """Each shell command that is really run, its words joined by a space, without texts that are only printed."""
        found = []
        for act in self.acts:
            if act.command and act.command[0] not in _TALKING:
                line = self.line_of(act)
                if line not in found:
                    found.append(line)
        return tuple(found)

    def line_of(self, act: Act) -> str:
        """The words of an act's command, joined, without the messages that it only writes down."""
        return " ".join(_without_messages(act.command))[:4000] if act.command else ""

    @cached_property
    def raw_command(self) -> str:
        """The shell text as given, empty where there is none."""
        for holder in (self.action.get("tool_input"), self.action.get("parameters")):
            if isinstance(holder, Mapping):
                for key in ("command", "cmd", "script"):
                    if isinstance(holder.get(key), str):
                        return str(holder[key])[:8000]
        return ""

    @cached_property
    def wrappers(self) -> tuple[str, ...]:
        """What gives a command another's rights (`sudo`), where it stands as a command, each with what it runs."""
        if not any(name in self.raw_command for name in ("sudo", "doas")):
            return ()
        if any(act.command[:1] == ("ssh",) for act in self.acts):
            text = self.raw_command.replace("'", " ; ").replace('"', " ; ")  # what ssh runs there is a command too
        else:
            text = _STRING.sub('""', self.raw_command)
        return tuple(match.group(1) for match in _WRAPPED.finditer(text))[:20]

    @cached_property
    def description(self) -> str:
        """What an action without a tool call says of itself."""
        parts = []
        for key in ("type", "tool_name", "description"):
            value = self.action.get(key)
            if isinstance(value, str):
                parts.append(value.replace("_", " ").removeprefix("mcp ") if key != "description" else value)
        if self.structured:
            parts += [
                str(value).replace("_", " ")
                for key, value in self.parameters
                if key in _STATES and isinstance(value, str)
            ]
        return ". ".join(parts)[:8000] if self.structured else ""

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The stems of the words of the description."""
        return tuple(stem(word) for word in _WORD.findall(self.description))

    @cached_property
    def parameters(self) -> tuple[tuple[str, Any], ...]:
        """Every key with its plain value, at most 400 of them, the keys in the form of `key_of`."""
        found: list[tuple[str, Any]] = []
        source = self.action.get("parameters") if "tool_name" not in self.action else self.action.get("tool_input")
        stack: list[tuple[str, Any, int]] = [("", source, 0)]
        while stack and len(found) < 400:
            key, value, depth = stack.pop()
            if isinstance(value, Mapping) and depth < 12:
                stack.extend((key_of(str(name)), item, depth + 1) for name, item in list(value.items())[:200])
            elif isinstance(value, (list, tuple)) and depth < 12:
                stack.extend((key, item, depth + 1) for item in value[:200])
            elif key:
                found.append((key, value))
        found.reverse()
        return tuple(found)

    @cached_property
    def parameter_stems(self) -> frozenset[str]:
        """The stems of the words in keys and short values of an action without a tool call."""
        found: set[str] = set()
        for key, value in self.parameters:
            texts = [key.replace("_", " ")] if value not in (False, None) else []
            if isinstance(value, str) and len(value) < 400:
                texts.append(value.replace("_", " "))
            for text in texts:
                found.update(_WORD.findall(text))
        return frozenset(map(stem, found))

    @cached_property
    def about(self) -> frozenset[str]:
        """The stems of everything the action says: what an instruction's purpose is looked for in."""
        found = {word for word in self.reading.words if len(word) < 40}
        for name in (*self.reading.paths[:40], self.reading.tool):
            found.update(_WORD.findall(key_of(name).replace("_", " ")))
        for line in self.commands[:40]:
            found.update(_WORD.findall(line.replace("_", " "))[:200])
        return self.parameter_stems.union(self.said, map(stem, found))

    @cached_property
    def asks(self) -> bool:
        """Whether the action only asks, drafts, plans or proposes: an asking word hides no act that changes."""
        kind = str(self.action.get("type", "")) if self.structured else str(self.action.get("tool_name", ""))
        words = [stem(word) for word in _WORD.findall(key_of(kind).replace("_", " "))]
        told = [stem(word) for word in _WORD.findall(str(self.action.get("description", ""))[:400])]
        first = told[0] if told else ""
        if words and words[0] in _HANDING_ON:
            return True
        if words and words[0] in _ASKING:
            if first in _ASKING or first in ("ask", "may", "should", "propos"):
                return True
            joined = any(word in ("and", "then") for word in words)
            return not (_changes(first) or ((joined or not told) and any(_changes(word) for word in words[1:])))
        return self.structured and first in ("ask", "may", "should", "propos")

    @cached_property
    def approval(self) -> tuple[str, bool]:
        """What the action says of a person's approval, empty for nothing, and whether it says plainly whose it is:
        a name or a ticket in a parameter, or a parameter and a sentence that agree. Else it is only the actor's word.
        """
        claimed = ""
        for key, value in self.parameters:
            if not any(part in key for part in _APPROVING_KEYS) or key.startswith(("require", "needs")):
                continue
            if value is True:
                claimed = claimed or f"{key}: true"
            elif isinstance(value, str) and value.strip():
                word = value.strip().lower()
                if word in _NOT_GIVEN:
                    continue
                if word not in _NOBODY and not word.isdigit():
                    return f"{key}: {value[:80]}", True
                claimed = claimed or f"{key}: {value[:80]}"
        text = self.description
        match = _APPROVED.search(text)
        if match is None or _NOT_APPROVED.search(text):
            return claimed, False
        plain = bool(claimed) and not _UNNAMED.search(match.group())
        return match.group()[:80] if not plain else f"{claimed}, {match.group()[:80]}", plain

    @property
    def approved(self) -> bool:
        """Whether the action says plainly which person agreed to it."""
        return self.approval[1]

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The paths that the action changes."""
        found: list[str] = []
        for act in self.acts:
            words = act.command
            if words:
                found.extend(_changed_by(words, act))
            elif act.changes and self.reading.paths and not self.raw_command:
                found.extend(self.reading.paths)
            elif act.changes and act.object.startswith("path "):
                found.append(act.object[5:])
        return tuple(dict.fromkeys(path.removeprefix("./") for path in found))

    @cached_property
    def new_file(self) -> str:
        """The path of a file written as a whole, empty where there is none."""
        if str(self.action.get("tool_name", "")).lower() in ("write", "create_file", "write_file", "create"):
            return self.reading.paths[0] if self.reading.paths else ""
        return ""

    def lines_added(self, passage: Passage) -> str:
        """The lines of a passage that what it replaces did not have."""
        text = passage.text[:_LONGEST]
        if not passage.replaces:
            return text
        before = set(passage.replaces.splitlines())
        return "\n".join(line for line in text.splitlines() if line not in before)

    @cached_property
    def code(self) -> tuple[tuple[Passage, str, str, str], ...]:
        """Each passage of code: with the lines added as they are, without comments, and without comments and
        strings."""
        found = []
        for passage in self.reading.passages:
            if passage.kind in ("code", "configuration") and not passage.path.endswith((".md", ".txt", ".rst")):
                added = self.lines_added(passage)
                bare = added
                if passage.comments:
                    plain = passage.without_comments[:_LONGEST]
                    before = set(passage.replaces.splitlines())
                    bare = "\n".join(
                        new
                        for new, old in zip(plain.splitlines(), passage.text[:_LONGEST].splitlines(), strict=False)
                        if old not in before
                    )
                found.append((passage, added, bare, _STRING.sub('""', bare)))
        return tuple(found)

    @cached_property
    def prose(self) -> tuple[str, ...]:
        """What is written for people: documents, messages, the texts of an action's parameters."""
        found = [
            self.lines_added(p)
            for p in self.reading.passages
            if p.kind in ("prose", "message") and not self.is_commit(p)
        ]
        if self.structured:
            found += [v for k, v in self.parameters if isinstance(v, str) and k in _TEXT_KEYS and v not in found]
        return tuple(found)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The texts that pages and files of translations show to people, as code holds them."""
        found: list[str] = []
        for passage, added, bare, _ in self.code:
            path = passage.path.lower()
            if path.endswith(_PAGES):
                found += [match.group(1).strip() for match in _ON_PAGE.finditer(bare[:_LONGEST])]
            elif _TRANSLATIONS.search(path):
                found += [match.group(1) for match in _TRANSLATED.finditer(added[:_LONGEST])]
        return tuple(text for text in found[:400] if re.search(r"[^\W\d_]{3}", text))

    def is_commit(self, passage: Passage) -> bool:
        """Whether a passage is the message of a commit."""
        return passage.kind == "message" and any(act.verb == "commit" for act in self.acts)

    @cached_property
    def commit_messages(self) -> tuple[str, ...]:
        """The messages of the commits that are made."""
        found = [p.text for p in self.reading.passages if self.is_commit(p)]
        if self.structured and any(act.verb == "commit" for act in self.acts):
            found += [
                str(v) for k, v in self.parameters if k in ("message", "commit_message", "msg") and str(v) not in found
            ]
        return tuple(found)

    @cached_property
    def log_lines(self) -> tuple[str, ...]:
        """What the code writes to a log or prints."""
        found = [
            _STRING.sub(lambda text: text.group() if "{" in text.group() else '""', match.group())
            for _, _, bare, _ in self.code
            for match in _LOG_CALL.finditer(bare)
        ]
        if self.structured and any(act.verb == "log" for act in self.acts):
            found += [f"{key}: {value}" for key, value in self.parameters] + [self.description]
        return tuple(found)

    @cached_property
    def names_used(self) -> Mapping[str, str]:
        """Tools, packages and imports that are put to use, in lower case, with where."""
        found: dict[str, str] = {}
        for act in self.acts:
            if not act.command:
                continue
            words = [word for word in act.command[:12] if not word.startswith("-")]
            if not words or words[0] in _LOOKING:
                continue
            tool = words[0].rsplit("/", 1)[-1].lower()
            found.setdefault(tool, "command")
            if tool in ("python", "python3", "py") and "-m" in act.command:
                at = act.command.index("-m")
                if at + 1 < len(act.command):
                    found.setdefault(act.command[at + 1].lower(), "command")
            if tool in ("npx", "pnpx", "bunx", "uvx", "pipx", "dlx") or (
                tool in ("pnpm", "yarn", "npm", "bun", "uv", "poetry")
                and len(words) > 1
                and words[1] in ("dlx", "exec", "x", "run")
            ):
                for word in words[1:4]:
                    found.setdefault(word.lower().split("@")[0] or word.lower(), "command")
        taken_out = {act.verb for act in self.acts} & {"uninstall"} and not {act.verb for act in self.acts} & {
            "install"
        }
        for fact in self.reading.facts:
            if fact.parameter == "package" and (taken_out or fact.value in self._only_in_part):
                continue
            if fact.parameter == "package" and fact.was is None and not self.reading.read_only:
                found.setdefault(fact.value.lower(), "package")
                found.setdefault(fact.value.lower().rsplit("/", 1)[-1], "package")
            elif fact.parameter in (
                "package_manager",
                "tool",
                "framework",
                "library",
                "provider",
                "style",
                "orm",
                "test_framework",
                "engine",
                "database_engine",
                "backend",
            ):
                found.setdefault(fact.value.lower(), "parameter")
        for _, _, bare, _ in self.code:
            for match in _IMPORT.finditer(bare):
                name = next((group for group in match.groups() if group), "").lower()
                found.setdefault(name, "import")
                if name.startswith(_OTHER_THAN_ROOT):
                    continue
                found.setdefault(re.split(r"[./:]", name)[0] if not name.startswith("@") else name, "import")
                if not name.startswith("@"):
                    found.setdefault(re.split(r"[./:]", name)[-1], "import")
            for match in _CALL.finditer(bare):
                found.setdefault(match.group(1).lower(), "call")
        if self.structured:
            for key, value in self.parameters:
                if isinstance(value, str) and key in (
                    "package",
                    "library",
                    "tool",
                    "framework",
                    "dependency",
                    "provider",
                    "style",
                    "client",
                ):
                    found.setdefault(value.lower(), "parameter")
        return found

    @cached_property
    def _only_in_part(self) -> frozenset[str]:
        """Packages of which code imports only a module that is used without the rest (`unittest.mock`)."""
        texts = [passage.text for passage in self.reading.passages]
        return frozenset(
            module.split(".")[0]
            for module in _OTHER_THAN_ROOT
            if any(module in text for text in texts)
            and not any(re.search(rf"\bimport {module.split('.')[0]}\b(?!\.)", text[:_LONGEST]) for text in texts)
        )

    @cached_property
    def verbs_said(self) -> frozenset[str]:
        """The verbs of the description, where it is not said that something is not done."""
        found: set[str] = set()
        for at in self._verb_places if self.said else ():
            word = self.said[at]
            verb = verb_of_stem(word)
            kind = knowledge.deeds().get(word)
            if (verb or kind) and not set(self.said[max(0, at - 2) : at]) & _NEGATED:
                if verb:
                    found.add(verb)
                if kind:
                    found |= kind.done_by
        return frozenset(found)

    @cached_property
    def _verb_places(self) -> list[int]:
        """Where the description can have a verb: at the beginning of a sentence, after "and", "to" or "then"."""
        places: list[int] = []
        at = 0
        for part in re.split(r"(?<=[.;:!?])\s", self.description):
            words = _WORD.findall(part)
            for number, word in enumerate(words):
                if (
                    number < 2
                    or words[number - 1].lower() in ("and", "to", "then", "will", "by", "or", "please")
                    or word.lower().endswith("ing")
                ):
                    places.append(at + number)
            at += len(words)
        return [place for place in places if place < len(self.said)]

    @cached_property
    def is_test(self) -> bool:
        """Whether what it changes are tests."""
        paths = self.written or self.reading.paths
        return bool(paths) and all(_TEST.search(path) for path in paths)

    @cached_property
    def is_document(self) -> bool:
        """Whether what it changes are documents."""
        paths = self.written or self.reading.paths
        return bool(paths) and all(path.lower().endswith((".md", ".rst", ".txt", ".adoc", ".mdx")) for path in paths)

    @cached_property
    def in_view(self) -> bool:
        """Whether the file is one of the interface or of a controller."""
        return any(_VIEW.search(path) and not _MODEL.search(path) for path in self.reading.paths)


_KNOWN_TOOLS = word_list("known tools")
_STATES = frozenset({"state", "status", "operation", "op", "action", "task", "mode", "event"})
_TALKING = frozenset({"echo", "printf", "#"})
_LOOKING = word_list("looking")
_TEST = compiled(
    r"(?i)(?:^|/)(?:tests?|specs?|__tests__|fixtures|e2e)/|(?:^|/)(?:test_|conftest)|[._-](?:test|spec"
    r"|tests)\.\w+$|_test\.\w+$|Tests?\.\w+$"
)
_TEXT_KEYS = word_list("text keys")
_IMPORT = compiled(
    r"(?m)(?:^\s*(?:from|import|use|using|require|include|#include|@import|alias)\s+(?:type\s+"
    r"|static\s+)?[\"'<]?([@\w][\w@./:-]{0,80})"
    r"|\bfrom\s+[\"']([@\w][\w@./-]{0,80})[\"']|\b(?:require|import|implementation|api|testImplementation"
    r"|compileOnly)\s*\(?\s*[\"']([@\w][\w@./:-]{0,100})[\"'])"
)
_CALL = compiled(r"(?<![\w.\"'])[:@]?([A-Za-z_][\w]{1,40})(?:\.|::)[A-Za-z_]\w*!?\s*\(")


_PAGES = (".tsx", ".jsx", ".vue", ".svelte", ".html", ".htm", ".erb", ".jinja", ".hbs", ".ejs")
_ON_PAGE = re.compile(r">([^<>{}=;]{3,400})</")
_TRANSLATIONS = re.compile(r"(?:^|/)(?:strings|locales?|i18n|lang|l10n|translations|messages)(?:/|\.)")
_TRANSLATED = re.compile(r"[:=][ \t]{0,8}[\"']([^\"\n]{2,400})[\"']")
_OTHER_THAN_ROOT = ("unittest.mock",)  # modules that are used without what they are a part of
_HANDING_ON = frozenset({"escalat", "refer"})
_NOT_GIVEN = frozenset({"none", "no", "false", "pending", "null", "missing", "not yet", "requested", "n/a", "-"})
_NOBODY = frozenset(
    {"yes", "true", "ok", "me", "self", "agent", "assistant", "ai", "system", "auto", "bot", "model", "granted"}
)
_UNNAMED = re.compile(
    r"(?i)\bas (?:approved|agreed|confirmed|requested|instructed)|request$|\bapproval (?:was |is )?given"
)


def _changes(word: str) -> bool:
    """Whether a stem is of a verb that changes something."""
    verb = verb_of_stem(word)
    return (word in knowledge.deeds() or bool(verb)) and verb not in reading_verbs() and word not in _ASKING


_SPEAKING = frozenset({"git", "gh", "glab", "hub", "jj", "hg", "svn", "notify-send", "slack", "jira"})
_MESSAGE_OPTIONS = frozenset({"--message", "--body", "--title", "--notes", "--description", "--comment", "-b", "-t"})


def _without_messages(words: tuple[str, ...]) -> tuple[str, ...]:
    """A command without the texts that it only writes down: what a commit message mentions is not done by it."""
    if words[0].rsplit("/", 1)[-1] not in _SPEAKING:
        return words
    kept: list[str] = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        follows = before in _MESSAGE_OPTIONS or (before[:1] == "-" and before[1:2] != "-" and before.endswith("m"))
        option, is_set, text = word.partition("=")
        if follows and not word.startswith("-"):
            kept.append("Signed-off-by" if "Signed-off-by" in word else "…")
        elif is_set and option in _MESSAGE_OPTIONS and text:
            kept.append(option)
        else:
            kept.append(word)
    return tuple(kept)


def _changed_by(words: tuple[str, ...], act: Act) -> list[str]:
    """The paths that a shell command changes."""
    tool = words[0].rsplit("/", 1)[-1]
    operands = [word for word in words[1:] if not word.startswith("-")]
    if tool in ("rm", "rmdir", "touch", "mkdir", "truncate", "shred", "unlink", "chmod", "chown", "tee"):
        return operands
    if tool in ("cp", "rsync", "install", "ln", "scp") and operands:
        return operands[-1:]
    if tool == "mv" and operands:
        return operands
    if tool in ("sed", "perl", "gsed") and any(
        word.startswith("-i") or word in ("-pi", "--in-place") or word.startswith("-pi") for word in words
    ):
        return operands[1:] if not any(w == "-e" for w in words) else operands
    if tool == "git" and len(words) > 1 and words[1] in ("rm", "mv", "checkout", "restore", "apply"):
        return [word for word in operands[1:] if "/" in word or "." in word]
    if tool in ("prettier", "black", "ruff", "eslint", "gofmt", "isort") and any(
        word in ("--write", "--fix", "-w", "format") for word in words
    ):
        return [word for word in operands if word not in ("format", "check")]
    if (
        act.verb == "write"
        and act.object.startswith("path ")
        and tool in ("cat", "echo", "printf", "dd", "curl", "wget")
    ):
        return [part[5:] for part in act.object.split(", ") if part.startswith("path ")]
    return []
