"""A command line is cut into the words that each program gets, and each word knows where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tractatus.actions.located import Located
from tractatus.actions.shell import commands

EXAMPLES = [
    ("ls -la", [["ls", "-la"]]),
    ("a && b || c; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
    ("echo 'a b' \"c d\" e\\ f", [["echo", "a b", "c d", "e f"]]),
    ('echo "say \\"hi\\"" \'it\'"\'"\'s\'', [["echo", 'say "hi"', "it's"]]),
    ("run --name=\"a b\"'c'", [["run", "--name=a bc"]]),
    ("PORT=1 A='x y' npm start", [["npm", "start"]]),
    ("# a comment\nls # another\n#last", [["ls"]]),
    ("echo a#b", [["echo", "a#b"]]),
    ("if [ -f x ]; then rm x; fi", [["[", "-f", "x", "]"], ["rm", "x"]]),
    ("(cd a && make)", [["cd", "a"], ["make"]]),
    ("{ a; b; }", [["a"], ["b"]]),
    ("echo $(date +%s) `id`", [["echo", "$(date +%s)", "`id`"], ["date", "+%s"], ["id"]]),
    ('echo "$(git log --format="%h")"', [["echo", '$(git log --format="%h")'], ["git", "log", "--format=%h"]]),
    ("diff <(ls a) <(ls b)", [["diff", "<(ls a)", "<(ls b)"], ["ls", "a"], ["ls", "b"]]),
    ("a \\\n  b", [["a", "b"]]),
    ("echo ${HOME}/x $((1+2))", [["echo", "${HOME}/x", "$((1+2))"]]),
    ("sort < in > out 2>&1", [["sort"]]),
    ("cat <<EOF\na && b\nEOF\nls", [["cat"], ["ls"]]),
    ("", []),
    ("'unfinished", [["unfinished"]]),
    ('"unfinished $(x', [["unfinished $(x"], ["x"]]),
]


@pytest.mark.parametrize(("text", "words"), EXAMPLES)
def test_words(text: str, words: list[list[str]]) -> None:
    found, cut = commands(Located(text, ("c",)))
    assert [[word.text for word in command.words] for command in found if command.words] == words
    assert not cut


def test_assignments_redirections_and_heredocs_are_kept_with_their_command() -> None:
    [command], _ = commands(Located("PORT=54 cat >> out.txt 2> err <<-'END'\n\tone\n\tEND\n", ("c",)))
    assert [(name, value.text) for name, value in command.assignments] == [("PORT", "54")]
    assert [(operator, word.text) for operator, word in command.redirects] == [(">>", "out.txt"), ("2>", "err")]
    assert command.heredoc is not None
    assert command.heredoc.text == "\tone\n"


def test_a_pipe_is_known_to_the_command_that_reads_it() -> None:
    found, _ = commands(Located("a | b && c", ("c",)))
    assert [(command.words[0].text, command.piped) for command in found] == [("a", False), ("b", True), ("c", False)]


def test_more_than_is_read_is_said_to_be_cut() -> None:
    found, cut = commands(Located("a;" * 5_000, ("c",)))
    assert cut
    assert len(found) == 2_000


def test_a_word_that_quoting_broke_up_has_places_for_its_whole_parts_only() -> None:
    [command], _ = commands(Located('x --port="27017"', ("c",)))
    word = command.words[1]
    assert word.text == "--port=27017"
    assert word.place() is None
    place = word.part(7).place()
    assert place is not None
    assert place.span == (10, 15)


@given(st.text(alphabet=" \t\n'\"\\$`|&;()<>#{}=abEOF-/", max_size=80))
def test_any_text_is_cut_into_words_and_each_place_holds_its_word(text: str) -> None:
    found, _ = commands(Located(text, ("c",)))
    for command in found:
        for word in command.words:
            place = word.place()
            if place is not None and place.span is not None and word.text:
                assert text[slice(*place.span)] == word.text
