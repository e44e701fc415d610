"""Tables as CSV: as they are read, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.csv_lines import csv_file, csv_lines

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_as_a_formula_does(begins: str) -> None:
    [line] = csv_lines([[f"{begins}HYPERLINK(0)"]])
    assert line.lstrip('"').startswith(f"'{begins}")


def test_rows_are_sent_line_by_line_as_a_spreadsheet_reads_them() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[object]]:
        for number in (1, 2):
            asked.append(number)
            yield [number, None, "a, “b”\nc", "1 = 1"]

    answer = csv_file("board.csv", rows())
    assert asked == []
    assert answer["Content-Disposition"] == 'attachment; filename="board.csv"'
    assert b"".join(answer).decode() == '\ufeff1,,"a, “b”\nc",1 = 1\r\n2,,"a, “b”\nc",1 = 1\r\n'
