// A short message with a descriptor, between processes on one machine.
//
//     send_message(socket, &order, sizeof order, fd);        // -1: without a descriptor
//     net::handle fd;
//     ssize_t n = receive_message(socket, &order, sizeof order, fd);   // 0: nobody sends any more
//
// Over sockets that keep messages apart (SOCK_SEQPACKET). Out of descriptors the kernel drops the
// one that was sent: `fd` is empty then. Errors: -1 with errno, as of sendmsg(2) and recvmsg(2).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "cruet/net/handle.hpp"

namespace cruet::process {

namespace detail {

union fd_space {
    cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

}  // namespace detail

inline bool send_message(int socket, const void* data, std::size_t size, int fd) noexcept {
    detail::fd_space space{};
    iovec part{const_cast<void*>(data), size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fd >= 0) {
        message.msg_control = space.bytes;
        message.msg_controllen = sizeof space.bytes;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    while (true) {
        if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return true;
        if (errno != EINTR) return false;
    }
}

// The descriptor is closed on exec.
inline ssize_t receive_message(int socket, void* data, std::size_t size, net::handle& fd) noexcept {
    detail::fd_space space{};
    iovec part{data, size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = space.bytes;
    message.msg_controllen = sizeof space.bytes;
    int flags = 0;
#ifdef MSG_CMSG_CLOEXEC
    flags = MSG_CMSG_CLOEXEC;
#endif
    ssize_t n = -1;
    do {
        n = ::recvmsg(socket, &message, flags);
    } while (n < 0 && errno == EINTR);
    fd.reset();
    if (n <= 0) return n;
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        int given = -1;
        std::memcpy(&given, CMSG_DATA(header), sizeof given);
        fd.reset(given);
    }
    return n;
}

}  // namespace cruet::process
