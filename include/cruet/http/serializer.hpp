// Writes responses (RFC 9112 sections 4, 6 and 7): the head with its framing, then the content.
//
//     response_writer writer;
//     writer.prepare({.version = head->version(), .keep_alive = head->keep_alive()});
//     if (!writer.start(out, 200, "OK", fields, body.size())) ...   // nothing was appended
//     writer.write(out, body);
//     bool whole = writer.finish(out);          // false: fewer bytes than announced
//     bool keep = writer.keep_alive();
//
// Framing is the writer's. A handler's own Content-Length, Date and Server are sent once, in place
// of the writer's; its Connection, Keep-Alive, Proxy-Connection and Transfer-Encoding are not sent
// (a "close" in Connection is honoured). Content beyond the Content-Length is dropped. HEAD, 1xx,
// 204 and 304 have no content whatever is written. A field that could break the head is refused.
#pragma once

#include <ctime>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "cruet/core/ascii.hpp"
#include "cruet/core/buffer.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/field.hpp"
#include "cruet/http/head.hpp"
#include "cruet/http/status.hpp"

namespace cruet::http {

// The present time as an IMF-fixdate (RFC 9110 section 5.6.7), 29 bytes, made once a second and
// thread. The view is valid until the same thread asks again.
inline std::string_view current_date() noexcept {
    struct cache {
        std::time_t second = -1;
        std::array<char, 30> text{};
    };
    thread_local cache cached;
    timespec now{};
#ifdef CLOCK_REALTIME_COARSE
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
#else
    ::clock_gettime(CLOCK_REALTIME, &now);
#endif
    if (now.tv_sec != cached.second) {
        static constexpr char days[] = "SunMonTueWedThuFriSat";
        static constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        std::tm utc{};
        ::gmtime_r(&now.tv_sec, &utc);
        char* at = cached.text.data();
        const auto put = [&](std::string_view s) {
            std::memcpy(at, s.data(), s.size());
            at += s.size();
        };
        const auto number = [&](int value, int width) {
            for (int i = width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
            at += width;
        };
        put({days + 3 * utc.tm_wday, 3});
        put(", ");
        number(utc.tm_mday, 2);
        put(" ");
        put({months + 3 * utc.tm_mon, 3});
        put(" ");
        number(utc.tm_year + 1900, 4);
        put(" ");
        number(utc.tm_hour, 2);
        put(":");
        number(utc.tm_min, 2);
        put(":");
        number(utc.tm_sec, 2);
        put(" GMT");
        cached.second = now.tv_sec;
    }
    return {cached.text.data(), 29};
}

// What of the request and of the server the framing depends on.
struct response_context {
    http::version version = http::version::http_1_1;
    bool keep_alive = true;
    bool head_request = false;
    // The Server field's value; "" sends none. Must outlive the response.
    std::string_view server = "cruet";
};

class response_writer {
public:
    void prepare(const response_context& context) noexcept {
        context_ = context;
        keep_alive_ = context.keep_alive;
        started_ = false;
        body_ = body_mode::none;
        remaining_ = 0;
        status_ = 0;
        body_bytes_ = 0;
    }
    // The connection ends after this response. Only before start().
    void set_close() noexcept { keep_alive_ = false; }

    // Appends the head. Without `length` and without a Content-Length among the fields the content
    // is chunked, or ended by the connection's end in HTTP/1.0. An empty reason stands for the
    // status's usual one. Errors, after which `out` is as before: errc::bad_status,
    // errc::bad_reason, errc::bad_field_name, errc::bad_field_value, errc::bad_content_length.
    result<void> start(buffer& out, int status, std::string_view reason,
                       std::span<const field> fields, std::optional<std::uint64_t> length);

    // Of n bytes offered, how many are sent: fewer past the Content-Length, none without content.
    std::size_t accepts(std::size_t n) const noexcept {
        if (body_ == body_mode::none) return 0;
        return n < remaining_ ? n : static_cast<std::size_t>(remaining_);
    }
    // The framing in front of and behind n accepted bytes (n > 0), for those who send the bytes
    // themselves.
    void open_piece(buffer& out, std::size_t n);
    void close_piece(buffer& out) {
        if (body_ == body_mode::chunked) out.append("\r\n");
    }
    void write(buffer& out, std::string_view data) {
        const std::size_t n = accepts(data.size());
        if (n == 0) return;
        open_piece(out, n);
        out.append(data.substr(0, n));
        close_piece(out);
    }
    // Ends the content. False: bytes are missing, and the connection has to be cut so that the
    // client can tell.
    bool finish(buffer& out) {
        if (body_ == body_mode::chunked) out.append("0\r\n\r\n");
        const bool whole = body_ != body_mode::sized || remaining_ == 0;
        body_ = body_mode::none;
        return whole;
    }

    bool started() const noexcept { return started_; }
    // Between start() and finish(): there is no content, whatever is written.
    bool bodiless() const noexcept { return started_ && body_ == body_mode::none; }
    bool keep_alive() const noexcept { return keep_alive_; }
    // The end of the content shows only in the end of the connection.
    bool until_close() const noexcept { return body_ == body_mode::until_close; }
    int status() const noexcept { return status_; }
    // Content sent so far, without framing.
    std::uint64_t body_bytes() const noexcept { return body_bytes_; }

private:
    enum class body_mode : std::uint8_t { none, sized, chunked, until_close };
    // Which of the handler's fields stand in place of the writer's.
    struct own_fields {
        bool date = false, server = false, upgrade = false;
    };

    result<void> append_fields(buffer& out, std::span<const field> fields, own_fields& own,
                               std::optional<std::uint64_t>& length);
    bool take_special(const field& f, own_fields& own, bool& has_length,
                      std::optional<std::uint64_t>& length, result<void>& failure);
    void append_framing(buffer& out, std::optional<std::uint64_t> length, const own_fields& own);

    response_context context_{};
    bool keep_alive_ = true;
    bool started_ = false;
    body_mode body_ = body_mode::none;
    int status_ = 0;
    std::uint64_t remaining_ = 0;
    std::uint64_t body_bytes_ = 0;
};

}  // namespace cruet::http

#include "cruet/http/impl/serializer.hpp"
