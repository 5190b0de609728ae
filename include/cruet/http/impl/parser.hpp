// Bodies of cruet/http/parser.hpp.
#pragma once

#include <algorithm>
#include <new>

#include "cruet/http/parser.hpp"

namespace cruet::http::detail {

// llhttp's callbacks: C functions, one table for all parsers.
struct parser_core::callbacks {
    static parser_core& self(llhttp_t* p) noexcept { return *static_cast<parser_core*>(p->data); }

    static int message_begin(llhttp_t* p) {
        self(p).in_message_ = true;
        return 0;
    }
    static int method(llhttp_t* p, const char* at, std::size_t n) {
        // Whatever is in front of it: empty lines.
        static_cast<void>(self(p).part_follows(at, n));
        return 0;
    }
    static int method_complete(llhttp_t* p) { return self(p).method_known(); }
    static int url(llhttp_t* p, const char* at, std::size_t n) {
        parser_core& me = self(p);
        if (!me.part_follows(at, n)) return me.refuse(errc::bad_request_line);
        me.builder_.target({at, n});
        // A request line ends in " HTTP/1.1", and its method has one space behind it.
        const std::string_view method =
            ::llhttp_method_name(static_cast<llhttp_method_t>(p->method));
        const std::size_t line = method.size() + 1 + me.builder_.target().size() + 9;
        return line > me.limits_->request_line ? me.refuse(errc::target_too_long) : 0;
    }
    static int protocol(llhttp_t* p, const char* at, std::size_t n) {
        parser_core& me = self(p);
        if (!me.part_follows(at, n)) return me.refuse(errc::bad_request_line);
        // llhttp knows RTSP and ICE as well; none of their names begins so, nor goes on in 'H'.
        return n > 0 && (*at == 'R' || *at == 'I') ? me.refuse(errc::bad_version) : 0;
    }
    static int version_complete(llhttp_t* p) {
        parser_core& me = self(p);
        if (p->http_major != 1 || p->http_minor > 1) return me.refuse(errc::unsupported_version);
        me.line_done_ = true;
        me.builder_.set_version(p->http_minor == 0 ? version::http_1_0 : version::http_1_1);
        return 0;
    }
    static int header_field(llhttp_t* p, const char* at, std::size_t n) {
        return self(p).open_field({at, n});
    }
    static int header_field_complete(llhttp_t* p) {
        self(p).in_value_ = true;
        return 0;
    }
    static int header_value(llhttp_t* p, const char* at, std::size_t n) {
        return self(p).field_value({at, n});
    }
    static int header_value_complete(llhttp_t* p) { return self(p).close_field(); }
    static int headers_complete(llhttp_t* p) {
        parser_core& me = self(p);
        if (me.phase_ != phase::head) return 0;
        // Whoever asks for another protocol is answered in this one.
        p->upgrade = 0;
        return me.head_complete();
    }
    static int chunk_header(llhttp_t* p) {
        parser_core& me = self(p);
        if (p->content_length != 0) return 0;
        me.phase_ = phase::trailers;
        me.raw_bytes_ = 0;
        return HPE_PAUSED;
    }
    static int chunk_extension(llhttp_t* p, const char*, std::size_t n) {
        return self(p).extension(n);
    }
    static int chunk_extension_complete(llhttp_t* p) { return self(p).extension(1); }
    static int body(llhttp_t* p, const char* at, std::size_t n) {
        parser_core& me = self(p);
        me.body_bytes_ += n;
        const std::uint64_t limit = me.limits_->body_size;
        if (limit != 0 && me.body_bytes_ > limit) return me.refuse(errc::body_too_large);
        const auto taken = me.table_->on_body(me.sink_, {at, n});
        return taken ? 0 : me.refuse(taken.error().code);
    }
    static int message_complete(llhttp_t*) { return HPE_PAUSED; }

    // llhttp is C: no exception may pass through it. The one there is ends the message.
    template <int (*Callback)(llhttp_t*)>
    static int event(llhttp_t* p) noexcept {
        try {
            return Callback(p);
        } catch (const std::bad_alloc&) {
            return self(p).refuse(errc::out_of_memory);
        }
    }
    template <int (*Callback)(llhttp_t*, const char*, std::size_t)>
    static int data(llhttp_t* p, const char* at, std::size_t n) noexcept {
        try {
            return Callback(p, at, n);
        } catch (const std::bad_alloc&) {
            return self(p).refuse(errc::out_of_memory);
        }
    }

