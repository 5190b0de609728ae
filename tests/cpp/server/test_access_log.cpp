#include "cruet/server/access_log.hpp"

#include <unistd.h>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {

std::string line_for(const http::request_head* head, const connection_info& info,
                     bool incomplete = false) {
    std::string out;
    append_log_line(out, request_report{info, head, 200, 12, 153, incomplete}, 1795467960);
    return out;
}

}  // namespace

TEST_CASE("a line has the combined format") {
    auto info = make_ref<connection_info>();
    info->remote_address = "127.0.0.1";
    const auto head = http::make_head("GET", "/?q=1", {{"User-Agent", "curl/8.5"}});
    CHECK(line_for(head.get(), *info) ==
          "127.0.0.1 - - [23/Nov/2026:21:06:00 +0000] \"GET /?q=1 HTTP/1.1\" 200 12 \"-\" "
          "\"curl/8.5\" 153us\n");
}

TEST_CASE("what a client sends cannot end the line or a quotation") {
    auto info = make_ref<connection_info>();
    const auto head = http::make_head("GET", "/", {{"User-Agent", "a\"b\nc\\d\x1b[0m\xff"}});
    const std::string line = line_for(head.get(), *info);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(line.find("\"a\\x22b\\x0ac\\x5cd\\x1b[0m\\xff\"") != line.npos);
    CHECK(line.substr(0, 6) == "- - - ");
}

TEST_CASE("a request without a head, and one cut off, are told too") {
    auto info = make_ref<connection_info>();
    CHECK(line_for(nullptr, *info).find(" \"-\" 200 12 \"-\" \"-\" 153us\n") != std::string::npos);
    CHECK(line_for(nullptr, *info, true).ends_with(" incomplete\n"));
}

TEST_CASE("lines go to the descriptor, and nowhere without one") {
    CHECK_FALSE(fd_access_log(-1).enabled());
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    fd_access_log log(ends[1]);
    CHECK(log.enabled());
    const auto info = make_ref<connection_info>();
    log.write(request_report{*info, nullptr, 404, 0, 1, false});
    char text[512];
    const auto n = ::read(ends[0], text, sizeof text);
    REQUIRE(n > 0);
    CHECK(std::string_view(text, static_cast<std::size_t>(n)).find(" 404 0 ") != std::string::npos);
    ::close(ends[0]);
    ::close(ends[1]);
}
