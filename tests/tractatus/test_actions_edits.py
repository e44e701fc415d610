"""What is read of files that are written and edited: settings, packages, comments, what is new."""

import pytest

from tractatus.actions import Reading, read_action


def write(path: str, content: str) -> Reading:
    return read_action({"tool_name": "Write", "tool_input": {"file_path": path, "content": content}})


def edit(path: str, old: str, new: str) -> Reading:
    given = {"file_path": path, "old_string": old, "new_string": new}
    return read_action({"tool_name": "Edit", "tool_input": given})


def told(reading: Reading) -> list[str]:
    found = []
    for fact in reading.facts:
        text = f"{fact.parameter}={fact.value}" + (f" of {fact.subject}" if fact.subject else "")
        found.append(text + (f" (was {fact.was})" if fact.was is not None else ""))
    return found


SETTINGS = [
    (".env", "POSTGRES_PORT=5432", "port=5432 of postgresql"),
    (".env", "export NODE_ENV='production'", "environment=production"),
    (".env", "# PORT=1\nDATABASE_URL=mongodb://h:27018/db", "port=27018 of mongodb"),
    ("bot/config.py", "DRY_RUN = False", "dry_run=False"),
    ("app/defaults.ts", "telemetry: true,", "telemetry=true"),
    ("app.yaml", "redis:\n  host: cache\n  port: 6380\nport: 1234", "port=6380 of redis"),
    ("app.yaml", "redis:\n  host: cache\n  port: 6380\nport: 1234", "port=1234"),
    ("app.json", '{"mongodb": {"port": 27018}, "port": 80}', "port=27018 of mongodb"),
    ("app.json", '{"mongodb": {"port": 27018}, "port": 80}', "port=80"),
    ("app.toml", "[database.postgres]\nport = 5440\n[other]\nx = 1", "port=5440 of postgresql"),
    ("application.properties", "spring.datasource.url=jdbc:postgresql://db:5433/app", "port=5433 of postgresql"),
    (
        "docker-compose.yml",
        'services:\n  db:\n    image: postgres:15\n    ports:\n      - "5433:5432"',
        "port=5433 of postgresql",
    ),
    (
        "docker-compose.yml",
        'services:\n  db:\n    image: postgres:15\n    ports: ["5433:5432"]',
        "port=5433 of postgresql",
    ),
    ("docker-compose.yml", "services:\n  db:\n    image: postgres:15", "version=15 of postgresql"),
    ("docker-compose.yml", "x:\n  environment:\n    - REDIS_PORT=6390", "port=6390 of redis"),
    ("k8s/x.yaml", 'env:\n- name: PORT\n  value: "8081"', "port=8081"),
    ("Dockerfile", "FROM node:20-alpine\nENV PORT 8080\nEXPOSE 3000", "version=20-alpine of node"),
    ("Dockerfile", "FROM node:20-alpine\nENV PORT 8080\nEXPOSE 3000", "port=8080"),
    ("Dockerfile", "FROM node:20-alpine\nENV PORT 8080\nEXPOSE 3000", "port=3000"),
    ("nginx.conf", "server {\n  listen 8080;\n}", "port=8080 of nginx"),
    ("redis.conf", "port 6390\nbind 127.0.0.1", "host=127.0.0.1 of redis"),
    ("src/db.py", 'conn = psycopg2.connect(host="db", port=5439)', "port=5439 of postgresql"),
    ("src/db.py", "client = MongoClient('localhost', port=27017)", "port=27017 of mongodb"),
    ("src/x.py", "def serve(port: int = 5432): ...", "port=5432"),
    ("src/x.ts", "app.listen(3000);", "port=3000"),
    ("main.go", 'r.Run(":8080")', "port=8080"),
    (".nvmrc", "22\n", "version=22 of node"),
    (".tool-versions", "nodejs 20.1.0\n", "version=20.1.0 of node"),
    ("go.mod", "go 1.22\n", "version=1.22 of go"),
    ("jest.config.js", "global: { lines: 80 }", "lines=80"),
    ("app.yaml", "model: some-model-4", "model=some-model-4"),
    (".github/workflows/x.yml", "- run: make check  # always", "run=make check"),
    ("src/x.py", "AGE = 20 * 60", "age=20 * 60"),
    ("src/x.py", 'VAT = Decimal("0.081")', "vat=0.081"),
    ("src/x.py", 'port = int(os.environ.get("REDIS_PORT", "6390"))', "port=6390 of redis"),
    ("src/x.ts", "const p = process.env.PORT || 3001;", "port=3001"),
    ("src/x.c", "#define OLED_ADDR 0x3C", "host=0x3C"),
    ("src/x.py", "torch.manual_seed(42)", "seed=42"),
    ("build.gradle.kts", "languageVersion = JavaLanguageVersion.of(21)", "version=21 of java"),
    ("a.css", "a { color: gray; --accent: #bbb }", "colour=gray"),
    ("a.sql", "CREATE TABLE t (id BIGSERIAL, cur char(3) DEFAULT 'USD')", "id=BIGSERIAL"),
    ("a.sql", "CREATE TABLE t (id BIGSERIAL, cur char(3) DEFAULT 'USD')", "cur=USD"),
    ("requirements/base.txt", "Django==5.1.2", "version===5.1.2 of django"),
    ("main.tf", 'region = "us-east-1"', "region=us-east-1"),
    ("pyproject.toml", '[project]\nrequires-python = ">=3.11"', "version=>=3.11 of python"),
]


