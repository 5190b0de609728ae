// multipart/form-data as a stream of events (RFC 7578; RFC 2046 section 5.1).
//
//     multipart_decoder decoder(boundary, limits);
//     decoder.receive(chunk);                      // as often as there is input
//     for (;;) {
//         const auto event = decoder.next();
//         if (!event) return event.error();
//         if (*event == multipart_event::need_data) break;    // receive() or finish()
//         if (*event == multipart_event::file) open(*decoder.part().filename);
//         if (*event == multipart_event::data) write(decoder.data());
//     }
//
// The order of events is preamble, then for each part field or file and data at least once, the
// last with more_data() false, then epilogue after finish(). Time is linear in the input whatever
// its bytes are, memory is bounded by the limits: what is not yet known to be data is at most a
// part's head or a delimiter. Line breaks may be CR LF, LF or CR.
//
// Bytes given to receive() must stay where they are until next() says need_data. data() and part()
// are valid until the next call of a member.
//
// Errors: bad_boundary, missing_disposition (also for a part without any header), too_many_parts,
// part_head_too_large, form_memory_exceeded, multipart_incomplete. After an error every call of
// next() gives it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/charset.hpp"
#include "cruet/core/limits.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/impl/multipart.hpp"

namespace cruet::http {

enum class multipart_event : std::uint8_t { need_data, preamble, field, file, data, epilogue };

class multipart_decoder {
public:
    // The boundary is the parameter of the Content-Type field, without the leading "--". A limit of
    // 0 is none.
    explicit multipart_decoder(std::string_view boundary, const form_limits& limits = {},
                               line_hold hold = line_hold::delimiters)
        : delimiter_(boundary), limits_(limits), hold_(hold) {
        if (!delimiter_.valid()) failure_ = {errc::bad_boundary, 0};
    }
    multipart_decoder(const multipart_decoder&) = delete;
    multipart_decoder& operator=(const multipart_decoder&) = delete;

    void receive(std::string_view data) {
        if (data.empty()) return;
        if (window_.empty()) {
            window_ = data;
            owned_ = false;
            return;
        }
        keep_window();
        const auto consumed = static_cast<std::size_t>(window_.data() - own_.data());
        own_.resize(consumed + window_.size());
        own_.erase(0, consumed);
        own_.append(data);
        window_ = own_;
    }

    // There will be no more input.
    void finish() noexcept { finished_ = true; }

    result<multipart_event> next() {
        if (failure_.code != errc::ok) return failure_;
        switch (state_) {
        case state::preamble: return in_preamble();
        case state::part_head: return in_part_head();
        case state::data_start:
        case state::data: return in_data();
        case state::epilogue: return in_epilogue();
        case state::done: break;
        }
        return fail(errc::multipart_incomplete);
    }

    // After field and file, until the part's data ends.
    const multipart_head& part() const noexcept { return part_; }
    // After data, preamble and epilogue. The latter two are cut to form_limits::part_head bytes.
    std::string_view data() const noexcept { return data_; }
    bool more_data() const noexcept { return more_data_; }
    // Bytes received but not yet given out.
    std::size_t buffered() const noexcept { return window_.size(); }

private:
    enum class state : std::uint8_t { preamble, part_head, data_start, data, epilogue, done };

    result<multipart_event> fail(errc code) noexcept {
        failure_ = {code, 0};
        return failure_;
    }

    // Makes the decoder the owner of what it has not given out.
    void keep_window() {
        if (owned_) return;
        own_.assign(window_);
        window_ = own_;
        owned_ = true;
    }

    result<multipart_event> need_data() {
        if (finished_) return fail(errc::multipart_incomplete);
        keep_window();
        return multipart_event::need_data;
    }

    void consume(std::size_t count) noexcept {
        window_.remove_prefix(count);
        scanned_ = 0;
    }

    void pass(const detail::delimiter_match& match) noexcept {
        consume(match.end);
        state_ = match.closing ? state::epilogue : state::part_head;
    }

