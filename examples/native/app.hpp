// The application: routes, and what answers them. A model of cruet::server::Handler.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "cruet/http/multipart.hpp"
#include "cruet/http/options.hpp"
#include "cruet/routing/router.hpp"
#include "cruet/server/handler.hpp"
#include "cruet/url/percent.hpp"
#include "json.hpp"

namespace native {

namespace http = cruet::http;
namespace routing = cruet::routing;
using cruet::result;
using cruet::server::exchange;
using cruet::server::exchange_ptr;
using cruet::server::write_state;

class app {
public:
    app();

    void handle(exchange_ptr x);
    void writable(exchange_ptr x) { stream(*x); }
    void gone(exchange_ptr x) { counting_.erase(x.get()); }

private:
    enum endpoint : int { index, hello, square, count, upload, list, download };
    using match = routing::basic_router<int>::match_type;

    struct upload_file {
        std::string type;
        std::string data;
    };
    // Where a stream of numbers stands.
    struct progress {
        std::int64_t next = 1;
        std::int64_t last = 0;
    };
    static constexpr std::size_t store_limit = 64 << 20;

    void answer(exchange& x, const match& found);
    void refuse(exchange& x, const match& found);
    void start_count(exchange& x, std::int64_t last);
    void stream(exchange& x);
    void take_upload(exchange& x);
    result<std::map<std::string, upload_file>> read_upload(exchange& x, std::string_view boundary);
    void send_file(exchange& x, std::string_view name);
    std::string describe_files() const;

    static void text(exchange& x, int status, std::string_view body) {
        const http::field type{"Content-Type", "text/plain; charset=utf-8"};
        (void)x.respond(status, {}, {&type, 1}, body);
    }
    static void json(exchange& x, int status, std::string_view body) {
        const http::field type{"Content-Type", "application/json"};
        (void)x.respond(status, {}, {&type, 1}, body);
    }

    routing::basic_router<int> routes_;
    std::map<std::string, upload_file> files_;
    std::size_t stored_ = 0;
    std::map<exchange*, progress> counting_;
};
static_assert(cruet::server::Handler<app>);

}  // namespace native