    static const llhttp_settings_t& settings() noexcept {
        static const llhttp_settings_t table = [] {
            llhttp_settings_t s;
            ::llhttp_settings_init(&s);
            s.on_message_begin = event<message_begin>;
            s.on_method = data<method>;
            s.on_method_complete = event<method_complete>;
            s.on_url = data<url>;
            s.on_protocol = data<protocol>;
            s.on_version_complete = event<version_complete>;
            s.on_header_field = data<header_field>;
            s.on_header_field_complete = event<header_field_complete>;
            s.on_header_value = data<header_value>;
            s.on_header_value_complete = event<header_value_complete>;
            s.on_headers_complete = event<headers_complete>;
            s.on_chunk_header = event<chunk_header>;
            s.on_chunk_extension_name = data<chunk_extension>;
            s.on_chunk_extension_value = data<chunk_extension>;
            s.on_chunk_extension_name_complete = event<chunk_extension_complete>;
            s.on_chunk_extension_value_complete = event<chunk_extension_complete>;
            s.on_body = data<body>;
            s.on_message_complete = event<message_complete>;
            return s;
        }();
        return table;
    }
};

inline parser_core::parser_core(const sink_table& table, void* sink, const limits& bounds) noexcept
    : table_(&table), sink_(sink), limits_(&bounds) {
    ::llhttp_init(&llhttp_, HTTP_REQUEST, &callbacks::settings());
    llhttp_.data = this;
}

// Notes a part of the request line. False where more than one space is in front of it, which llhttp
// lets pass and others may take for the end of the target.
inline bool parser_core::part_follows(const char* at, std::size_t n) noexcept {
    const std::size_t begin = raw_bytes_ + static_cast<std::size_t>(at - input_);
    const bool close = begin <= part_end_ + 1;
    part_end_ = begin + n;
    return close;
}

// Is the target that begins before input[end] no neighbour of the method? llhttp gives no part of
// it where it finds it malformed.
inline bool parser_core::target_is_apart(std::string_view input, std::size_t end) const noexcept {
    if (!builder_.target().empty()) return false;
    const std::size_t begin = part_end_ + 1;
    if (begin < raw_bytes_) return true;
    return begin - raw_bytes_ < end && input[begin - raw_bytes_] == ' ';
}

inline int parser_core::refuse(errc code) noexcept {
    error_.code = code;
    return -1;
}

inline void parser_core::fail(errc code, std::size_t offset) noexcept {
    if (error_.code == errc::ok) error_.code = code;
    error_.offset = offset;
    builder_.discard();
}

inline parse_outcome parser_core::feed(std::string_view input) {
    std::size_t consumed = 0;
    bool complete = false;
    while (consumed < input.size() && error_.code == errc::ok && !complete) {
        const std::string_view rest = input.substr(consumed);
        consumed += unknown_method_ ? scan_method(rest, last_) : advance(rest, complete);
        if (consumed > 0) last_ = input[consumed - 1];
    }
    if (error_.code != errc::ok) {
        error_.offset = consumed;
        return {consumed, parse_status::failed};
    }
    if (!complete) return {consumed, parse_status::need_more};
    in_message_ = line_done_ = false;
    phase_ = phase::head;
    raw_bytes_ = 0;
    // Trailers were built like a head; none of them may stand in the next one.
    builder_.discard();
    table_->on_complete(sink_);
    return {consumed, parse_status::complete};
}

// How many of n bytes llhttp may see before a limit on raw bytes has to be looked at.
inline std::size_t parser_core::budget(std::size_t n) const noexcept {
    if (phase_ == phase::body) return n;
    const std::size_t limit =
        phase_ == phase::head ? limits_->head_size : limits_->trailer_size + 2;
    return std::min(n, limit - std::min(raw_bytes_, limit));
}

inline void parser_core::count(phase before, std::size_t consumed) noexcept {
    if (phase_ != before || phase_ == phase::body) return;
    raw_bytes_ += consumed;
    const bool head = phase_ == phase::head;
    const std::size_t limit = head ? limits_->head_size : limits_->trailer_size + 2;
    if (raw_bytes_ < limit) return;
    if (!head) return fail(errc::trailer_too_large, 0);
    fail(line_done_ || !in_message_ ? errc::head_too_large : errc::target_too_long, 0);
}

// One run of llhttp; how many bytes it took.
inline std::size_t parser_core::advance(std::string_view input, bool& complete) {
    const phase before = phase_;
    input = input.substr(0, budget(input.size()));
    input_ = input.data();
    const llhttp_errno_t code = ::llhttp_execute(&llhttp_, input.data(), input.size());
    if (code == HPE_OK) {
        count(before, input.size());
        return input.size();
    }
    const char* stop = ::llhttp_get_error_pos(&llhttp_);
    const auto taken = stop ? static_cast<std::size_t>(stop - input.data()) : input.size();
    if (error_.code != errc::ok) {
        fail(error_.code, taken);
    } else if (code == HPE_PAUSED) {
        ::llhttp_resume(&llhttp_);
        // Two things pause: the chunk that is the last one, and the message's end.
        complete = before == phase::trailers || phase_ != phase::trailers;
        if (!complete) return taken;
    } else if (code == HPE_INVALID_METHOD && phase_ == phase::head && !line_done_) {
        unknown_method_ = true;
        const char prior = taken > 0 ? input[taken - 1] : last_;
        if (taken < input.size()) return taken + scan_method(input.substr(taken), prior);
    } else if (code == HPE_INVALID_URL && target_is_apart(input, taken)) {
        fail(errc::bad_request_line, taken);
    } else {
        fail(translate(code), taken);
    }
    return taken;
}

// llhttp has met a method that it does not know, and stopped inside. A token up to the space is a
// method that nobody here implements; anything else is no method.
inline std::size_t parser_core::scan_method(std::string_view input, char before) noexcept {
    const std::size_t end = find_not_in(input, charsets::token);
    raw_bytes_ += end;
    if (raw_bytes_ > limits_->request_line) {
        fail(errc::bad_method, end);
    } else if (end < input.size()) {
        const char prior = end > 0 ? input[end - 1] : before;
        const bool named = input[end] == ' ' && charsets::token(prior);
        fail(named ? errc::unknown_method : errc::bad_method, end);
    }
    return end;
}

inline errc parser_core::translate(llhttp_errno_t code) const noexcept {
    const char* reason = ::llhttp_get_error_reason(&llhttp_);
    const std::string_view why = reason ? reason : "";
    switch (code) {
    case HPE_INVALID_METHOD: return errc::bad_method;
    case HPE_INVALID_URL: return errc::bad_target;
    case HPE_INVALID_CONSTANT:
        return why.starts_with("Invalid method for") ? errc::unknown_method
                                                     : errc::bad_request_line;
    case HPE_INVALID_VERSION:
        return why == "Invalid HTTP version" ? errc::unsupported_version : errc::bad_version;
    case HPE_INVALID_HEADER_TOKEN: return in_value_ ? errc::bad_field_value : errc::bad_field_name;
    case HPE_UNEXPECTED_SPACE: return errc::obsolete_fold;
    case HPE_INVALID_CONTENT_LENGTH: return errc::bad_content_length;
    case HPE_UNEXPECTED_CONTENT_LENGTH:
        return why.find("Transfer-Encoding") != why.npos ? errc::length_with_transfer_encoding
                                                         : errc::conflicting_content_length;
    case HPE_INVALID_TRANSFER_ENCODING: return errc::bad_transfer_encoding;
    case HPE_INVALID_CHUNK_SIZE: return errc::bad_chunk_size;
    case HPE_CR_EXPECTED:
    case HPE_LF_EXPECTED: return errc::bad_line_end;
    case HPE_PAUSED_H2_UPGRADE: return errc::unsupported_version;
    case HPE_CLOSED_CONNECTION: return errc::connection_closed;
    case HPE_STRICT: return phase_ == phase::head ? errc::bad_line_end : errc::bad_chunk;
    default: return phase_ == phase::head && !line_done_ ? errc::bad_request_line : errc::syntax;
    }
}

inline int parser_core::method_known() {
    const auto method = static_cast<llhttp_method_t>(llhttp_.method);
    // The preface of HTTP/2.
    if (method == HTTP_PRI) return refuse(errc::unsupported_version);
    builder_.method(::llhttp_method_name(method));
    return 0;
}

inline int parser_core::open_field(std::string_view part) {
    if (!in_field_) {
        in_field_ = true;
        if (builder_.field_count() >= limits_->field_count) return refuse(errc::too_many_fields);
        builder_.add_field();
    }
    builder_.name(part);
    return builder_.last_field().name.size() > limits_->field_size ? refuse(errc::field_too_large)
                                                                   : 0;
}

inline int parser_core::field_value(std::string_view part) {
    builder_.value(part);
    const field& f = builder_.last_field();
    return f.name.size() + f.value.size() > limits_->field_size ? refuse(errc::field_too_large) : 0;
}

inline int parser_core::close_field() {
    in_field_ = in_value_ = false;
    builder_.end_field();
    if (phase_ == phase::trailers) table_->on_trailer(sink_, builder_.last_field());
    return 0;
}

inline int parser_core::extension(std::size_t n) noexcept {
    extension_bytes_ += n;
    return extension_bytes_ > limits_->chunk_extension ? refuse(errc::chunk_extension_too_large)
                                                       : 0;
}

inline int parser_core::head_complete() {
    errc wrong = line_done_ ? split_target() : errc::bad_request_line;
    if (wrong == errc::ok) wrong = check_fields();
    if (wrong != errc::ok) return refuse(wrong);
    builder_.set_keep_alive(::llhttp_should_keep_alive(&llhttp_) != 0);
    phase_ = phase::body;
    body_bytes_ = 0;
    extension_bytes_ = 0;
    const auto accepted = table_->on_head(sink_, builder_.finish());
    return accepted ? 0 : refuse(accepted.error().code);
}

inline errc parser_core::check_fields() {
    unsigned hosts = 0;
    unsigned codings = 0;
    std::string_view host;
    for (const field& f : builder_.fields()) {
        if (f.name.size() == 4 && iequals(f.name, "host")) {
            ++hosts;
            host = f.value;
        } else if (f.name.size() == 6 && iequals(f.name, "expect")) {
            if (llhttp_.http_minor == 0) continue;
            if (!iequals(f.value, "100-continue")) return errc::unsupported_expectation;
            builder_.set_expects_continue();
        } else if (f.name.size() == 17 && iequals(f.name, "transfer-encoding")) {
            ++codings;
            if (!iequals(f.value, "chunked")) return errc::unsupported_transfer_encoding;
        }
    }
    if (hosts == 0 && llhttp_.http_minor == 1) return errc::missing_host;
    if (hosts > 1) return errc::duplicate_host;
    if (!all_in(host, host_chars)) return errc::bad_host;
    if (builder_.authority().empty()) builder_.set_authority(host);
    return check_framing(codings);
}

inline errc parser_core::check_framing(unsigned codings) {
    if (codings > 1 || (codings == 1 && llhttp_.http_minor == 0)) {
        return errc::bad_transfer_encoding;
    }
    const bool chunked = (llhttp_.flags & F_CHUNKED) != 0;
    // Two readings of one field would be two places where the message ends.
    if (chunked != (codings == 1)) return errc::bad_transfer_encoding;
    if (chunked) builder_.set_chunked();
    if ((llhttp_.flags & F_CONTENT_LENGTH) == 0) return errc::ok;
    builder_.set_content_length(llhttp_.content_length);
    const std::uint64_t limit = limits_->body_size;
    return limit != 0 && llhttp_.content_length > limit ? errc::body_too_large : errc::ok;
}

// RFC 9112 section 3.2. llhttp has seen to the bytes that cannot stand in a target at all.
inline errc parser_core::split_target() {
    const std::string_view target = builder_.target();
    if (target.find('#') != target.npos) return errc::bad_target;
    if (llhttp_.method == HTTP_CONNECT) {
        const std::size_t colon = target.rfind(':');
        if (colon == target.npos || colon == 0 || !all_in(target, host_chars)) {
            return errc::bad_target;
        }
        builder_.set_path(target_form::authority, {}, {});
        builder_.set_authority(target);
        return errc::ok;
    }
    if (target.starts_with('/')) {
        const std::size_t mark = target.find('?');
        builder_.set_path(target_form::origin, target.substr(0, mark),
                          mark == target.npos ? std::string_view{} : target.substr(mark + 1));
        return errc::ok;
    }
    if (target == "*") {
        if (llhttp_.method != HTTP_OPTIONS) return errc::bad_target;
        builder_.set_path(target_form::asterisk, target, {});
        return errc::ok;
    }
    return split_absolute(target);
}

inline errc parser_core::split_absolute(std::string_view target) {
    const std::size_t scheme = target.find("://");
    if (scheme == target.npos) return errc::bad_target;
    if (!iequals(target.substr(0, scheme), "http") && !iequals(target.substr(0, scheme), "https")) {
        return errc::bad_target;
    }
    const std::string_view rest = target.substr(scheme + 3);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    // Neither an empty host nor user information (RFC 9110 sections 4.2.1 and 4.2.4).
    if (authority.empty() || authority.front() == ':' || !all_in(authority, host_chars)) {
        return errc::bad_target;
    }
    const std::string_view local = rest.substr(end);
    const std::size_t mark = local.find('?');
    std::string_view path = local.substr(0, mark);
    // RFC 9112 section 3.2.4: OPTIONS on a host without a path means the server as a whole.
    const bool whole_server = path.empty() && mark == local.npos;
    if (path.empty()) path = whole_server && llhttp_.method == HTTP_OPTIONS ? "*" : "/";
    builder_.set_path(target_form::absolute, path,
                      mark == local.npos ? std::string_view{} : local.substr(mark + 1));
    builder_.set_authority(authority);
    return errc::ok;
}

}  // namespace cruet::http::detail
