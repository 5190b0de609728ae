// How other threads reach a worker's loop: exchanges whose state has changed, and functions to run.
//
// The worker watches fd() and calls drain(). The port is shared by intrusive count, because
// exchanges in the hands of threads may outlive their worker; after close() what comes is dropped.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "cruet/core/ref.hpp"
#include "cruet/net/notifier.hpp"

namespace cruet::server {

class exchange;

class completion_port : public ref_counted<completion_port> {
public:
    // Throws std::system_error (net/notifier.hpp).
    completion_port() = default;

    int fd() const noexcept { return notifier_.fd(); }

    // Any thread: has exchange_host::progress() called on the loop's thread. Notices of one
    // exchange are merged while it waits.
    void notify(exchange& changed);
    // Any thread: runs `task` on the loop's thread. False: the loop has ended.
    bool post(std::function<void()> task);
    // Any thread, any signal handler: wakes the loop, which looks at its own flags.
    void wake() const noexcept { notifier_.notify(); }

    // Any thread, any signal handler: the loop has been told to end, and will see to it when it has
    // the time. Answers that are begun meanwhile are their connections' last.
    void set_ending() noexcept { ending_.store(true, std::memory_order_relaxed); }
    bool ending() const noexcept { return ending_.load(std::memory_order_relaxed); }

    // On the loop's thread: everything that waits, in order.
    void drain();
    void close();

private:
    std::mutex mutex_;
    std::vector<ref_ptr<exchange>> changed_;
    std::vector<std::function<void()>> tasks_;
    bool closed_ = false;
    std::atomic<bool> ending_{false};
    net::notifier notifier_;
};

}  // namespace cruet::server
