"""Every header that reads what others send has a fuzz target, seeds and a place in the build."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
INCLUDE = ROOT / "include" / "cruet"
FUZZ = ROOT / "tests" / "fuzz"

# Headers without a grammar of their own. Whoever adds one that reads input adds a target.
READS_NOTHING = {
    *("core/ascii.hpp", "core/charset.hpp", "core/element_view.hpp", "core/error.hpp"),
    *("core/limits.hpp", "core/ref.hpp", "core/result.hpp", "core/version.hpp", "net/handle.hpp"),
    "net/datagram_batch.hpp",
    *("net/libevent_loop.hpp", "net/listener.hpp", "net/loop.hpp", "net/notifier.hpp"),
    *("net/plain_stream.hpp", "net/poll_loop.hpp", "net/stream.hpp", "net/timer.hpp"),
    # OpenSSL reads what comes over TLS; test_tls_stream.cpp has hostile bytes for it.
    *("net/either_stream.hpp", "net/tls_context.hpp", "net/tls_options.hpp", "net/tls_stream.hpp"),
    *("process/crew.hpp", "process/daemon.hpp", "process/fd_message.hpp", "process/fork.hpp"),
    *("process/handover.hpp", "process/histogram.hpp", "process/identity.hpp"),
    *("process/master.hpp", "process/nursery.hpp", "process/pipe.hpp"),
    *("process/prometheus.hpp", "process/recycling.hpp", "process/scoreboard.hpp"),
    *("process/service_manager.hpp", "process/service_report.hpp"),
    *("process/signals.hpp", "process/title.hpp", "process/trace_file.hpp"),
    *("process/worker_context.hpp", "process/worker_stats.hpp"),
    "server/completion_port.hpp",
    *("server/connection.hpp", "server/connection_info.hpp", "server/exchange.hpp"),
    *("server/exchange_queue.hpp", "server/file_range.hpp", "server/handler.hpp"),
    "server/lent_bytes.hpp",
    *("server/metrics.hpp", "server/options.hpp", "server/request_body.hpp"),
    *("server/session_services.hpp", "server/statsd.hpp", "server/worker.hpp"),
    *("service/monitor.hpp", "service/service.hpp", "service/slot_metrics.hpp"),
}


def targets() -> list[Path]:
    return sorted(FUZZ.glob("fuzz_*.cpp"))


def named_by(target: Path) -> set[str]:
    """The headers that a target's opening comment says it is for."""
    comment = re.match(r"(?://.*\n)+", target.read_text())
    assert comment, f"{target.name} does not say which headers it is for"
    return set(re.findall(r"\w+/\w+\.hpp", comment[0]))


def test_every_header_that_reads_input_has_a_target() -> None:
    headers = {path.relative_to(INCLUDE).as_posix() for path in INCLUDE.glob("*/*.hpp")}
    fuzzed = {header for target in targets() for header in named_by(target)}
    assert fuzzed - headers == set()
    assert headers - fuzzed == READS_NOTHING


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.stem)
def test_target_has_seeds_and_is_replayed(target: Path) -> None:
    assert named_by(target)
    assert f"'{target.name}'" in (FUZZ / "meson.build").read_text()
    assert [*(FUZZ / "seeds" / target.stem.removeprefix("fuzz_")).iterdir()]