@pytest.mark.parametrize(("path", "content", "fact"), SETTINGS)
def test_setting(path: str, content: str, fact: str) -> None:
    assert fact in told(write(path, content))


PACKAGES = [
    ("src/a.ts", 'import express from "express";', "express"),
    ("src/a.ts", 'import "@scope/name/deep";', "@scope/name"),
    ("src/a.js", "const x = require('lodash/fp');", "lodash"),
    ("src/a.py", "from flask.views import View", "flask"),
    ("src/a.py", "import os, numpy as np", "numpy"),
    ("main.go", 'import "github.com/lib/pq"', "github.com/lib/pq"),
    ("a.rs", "use serde::Deserialize;", "serde"),
    ("A.java", "import org.junit.Test;", "org.junit.Test"),
    ("a.rb", "require 'json'", "json"),
    ("a.php", "use Monolog\\Logger;", "Monolog\\Logger"),
    ("a.ex", "def ping(url), do: :httpc.request(:get, url)", "httpc"),
    ("a.ex", "Req.get!(url).body", "Req"),
    ("A.swift", "import UIKit", "UIKit"),
    ("a.dart", "import 'package:http/http.dart';", "http"),
    ("a.cpp", "#include <vector>", "vector"),
    ("A.cs", "using Newtonsoft.Json;", "Newtonsoft.Json"),
    ("a.kt", "import io.ktor.client.HttpClient", "io.ktor.client.HttpClient"),
    ("package.json", '{"dependencies": {"express": "^4.18.2"}}', "express"),
    ("requirements.txt", "flask==3.0\nrequests>=2.31", "requests"),
    ("pyproject.toml", '[project]\ndependencies = ["django>=5.0"]', "django"),
    ("Cargo.toml", '[dependencies]\ntokio = { version = "1" }', "tokio"),
    ("go.mod", "require (\n\tgithub.com/lib/pq v1.10.9\n)", "github.com/lib/pq"),
    ("mix.exs", '{:httpoison, "~> 2.0"}', "httpoison"),
    ("pubspec.yaml", "dependencies:\n  http: ^1.2.0", "http"),
    ("Gemfile", "gem 'rails', '~> 7.1'", "rails"),
    ("composer.json", '{"require": {"monolog/monolog": "^3.0"}}', "monolog/monolog"),
    ("pom.xml", "<artifactId>junit</artifactId>\n<version>4.13</version>", "junit"),
    ("build.gradle", "implementation 'io.ktor:ktor-client:2.3.0'", "io.ktor:ktor-client"),
]


@pytest.mark.parametrize(("path", "content", "package"), PACKAGES)
def test_package(path: str, content: str, package: str) -> None:
    assert f"package={package}" in told(write(path, content))


def test_a_file_of_the_project_itself_is_no_package() -> None:
    assert not [fact for fact in told(write("a.ts", 'import { x } from "./local";')) if fact.startswith("package=")]


