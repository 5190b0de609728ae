// A session over a stream in memory, for tests: what the client sends and sees is in strings.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/server/http1_session.hpp"

namespace cruet::test {

// Both ends of a connection.
struct wire {
    std::string to_server;
    bool client_ended = false;
    std::string to_client;
    // How many bytes the client still takes.
    std::size_t accepts = static_cast<std::size_t>(-1);
    bool broken = false;
    bool shut = false;
    bool reset = false;
    int writes = 0;
};

class memory_stream {
public:
    explicit memory_stream(std::shared_ptr<wire> w) : wire_(std::move(w)) {}

    net::io_result read(std::span<char> to) {
        if (wire_->broken) return {net::io_state::broken, 0};
        const std::size_t n = std::min(to.size(), wire_->to_server.size());
        if (n == 0) {
            return {wire_->client_ended ? net::io_state::end : net::io_state::want_read, 0};
        }
        std::copy_n(wire_->to_server.begin(), n, to.begin());
        wire_->to_server.erase(0, n);
        return {net::io_state::ok, n};
    }
    net::io_result write(std::string_view a, std::string_view b) {
        if (wire_->broken) return {net::io_state::broken, 0};
        std::string all(a);
        all += b;
        all.resize(std::min(all.size(), wire_->accepts));
        if (all.empty()) return {net::io_state::want_write, 0};
        wire_->accepts -= all.size();
        wire_->to_client += all;
        ++wire_->writes;
        return {net::io_state::ok, all.size()};
    }
    void shutdown_write() { wire_->shut = true; }
    void reset_on_close() { wire_->reset = true; }
    bool secure() const { return false; }
    bool pending() const { return false; }
    net::interest waiting(net::interest wanted) const { return wanted; }
    net::ready moved(net::ready what) const { return what; }
    bool unread() const { return !wire_->to_server.empty(); }
    int fd() const { return -1; }

private:
    std::shared_ptr<wire> wire_;
};
static_assert(net::Stream<memory_stream>);

// A handler made of functions, and a record of what it was told.
struct scripted_handler {
    std::function<void(server::exchange&)> on_handle;
    std::function<void(server::exchange&)> on_writable;
    std::vector<server::exchange_ptr> held;
    int handled = 0;
    int writable_calls = 0;
    int gone_calls = 0;

    void handle(server::exchange_ptr x) {
        ++handled;
        if (on_handle) {
            on_handle(*x);
        } else {
            (void)x->respond(200, {}, {}, x->head().target());
        }
    }
    void writable(server::exchange_ptr x) {
        ++writable_calls;
        if (on_writable) on_writable(*x);
    }
    void gone(server::exchange_ptr) { ++gone_calls; }
    void hold(server::exchange& x) { held.emplace_back(&x); }
};
static_assert(server::Handler<scripted_handler>);

struct counting_metrics {
    static constexpr bool enabled = true;
    struct line {
        std::string target;
        int status;
        std::uint64_t bytes;
        bool incomplete;
    };
    std::vector<line> lines;
    int opened = 0;
    int closed = 0;

    void connection_opened() { ++opened; }
    void connection_closed() { ++closed; }
    void request_finished(const server::request_report& r) {
        lines.push_back(
            {std::string(r.head ? r.head->target() : "-"), r.status, r.bytes, r.incomplete});
    }
};
static_assert(server::Metrics<counting_metrics>);

struct session_fixture {
    using services_type = server::session_services<scripted_handler, counting_metrics>;
    using session_type = server::http1_session<memory_stream, services_type>;

    server::server_options options;
    scripted_handler handler;
    counting_metrics metrics;
    server::null_access_log log;
    std::unique_ptr<services_type> services;
    std::shared_ptr<wire> client = std::make_shared<wire>();
    std::unique_ptr<session_type> session;

    // Once the options are as wanted.
    void connect() {
        services = std::make_unique<services_type>(options, handler, metrics, log);
        session = std::make_unique<session_type>(memory_stream(client),
                                                 make_ref<server::connection_info>(), *services);
    }
    void send(std::string_view bytes) {
        if (!session) connect();
        client->to_server += bytes;
        if (net::wants_read(session->interest())) session->on_readable();
    }
    void end() {
        client->client_ended = true;
        if (net::wants_read(session->interest())) session->on_readable();
    }
    // The client takes n more bytes, as often as the session has some.
    void receive(std::size_t n) {
        client->accepts = n;
        if (net::wants_write(session->interest())) session->on_writable();
    }
    std::string take() { return std::exchange(client->to_client, {}); }
    bool done() const { return session->done(); }
};

// An answer without the fields that differ from run to run.
inline std::string plain(std::string_view answer) {
    std::string out;
    while (!answer.empty()) {
        const std::size_t end = std::min(answer.find("\r\n"), answer.size());
        const std::string_view line = answer.substr(0, end);
        answer.remove_prefix(std::min(end + 2, answer.size()));
        if (line.starts_with("Date: ") || line == "Server: cruet") continue;
        out += line;
        out += '|';
    }
    return out;
}

inline std::size_t count(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++n;
    return n;
}

// Requests, with further field lines.
inline std::string get(std::string_view target, std::string_view more = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) + "\r\n";
}
inline std::string post(std::string_view body, std::string_view more = "") {
    return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

}  // namespace cruet::test
