// The head of one request (RFC 9112 sections 2 to 5), owned and immutable.
//
//     head_ptr head = ...;                     // from request_parser, or make_head() in tests
//     head->method()                           // "GET"
//     head->path()                             // "/a%20b", as sent: neither decoded nor normalised
//     head->find("host")                       // optional<string_view>, the first of that name
//
// A head is ONE heap block: this object, then the table of fields, then the bytes that every view
// points into. It is shared by intrusive count and may be kept by any thread for as long as it
// likes; nothing points into a read buffer. head_builder makes it piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/ref.hpp"
#include "cruet/http/field.hpp"

namespace cruet::http {

enum class version : std::uint8_t { http_1_0, http_1_1 };

constexpr std::string_view to_string(version v) noexcept {
    return v == version::http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
}

// What a host with its port is made of: RFC 3986 section 3.2.
inline constexpr charset host_chars = charsets::unreserved | charset("!$&'()*+,;=:[]%");

// RFC 9112 section 3.2.
enum class target_form : std::uint8_t { origin, absolute, authority, asterisk };

class request_head : public ref_counted<request_head> {
public:
    std::string_view method() const noexcept { return method_; }
    // The whole target, as sent.
    std::string_view target() const noexcept { return target_; }
    target_form form() const noexcept { return form_; }
    // The path of the target, still percent-encoded. "*" in asterisk-form, "" in authority-form,
    // "/" where an absolute-form has none.
    std::string_view path() const noexcept { return path_; }
    // What follows the first '?', without it.
    std::string_view query() const noexcept { return query_; }
    // Whom the request is for: the target's authority in absolute- and authority-form, which
    // overrides the Host field (RFC 9112 section 3.2.2), else the Host field, else "".
    std::string_view authority() const noexcept { return authority_; }
    http::version version() const noexcept { return version_; }

    std::span<const field> fields() const noexcept { return {fields_, field_count_}; }
    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const field& f : fields()) {
            if (iequals(f.name, name)) return f.value;
        }
        return std::nullopt;
    }

    // The announced length of the content; nothing where none is announced.
    std::optional<std::uint64_t> content_length() const noexcept {
        return has_length_ ? std::optional(content_length_) : std::nullopt;
    }
    bool chunked() const noexcept { return chunked_; }
    bool has_body() const noexcept { return chunked_ || (has_length_ && content_length_ > 0); }
    // Does the client want the connection kept after the answer?
    bool keep_alive() const noexcept { return keep_alive_; }
    // The client waits for 100 Continue before it sends content (RFC 9110 section 10.1.1).
    bool expects_continue() const noexcept { return expects_continue_; }

    static void destroy(const request_head* head) noexcept {
        head->~request_head();
        ::operator delete(const_cast<request_head*>(head));
    }

private:
    friend class head_builder;

    request_head() = default;
    ~request_head() = default;
    friend class ref_counted<request_head>;

    std::string_view method_, target_, path_, query_, authority_;
    const field* fields_ = nullptr;
    std::size_t field_count_ = 0;
    std::uint64_t content_length_ = 0;
    http::version version_ = version::http_1_1;
    target_form form_ = target_form::origin;
    bool has_length_ = false;
    bool chunked_ = false;
    bool keep_alive_ = true;
    bool expects_continue_ = false;
};

using head_ptr = ref_ptr<const request_head>;

// Grows the block of one head. Pieces come in the order of the wire: method, target, then name and
// value of each field; a piece may itself come in parts. Throws std::bad_alloc alone.
class head_builder {
public:
    head_builder() noexcept = default;
    head_builder(const head_builder&) = delete;
    head_builder& operator=(const head_builder&) = delete;
    ~head_builder() { discard(); }

    bool started() const noexcept { return head_ != nullptr; }
    void discard() noexcept {
        if (head_) request_head::destroy(std::exchange(head_, nullptr));
    }

    void method(std::string_view part) { extend(&request_head::method_, part); }
    void target(std::string_view part) { extend(&request_head::target_, part); }
    void add_field() {
        if (!head_ || head_->field_count_ == field_capacity_) grow(0);
        new (table() + head_->field_count_++) field{};
    }
    void name(std::string_view part) {
        char* at = append(part);
        std::string_view& view = last().name;
        view = {view.empty() ? at : view.data(), view.size() + part.size()};
    }
    void value(std::string_view part) {
        char* at = append(part);
        std::string_view& view = last().value;
        view = {view.empty() ? at : view.data(), view.size() + part.size()};
    }

    // The value's end: white space behind it is no part of it (RFC 9112 section 5.1).
    void end_field() noexcept { last().value = trim_right(last().value); }

    std::size_t field_count() const noexcept { return head_ ? head_->field_count_ : 0; }
    const field& last_field() noexcept { return last(); }
    std::string_view target() const noexcept { return head_ ? head_->target_ : std::string_view{}; }
    std::string_view authority() const noexcept { return head_->authority_; }
    std::span<const field> fields() const noexcept {
        return head_ ? head_->fields() : std::span<const field>{};
    }