def test_a_value_that_was_there_before_is_told_with_what_it_was() -> None:
    assert "version=>=18 of node (was >=20.11.0)" in told(edit("package.json", '"node": ">=20.11.0"', '"node": ">=18"'))
    assert "timeout=20 (was 10)" in told(edit("bot/config.py", "TIMEOUT = 10", "TIMEOUT = 20"))
    versions = told(edit("ci.yml", 'python-version: ["3.11"]', 'python-version: ["3.11", "3.13"]'))
    assert "version=3.11 of python (was 3.11)" in versions
    assert "version=3.13 of python (was 3.11)" in versions


def test_an_import_that_stays_is_not_read_again() -> None:
    reading = edit("a.py", "import flask\nx = 1", "import flask\nimport requests\nx = 1")
    assert [fact for fact in told(reading) if fact.startswith("package=")] == ["package=requests"]


def test_names_in_code_are_no_values() -> None:
    assert not [fact for fact in told(write("a.py", "port = settings.port\nhost: str")) if "port=" in fact]


def test_comments_choose_nothing_but_are_marked() -> None:
    reading = write("a.py", "x = 1  # port = 5432\n")
    assert "port=5432" not in told(reading)
    [passage] = reading.passages
    assert [passage.text[start:end] for start, end in passage.comments] == ["# port = 5432"]
    assert passage.without_comments == "x = 1               \n"


COMMENTS = [
    ("a.py", 's = "# no"  # yes\n', ["# yes"]),
    ("a.py", '"""Docs."""\nx = 1\n', ['"""Docs."""']),
    ("a.js", "const u = 'http://x'; // y\n/* z */", ["// y", "/* z */"]),
    ("a.css", "a { color: gray } /* z */", ["/* z */"]),
    ("a.html", "<p>x</p><!-- y -->", ["<!-- y -->"]),
    ("a.sql", "select 1; -- y", ["-- y"]),
    ("a.yml", "a: b # c\nd: e#f", ["# c"]),
    ("a.md", "# Head\n", []),
    ("a.unknown", "# x", []),
]


@pytest.mark.parametrize(("path", "text", "comments"), COMMENTS)
def test_comments(path: str, text: str, comments: list[str]) -> None:
    [passage] = write(path, text).passages
    assert [passage.text[start:end] for start, end in passage.comments] == comments


KINDS = [
    ("a.py", "code", "python"),
    ("a.md", "prose", "markdown"),
    (".env.staging", "configuration", "env"),
    ("Dockerfile.prod", "configuration", "dockerfile"),
    ("src/x.test.tsx", "code", "typescript"),
    ("requirements-dev.txt", "configuration", "requirements"),
    ("notes", "code", ""),
]


@pytest.mark.parametrize(("path", "kind", "language"), KINDS)
def test_kind_of_file(path: str, kind: str, language: str) -> None:
    [passage] = write(path, "x").passages
    assert (passage.kind, passage.language, passage.path) == (kind, language, path)


def test_an_edit_that_leaves_nothing_deletes() -> None:
    [act] = edit("a.py", "check()", "").acts
    assert (act.verb, act.object) == ("delete", "text in path a.py")


def test_several_edits_of_one_file_have_places_of_their_own() -> None:
    edits = [{"old_string": "a = 1", "new_string": "a = 2"}, {"old_string": "b = 1", "new_string": "b = 3"}]
    given = {"file_path": "a.py", "edits": edits}
    reading = read_action({"tool_name": "MultiEdit", "tool_input": given})
    places = [fact.place.path for fact in reading.facts if fact.parameter in ("a", "b") and fact.place]
    assert places == [("tool_input", "edits", 0, "new_string"), ("tool_input", "edits", 1, "new_string")]


def test_a_notebook_cell_is_read() -> None:
    given = {"notebook_path": "a.ipynb", "new_source": "import torch"}
    assert "package=torch" in told(read_action({"tool_name": "NotebookEdit", "tool_input": given}))


def test_a_file_of_tests_belongs_to_the_test_environment() -> None:
    assert write("tests/test_x.py", "x").environment == "test"
    assert write("src/latest.py", "x").environment is None
    assert write("config/settings/production.py", "x").environment == "production"
