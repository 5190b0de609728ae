// More of it, under a master, in test_master_preload.cpp.
#include "cruet/process/nursery.hpp"

#include <functional>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;
using namespace std::chrono_literals;

#ifdef __linux__

namespace {

// In a process of its own, which adopts orphans for good. Its exit code.
int elsewhere(const std::function<int()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(work());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// Lives as a nursery, whose workers end with 40 and more.
[[noreturn]] void be_nursery(nursery_context& nursery, pid_t master) {
    nursery.ready();
    plain_fork policy;
    while (nursery.wait() == 17) {
        if (auto worker = nursery.fork_one(policy, 500ms)) {
            const bool right = ::getppid() == master && worker->slot().pid() == ::getpid() &&
                               worker->number() == 17 && worker->trace_fd() >= 0;
            ::_exit(right ? 40 + static_cast<int>(worker->index()) : 1);
        }
    }
    ::_exit(5);
}

// What a master does: two workers, and the end.
int be_master() {
    if (!adopt_orphans()) return 1;
    auto board = scoreboard::create(4, 1);
    auto life = byte_pipe::open(), ready = byte_pipe::open();
    auto line = nursery_line::open();
    auto trace = trace_file::create();
    if (!board || !life || !ready || !line || !trace) return 2;
    const pid_t master = ::getpid(), pid = ::fork();
    if (pid == 0) {
        life->close_write();
        line->master.reset();
        nursery_context nursery(worker_context(std::move(*board), 0, master, std::move(*life),
                                               std::move(*ready), handover(), trace_file()),
                                std::move(line->nursery));
        be_nursery(nursery, master);
    }
    line->nursery.reset();
    nursery_answer answer{-1, -1};
    if (::recv(line->master.get(), &answer, sizeof answer, 0) != sizeof answer) return 3;
    if (answer.pid != 0 || answer.error != 0) return 4;
    for (std::uint32_t slot = 2; slot <= 3; ++slot) {
        const nursery_order order{slot, 17};
        if (!send_message(line->master.get(), &order, sizeof order, trace->fd())) return 5;
        if (::recv(line->master.get(), &answer, sizeof answer, 0) != sizeof answer) return 6;
        // It is this process's child, though the nursery has made it.
        int status = 0;
        if (::waitpid(answer.pid, &status, 0) != answer.pid) return 7;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 40 + static_cast<int>(slot)) return 8;
        if (board->slot(slot).pid() != answer.pid) return 9;
    }
    line->master.reset();
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 5 ? 0 : 10;
}

}  // namespace

TEST_CASE("nursery: workers are the master's children, and it ends with its line") {
    CHECK(elsewhere(be_master) == 0);
}

TEST_CASE("nursery: it ends when the master has gone") {
    CHECK(elsewhere([] {
              auto board = scoreboard::create(1, 1);
              auto life = byte_pipe::open(), ready = byte_pipe::open();
              auto line = nursery_line::open();
              if (!board || !life || !ready || !line) return 2;
              const int fd = life->write_fd();
              nursery_context nursery(
                  worker_context(std::move(*board), 0, ::getppid(), std::move(*life),
                                 std::move(*ready), handover(), trace_file()),
                  std::move(line->nursery));
              ::close(fd);
              return nursery.wait() == 0 ? 0 : 3;
          }) == 0);
}

#endif
