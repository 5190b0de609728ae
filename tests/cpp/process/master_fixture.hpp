// A master in a process of its own, and what it tells, for tests.
#pragma once

#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "../catch.hpp"
#include "cruet/process/master.hpp"
#include "cruet/process/service_manager.hpp"

namespace cruet::test {

using namespace cruet::process;
using namespace std::chrono_literals;

// What the master of a test tells, in memory that it shares with the test.
struct journal {
    static constexpr int capacity = 500;
    std::atomic<int> size;
    std::atomic<int> boots;
    std::atomic<int> loads;
    std::atomic<bool> hold_nursery;
    std::atomic<bool> refuse_load;
    std::atomic<bool> refuse_reload;
    std::atomic<int> workers_from_now_on;
    master_notice entries[capacity];
    // The last text of a notice.
    char text[100];
};

struct to_journal {
    journal* book;
    void notify(const master_notice& notice) const {
        const int at = book->size.load();
        if (at >= journal::capacity) return;
        book->entries[at] = notice;
        if (!notice.text.empty()) {
            const std::size_t n = notice.text.copy(book->text, sizeof book->text - 1);
            book->text[n] = '\0';
        }
        book->size.store(at + 1);
    }
    bool reload(master_options& options) const {
        if (book->workers_from_now_on > 0) {
            options.workers = static_cast<unsigned>(book->workers_from_now_on.load());
        }
        return !book->refuse_reload;
    }
};
static_assert(MasterObserver<to_journal>);

using work = std::function<int(worker_context&)>;

// A worker that serves nothing until it is told to stop or its master is gone.
inline int wait_for_end(worker_context& worker) {
    auto signals = signal_channel::open({SIGTERM});
    if (!signals) return 99;
    worker.ready();
    pollfd watched[2] = {{signals->fd(), POLLIN, 0}, {worker.life_line(), POLLIN, 0}};
    while (::poll(watched, 2, -1) < 0) {
    }
    return 0;
}

class master_under_test {
public:
    master_under_test(
        const master_options& options, const work& job,
        const std::function<int()>& new_master = [] { return 97; }, bool refuse_load = false,
        bool hold_nursery = false) {
        void* memory = ::mmap(nullptr, sizeof(journal), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        book_ = new (memory) journal{};
        book_->refuse_load = refuse_load;
        book_->hold_nursery = hold_nursery;
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) be_master(options, job, new_master);
    }
    master_under_test(const master_under_test&) = delete;
    master_under_test& operator=(const master_under_test&) = delete;
    ~master_under_test() {
        if (pid_ != 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::munmap(book_, sizeof(journal));
    }

    journal& book() { return *book_; }
    pid_t pid() const { return pid_; }
    void signal(int number) const { ::kill(pid_, number); }

    int count(master_event event) const {
        int n = 0;
        for (int i = 0; i < book_->size; ++i) n += book_->entries[i].event == event;
        return n;
    }
    bool await(master_event event, int times = 1, std::chrono::milliseconds patience = 5s) const {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (count(event) < times) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(2ms);
        }
        return true;
    }
    // All that was told: kinds by number, with process and status.
    std::string text() const {
        std::string out;
        for (int i = 0; i < book_->size; ++i) {
            const master_notice& n = book_->entries[i];
            out += std::to_string(static_cast<int>(n.event)) + ":" + std::to_string(n.pid) + ":" +
                   std::to_string(n.status) + " ";
        }
        return out;
    }
    // The id in the n-th notice of its kind, from 0.
    pid_t nth(master_event event, int n) const {
        for (int i = 0; i < book_->size; ++i) {
            if (book_->entries[i].event == event && n-- == 0) return book_->entries[i].pid;
        }
        return -1;
    }
    // The master's exit code; 1000 + signal; -1 when it does not end.
    int exit_code(std::chrono::milliseconds patience = 5s) {
        const auto until = std::chrono::steady_clock::now() + patience;
        int status = 0;
        while (::waitpid(pid_, &status, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > until) return -1;
            std::this_thread::sleep_for(2ms);
        }
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    }

private:
    [[noreturn]] void be_master(const master_options& options, const work& job,
                                const std::function<int()>& new_master) {
        // Catch2's handler is nothing for a worker that is told to stop before it serves.
        ::signal(SIGTERM, SIG_DFL);
        auto manager = service_manager::of_environment();
        master_options timed = options;
        timed.heartbeat = manager.watchdog() / 2;
        master m(timed, plain_fork{}, managed(std::move(manager), timed, to_journal{book_}));
        auto end = m.run();
        if (!end) ::_exit(98);
        if (worker_context* worker = end->worker()) {
            ++book_->boots;
            ::_exit(job(*worker));
        }
        if (nursery_context* nursery = end->nursery()) be_nursery(*nursery, job);
        if (end->successor()) ::_exit(new_master());
        ::_exit(end->exit_code());
    }

    [[noreturn]] void be_nursery(nursery_context& nursery, const work& job) {
        ++book_->loads;
        while (book_->hold_nursery) std::this_thread::sleep_for(1ms);
        if (book_->refuse_load) ::_exit(3);
        nursery.ready();
        plain_fork policy;
        while (nursery.wait() != 0) {
            if (auto worker = nursery.fork_one(policy, 800ms)) {
                ++book_->boots;
                ::_exit(job(*worker));
            }
        }
        ::_exit(0);
    }

    journal* book_ = nullptr;
    pid_t pid_ = 0;
};

inline bool gone(pid_t pid, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    // A killed orphan may stay a zombie where nobody reaps: that counts as gone.
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    while (true) {
        char text[256] = {};
        FILE* file = std::fopen(path.c_str(), "r");
        if (!file) return true;
        const bool read = std::fgets(text, sizeof text, file) != nullptr;
        std::fclose(file);
        const char* end = read ? std::strrchr(text, ')') : nullptr;
        if (!end || end[2] == 'Z') return true;
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(5ms);
    }
}

inline master_options workers(unsigned n) {
    master_options options;
    options.workers = n;
    options.backoff_first = 20ms;
    return options;
}

}  // namespace cruet::test