    result<multipart_event> in_preamble() {
        const auto match =
            delimiter_.find(window_, scanned_, detail::line_start::anywhere, finished_);
        if (match.kind == detail::match_kind::found) {
            data_ = window_.substr(0, match.begin);
            pass(match);
            return multipart_event::preamble;
        }
        scanned_ = match.begin;
        if (scanned_ > limits_.part_head && limits_.part_head != 0) {
            consume(scanned_ - limits_.part_head);
            scanned_ = limits_.part_head;
        }
        return need_data();
    }

    result<multipart_event> in_part_head() {
        // A part whose head is empty must not take its content, and the next part, for one.
        if (!window_.empty() && detail::line_break(window_.front())) {
            return fail(errc::missing_disposition);
        }
        const auto blank = detail::find_blank_line(window_, scanned_);
        const std::size_t size = blank.found ? blank.begin : window_.size();
        if (limits_.part_head != 0 && size > limits_.part_head) {
            return fail(errc::part_head_too_large);
        }
        if (!blank.found) {
            scanned_ = blank.begin;
            return need_data();
        }
        if (limits_.parts != 0 && parts_ == limits_.parts) return fail(errc::too_many_parts);
        ++parts_;
        const auto head = detail::parse_part_head(window_.substr(0, blank.begin), part_);
        if (!head) return fail(head.error().code);
        consume(blank.end);
        state_ = state::data_start;
        return part_.filename ? multipart_event::file : multipart_event::field;
    }

    result<multipart_event> in_data() {
        const bool start = state_ == state::data_start;
        const auto match = delimiter_.find(
            window_, 0, start ? detail::line_start::here : detail::line_start::after_break,
            finished_, hold_);
        more_data_ = match.kind != detail::match_kind::found;
        if (more_data_ && match.begin == 0) return need_data();
        if (!part_.filename && limits_.memory != 0) {
            if (match.begin > limits_.memory - memory_) return fail(errc::form_memory_exceeded);
            memory_ += match.begin;
        }
        data_ = window_.substr(0, match.begin);
        if (more_data_) {
            consume(match.begin);
            state_ = state::data;
        } else {
            pass(match);
        }
        return multipart_event::data;
    }

    result<multipart_event> in_epilogue() {
        if (limits_.part_head != 0 && window_.size() > limits_.part_head) {
            window_ = window_.substr(0, limits_.part_head);
        }
        if (!finished_) return need_data();
        data_ = detail::after_padded_line(window_);
        state_ = state::done;
        window_ = {};
        return multipart_event::epilogue;
    }

    detail::delimiter delimiter_;
    form_limits limits_;
    std::string own_;
    std::string_view window_;
    std::string_view data_;
    multipart_head part_;
    error failure_{};
    std::size_t scanned_ = 0;  // bytes of window_ in which nothing begins
    std::size_t parts_ = 0;
    std::size_t memory_ = 0;
    line_hold hold_;
    state state_ = state::preamble;
    bool owned_ = false;  // window_ lies in own_
    bool finished_ = false;
    bool more_data_ = false;
};

// A body that is in memory as a whole, taken apart. Data are views into it.
struct multipart_form {
    struct part {
        multipart_head head;
        std::string_view data;
    };
    std::vector<part> parts;
};

// Errors as multipart_decoder's.
inline result<multipart_form> parse_multipart(std::string_view body, std::string_view boundary,
                                              const form_limits& limits = {}) {
    multipart_form out;
    multipart_decoder decoder(boundary, limits);
    decoder.receive(body);
    decoder.finish();
    for (;;) {
        const auto event = decoder.next();
        if (!event) return event.error();
        switch (*event) {
        case multipart_event::field:
        case multipart_event::file: out.parts.push_back({decoder.part(), {}}); break;
        // With all input in one piece, so is each part's data.
        case multipart_event::data: out.parts.back().data = decoder.data(); break;
        case multipart_event::epilogue: return out;
        case multipart_event::preamble:
        case multipart_event::need_data: break;
        }
    }
}

}  // namespace cruet::http
