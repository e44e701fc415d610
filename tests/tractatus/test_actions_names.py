"""One name for what people and programs call by many, and the data that says so."""

from pathlib import Path

import pytest

from tractatus.actions import Reading, environments, languages, names, programs
from tractatus.datafiles import DataError

PARAMETERS = [
    ("POSTGRES_PORT", ("port", "postgresql")),
    ("dbName", ("database", "")),
    ("--db-name", ("database", "")),
    ("mongo.port", ("port", "mongodb")),
    ("NODE_VERSION", ("version", "node")),
    ("node-version", ("version", "node")),
    ("requires-python", ("version", "python")),
    ("APP_PORT", ("port", "")),
    ("redis_url", ("url", "redis")),
    ("NODE_ENV", ("environment", "")),
    ("maxRetries", ("retries", "")),
    ("base", ("branch", "")),
    ("head", ("head", "")),
    ("DRY_RUN", ("dry_run", "")),
    ("", ("", "")),
    ("x" * 1_000, ("x" * 100, "")),
]


@pytest.mark.parametrize(("key", "expected"), PARAMETERS)
def test_parameter_and_subject_of_a_key(key: str, expected: tuple[str, str]) -> None:
    assert names.parameter_of(key) == expected


def test_defaults() -> None:
    assert names.default_of("mongodb", "port") == "27017"
    assert names.default_of("mongodb", "colour") is None
    assert names.is_default("git", "branch", "master")
    assert names.is_default("mongodb", "port", "27017")
    assert not names.is_default("mongodb", "port", "5432")
    assert names.is_default("", "port", "5432")
    assert names.is_default("uvicorn", "host", "LOCALHOST")
    assert names.subject_of_port("5432") == "postgresql"
    assert names.subject_of_port("3000") == ""


DEFAULT_PORTS = {
    "mongodb": "27017", "postgresql": "5432", "mysql": "3306", "redis": "6379", "http": "80", "https": "443",
    "ssh": "22", "rabbitmq": "5672", "elasticsearch": "9200", "vite": "5173", "rails": "3000",
    "nextjs": "3000", "express": "3000",
    "django": "8000", "flask": "5000", "spring": "8080", "tomcat": "8080",
}  # fmt: skip


@pytest.mark.parametrize(("subject", "port"), DEFAULT_PORTS.items())
def test_widely_known_ports(subject: str, port: str) -> None:
    assert port in names.known_defaults()[(subject, "port")]


def test_mail_has_two_widely_known_ports() -> None:
    assert names.known_defaults()[("smtp", "port")] == ("25", "587")


def test_verbs_that_read_and_verbs_that_change() -> None:
    assert names.verb_of("ERASE") == "delete"
    assert names.verb_of("nothing of the kind") == ""
    assert {"read", "list", "search", "connect", "download"} <= names.reading_verbs()
    assert not {"write", "delete", "send", "publish", "run", "grant"} & names.reading_verbs()


ENVIRONMENTS = [
    ("src/app.py", ""),
    ("tests/x.py", "test"),
    ("src/test_x.py", "test"),
    ("src/x.spec.ts", "test"),
    ("XTest.java", "test"),
    ("src/latest/contest.py", ""),
    (".env.production", "production"),
    ("docker-compose.prod.yml", "production"),
    ("deploy/staging/app.yaml", "staging"),
    (".github/workflows/test.yml", ""),
    ("/dev/null", ""),
    ("src/live/x.ts", ""),
]


@pytest.mark.parametrize(("path", "environment"), ENVIRONMENTS)
def test_environment_of_a_file(path: str, environment: str) -> None:
    assert environments.of_path(path) == environment


def test_every_program_is_as_programs_toml_says_and_is_found_by_each_of_its_names() -> None:
    found = programs.programs()
    assert len(found) > 800
    assert found["mongo"].subject == "mongodb"
    assert found["git"].commands[("push",)].options["-n"].verb == "dry"
    assert found["docker"].commands[("exec",)].wraps == 1


BROKEN = [
    (
        "programs.toml",
        programs.programs,
        '[[program]]\nname = "x"\nverb = "fly"',
        "line 3: verb: 'fly' is no name in verbs",
    ),
    (
        "programs.toml",
        programs.programs,
        '[[program]]\nname = "x"\nsubject = "y"',
        "line 3: subject: 'y' is no name in sub",
    ),
    (
        "programs.toml",
        programs.programs,
        '[[program]]\nname = "x"\noptions = ["p: port"]',
        "line 3: options: 'p: port': na",
    ),
    (
        "programs.toml",
        programs.programs,
        '[[program]]\nname = "x"\noptions = ["-p = fly"]',
        "line 3: options: 'fly' is no",
    ),
    (
        "programs.toml",
        programs.programs,
        '[[command]]\nprogram = "x"\nwords = ["y"]',
        "line 2: program: 'x' is no name of",
    ),
    ("programs.toml", programs.programs, '[[program]]\nname = "x"\nalso = ["x"]', "line 3: also: 'x' is there already"),
    (
        "subjects.toml",
        names.subject_names,
        '[[subject]]\nname = "x"\nkind = "y"\nalso = ["X"]',
        "line 4: also: 'X' is expec",
    ),
    (
        "defaults.toml",
        names.known_defaults,
        '[[default]]\nsubject = "x"\nparameter = "y"\nvalue = "z"\nsource = "s"',
        "line 2",
    ),
    (
        "environments.toml",
        environments.names,
        '[[environment]]\nname = "x"\nalso = ["z"]\n[[environment]]\nname = "y"\nalso = ["x"]',
        "line 6",
    ),
    (
        "languages.toml",
        languages.languages,
        '[[language]]\nname = "x"\nkind = "odd"\nfiles = [".x"]',
        "line 3: kind: one of",
    ),
]


@pytest.mark.parametrize(("file", "load", "text", "complaint"), BROKEN)
def test_a_wrong_row_is_refused_and_its_line_named(
    file: str, load: object, text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tractatus import datafiles

    real = datafiles.FOLDER
    for path in real.glob("*.toml"):
        (tmp_path / path.name).write_text(
            text if path.name == file else path.read_text(encoding="utf-8"), encoding="utf-8"
        )
    monkeypatch.setattr(datafiles, "FOLDER", tmp_path)
    load.cache_clear()  # type: ignore[attr-defined]
    try:
        with pytest.raises(DataError, match=rf"^{file}, ") as error:
            load()  # type: ignore[operator]
        assert complaint in str(error.value)
    finally:
        load.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("word", "environment"),
    [
        ("prod", "production"),
        (" Production ", "production"),
        ("production (eu)", "production"),
        ("PRODUCTION!", "production"),
        ("eu-prod", "production"),
        ("test-prod", "production"),
        ("pre-production", "staging"),
        ("qa (north)", "staging"),
        ("live", "production"),
        ("museum", "museum"),
        ("the museum", ""),
        ("", ""),
    ],
)
def test_environment_is_known_in_every_usual_form(word, environment):
    assert environments.canonical(word) == environment


def test_an_action_never_takes_itself_out_of_production():
    says_test = Reading(environment="test", environments=("test",))
    placed = environments.done_in(says_test, "prod (eu)")
    assert (placed.environment, placed.environments) == ("production", ("production", "test"))
    says_production = Reading(environment="production", environments=("production",))
    placed = environments.done_in(says_production, "dev")
    assert (placed.environment, placed.environments) == ("production", ("development", "production"))
    assert environments.done_in(says_test, None) is says_test
    assert environments.done_in(says_test, "???") is says_test
