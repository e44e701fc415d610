"""What commands do and which values they choose: worked examples, one line each."""

import pytest

from tractatus.actions import Reading, read_action


def read(command: str) -> Reading:
    return read_action({"tool_name": "Bash", "tool_input": {"command": command}})


FACTS = [
    # ports, hosts, databases
    ("mongosh", "port=27017 of mongodb (implicit)"),
    ("timeout 30 mongosh", "port=27017 of mongodb (implicit)"),
    ("mongosh --port 27018", "port=27018 of mongodb"),
    ("mongosh --port=27018", "port=27018 of mongodb"),
    ("mongosh mongodb://localhost", "port=27017 of mongodb (implicit)"),
    ("mongosh mongodb://db.internal:27018/shop", "host=db.internal of mongodb"),
    ("mongosh mongodb://db.internal:27018/shop", "database=shop of mongodb"),
    ("mongosh localhost:27018/shop", "port=27018 of mongodb"),
    ("psql -p 5439 shop", "port=5439 of postgresql"),
    ("psql -p5439 shop", "port=5439 of postgresql"),
    ("command psql shop", "port=5432 of postgresql (implicit)"),
    ("psql -U app shop", "database=shop of postgresql"),
    ('psql "host=db port=5440 dbname=x"', "port=5440 of postgresql"),
    ("pg_dump -h db.internal shop", "host=db.internal of postgresql"),
    ("mysql -P 3310 -u ro", "port=3310 of mysql"),
    ("sudo -u postgres createdb -p 5433 shop", "port=5433 of postgresql"),
    ("redis-cli -n 3 get x", "database=3 of redis"),
    ("REDIS_URL=redis://localhost:6379/2 worker", "port=6379 of redis"),
    ("export DATABASE_URL=postgres://db:5433/dev", "port=5433 of postgresql"),
    ("uvicorn app:app --host 0.0.0.0", "host=0.0.0.0 of uvicorn"),
    ("uvicorn app:app", "port=8000 of uvicorn (implicit)"),
    ("python manage.py runserver 0.0.0.0:8001", "port=8001 of django"),
    ("flask run -p 5001", "port=5001 of flask"),
    ("next dev -p 3005", "port=3005 of nextjs"),
    ("npm run dev -- --port 3001", "port=3001"),
    ("PORT=3001 npm start", "port=3001"),
    ("vite", "port=5173 of vite (implicit)"),
    ("php -S 0.0.0.0:8000", "port=8000"),
    ("python3 -m http.server 9000", "port=9000 of http"),
    ("ssh -p 2222 deploy@db.example.com uptime", "port=2222 of ssh"),
    ("ssh deploy@db.example.com uptime", "host=db.example.com of ssh"),
    ("docker run -p 8080:80 web", "port=8080"),
    ("docker run -p 127.0.0.1:8080:80 web", "host=127.0.0.1"),
    ("docker run -p 5433:5432 postgres:16", "port=5433 of postgresql"),
    ("kubectl port-forward svc/db 5433:5432", "port=5433"),
    ("curl http://staging.example.com:8080/v1", "port=8080"),
    ("curl https://api.example.com/v1", "port=443 (implicit)"),
    ("curl -d x localhost:8080/api", "port=8080"),
    # versions, packages, images
    ("nvm use 22.3.0", "version=22.3.0 of node"),
    ("asdf local nodejs 20.1.0", "version=20.1.0 of node"),
    ("volta install node@20", "version=20 of node"),
    ("pyenv local 3.12.4", "version=3.12.4 of python"),
    ("uv python pin 3.13", "version=3.13 of python"),
    ("docker run python:3.12-slim", "version=3.12-slim of python"),
    ("docker pull redis", "tag=latest of redis (implicit)"),
    ("npm install left-pad@1.3.0", "package=left-pad"),
    ("npm install left-pad@1.3.0", "version=1.3.0 of left-pad"),
    ("npm i @types/node", "package=@types/node"),
    ("npm i x", "package_manager=npm"),
    ("npx prisma migrate reset", "package_manager=npm"),
    ("python -m pip install 'httpx[http2]>=0.27'", "package=httpx"),
    ("pip install requests==2.31.0", "version=2.31.0 of requests"),
    ("uv run pytest", "package_manager=uv"),
    ("poetry add httpx", "package_manager=poetry"),
    ("flutter pub add google_mobile_ads", "package=google_mobile_ads"),
    # branches, environments, clouds
    ("git push origin HEAD:main", "branch=main"),
    ("git push origin +fix", "branch=fix"),
    ("git push -u origin feature/x", "branch=feature/x"),
    ("git checkout -b fix/y", "branch=fix/y"),
    ("git switch -c fix/y", "branch=fix/y"),
    ("git merge origin/main", "branch=main"),
    ("gh pr create --base develop --title x", "branch=develop"),
    ("NODE_ENV=production node x.js", "environment=production"),
    ("php artisan migrate --env=testing", "environment=testing"),
    ("./deploy.sh staging", "environment=staging"),
    ("make deploy ENV=production", "environment=production"),
    ("terraform apply -var region=us-east-1", "region=us-east-1"),
    ("aws s3 ls --region eu-west-1", "region=eu-west-1 of aws"),
    ("kubectl -n shop get pods", "namespace=shop of kubernetes"),
    ("helm upgrade api ./chart --set image.tag=1.2.3", "tag=1.2.3"),
    ("claude -p hi --model some-model", "model=some-model"),
    ("tool --timeout 30", "timeout=30"),
    ("python train.py --learning-rate 1e-3", "learning_rate=1e-3"),
    ("python export.py --length-unit ft", "length_unit=ft"),
    ("AWS_REGION=eu-west-1 aws s3 ls", "region=eu-west-1 of aws"),
    ("terraform plan", "tool=terraform"),
    ("npm run build -- --mode staging", "environment=staging"),
    ("gem install rails -v 7.1", "version=7.1 of rails"),
    ("aws configure set region us-east-1", "region=us-east-1 of aws"),
    ("git config user.email ann@example.org", "user_email=ann@example.org"),
    ("kubectl set image deploy/web web=repo/web:1.2", "tag=1.2 of web"),
    ("java -jar app.jar --server.port=9090", "port=9090"),
    ("./gradlew bootRun --args='--server.port=8085'", "port=8085 of spring"),
    ("nc -l 8080", "port=8080"),
    ("gh pr merge 412 --merge", "merge_method=merge"),
    # what is written to files
    ("echo 'PORT=5432' >> .env", "port=5432"),
    ("printf 'REDIS_PORT=6379' | tee -a .env", "port=6379 of redis"),
    ("cat > c.yml <<'EOF'\nmongodb:\n  port: 27017\nEOF", "port=27017 of mongodb"),
    ("sed -i 's/PORT=5432/PORT=5439/' .env", "port=5439 (was 5432)"),
    # queries
    ('psql -c "SELECT name FROM users WHERE id = 1"', "table=users of postgresql"),
    ('psql -c "ALTER TABLE users DROP COLUMN age"', "column=age of postgresql"),
    ("psql <<< 'select 1 from orders'", "table=orders of postgresql"),
    ("echo 'drop table t' | mysql shop", "table=t of mysql"),
]


