// Bodies of cruet/server/exchange.hpp and completion_port.hpp.
#pragma once

#include "cruet/server/exchange.hpp"

namespace cruet::server {

// From this size on a piece is sent from where it lies instead of being copied first.
inline constexpr std::size_t direct_send_size = 16384;

inline void completion_port::notify(exchange& changed) {
    if (changed.queued_.exchange(true, std::memory_order_acq_rel)) return;
    bool first = false;
    {
        std::lock_guard guard(mutex_);
        if (closed_) return;
        first = changed_.empty() && tasks_.empty();
        changed_.emplace_back(&changed);
    }
    if (first) notifier_.notify();
}

inline bool completion_port::post(std::function<void()> task) {
    {
        std::lock_guard guard(mutex_);
        if (closed_) return false;
        tasks_.push_back(std::move(task));
    }
    notifier_.notify();
    return true;
}

inline void completion_port::drain() {
    notifier_.clear();
    std::vector<ref_ptr<exchange>> changed;
    std::vector<std::function<void()>> tasks;
    {
        std::lock_guard guard(mutex_);
        changed.swap(changed_);
        tasks.swap(tasks_);
    }
    for (const auto& x : changed) {
        x->queued_.store(false, std::memory_order_release);
        if (x->host()) x->host()->progress();
    }
    for (const auto& task : tasks) task();
}

inline void completion_port::close() {
    // They end after the lock: whoever owned them may have something to say here.
    std::vector<ref_ptr<exchange>> changed;
    std::vector<std::function<void()>> tasks;
    std::lock_guard guard(mutex_);
    closed_ = true;
    changed.swap(changed_);
    tasks.swap(tasks_);
}

inline void exchange::begin(http::head_ptr head, connection_info_ptr info, exchange_host* host,
                            ref_ptr<completion_port> port, const server_options& options,
                            bool keep_alive) {
    head_ = std::move(head);
    info_ = std::move(info);
    host_ = host;
    port_ = std::move(port);
    high_water_ = options.high_water;
    wanted_fields_ = options.kept_fields.empty() ? nullptr : &options.kept_fields;
    if (options.threaded && !shared_) shared_ = std::make_unique<shared_part>();
    const auto resume = [](void* self) {
        auto* x = static_cast<exchange*>(self);
        if (x->port_) x->port_->notify(*x);
    };
    body_.reset(options.body_memory, &options.temp_dir, options.streams() ? options.body_window : 0,
                resume, this);
    writer_.prepare({.version = head_->version(),
                     .keep_alive = keep_alive,
                     .head_request = head_->method() == "HEAD",
                     .server = options.server_name});
}

inline void exchange::recycle() noexcept {
    head_.reset();
    info_.reset();
    host_ = nullptr;
    port_.reset();
    body_.clear();
    if (shared_) {
        shared_->out.clear();
        shared_->tail.reset();
        shared_->file.reset();
        shared_->connection = {};
        shared_->downstream = 0;
    }
    gone_.store(false, std::memory_order_relaxed);
    ended_.store(false, std::memory_order_relaxed);
    close_.store(false, std::memory_order_relaxed);
    last_.store(false, std::memory_order_relaxed);
    more_.store(false, std::memory_order_relaxed);
    queued_.store(false, std::memory_order_relaxed);
    handover_.store(kept, std::memory_order_relaxed);
    wants_room_ = cut_ = false;
    kept_fields_.clear();
}

inline void exchange::keep_fields(std::span<const http::field> fields) {
    for (const std::string& wanted : *wanted_fields_) {
        for (const http::field& f : fields) {
            if (iequals(f.name, wanted)) {
                kept_fields_.push_back({wanted, std::string(f.value)});
                break;
            }
        }
    }
}

inline ref_ptr<exchange> exchange::detached(http::head_ptr head, std::string_view body,
                                            connection_info_ptr info) {
    static const server_options defaults = [] {
        server_options o;
        o.body_memory = static_cast<std::size_t>(-1);
        return o;
    }();
    auto x = make_ref<exchange>();
    x->shared_ = std::make_unique<shared_part>();
    if (!info) info = make_ref<connection_info>();
    const bool keep_alive = head->keep_alive();
    x->begin(std::move(head), std::move(info), nullptr, {}, defaults, keep_alive);
    x->high_water_ = static_cast<std::size_t>(-1);
    (void)x->body_.append(body);
    x->body_.finish();
    return x;
}

inline std::string exchange::take_output() {
    const auto guard = lock();
    std::string out(output().view());
    output().clear();
    return out;
}

inline bool exchange::must_close() const {
    if (close_.load(std::memory_order_relaxed)) return true;
    // Content that is still to come would have to be read before the next request.
    if (!body_.complete()) return true;
    const bool last = last_.load(std::memory_order_relaxed) || (port_ && port_->ending());
    if (!last) return false;
    if (more_.load(std::memory_order_relaxed)) return false;
    return shared_ || !host_ || !host_->more_input();
}

inline result<void> exchange::start_locked(int status, std::string_view reason,
                                           std::span<const http::field> fields,
                                           std::optional<std::uint64_t> content_length) {
    if (writer_.started() || ended()) return errc::invalid_argument;
    if (must_close()) writer_.set_close();
    const auto done = writer_.start(output(), status, reason, fields, content_length);
    if (!done) {
        answer_500();
    } else if (wanted_fields_) {
        keep_fields(fields);
    }
    return done;
}

inline void exchange::answer_500() {
    constexpr std::string_view text = "Internal Server Error\n";
    const http::field type{"Content-Type", "text/plain; charset=utf-8"};
    writer_.set_close();
    if (writer_.start(output(), 500, {}, {&type, 1}, text.size())) put(text);
    end_locked();
}

inline void exchange::put(std::string_view bytes) {
    bytes = bytes.substr(0, writer_.accepts(bytes.size()));
    if (bytes.empty()) return;
    buffer& out = output();
    writer_.open_piece(out, bytes.size());
    if (!shared_ && bytes.size() >= direct_send_size) {
        host_->send_through(bytes);
    } else {
        out.append(bytes);
    }
    writer_.close_piece(out);
}

inline void exchange::put(lent_bytes bytes) {
    bytes.truncate(writer_.accepts(bytes.size()));
    // An answer of no connection is collected whole.
    const bool collected = shared_ && !port_;
    if (collected || bytes.size() < direct_send_size) return put(bytes.view());
    writer_.open_piece(output(), bytes.size());
    if (shared_) {
        shared_->tail = std::move(bytes);
    } else {
        host_->send_lent(std::move(bytes));
    }
}

inline void exchange::put(file_range file) {
    file.truncate(writer_.accepts(static_cast<std::size_t>(file.size())));
    if (file.empty()) return;
    writer_.open_piece(output(), static_cast<std::size_t>(file.size()));
    if (!shared_) return host_->send_file(std::move(file));
    shared_->file = std::move(file);
    if (port_) return;
    // An answer of no connection is collected whole.
    while (const std::size_t n = shared_->file.read({output().prepare(65536), 65536})) {
        output().commit(n);
        shared_->file.consume(n);
    }
    cut_ = !shared_->file.empty();
}

inline void exchange::end_locked() {
    if (!writer_.finish(output())) cut_ = true;
    ended_.store(true, std::memory_order_release);
}

inline void exchange::signal() {
    if (shared_ ? port_ != nullptr : host_ && !host_->handling()) port_->notify(*this);
}

template <class Body>
result<void> exchange::respond_with(int status, std::string_view reason,
                                    std::span<const http::field> fields, Body body) {
    result<void> done;
    {
        const auto guard = lock();
        if (unreachable()) {
            ended_.store(true, std::memory_order_release);
        } else {
            done = start_locked(status, reason, fields, body.size());
            if (done) {
                put(std::move(body));
                end_locked();
            }
        }
    }
    signal();
    return done;
}

inline result<void> exchange::respond(int status, std::string_view reason,
                                      std::span<const http::field> fields, std::string_view body) {
    return respond_with(status, reason, fields, body);
}

inline result<void> exchange::respond_lent(int status, std::string_view reason,
                                           std::span<const http::field> fields, lent_bytes body) {
    return respond_with(status, reason, fields, std::move(body));
}

inline result<void> exchange::respond_file(int status, std::string_view reason,
                                           std::span<const http::field> fields, file_range body) {
    return respond_with(status, reason, fields, std::move(body));
}

inline result<exchange::handed_connection> exchange::take_connection() {
    if (!threaded() || !body_.complete()) return errc::invalid_argument;
    {
        const auto guard = lock();
        if (gone()) return errc::connection_closed;
        if (writer_.started() || ended()) return errc::invalid_argument;
        auto before = kept;
        if (!handover_.compare_exchange_strong(before, wanted)) return errc::invalid_argument;
    }
    port_->notify(*this);
    auto guard = lock();
    shared_->room.wait(guard, [&] { return gone() || !connection_wanted(); });
    if (handed()) return std::move(shared_->connection);
    handover_.store(kept, std::memory_order_release);
    return gone() ? errc::connection_closed : errc::not_supported;
}

inline void exchange::end_handover(handover how) {
    handover_.store(how, std::memory_order_release);
    shared_->room.notify_all();
}
inline void exchange::give_connection(handed_connection connection) {
    const auto guard = lock();
    shared_->connection = std::move(connection);
    end_handover(given);
}
inline void exchange::refuse_connection() {
    const auto guard = lock();
    end_handover(refused);
}

inline result<void> exchange::start(int status, std::string_view reason,
                                    std::span<const http::field> fields,
                                    std::optional<std::uint64_t> content_length) {
    result<void> done;
    {
        const auto guard = lock();
        if (unreachable()) return {};
        done = start_locked(status, reason, fields, content_length);
    }
    // The head goes out with the first piece, or with what else ends this turn.
    if (!done || shared_) signal();
    return done;
}

inline std::size_t exchange::waiting() const {
    if (shared_) return shared_->out.size() + shared_->downstream;
    return host_ ? host_->output().size() : 0;
}

inline write_state exchange::write(std::string_view bytes) {
    bool full = false;
    {
        const auto guard = lock();
        if (unreachable() || !writer_.started() || ended()) return write_state::gone;
        put(bytes);
        if (!shared_) host_->flush();
        if (unreachable()) return write_state::gone;
        full = waiting() >= high_water_;
        wants_room_ = full;
    }
    signal();
    return full ? write_state::full : write_state::ready;
}

inline std::size_t exchange::room() const {
    const auto guard = lock();
    const std::size_t used = waiting();
    return used < high_water_ ? high_water_ - used : 0;
}

inline write_state exchange::wait_writable() {
    auto guard = lock();
    if (!shared_) {
        if (unreachable()) return write_state::gone;
        return waiting() >= high_water_ ? write_state::full : write_state::ready;
    }
    // Half a buffer of room, so that a writer is not woken for every few bytes.
    shared_->room.wait(guard, [&] { return gone() || waiting() <= high_water_ / 2; });
    return gone() ? write_state::gone : write_state::ready;
}

inline void exchange::finish() {
    {
        const auto guard = lock();
        if (ended()) return;
        if (unreachable()) {
            ended_.store(true, std::memory_order_release);
        } else if (!writer_.started()) {
            answer_500();
        } else {
            end_locked();
        }
    }
    signal();
}

inline void exchange::fail() {
    {
        const auto guard = lock();
        if (ended()) return;
        if (unreachable() || writer_.started()) {
            cut_ = true;
            ended_.store(true, std::memory_order_release);
        } else {
            answer_500();
        }
    }
    signal();
}

inline void exchange::disconnect(errc why) {
    body_.fail(why);
    lent_bytes unsent;
    file_range unsent_file;
    {
        const auto guard = lock();
        host_ = nullptr;
        gone_.store(true, std::memory_order_release);
        if (!shared_) return;
        unsent = std::move(shared_->tail);
        unsent_file = std::move(shared_->file);
        shared_->room.notify_all();
    }
}

inline void exchange::collect(buffer& out, lent_bytes& tail, file_range& file) {
    const auto guard = lock();
    if (out.empty()) {
        out.swap(shared_->out);
    } else {
        out.append(shared_->out.view());
        shared_->out.clear();
    }
    if (!shared_->tail.empty()) tail = std::move(shared_->tail);
    if (!shared_->file.empty()) file = std::move(shared_->file);
    shared_->downstream = out.size() + tail.size();
}

inline void exchange::set_downstream(std::size_t bytes) {
    const auto guard = lock();
    shared_->downstream = bytes;
    if (waiting() <= high_water_ / 2) shared_->room.notify_all();
}

}  // namespace cruet::server
