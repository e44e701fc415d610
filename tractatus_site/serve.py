"""The embedded mode: web server, Celery beat and Celery worker in this one process.

`python -m tractatus_site.serve`, which `bin/serve` calls once the environment is there. The order matters: the
database is brought up to date and the demo organisation loaded before the port is opened, so that whoever gets an
answer gets a site that is ready. The worker has the main thread because it owns the signals. A kill at any moment
loses nothing: what is due is a row, and the first tick after the next start finds it.
"""

import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TRIED = 20
# Longer than any request takes, shorter than anybody waits after Ctrl-C.
STOPS_WITHIN = 4.0


def say(words: str = "") -> None:
    """One line to whoever started this, at once even into a pipe."""
    print(words, flush=True)


def is_free(port: int) -> bool:
    """Whether somebody could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port() -> int:
    """PORT if it is set, which must then be free; else the first free one from 8000 on. Ends the program if none is."""
    given = os.environ.get("PORT", "").strip()
    if given:
        if not given.isdigit() or not 0 < int(given) < 65536:
            raise SystemExit(f"PORT must be a number between 1 and 65535, not {given!r}.")
        if not is_free(int(given)):
            raise SystemExit(f"Port {given} is in use. Set PORT to a free one, for example: PORT=8765 bin/serve")
        return int(given)
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if is_free(port):
            if port != FIRST_PORT:
                say(f"Port {FIRST_PORT} is in use, so this is on port {port}. PORT=… bin/serve chooses another.")
            return port
    raise SystemExit(f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} is free. Set PORT.")


def prepare() -> None:
    """Database, demo organisation, static files; each step is named before it begins, because each may take a while."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tractatus_site import running

    running.hold(settings.DATA_DIR)
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        say(f"Preparing the database ({len(missing)} steps) …")
        call_command("migrate", interactive=False, verbosity=0)
    load_demo_the_first_time()
    from tractatus_site.files import collect_static_if_changed

    if not settings.DEBUG and collect_static_if_changed():
        say("Static files collected.")


def load_demo_the_first_time() -> None:
    """Loads the demo organisation into an installation that has no organisation yet and has not ended the demo.

    A mark stands in DATA_DIR while it loads: if the process was killed in between, the next start loads it again,
    which the command takes as finishing its work.
    """
    from django.conf import settings
    from django.core.management import call_command

    from accounts.models import Organisation

    mark = settings.DATA_DIR / "demo-is-loading"
    if started_for_real():
        return
    if Organisation.objects.exists() and not mark.exists():
        return
    say("Loading the demo organisation …")
    mark.touch()
    call_command("seed_demo")
    mark.unlink(missing_ok=True)


def started_for_real() -> bool:
    """Whether somebody has made this installation their own, which ended the demo."""
    from django.db.models import Q

    from accounts.models import Installation

    return Installation.objects.filter(Q(demo_ended_at__isnull=False) | Q(started_at__isnull=False)).exists()


class Web(threading.Thread):
    """waitress in a thread of its own. Making it opens the port; `stop` lets running requests end and closes it."""

    def __init__(self, port: int) -> None:
        super().__init__(name="web", daemon=True)
        from django.conf import settings
        from waitress.server import create_server

        from tractatus_site.wsgi import application

        options: dict[str, Any] = {"host": HOST, "port": port, "threads": 8, "ident": ""}
        if settings.TRUSTED_PROXIES:
            # Only a proxy on this machine reaches the loopback address, and it is the one that ends TLS.
            options |= {
                "trusted_proxy": HOST,
                "trusted_proxy_count": settings.TRUSTED_PROXIES,
                "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
                "clear_untrusted_proxy_headers": True,
            }
        self.server = create_server(application, **options)

    def run(self) -> None:
        self.server.run()

    def stop(self) -> None:
        self.server.task_dispatcher.shutdown(cancel_pending=True, timeout=2)
        # Closed by the loop's own thread: it would fail on a socket that another closes while it waits on it.
        self.server.trigger.pull_trigger(self._close)

    def _close(self) -> None:
        self.server.asyncore.close_all(self.server._map, ignore_all=True)


class Stop:
    """Ends the process once: asks web, beat and worker to leave at the same time, and insists if one does not."""

    def __init__(self, *others: Callable[[], None]) -> None:
        self.asked = False
        self.others = [threading.Thread(target=other, daemon=True) for other in others]

    def __call__(self, number: int, frame: FrameType | None) -> None:
        from celery.worker import state

        if self.asked:
            os._exit(0)
        self.asked = True
        state.should_stop = 0  # type: ignore[assignment]  # the exit code, which the stubs do not know
        say("\nStopping …")
        for other in self.others:
            other.start()
        insist = threading.Timer(STOPS_WITHIN, self.insist)
        insist.daemon = True
        insist.start()

    def insist(self) -> None:
        """A transaction that is cut off here is rolled back, and its work is still due at the next start."""
        say("Stopped.")
        os._exit(0)

    def listen(self) -> None:
        """Takes the signals. Celery's worker sets its own when it starts, so this is called again when it is ready."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self)


def run(port: int) -> None:
    """Serves until a signal comes, then closes port, beat and worker. Returns when all have stopped."""
    from celery import beat, platforms, signals
    from celery.worker import state
    from django.conf import settings

    from tractatus_site.celery import app

    # Celery warns of pickled messages run as root; ours are JSON, and a container often has no other user.
    warnings.filterwarnings("ignore", category=platforms.SecurityWarning)  # type: ignore[attr-defined]

    web = Web(port)
    # In memory: where beat was is of no interest, since the tick looks at rows and the first one is sent below.
    clock: Any = beat.EmbeddedService(app, thread=True, scheduler_cls=beat.Scheduler)
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    stop = Stop(web.stop, clock.stop)
    worker = app.Worker(
        pool="threads",
        concurrency=4,
        hostname=f"tractatus-{port}@localhost",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        task_events=False,
        loglevel="WARNING",
        quiet=True,
    )

    def ready(**kwargs: Any) -> None:
        stop.listen()
        for entry in schedule.values():
            app.send_task(entry["task"], expires=entry["options"]["expires"])
        say(welcome())

    signals.worker_ready.connect(ready, weak=False)
    web.start()
    clock.start()
    worker.start()
    if not stop.asked:
        if state.should_stop is None and state.should_terminate is None:
            raise SystemExit("The worker ended by itself; the lines above say why.")
        # The signal came while the worker had set its own handlers and was not ready yet.
        stop(signal.SIGINT, None)
    for other in stop.others:
        other.join(STOPS_WITHIN)
    say("Stopped.")


def welcome() -> str:
    """The address and how to sign in."""
    from django.conf import settings
    from django.db import connection

    lines = ["", f"Tractatus is at {settings.SITE_URL}/"]
    if started_for_real():
        lines.append("Sign in there with your e-mail address and password.")
    else:
        lines.append("Open it and choose: look around as one of the demo people, or start for real.")
    kept = "Everything" if connection.vendor == "sqlite" else "Everything but the database"
    lines += [f"{kept} is kept in {settings.DATA_DIR}. Ctrl-C stops it.", ""]
    return "\n".join(lines)


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Prepares and serves; 0 after a signal, at whatever moment it came."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        port = choose_port()
        os.environ["PORT"] = str(port)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")
        import django

        django.setup()
        begun = time.monotonic()
        prepare()
        if time.monotonic() - begun > 5:
            say(f"Ready after {time.monotonic() - begun:.0f} s.")
        run(port)
    except KeyboardInterrupt:
        say("\nStopped.")
    sys.stdout.flush()
    # Threads that are still busy with a broker that does not answer must not keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
