// What a process is called among others: the short name that `ps -o comm`, top and pgrep show.
//
//     set_process_name("cruet: worker");       // 15 bytes of it, on Linux
#pragma once

#include <string>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace cruet::process {

// Of the process, where its first thread calls. Longer names are cut.
inline void set_process_name(const std::string& name) noexcept {
#ifdef __linux__
    ::prctl(PR_SET_NAME, name.c_str());
#else
    static_cast<void>(name);
#endif
}

}  // namespace cruet::process
