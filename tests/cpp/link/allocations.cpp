// What promises to allocate nothing is counted here: this program has its own operator new.
#include "cruet/cruet.hpp"

#include "../catch.hpp"

#include <array>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

namespace {
std::size_t made = 0;  // by this program's one thread
}

void* operator new(std::size_t size) {
    ++made;
    if (void* block = std::malloc(size > 0 ? size : 1)) return block;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++made;
    return std::malloc(size > 0 ? size : 1);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace {

// How many blocks `use` takes. Its answer is kept from being optimised away.
template <class F>
std::size_t allocations(F&& use) {
    volatile std::size_t kept = 0;
    const std::size_t before = made;
    kept = use();
    (void)kept;
    return made - before;
}

// Longer than what a std::string holds within itself.
const std::string text_64(64, 'x');

std::string joined(std::string_view item, std::string_view separator, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out.append(item).append(separator);
    return out;
}

template <class Range>
std::size_t count(const Range& range) {
    std::size_t found = 0;
    for (const auto& element : range) found += sizeof(element) > 0 ? 1 : 0;
    return found;
}

}  // namespace

TEST_CASE("counting sees allocations") {
    CHECK(allocations([] { return std::string(text_64).size(); }) == 1);
    CHECK(allocations([] { return text_64.size(); }) == 0);
}

TEST_CASE("views over header values allocate nothing") {
    using namespace cruet;
    const std::string cookies = joined("name=" + text_64, "; ", 20);
    const std::string list = joined("\"" + text_64 + "\"", ", ", 20);
    const std::string tags = joined("W/\"" + text_64 + "\"", ",", 20);
    const std::string parameters = joined("a=" + text_64, ";", 20);
    const std::string query = joined("a=%20" + text_64, "&", 20);
    CHECK(allocations([&] { return count(http::cookie_view(cookies)); }) == 0);
    CHECK(allocations([&] { return count(http::list_items(list)); }) == 0);
    CHECK(allocations([&] { return count(http::parameter_view(parameters)); }) == 0);
    CHECK(allocations([&] { return count(url::query_view(query)); }) == 0);
    CHECK(allocations([&] {
              http::etag_reader reader(tags);
              std::size_t found = 0;
              for (http::etag tag; reader.next(tag);) found += tag.weak ? 1 : 0;
              return found;
          }) == 0);
    CHECK(allocations([&] { return http::unquote_etag(tags.substr(0, 0)).tag.size(); }) == 0);
    CHECK(allocations([&] { return http::parse_credentials("Bearer x").token.size(); }) == 0);
}

TEST_CASE("values of fixed size allocate nothing") {
    using namespace cruet;
    const std::string long_position = "bytes 0-499/" + std::string(40, '9');
    CHECK(allocations([] {
              return http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT").has_value() ? 1U : 0U;
          }) == 0);
    CHECK(allocations([] { return http::parse_date(text_64).has_value() ? 1U : 0U; }) == 0);
    CHECK(allocations([] {
              std::array<char, http::date_size> out{};
              http::format_date_into(out.data(), 784111777);
              return static_cast<std::size_t>(out[0]);
          }) == 0);
    CHECK(allocations(
              [&] { return http::parse_content_range(long_position).has_value() ? 1U : 0U; }) == 0);
    CHECK(allocations([] { return http::parse_quality("0.25").has_value() ? 1U : 0U; }) == 0);
    CHECK(allocations([] { return http::parse_method("PROPFIND").has_value() ? 1U : 0U; }) == 0);
    CHECK(allocations([] { return http::reason(404).size(); }) == 0);
    CHECK(allocations([] { return http::is_field_value(text_64) ? 1U : 0U; }) == 0);
    CHECK(allocations([] { return http::check({text_64, text_64}).has_value() ? 1U : 0U; }) == 0);
}

TEST_CASE("a negotiation allocates for the client's items alone") {
    using namespace cruet::http;
    const std::vector<accept_item> items = parse_accept("text/*;q=0.5, text/html, */*;q=0.1");
    const std::array<std::string_view, 3> offers{"text/plain", "text/html", "image/png"};
    CHECK(allocations([&] { return *best_match(items, offers, media_type_matcher{}); }) == 0);
    CHECK(allocations([&] { return *best_match(items, offers, token_matcher{}); }) == 0);
}

TEST_CASE("URLs are decoded in place and looked at without allocating") {
    using namespace cruet;
    const std::string escaped = joined("%C3%A9", "", 30);
    std::string buffer(escaped.size(), ' ');
    CHECK(allocations([&] { return url::unquote_into(buffer.data(), escaped, true); }) == 0);
    CHECK(allocations([&] { return url::has_escapes(escaped) ? 1U : 0U; }) == 0);
    CHECK(allocations([&] { return url::needs_decoding(escaped) ? 1U : 0U; }) == 0);
    CHECK(allocations([&] { return url::is_uri_path(escaped) ? 1U : 0U; }) == 0);
}

TEST_CASE("what is appended to a string with room allocates nothing") {
    using namespace cruet;
    std::string out;
    out.reserve(4096);
    const http::cookie cookie{.name = "a", .value = text_64, .path = "/"};
    CHECK(allocations([&] {
              http::append_set_cookie(out, cookie);
              http::append_list_item(out, text_64);
              http::append_dict_item(out, "a", text_64);
              http::append_parameter(out, "a", "b \" c");
              http::append_quoted_value(out, text_64);
              url::append_quoted(out, "a b", url::charsets::unreserved);
              url::append_pair(out, "a", "b c");
              return out.size();
          }) == 0);
}

TEST_CASE("one block holds a request's head") {
    using namespace cruet::http;
    struct sink {
        head_ptr head;
        cruet::result<void> on_head(head_ptr given) {
            head = std::move(given);
            return {};
        }
        cruet::result<void> on_body(std::string_view) { return {}; }
        void on_trailer(const field&) {}
        void on_complete() {}
    };
    const std::string request = "GET /" + text_64 + " HTTP/1.1\r\nHost: a\r\n" +
                                joined("X: " + text_64, "\r\n", 9) + "\r\n";
    sink taken;
    const cruet::limits bounds;
    request_parser<sink> parser(taken, bounds);
    // The block grows while the head comes in; found whole, it is one.
    CHECK(allocations([&] { return parser.feed(request).consumed; }) <= 2);
    REQUIRE(taken.head);
    CHECK(allocations([&] { return taken.head->find("x")->size(); }) == 0);
}
