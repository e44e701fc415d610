"""Tables as CSV, a line at a time, in which a spreadsheet runs nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Signs by which a spreadsheet takes a cell for a formula."""
OPENS_AS_UTF_8 = "\ufeff"
"""What a file begins with so that a spreadsheet reads it right."""


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A line for each row. What would be taken for a formula begins with an apostrophe; None is an empty cell."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def csv_file(name: str, rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """The rows as a download, sent while they are read."""

    def lines() -> Iterator[str]:
        yield OPENS_AS_UTF_8
        yield from csv_lines(rows)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """What `csv.writer` writes into: each line is given back."""

    def write(self, line: str) -> str:
        return line


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
