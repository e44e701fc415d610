"""Names of people, organisations, projects and keys."""


def one_line(name: str) -> str:
    """The name in one line, without what does not print: it stands in headings, lists, and subjects of mail."""
    return " ".join(name.replace("\x00", "").split())
