"""No text makes a pattern slow: each of the library and its data files takes about twice as long for twice as much."""

import importlib
import inspect
import pkgutil
import re
import time
from re import _constants, _parser

import pytest

import tractatus
from tractatus.datafiles import DataError, Row
from tractatus.directives import knowledge
from tractatus.directives.patterns import compiled

LENGTH = 2_000
QUICK = 0.000_6  # seconds for LENGTH characters, under which nothing is measured: it would be noise
MOST = 3.0  # times as long; twice is what is meant, four times is quadratic
SLOW = 0.1  # seconds for LENGTH characters that no pattern takes, however often this is measured

HOSTILE = (
    "\n", "\t", " ", "\n\t", "a", "A1", "a.", "a-", "a_", "(", "{[", "'\"`", "a= ", "a: ", "/a", "\\", "# ", "// ",
    "<a ", "import ", "git push ", "def a(", "SELECT ", "a,", "$(", "a\n", "{\n", "1.",
)  # fmt: skip


def modules():
    for found in pkgutil.walk_packages(tractatus.__path__, "tractatus."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (dict, list, tuple, set, frozenset)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(item)


SOURCES = {module.__name__: inspect.getsource(module) for module in modules()}


def only_matched(module, name):
    """Whether a pattern is only tried at one place of a text, and not looked for from each."""
    used = re.findall(
        rf"\b{name}\.(\w+)\(", SOURCES[module] + ("" if name.startswith("_") else "".join(SOURCES.values()))
    )
    return bool(used) and set(used) <= {"match", "fullmatch"}


def all_patterns():
    """Each pattern with where it stands, and whether it is only matched; those of a place are one case."""
    found = {}
    seen = set()
    for module in modules():
        for name, value in vars(module).items():
            for pattern in patterns_in(value):
                if pattern not in seen:
                    seen.add(pattern)
                    found.setdefault(module.__name__, []).append((pattern, only_matched(module.__name__, name)))
    for kind in knowledge.practices().values():
        found.setdefault(f"practice {kind.name}", []).extend((one, False) for one in (*kind.does, *kind.breaks))
    for value in knowledge.commitments().values():
        found.setdefault(f"value {value.name}", []).extend((one, False) for one in value.code)
    return {place: patterns for place, patterns in found.items() if patterns}


PATTERNS = all_patterns()


def one_of(items):
    """A character of a class, as good a one as any."""
    given = [chr(value[0] if kind is _constants.RANGE else value) for kind, value in items
             if kind in (_constants.RANGE, _constants.LITERAL)]  # fmt: skip
    if items[0][0] is _constants.NEGATE:
        return next((one for one in "a 1.(" if one not in given), "~")
    kinds = [value for kind, value in items if kind is _constants.CATEGORY]
    by_kind = {_constants.CATEGORY_SPACE: " ", _constants.CATEGORY_DIGIT: "1", _constants.CATEGORY_NOT_WORD: " "}
    return given[0] if given else by_kind.get(kinds[0], "a") if kinds else "a"


def beginnings(parsed):
    """Texts that a pattern would take, each up to one of its parts: repeated, begun everywhere."""
    found, so_far = [], ""
    for kind, value in parsed:
        if kind in (_constants.LITERAL, _constants.NOT_LITERAL):
            so_far += chr(value) if kind is _constants.LITERAL else "a"
        elif kind is _constants.ANY:
            so_far += "a"
        elif kind is _constants.IN:
            so_far += one_of(value)
        elif kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            least, _, inner = value
            item = beginnings(inner)[-1]
            found.append(so_far + item * max(least, 1))
            so_far += item * min(least, 10)
        elif kind is _constants.BRANCH:
            branches = [beginnings(branch)[-1] for branch in value[1]]
            found += [so_far + branch for branch in branches[:4]]
            so_far += branches[0]
        elif kind in (_constants.SUBPATTERN, _constants.ATOMIC_GROUP):
            inner = beginnings(value[-1] if kind is _constants.SUBPATTERN else value)
            found += [so_far + item for item in inner]
            so_far += inner[-1]
        found.append(so_far)
    return found or [""]


def texts(pattern):
    own = dict.fromkeys(one[:100] for one in beginnings(_parser.parse(pattern.pattern, pattern.flags)) if one)
    ends = list(own)[-3:]
    return dict.fromkeys(
        (*HOSTILE, *list(own)[:6], *ends, *(end + "a " for end in ends), *(end + "\n" for end in ends))
    )


def seconds(pattern, text, once, times=1):
    best = 60.0
    for _ in range(times):
        began = time.thread_time()
        if once:
            pattern.match(text)
        else:
            for _ in pattern.finditer(text):
                pass
        best = min(best, time.thread_time() - began)
    return best


def grows(pattern, unit, once=False, length=LENGTH):
    """How many times as long it takes with twice the text; 0 where all is too quick to be measured."""
    text = (unit * (2 * length // len(unit) + 1))[: 2 * length]
    first = seconds(pattern, text[: length // 4], once)
    if first < SLOW:
        first = seconds(pattern, text[:length], once)
    if first < QUICK or (first < SLOW and (first := seconds(pattern, text[:length], once, 3)) < QUICK):
        return 0
    if first > SLOW * length / LENGTH:
        return float("inf")
    ratio = seconds(pattern, text, once, 3) / max(first, seconds(pattern, text[:length], once, 3))
    # What may repeat 300 times, and no more, grows at first and then no longer.
    return min(ratio, grows(pattern, unit, once, 4 * length)) if ratio > MOST and length == LENGTH else ratio


@pytest.mark.parametrize("place", sorted(PATTERNS))
def test_twice_the_text_takes_about_twice_the_time(place):
    slow = [
        (pattern.pattern, unit)
        for pattern, once in PATTERNS[place]
        for unit in texts(pattern)
        if all(grows(pattern, unit, once) > MOST for _ in range(4))  # a cache may be cold
    ]
    assert not slow


@pytest.mark.parametrize(("pattern", "unit"), [(r"(?m)^\s*import x", "\n"), (r"\s+x", " "), (r"<a [^>]*>", "<a ")])
def test_what_is_slow_is_found(pattern, unit):
    assert any(grows(re.compile(pattern), unit, length=2 * LENGTH) > MOST for _ in range(4))


@pytest.mark.parametrize("text", [r"(a+)+b", r"(?:\w+\s*)*x", r"(?:a+|b)*", r"((?:a|b+))+c"])
def test_a_repetition_of_a_repetition_in_a_data_file_is_refused_with_its_line(text):
    with pytest.raises(DataError, match=r"practices\.toml, line 7: does: .* repetition of a repetition"):
        knowledge.patterns(Row({"does": [text]}, "practices.toml", 5, {"does": 7}), "does")


def test_what_is_no_pattern_is_refused_with_its_line():
    with pytest.raises(DataError, match=r"practices\.toml, line 7: does: '\(a' is no pattern"):
        knowledge.patterns(Row({"does": ["(a"]}, "practices.toml", 5, {"does": 7}), "does")


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (r"a*b+", r"a{0,60}b{1,60}"),
        (r"(?m)^\s*x", r"(?m)^[^\S\n]{0,60}x"),
        (r"a*+b", r"a{0,60}+b"),
        (r"[^)]*?\)", r"[^)]{0,300}?\)"),
        (r"(?:\.\w+)*", r"(?:\.\w{1,60}){0,300}"),
    ],
)
def test_open_repetitions_are_bounded(text, becomes):
    assert compiled(text).pattern == becomes


def test_only_answers_about_short_texts_are_kept():
    from tractatus.actions.environments import of_path

    of_path("app/" + "long" * 100)
    before = of_path.cache_info().currsize
    assert of_path("app/" + "long" * 1_000) == of_path("app/" + "long" * 1_000)
    assert of_path.cache_info().currsize == before
