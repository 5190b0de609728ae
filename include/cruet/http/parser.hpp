// Reads requests off a connection, byte by byte or all at once (RFC 9112), on llhttp in its strict
// default and with what that lets pass refused.
//
//     struct sink {
//         result<void> on_head(head_ptr head);            // the head is whole; content may follow
//         result<void> on_body(std::string_view part);    // a view into what feed() was given
//         void on_trailer(const field& f);                // valid during the call
//         void on_complete();
//     };
//     request_parser<sink> parser(s, limits);
//     auto fed = parser.feed(bytes);      // parse_status::complete: it stopped behind the message;
//     bytes.remove_prefix(fed.consumed);  // give it the rest when the next one may be read
//
// The outcome does not depend on where the input is cut. Nothing is allocated but the head's own
// block (http/head.hpp), and a second one where there are trailers. An error a sink returns ends
// the message as one of the parser's own does; then feed() does nothing any more.
//
// Memory that cannot be had ends the message too, as errc::out_of_memory; also where a sink throws
// std::bad_alloc, the one exception that it may.
//
// Errors (http::status_of gives the answer): 414 target_too_long; 431 field_too_large,
// too_many_fields, head_too_large, trailer_too_large; 413 body_too_large; 501 unknown_method,
// unsupported_transfer_encoding; 505 unsupported_version; 417 unsupported_expectation; 400 for the
// rest: a missing, double or malformed Host, chunked in HTTP/1.0, '#' in the target, two spaces in
// the request line, Content-Length together with Transfer-Encoding, bare LF, folded lines, ...
#pragma once

#include <llhttp.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "cruet/core/limits.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/head.hpp"

namespace cruet::http {

// Which llhttp parses here.
constexpr std::string_view llhttp_version() noexcept {
#define CRUET_TEXT_OF(x) #x
#define CRUET_TEXT(x) CRUET_TEXT_OF(x)
    return CRUET_TEXT(LLHTTP_VERSION_MAJOR) "." CRUET_TEXT(LLHTTP_VERSION_MINOR) "." CRUET_TEXT(
        LLHTTP_VERSION_PATCH);
#undef CRUET_TEXT
#undef CRUET_TEXT_OF
}

template <class S>
concept RequestSink = requires(S& sink, head_ptr head, std::string_view part,
                               const field& trailer) {
    { sink.on_head(std::move(head)) } -> std::same_as<result<void>>;
    { sink.on_body(part) } -> std::same_as<result<void>>;
    sink.on_trailer(trailer);
    sink.on_complete();
};

enum class parse_status : std::uint8_t { need_more, complete, failed };

struct parse_outcome {
    std::size_t consumed;
    parse_status status;
};

namespace detail {

// The sink's functions, behind its type.
struct sink_table {
    result<void> (*on_head)(void*, head_ptr);
    result<void> (*on_body)(void*, std::string_view);
    void (*on_trailer)(void*, const field&);
    void (*on_complete)(void*);
};

// The parser but for the sink's type.
class parser_core {
public:
    parser_core(const sink_table& table, void* sink, const limits& bounds) noexcept;
    parser_core(const parser_core&) = delete;
    parser_core& operator=(const parser_core&) = delete;

    parse_outcome feed(std::string_view input);

    // What ended it; its offset counts from the start of the input of the feed that failed.
    cruet::error error() const noexcept { return error_; }
    // No byte of a message has been read, but for empty lines before one.
    bool idle() const noexcept { return !in_message_; }
    // Is the head being read (or awaited), rather than content?
    bool in_head() const noexcept { return phase_ == phase::head; }
    std::uint64_t body_received() const noexcept { return body_bytes_; }

private:
    enum class phase : std::uint8_t { head, body, trailers };
    struct callbacks;

    std::size_t advance(std::string_view input, bool& complete);
    std::size_t budget(std::size_t n) const noexcept;
    void count(phase before, std::size_t consumed) noexcept;
    std::size_t scan_method(std::string_view input, char before) noexcept;
    bool part_follows(const char* at, std::size_t n) noexcept;
    bool target_is_apart(std::string_view input, std::size_t end) const noexcept;
    int refuse(errc code) noexcept;
    void fail(errc code, std::size_t offset) noexcept;
    errc translate(llhttp_errno_t code) const noexcept;

    int open_field(std::string_view part);
    int field_value(std::string_view part);
    int close_field();
    int extension(std::size_t n) noexcept;
    int method_known();
    int head_complete();
    errc check_fields();
    errc check_framing(unsigned codings);
    errc split_target();
    errc split_absolute(std::string_view target);

    llhttp_t llhttp_;
    const sink_table* table_;
    void* sink_;
    const limits* limits_;
    head_builder builder_;
    const char* input_ = nullptr;  // what llhttp is being given
    std::size_t raw_bytes_ = 0;    // of the head, or of the trailers, before that
    std::size_t part_end_ = 0;     // of the request line's last part, counted as those are
    std::uint64_t body_bytes_ = 0;
    std::size_t extension_bytes_ = 0;
    cruet::error error_{};
    phase phase_ = phase::head;
    bool in_message_ = false;
    bool in_field_ = false;
    bool in_value_ = false;
    bool line_done_ = false;  // the request line
    bool unknown_method_ = false;
    char last_ = '\n';  // the byte before the input
};

}  // namespace detail

// The limits are kept by reference and must outlive the parser, as must the sink.
template <class Sink>
class request_parser : public detail::parser_core {
public:
    request_parser(Sink& sink, const limits& bounds) noexcept : parser_core(table, &sink, bounds) {
        static_assert(RequestSink<Sink>);
    }
    request_parser(Sink& sink, const limits&& bounds) = delete;  // it would not outlive anything

private:
    static Sink& self(void* sink) noexcept { return *static_cast<Sink*>(sink); }

    static constexpr detail::sink_table table{
        [](void* s, head_ptr head) { return self(s).on_head(std::move(head)); },
        [](void* s, std::string_view part) { return self(s).on_body(part); },
        [](void* s, const field& f) { self(s).on_trailer(f); },
        [](void* s) { self(s).on_complete(); },
    };
};

}  // namespace cruet::http

#include "cruet/http/impl/parser.hpp"
