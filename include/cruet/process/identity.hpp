// Whom a process runs as: found by name in the master, taken on by its workers.
//
//     result<identity> who = identity::find("www-data", "");   // user, group: names or numbers
//     ...after the fork:
//     if (auto done = who->assume(); !done) ...                // there is no way back
//
// Without a group the user's own is taken. With `init_groups` the user's further groups come too,
// else there are none but the one. Errors: errc::invalid_argument where there is no such user or
// group, errc::io with errno where the process may not change.
#pragma once

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/core/ascii.hpp"
#include "cruet/core/result.hpp"

namespace cruet::process {

struct identity {
    uid_t user = ::geteuid();
    gid_t group = ::getegid();
    // For initgroups(3); "" where the user is known by number alone.
    std::string name;

    // Empty texts mean what the process is already.
    static result<identity> find(const std::string& user, const std::string& group) {
        identity found;
        if (!user.empty()) {
            if (auto done = found.find_user(user); !done) return done.error();
        }
        if (!group.empty()) {
            if (auto done = found.find_group(group); !done) return done.error();
        }
        return found;
    }

    // Is it what the process is?
    bool present() const noexcept { return user == ::geteuid() && group == ::getegid(); }

    // Groups first, as afterwards there is no right to them.
    result<void> assume(bool init_groups) const {
        if (present() && !init_groups) return {};
        const bool known = init_groups && !name.empty();
        const int groups = known ? ::initgroups(name.c_str(), group) : ::setgroups(1, &group);
        // Whoever is nobody special may not set groups, and needs not where nothing changes.
        if (groups != 0 && !(errno == EPERM && present())) return errc::io;
        if (::setgid(group) != 0 || ::setuid(user) != 0) return errc::io;
        if (user != 0 && ::setuid(0) == 0) {
            errno = EPERM;
            return errc::io;
        }
        return {};
    }

private:
    static std::optional<unsigned long> number(std::string_view text) noexcept {
        const auto value = parse_decimal<unsigned long>(text);
        // The highest stands for "no change".
        return value && *value < static_cast<uid_t>(-1) ? std::optional(*value) : std::nullopt;
    }

    result<void> find_user(const std::string& text) {
        const auto by_number = number(text);
        passwd entry{};
        passwd* found = nullptr;
        std::vector<char> space(16384);
        if (by_number) {
            ::getpwuid_r(static_cast<uid_t>(*by_number), &entry, space.data(), space.size(),
                         &found);
            user = static_cast<uid_t>(*by_number);
        } else {
            ::getpwnam_r(text.c_str(), &entry, space.data(), space.size(), &found);
            if (!found) return errc::invalid_argument;
        }
        if (found) {
            user = found->pw_uid;
            group = found->pw_gid;
            name = found->pw_name;
        }
        return {};
    }

    result<void> find_group(const std::string& text) {
        if (const auto by_number = number(text)) {
            group = static_cast<gid_t>(*by_number);
            return {};
        }
        ::group entry{};
        ::group* found = nullptr;
        std::vector<char> space(16384);
        ::getgrnam_r(text.c_str(), &entry, space.data(), space.size(), &found);
        if (!found) return errc::invalid_argument;
        group = found->gr_gid;
        return {};
    }
};

}  // namespace cruet::process