    void set_version(http::version v) noexcept { head_->version_ = v; }
    void set_path(target_form form, std::string_view path, std::string_view query) noexcept {
        head_->form_ = form;
        head_->path_ = path;
        head_->query_ = query;
    }
    // A view into the target or a field of this head, or static text.
    void set_authority(std::string_view authority) noexcept { head_->authority_ = authority; }
    void set_content_length(std::uint64_t n) noexcept {
        head_->has_length_ = true;
        head_->content_length_ = n;
    }
    void set_chunked() noexcept { head_->chunked_ = true; }
    void set_keep_alive(bool on) noexcept { head_->keep_alive_ = on; }
    void set_expects_continue() noexcept { head_->expects_continue_ = true; }

    // Gives the head away and starts afresh.
    [[nodiscard]] head_ptr finish() noexcept {
        return head_ptr(std::exchange(head_, nullptr), adopt_ref);
    }

private:
    // Together with the object about a kilobyte: most requests fit, and malloc is quick there.
    static constexpr std::size_t first_fields = 12;
    static constexpr std::size_t first_bytes = 448;

    field* table() noexcept { return reinterpret_cast<field*>(head_ + 1); }
    char* text() noexcept { return reinterpret_cast<char*>(table() + field_capacity_); }
    field& last() noexcept { return table()[head_->field_count_ - 1]; }

    char* append(std::string_view part) {
        if (!head_ || byte_capacity_ - used_ < part.size()) grow(part.size());
        char* at = text() + used_;
        if (!part.empty()) std::memcpy(at, part.data(), part.size());
        used_ += part.size();
        return at;
    }
    void extend(std::string_view request_head::*member, std::string_view part) {
        char* at = append(part);
        std::string_view& view = head_->*member;
        view = {view.empty() ? at : view.data(), view.size() + part.size()};
    }

    // A larger block, with room for one more field and `more` bytes, and every view moved into it.
    void grow(std::size_t more);

    request_head* head_ = nullptr;
    std::size_t field_capacity_ = 0;
    std::size_t byte_capacity_ = 0;
    std::size_t used_ = 0;
};

inline void head_builder::grow(std::size_t more) {
    request_head* old = head_;
    std::size_t fields = old ? field_capacity_ : first_fields;
    std::size_t bytes = old ? byte_capacity_ : first_bytes;
    if (!old) used_ = 0;
    if (old && old->field_count_ == fields) fields *= 2;
    while (bytes - used_ < more) bytes *= 2;

    void* block = ::operator new(sizeof(request_head) + fields * sizeof(field) + bytes);
    auto* fresh = new (block) request_head;
    const char* old_text = old ? text() : nullptr;
    const field* old_table = old ? table() : nullptr;
    head_ = fresh;
    field_capacity_ = fields;
    byte_capacity_ = bytes;
    fresh->fields_ = table();
    if (!old) return;

    if (used_ > 0) std::memcpy(text(), old_text, used_);
    const auto moved = [&](std::string_view v) {
        return v.empty() ? std::string_view{}
                         : std::string_view{text() + (v.data() - old_text), v.size()};
    };
    fresh->method_ = moved(old->method_);
    fresh->target_ = moved(old->target_);
    fresh->field_count_ = old->field_count_;
    for (std::size_t i = 0; i < old->field_count_; ++i) {
        new (table() + i) field{moved(old_table[i].name), moved(old_table[i].value)};
    }
    request_head::destroy(old);
}

// A head for tests and for requests that did not come over a connection. The target is taken in
// origin-form; Host, Content-Length and Transfer-Encoding are read from the fields given.
inline head_ptr make_head(std::string_view method, std::string_view target,
                          std::span<const field> fields = {},
                          http::version version = version::http_1_1) {
    head_builder builder;
    builder.method(method);
    builder.target(target);
    for (const field& f : fields) {
        builder.add_field();
        builder.name(f.name);
        builder.value(f.value);
    }
    builder.set_version(version);
    builder.set_keep_alive(version == version::http_1_1);
    const std::string_view owned = builder.target();
    const std::size_t mark = owned.find('?');
    builder.set_path(target_form::origin, owned.substr(0, mark),
                     mark == owned.npos ? std::string_view{} : owned.substr(mark + 1));
    for (const field& f : builder.fields()) {
        if (iequals(f.name, "host")) builder.set_authority(f.value);
        if (iequals(f.name, "transfer-encoding")) builder.set_chunked();
        if (iequals(f.name, "content-length")) {
            const auto length = parse_decimal<std::uint64_t>(f.value);
            if (length) builder.set_content_length(*length);
        }
    }
    return builder.finish();
}
inline head_ptr make_head(std::string_view method, std::string_view target,
                          std::initializer_list<field> fields,
                          http::version version = version::http_1_1) {
    return make_head(method, target, std::span<const field>(fields.begin(), fields.size()),
                     version);
}

}  // namespace cruet::http
