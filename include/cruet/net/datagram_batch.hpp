// Small texts that go out as a datagram each, many at a time: lines for syslog.
//
//     datagram_batch batch;
//     batch.text() += "<14>one";  batch.end_one();
//     batch.text() += "<14>two";  batch.end_one();
//     batch.send(fd);                                  // a connected socket; empties the batch
//
// Over UDP those of equal size that follow one another, and a smaller one behind them, cost the
// kernel little more than one of them: Linux takes them in one piece and divides it (UDP_SEGMENT).
// Sending never waits, and what the receiver has no room for is lost. The descriptor stays the
// caller's.
#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cruet::net {

class datagram_batch {
public:
    // Append the next datagram's bytes here, at least one.
    std::string& text() noexcept { return bytes_; }
    // What was appended since the last call is one datagram.
    void end_one() { ends_.push_back(bytes_.size()); }
    // Bytes that wait.
    std::size_t size() const noexcept { return bytes_.size(); }

    void send(int fd) noexcept {
        for (std::size_t i = 0; i < ends_.size();) {
            const std::size_t end = divides(fd) ? end_of_run(i) : i + 1;
            if (end - i == 1) {
                send_one(fd, view(i, end));
            } else if (!send_divided(fd, view(i, end), size_of(i))) {
                // Larger than the way there takes, or an interface that cannot divide.
                dividing_ = answer::no;
                continue;
            }
            i = end;
        }
        bytes_.clear();
        ends_.clear();
    }

private:
    enum class answer : std::uint8_t { unknown, no, yes };
    // What Linux has always taken at once.
    static constexpr std::size_t most_datagrams = 64;
    static constexpr std::size_t most_bytes = 65000;

    std::size_t begin_of(std::size_t i) const noexcept { return i == 0 ? 0 : ends_[i - 1]; }
    std::size_t size_of(std::size_t i) const noexcept { return ends_[i] - begin_of(i); }
    std::string_view view(std::size_t i, std::size_t end) const noexcept {
        return std::string_view(bytes_).substr(begin_of(i), ends_[end - 1] - begin_of(i));
    }
    // Behind those from i on that go together.
    std::size_t end_of_run(std::size_t i) const noexcept {
        const std::size_t size = size_of(i);
        std::size_t end = i + 1;
        while (end < ends_.size() && end - i < most_datagrams && size_of(end) <= size &&
               ends_[end] - begin_of(i) <= most_bytes) {
            // Only the last one may be smaller.
            if (size_of(end++) < size) break;
        }
        return end;
    }

    static void send_one(int fd, std::string_view bytes) noexcept {
        [[maybe_unused]] const auto sent =
            ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

#ifdef UDP_SEGMENT
    // Whether the socket is one of UDP's. Another would take the run for one datagram.
    bool divides(int fd) noexcept {
        if (dividing_ == answer::unknown) {
            int domain = 0;
            socklen_t size = sizeof domain;
            const bool known = ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0;
            const bool internet = known && (domain == AF_INET || domain == AF_INET6);
            dividing_ = internet ? answer::yes : answer::no;
        }
        return dividing_ == answer::yes;
    }
    // False where they have to be sent one by one.
    static bool send_divided(int fd, std::string_view bytes, std::size_t each) noexcept {
        const auto segment = static_cast<std::uint16_t>(each);
        union {
            cmsghdr align;
            char space[CMSG_SPACE(sizeof segment)];
        } control{};
        iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof segment);
        std::memcpy(CMSG_DATA(header), &segment, sizeof segment);
        if (::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
        return errno != EINVAL && errno != EIO && errno != EMSGSIZE && errno != EOPNOTSUPP;
    }
#else
    static bool divides(int) noexcept { return false; }
    static bool send_divided(int, std::string_view, std::size_t) noexcept { return false; }
#endif

    std::string bytes_;
    std::vector<std::size_t> ends_;
    answer dividing_ = answer::unknown;
};

}  // namespace cruet::net
