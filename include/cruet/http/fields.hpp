// An owned, ordered, case-insensitive list of fields, for those who build a response in C++.
//
//     fields f;
//     f.set("Content-Type", "text/html");     // replaces all of that name
//     f.add("Set-Cookie", "a=1");             // one more line
//     f.find("content-type")                  // optional<string_view>, valid until f changes
//
// Names and values are checked as they come in (field.hpp): what is in the list can be sent.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"
#include "cruet/http/field.hpp"

namespace cruet::http {

class fields {
public:
    struct entry {
        std::string name;
        std::string value;

        operator field() const noexcept { return {name, value}; }
        friend bool operator==(const entry&, const entry&) = default;
    };
    using const_iterator = std::vector<entry>::const_iterator;

    // Appends a line. errc::bad_field_name, errc::bad_field_value.
    result<void> add(std::string_view name, std::string_view value) {
        const auto checked = check(field{name, value});
        if (checked) entries_.push_back({std::string(name), std::string(value)});
        return checked;
    }

    // Makes this the only line of its name, in the place of the first one. Errors as add.
    result<void> set(std::string_view name, std::string_view value) {
        const auto checked = check(field{name, value});
        if (!checked) return checked;
        const auto first = find_entry(name);
        if (first == entries_.end()) {
            entries_.push_back({std::string(name), std::string(value)});
            return {};
        }
        // The value may be a view into this very list.
        std::string kept(value);
        first->name = std::string(name);
        first->value = std::move(kept);
        const std::string wanted = first->name;
        entries_.erase(std::remove_if(first + 1, entries_.end(),
                                      [&](const entry& e) { return iequals(e.name, wanted); }),
                       entries_.end());
        return {};
    }

    // Removes every line of this name; how many there were.
    std::size_t remove(std::string_view name) {
        const std::string wanted(name);
        return std::erase_if(entries_, [&](const entry& e) { return iequals(e.name, wanted); });
    }

    // The first value.
    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const entry& e : entries_) {
            if (iequals(e.name, name)) return e.value;
        }
        return std::nullopt;
    }
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }

    std::vector<std::string_view> find_all(std::string_view name) const {
        std::vector<std::string_view> out;
        for (const entry& e : entries_) {
            if (iequals(e.name, name)) out.push_back(e.value);
        }
        return out;
    }

    // The lines as views, valid until the list changes: what a serializer takes.
    std::vector<field> views() const { return {entries_.begin(), entries_.end()}; }

    const_iterator begin() const noexcept { return entries_.begin(); }
    const_iterator end() const noexcept { return entries_.end(); }
    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }
    void clear() noexcept { entries_.clear(); }

private:
    std::vector<entry>::iterator find_entry(std::string_view name) noexcept {
        return std::find_if(entries_.begin(), entries_.end(),
                            [&](const entry& e) { return iequals(e.name, name); });
    }

    std::vector<entry> entries_;
};

}  // namespace cruet::http
