// Where a worker that hangs writes what it was doing, for its master to read: a file without a
// name.
//
//     result<trace_file> file = trace_file::create();   // in the master, before the fork
//     dump_to(file->fd());                              // in the worker, from a signal handler
//     std::string text = file->take();                  // in the master; empty where there is
//     nothing
//
// Worker and master share one position in the file. Errors: errc::io, with errno.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "cruet/core/result.hpp"
#include "cruet/net/handle.hpp"

namespace cruet::process {

class trace_file {
public:
    // What take() gives at most, in bytes.
    static constexpr std::size_t most = 256 << 10;

    static result<trace_file> create() {
#ifdef __linux__
        net::handle made(::memfd_create("trace", MFD_CLOEXEC));
#else
        char path[] = "/tmp/trace-XXXXXX";
        net::handle made(::mkstemp(path));
        if (made) ::unlink(path);
        if (made) ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
#endif
        if (!made) return errc::io;
        return trace_file(std::move(made));
    }
    trace_file() noexcept = default;
    explicit trace_file(net::handle file) noexcept : file_(std::move(file)) {}

    int fd() const noexcept { return file_.get(); }

    // What has been written since this was last asked; the file is empty then.
    std::string take() const {
        const off_t end = file_ ? ::lseek(fd(), 0, SEEK_END) : 0;
        if (end <= 0) return {};
        std::string text(std::min(static_cast<std::size_t>(end), most), '\0');
        const ssize_t n = ::pread(fd(), text.data(), text.size(), 0);
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        if (::ftruncate(fd(), 0) != 0 || ::lseek(fd(), 0, SEEK_SET) < 0) return text;
        return text;
    }

private:
    net::handle file_;
};

}  // namespace cruet::process
