"""The server as ``cruet run`` starts it: listeners, a master, workers with the application."""

from __future__ import annotations

import faulthandler
import gc
import logging
import os
import signal
import sys
import traceback
import typing as t
from collections.abc import Callable

from .. import _cruet
from ..toolkit._addresses import Listener, OptionError
from . import logs
from .hooks import OF_WORKERS, HookError, Hooks, WorkerView
from .loading import AppLoadError
from .mechanics import Owner, PidFile, Terminal, become_new_master, set_title
from .options import ServerOptions
from .service import Service
from .statsd import Statsd

#: Exit code where the application cannot be loaded.
BOOT_FAILURE = 3

App = Callable[..., t.Any]


def supervise(service: Service, load: Callable[[ServerOptions], App]) -> int:
    """Serve what ``load`` gives, in workers that each load it for themselves.

    Returns the master's exit code: 0 after a signal, :data:`BOOT_FAILURE` where the application
    does not load or a hook fails that comes before it. Workers end by SystemExit, on the caller's
    stack.

    :raises OptionError: an address or the access log cannot be had.
    """
    options = service.options
    owner = Owner(options)
    logs.set_up(options)
    try:
        service.hooks.demand("on_starting", service.server)
    except HookError as error:
        return _complain_of_hook(error)
    predecessor, inherited = _cruet.inherit()
    access_log = logs.AccessLog(options)
    statsd = Statsd(options)
    statsd.count_lines_of(logs.logger)
    service.listen(inherited)
    terminal = Terminal()
    try:
        owner.take(_files(service, access_log))
        # The successor of a daemon is one.
        if options.daemon and not predecessor:
            code = terminal.leave()
            if code is not None:
                service.close(unlink=False)
                return code
        pidfile = PidFile(options, predecessor)
    except OptionError:
        service.close(unlink=not predecessor)
        raise
    observer = _Observer(service, access_log, statsd, owner, terminal, pidfile, predecessor)
    return _run(service, observer, load)


def _run(
    service: Service,
    observer: _Observer,
    load: Callable[[ServerOptions], App],
) -> int:
    options = service.options
    master = service.server.pid = os.getpid()
    set_title("master", service.name)
    try:
        service.hooks.call("nworkers_changed", service.server, options.workers, None)
        if not options.preload:
            # Else when the application is loaded.
            service.hooks.demand("when_ready", service.server)
        sys.stdout.flush()
        sys.stderr.flush()
        # What is there by now stays to the end. Collectors that passed it by keep the pages that
        # workers share with their master shared, and end both in a third of the time.
        gc.freeze()
        outcome = _cruet.run_master(
            observer,
            service.master_settings(),
            lanes=options.threads + 1,
            predecessor=observer.predecessor,
            preload=options.preload,
            # Services of systemd have a process group of their own, too.
            detached=options.daemon or "INVOCATION_ID" in os.environ,
        )
        if isinstance(outcome, _cruet.WorkerPlace):
            sys.exit(_work(outcome, service, observer, lambda: load(service.options)))
        if isinstance(outcome, _cruet.Nursery):
            sys.exit(_nurse(outcome, service, observer, load))
        if not isinstance(outcome, int):
            service.leave()
            become_new_master(service.folder, [*service.listeners, *service.monitors])
        return _complain_of_hook(observer.failure) if observer.failure else outcome
    except HookError as error:
        return _complain_of_hook(error)
    finally:
        if os.getpid() == master:
            service.hooks.call("on_exit", service.server)
            service.close(unlink=not observer.shares_sockets)
            observer.pidfile.remove()
        else:
            service.close(unlink=False)


def _files(service: Service, access_log: logs.AccessLog) -> list[int | str]:
    """What workers write to, or who connects to them must reach."""
    listeners = (*service.listeners, *service.monitors)
    sockets = [x.address.path for x in listeners if x.address.path and not x.given]
    return [*sockets, *logs.files(access_log)]


def _complain_of_hook(error: HookError) -> int:
    logs.logger.error("The hook %s failed", error, exc_info=error.__cause__)
    return BOOT_FAILURE