@pytest.mark.parametrize(("command", "fact"), FACTS)
def test_fact(command: str, fact: str) -> None:
    found = []
    for one in read(command).facts:
        text = f"{one.parameter}={one.value}" + (f" of {one.subject}" if one.subject else "")
        found.append(text + (" (implicit)" if one.implicit else "") + (f" (was {one.was})" if one.was else ""))
    assert fact in found


NO_FACTS = [
    "grep -rn 27017 docs/",
    'echo "run mongosh --port 27017"',
    "man mongosh",
    "git show 5432ab1 --stat",
    'git log --grep "port 5432"',
    "ls # mongosh --port 27017",
    "lsof -nP -i :6379",
    "psql --help",
    "command -v psql",
    "if command -V mongosh >/dev/null; then ls; fi",
    "cat notes.txt | grep 5432",
]


@pytest.mark.parametrize("command", NO_FACTS)
def test_what_is_only_shown_or_looked_for_chooses_no_port(command: str) -> None:
    reading = read(command)
    assert not [fact for fact in reading.facts if fact.parameter == "port"]
    assert reading.read_only


ACTS = [
    ("rm -rf build", "delete rm path build"),
    ("find . -name '*.log' -delete", "delete find path ."),
    ("find . -name '*.tmp' | xargs rm -f", "delete rm"),
    ("git push --force origin main", "push git remote origin, branch main"),
    ("git push origin :old", "delete git remote origin, branch old"),
    ("git branch -D old", "delete git branch old"),
    ("git branch new", "create git branch new"),
    ("git commit -m x", "commit git"),
    ("git checkout -- src/app.py", "switch git path src/app.py"),
    ("gh pr merge 12 --squash", "merge gh 12"),
    ("npm publish", "publish npm"),
    ("npm run deploy:prod", "deploy npm task deploy:prod"),
    ("pnpm vitest run src", "test pnpm"),
    ("docker compose exec app php artisan migrate:fresh", "delete artisan migrate:fresh"),
    ("docker compose exec app php artisan migrate", "migrate artisan"),
    ("docker compose down -v", "delete docker-compose"),
    ("docker volume rm data", "delete docker volume data"),
    ("kubectl exec web -- bash -c 'rm -rf /data'", "delete rm path /data"),
    ("ssh web 'sudo systemctl restart nginx'", "restart systemctl service nginx"),
    ("aws ec2 terminate-instances --instance-ids i-1", "delete aws"),
    ("aws s3 rm s3://logs --recursive", "delete aws"),
    ("gcloud run services delete api", "delete gcloud"),
    ("terraform apply -auto-approve", "deploy terraform"),
    ("terraform apply -destroy", "delete terraform"),
    ("curl -X DELETE https://example.com/users/1", "delete curl url https://example.com/users/1"),
    ("curl -d a=b https://example.com", "send curl url https://example.com"),
    ("pkill -f vite && pnpm dev", "stop pkill"),
    ("psql -c 'DELETE FROM users'", "delete psql table users every row"),
    ("psql -c 'DELETE FROM users WHERE id=1'", "delete psql table users"),
    ("psql -c 'DROP DATABASE shop'", "delete psql database shop"),
    ("psql -c 'GRANT ALL ON users TO x'", "grant psql table users"),
    ("mongosh --eval 'db.users.deleteMany({})'", "delete mongosh table users every row"),
    ("redis-cli FLUSHALL", "delete redis-cli FLUSHALL"),
    ("crontab -r", "delete crontab"),
    ("echo x > out.txt", "write path out.txt"),
    ("./deploy.sh", "deploy deploy.sh"),
    ("eval 'rm -rf x'", "delete rm path x"),
    ("adb shell rm -r x", "delete rm path x"),
    ("psql shop < dump.sql", "run psql script from a file"),
    ("ssh host <<'EOF'\nrm -rf /srv\nEOF", "delete rm path /srv"),
    ("bash scripts/deploy.sh", "deploy bash script scripts/deploy.sh"),
    ("prettier --write src", "format prettier path src"),
    ("python -m pytest -q", "test pytest"),
    ("mail -s hi ann@example.org", "send mail recipient ann@example.org"),
]


