// From the loop to the threads that run views: a bounded queue, and a Handler that fills it.
//
//     exchange_queue queue(1000);
//     queued_handler handler(queue);                       // worker<Loop, queued_handler>
//     while (exchange_ptr x = queue.pop()) answer(*x);     // in each thread; blocks
//     queue.close();                                       // pop() gives what is left, then null
//     refuse_all(queue);                                   // 503 to those that wait, where no
//                                                          // thread is left to answer
//     queue.nudge();                                       // one pop() gives null: there is other
//                                                          // work, and the queue is not closed()
//
// A request that finds the queue full is answered 503 with Retry-After, on the loop's thread. A
// connection has one request at most in the queue, those that it pipelines wait behind the answer:
// so whoever sends much waits for each of its requests behind all other connections.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "cruet/server/exchange.hpp"
#include "cruet/server/handler.hpp"

namespace cruet::server {

class exchange_queue {
public:
    static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

    explicit exchange_queue(std::size_t capacity) : capacity_(capacity) {}
    exchange_queue(const exchange_queue&) = delete;
    exchange_queue& operator=(const exchange_queue&) = delete;

    // False: full or closed.
    bool push(exchange_ptr x) {
        {
            std::lock_guard guard(mutex_);
            if (closed_ || waiting_.size() >= capacity_) return false;
            waiting_.push_back(std::move(x));
        }
        filled_.notify_one();
        return true;
    }

    // The oldest request, first come first served; those whose client has vanished are passed over.
    // Null once the queue is closed and empty, and for a nudge.
    exchange_ptr pop() {
        std::unique_lock lock(mutex_);
        for (;;) {
            filled_.wait(lock, [&] { return closed_ || nudged_ || !waiting_.empty(); });
            if (std::exchange(nudged_, false) || waiting_.empty()) return {};
            exchange_ptr x = std::move(waiting_.front());
            waiting_.pop_front();
            if (!x->gone()) return x;
        }
    }

    // All that wait, where nobody is left to take them.
    std::deque<exchange_ptr> take_all() {
        std::lock_guard guard(mutex_);
        return std::exchange(waiting_, {});
    }

    void close() {
        {
            std::lock_guard guard(mutex_);
            closed_ = true;
        }
        filled_.notify_all();
    }
    void nudge() {
        {
            std::lock_guard guard(mutex_);
            nudged_ = true;
        }
        filled_.notify_one();
    }
    bool closed() const {
        std::lock_guard guard(mutex_);
        return closed_;
    }
    std::size_t size() const {
        std::lock_guard guard(mutex_);
        return waiting_.size();
    }

private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<exchange_ptr> waiting_;
    bool closed_ = false;
    bool nudged_ = false;
};

// 503: come again.
inline void refuse(exchange& x) {
    const http::field fields[] = {{"Content-Type", "text/plain; charset=utf-8"},
                                  {"Retry-After", "1"}};
    (void)x.respond(503, {}, fields, "Service Unavailable\n");
}

// Closes the queue, and refuses those that wait in it.
inline void refuse_all(exchange_queue& queue) {
    queue.close();
    for (const exchange_ptr& x : queue.take_all()) refuse(*x);
}

class queued_handler {
public:
    explicit queued_handler(exchange_queue& queue) noexcept : queue_(queue) {}

    // False: it was refused.
    bool handle(exchange_ptr x) {
        const bool taken = queue_.push(x);
        if (!taken) refuse(*x);
        return taken;
    }
    void writable(const exchange_ptr&) {}
    void gone(const exchange_ptr&) {}

private:
    exchange_queue& queue_;
};
static_assert(Handler<queued_handler>);

}  // namespace cruet::server