def _banner(options: ServerOptions, listeners: list[Listener], secure: bool) -> str:
    where = ", ".join(str(listener.address) for listener in listeners)
    if secure:
        where = where.replace("http:", "https:")
    loop = options.loop or _cruet.default_loop_name
    return (
        f"cruet {_cruet.version} serves at {where} (workers: {options.workers}, "
        f"threads: {options.threads}, loop: {loop}, pid: {os.getpid()})"
    )


class _Observer:
    """Tells the log what the master does, and closes its listeners when it stops.

    The banner waits for the first worker: an application that does not load says so alone.
    """

    def __init__(
        self,
        service: Service,
        access_log: logs.AccessLog,
        statsd: Statsd,
        owner: Owner,
        terminal: Terminal,
        pidfile: PidFile,
        predecessor: int,
    ) -> None:
        self.service = service
        self.access_log = access_log
        self.statsd = statsd
        self.owner = owner
        self.terminal = terminal
        self.pidfile = pidfile
        #: The older master, and the new one, that there are beside this; 0: none.
        self.predecessor = predecessor
        self.successor = 0
        self.banner = _banner(service.options, service.listeners, service.tls is not None)
        self.stopping = False
        #: Has when_ready been called?
        self.was_ready = False
        #: What a hook has raised that there is no serving without.
        self.failure: HookError | None = None
        #: The worker that is forked next, or was last.
        self.coming = WorkerView(service.options, 0)

    @property
    def shares_sockets(self) -> bool:
        """Does another master serve on the same sockets?"""
        return bool(self.predecessor or self.successor)

    def notify(self, event: str, pid: int, status: int, text: str) -> None:
        self._call_hooks(event, pid, status)
        if event in ("worker_started", "worker_ended", "boot_failed"):
            self.statsd.gauge("gunicorn.workers", len(self.service.server.WORKERS))
        self._note_masters(event, pid)
        if event == "worker_stood":
            logs.logger.error("Worker %d hung here:\n%s", pid, text.rstrip())
        elif event == "logs_reopened":
            logs.reopen(self.access_log)
            logs.logger.info("Logs reopened")
            self._give_away_logs()
        else:
            self._log(event, pid, status)

    def _give_away_logs(self) -> None:
        # Before workers open them, too.
        try:
            self.owner.take(logs.files(self.access_log))
        except OptionError as error:
            logs.logger.error("%s", error)

    def _note_masters(self, event: str, pid: int) -> None:
        if event == "upgrade_started":
            self.successor = pid
        elif event == "upgrade_ended":
            self.successor = 0
        elif event == "promoted":
            self.predecessor = 0
            self.pidfile.promote()
        elif event == "worker_ready":
            self.terminal.started()

    def _call_hooks(self, event: str, pid: int, status: int) -> None:
        server, hooks = self.service.server, self.service.hooks
        if event == "worker_starting":
            self.coming = self.service.new_worker()
            if not self.service.options.preload:
                hooks.call("pre_fork", server, self.coming)
        elif event == "nursery_ready" and not self.was_ready:
            self.was_ready = True
            self._call_when_ready()
        elif event == "worker_started":
            self.coming.pid = pid
            server.WORKERS[pid] = self.coming
        elif event in ("worker_ended", "boot_failed"):
            worker = server.WORKERS.pop(pid, None)
            if worker is not None:
                worker.alive = False
                hooks.call("child_exit", server, worker)
        elif event == "workers_wanted":
            self._set_number(status)
        elif event == "reload_started":
            self._set_number(self.service.options.workers)
            hooks.call("on_reload", server)
        elif event == "reload_failed":
            self.service.reload_failed()
            self._set_number(self.service.options.workers)
        elif event == "reload_finished":
            self.service.reload_finished()
        elif event == "upgrade_starting":
            hooks.call("pre_exec", server)

    def _call_when_ready(self) -> None:
        try:
            self.service.hooks.demand("when_ready", self.service.server)
        except HookError as error:
            self.failure = error
            os.kill(os.getpid(), signal.SIGTERM)

    def _set_number(self, workers: int) -> None:
        server = self.service.server
        if server.num_workers != workers:
            before, server.num_workers = server.num_workers, workers
            self.service.hooks.call("nworkers_changed", server, workers, before)

    def _log(self, event: str, pid: int, status: int) -> None:
        log = logs.logger
        if event == "stopping":
            self.stopping = True
            # Workers have been handed what waited.
            self.service.close(unlink=not self.shares_sockets)
            log.info("Stopping: %s", signal.Signals(status).name)
        elif event == "worker_ready":
            if self.banner:
                log.info("%s", self.banner)
                self.banner = ""
            log.info("Worker %d serves", pid)
        elif event == "worker_recycled":
            log.info("Worker %d is recycled: %s", pid, _LIMITS[_cruet.recycle_reasons[status]])
        elif event == "workers_wanted":
            log.info("Workers wanted: %d", status)
        elif event == "worker_ended" and status != 0:
            # The stop may come before a worker that still imports knows how to take it.
            as_told = self.stopping and status == signal.SIGTERM
            log.log(
                logging.DEBUG if as_told else logging.WARNING,
                "Worker %d ended: %s",
                pid,
                how_it_ended(status),
            )
        elif event == "worker_hung":
            log.error("Worker %d hangs beyond the timeout and is replaced", pid)
        elif event == "worker_killed":
            log.warning("Worker %d did not stop in time and is killed", pid)
        elif event == "boot_failed":
            # What the worker has itself complained of needs no second line.
            own = os.WIFEXITED(status) and os.WEXITSTATUS(status) == BOOT_FAILURE
            log.log(
                logging.DEBUG if own else logging.ERROR,
                "Worker %d did not start: %s",
                pid,
                how_it_ended(status),
            )
        elif event == "fork_failed":
            log.error("No new worker: %s", os.strerror(status))
        elif event == "nursery_ended":
            log.warning("The nursery %d ended: %s", pid, how_it_ended(status))
        elif event == "reload_started":
            log.info("Reloading")
        elif event == "reload_finished":
            log.info("Reloaded")
        elif event == "reload_failed":
            log.error("The reload has failed; the old workers go on")
        elif event == "signal_ignored":
            log.info("%s is ignored in the foreground", signal.Signals(status).name)
        elif event == "upgrade_started":
            log.info("A new master starts: %d", pid)
        elif event == "upgrade_refused":
            log.warning("No new master as long as there is another: %d", pid)
        elif event == "upgrade_ended":
            log.warning("The new master %d has ended: %s", pid, how_it_ended(status))
        elif event == "promoted":
            log.info("The old master has gone")
        else:
            log.debug("%s %d", event, pid)

    def reload(self) -> dict[str, t.Any] | None:
        """Return what the master is told from now on; None: all stays as it is."""
        return self.service.master_settings() if self.service.reload() else None