@pytest.mark.parametrize(("command", "act"), ACTS)
def test_act_that_changes_something(command: str, act: str) -> None:
    reading = read(command)
    assert act in [" ".join(filter(None, (one.verb, one.tool, one.object))) for one in reading.acts] or any(
        " ".join(filter(None, (one.verb, one.tool, one.object))).startswith(act + " ") for one in reading.acts
    )
    assert not reading.read_only


READ_ONLY = [
    "ls -la; cat x; git status",
    "git log --oneline main..HEAD | head -5",
    "git diff HEAD~1",
    "git branch",
    "git push -n origin fix",
    "git fetch origin main",
    "npm publish --dry-run",
    "npm view left-pad version",
    "terraform plan",
    "kubectl get pods -n prod",
    "kubectl apply -f k8s/ --dry-run=client",
    "docker compose ps",
    "docker exec db psql -c 'select 1'",
    "psql -c 'SELECT * FROM users'",
    "curl -s https://example.com | jq .x",
    "aws ec2 describe-instances",
    "redis-cli get x",
    "sed -n 1,5p x",
    "find . -name x",
    "rm --help",
    "grep x y 2>/dev/null",
    "ls 2>&1",
    "make -n deploy",
    "black --check .",
    "sudo cat /etc/hosts",
    "command -v psql",
    "if command -V mongosh >/dev/null; then ls; fi",
    "cd src && ls",
    "tar tzf x.tgz",
    "psql -c \"SELECT 'drop table x'\"",
]


@pytest.mark.parametrize("command", READ_ONLY)
def test_what_changes_and_sends_nothing_is_read_only(command: str) -> None:
    assert read(command).read_only


ENVIRONMENTS = [
    ("kubectl -n production delete pod web", "production"),
    ("ssh deploy@prod-1.example.com ls", "production"),
    ("curl http://staging.example.com/", "staging"),
    ("docker compose -f docker-compose.prod.yml up -d", "production"),
    ("vercel --prod", "production"),
    ("wrangler deploy --env staging", "staging"),
    ("psql app_dev", "development"),
    ("cp infra/staging/a.tf infra/prod/", "production"),
    ("pytest tests/test_x.py", "test"),
    ("npm run deploy:prod", "production"),
    ("ls src", None),
    ("git push origin fix/latest", None),
]


@pytest.mark.parametrize(("command", "environment"), ENVIRONMENTS)
def test_environment(command: str, environment: str | None) -> None:
    assert read(command).environment == environment


def test_a_command_keeps_its_words_and_its_flags_in_their_long_form() -> None:
    [act] = read("sudo git commit -nm 'Quick fix'").acts
    assert act.command == ("git", "commit", "-nm", "Quick fix")
    assert {"-n", "--no-verify", "-m", "--message"} <= set(act.flags)
    [_, act] = read("docker compose exec app php artisan migrate:fresh").acts
    assert act.command == ("php", "artisan", "migrate:fresh")


def test_a_message_in_a_heredoc_is_a_passage() -> None:
    reading = read("git commit -m \"$(cat <<'EOF'\nExplain the port\n\nBody\nEOF\n)\"")
    assert [(passage.kind, passage.text) for passage in reading.passages] == [
        ("message", "Explain the port\n\nBody"),
    ]