#: What a worker has reached, by the name of the reason.
_LIMITS = {
    "requests": "it has served its number of requests",
    "lifetime": "it has served its time",
    "memory": "it has more memory than it may",
}


def how_it_ended(status: int) -> str:
    """Say in words what :func:`os.wait` tells."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            return f"killed by {signal.Signals(number).name}"
        except ValueError:
            return f"killed by signal {number}"
    return f"exit code {os.waitstatus_to_exitcode(status)}"


def _nurse(
    nursery: _cruet.Nursery,
    service: Service,
    observer: _Observer,
    load: Callable[[ServerOptions], App],
) -> int:
    """Load the application, and fork workers with it; returns in each worker, at its end.

    ``pre_fork`` is called here, where what it does to the worker or the application reaches both.
    """
    set_title("nursery", service.name)
    signal.signal(signal.SIGINT, lambda *_: None)
    if not observer.owner.become(nursery):
        return BOOT_FAILURE
    app = load_or_complain(lambda: load(service.options))
    if app is None:
        return BOOT_FAILURE
    # What is there now is not looked at again: pages that nobody writes to stay shared.
    gc.collect()
    gc.freeze()
    nursery.ready()
    while number := nursery.wait():
        worker = observer.coming = WorkerView(service.options, number)
        worker.ppid, worker.wsgi = service.server.pid, app
        service.hooks.call("pre_fork", service.server, worker)
        sys.stdout.flush()
        sys.stderr.flush()
        place = nursery.fork()
        if place is not None:
            # Files may have been moved away since the application was loaded.
            logs.reopen(observer.access_log)
            return _work(place, service, observer, lambda: app)
        # The first worker may still have something to say to the terminal.
        observer.terminal.worker_serves()
    # What the application wants to do at the end is for those to do who have served.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _work(
    place: _cruet.WorkerPlace,
    service: Service,
    observer: _Observer,
    load: Callable[[], App],
) -> int:
    worker, access_log = observer.coming, observer.access_log
    worker.pid = os.getpid()
    set_title("worker", service.name)
    try:
        hooks = Hooks(service.configuration, OF_WORKERS)
    except OptionError as error:
        print(f"cruet: {error}", file=sys.stderr, flush=True)
        return BOOT_FAILURE
    try:
        hooks.demand("post_fork", service.server, worker)
        if not observer.owner.become(place):
            return BOOT_FAILURE
        _take_signals(hooks, worker, access_log)
        worker.wsgi = load_or_complain(load)
        if worker.wsgi is None:
            return BOOT_FAILURE
        access_log.in_worker()
        server = _make_server(place, service, hooks, worker, observer)
        hooks.demand("post_worker_init", worker)
        worker.booted = True
        observer.terminal.worker_serves()
        _serve(place, server, service, hooks, worker)
    except HookError as error:
        return _complain_of_hook(error)
    finally:
        worker.alive = False
        hooks.call("worker_exit", service.server, worker)
    return 0


def _serve(
    place: _cruet.WorkerPlace,
    server: _cruet.Server,
    service: Service,
    hooks: Hooks,
    worker: WorkerView,
) -> None:
    def quit(*_: object) -> None:
        hooks.call_once("worker_int", worker)
        server.stop(graceful=False)

    def hangs(*_: object) -> None:
        hooks.call("worker_abort", worker)
        server.end_hangs()

    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    signal.signal(signal.SIGQUIT, quit)
    signal.signal(_cruet.hang_signal, hangs)
    if place.trace_fd >= 0:
        # Written at once, also where no line of Python runs any more; the master logs it.
        faulthandler.register(_cruet.hang_signal, place.trace_fd, all_threads=True, chain=True)
    # The server has duplicates, which it closes as soon as it stops accepting.
    service.close(unlink=False)
    place.ready()
    server.run()


def _take_signals(hooks: Hooks, worker: WorkerView, access_log: logs.AccessLog) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: logs.reopen(access_log))
    # They may have been moved away before that.
    access_log.reopen()
    # The terminal's Ctrl-C goes to the whole group; the master passes on what is meant. A function
    # rather than SIG_IGN, which programs that the application starts would inherit.
    signal.signal(signal.SIGINT, lambda *_: hooks.call_once("worker_int", worker))
    if "worker_abort" in hooks.functions:

        def abort(*_: object) -> t.NoReturn:
            hooks.call("worker_abort", worker)
            sys.exit(1)

        signal.signal(signal.SIGABRT, abort)


def _make_server(
    place: _cruet.WorkerPlace,
    service: Service,
    hooks: Hooks,
    worker: WorkerView,
    observer: _Observer,
) -> _cruet.Server:
    options, access_log = service.options, observer.access_log
    return _cruet.Server(
        worker.wsgi,
        [listener.socket for listener in service.listeners],
        monitors=[listener.socket for listener in service.monitors],
        access_log=access_log.fd,
        syslog_prefix=access_log.syslog_prefix,
        **observer.statsd.worker_settings(),
        multiprocess=options.workers > 1,
        place=place,
        tls=service.tls,
        tell=logs.logger.debug if logs.logger.isEnabledFor(logging.DEBUG) else None,
        **options.worker_settings(),
        **hooks.around_requests(worker),
    )


def load_or_complain(load: Callable[[], App]) -> App | None:
    """Return the application, or tell standard error why there is none."""
    try:
        return load()
    except AppLoadError as error:
        print(f"cruet: {error}", file=sys.stderr)
    except BaseException as error:
        format_message = getattr(error, "format_message", None)
        if format_message is not None:
            # click's, for whom a message is enough.
            print(f"cruet: {format_message()}", file=sys.stderr)
        else:
            traceback.print_exc()
    sys.stderr.flush()
    return None
