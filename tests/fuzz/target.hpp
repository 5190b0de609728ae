// One fuzz target a file: a function over the input that aborts where a property does not hold.
//
//     CRUET_FUZZ_TARGET(cookie) {        // sees `input`, a std::string_view
//         require(...);
//     }
//
// `./dev fuzz` compiles each file by itself for libFuzzer. The tests compile all of them with
// replay.cpp, which runs the seeds (tests/fuzz/seeds/NAME/) through them without libFuzzer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace fuzz {

inline void require(bool holds) {
    if (!holds) std::abort();
}

using target = void (*)(std::string_view);

struct entry {
    const char* name;
    target run;
};

inline std::vector<entry>& registered() {
    static std::vector<entry> all;
    return all;
}

inline bool add(const char* name, target run) {
    registered().push_back({name, run});
    return true;
}

}  // namespace fuzz

#ifdef CRUET_FUZZ_REPLAY
#define CRUET_FUZZ_TARGET(name)                                    \
    static void run_target(std::string_view input);                \
    static const bool target_added = fuzz::add(#name, run_target); \
    static void run_target(std::string_view input)
#else
#define CRUET_FUZZ_TARGET(name)                                                         \
    static void run_target(std::string_view input);                                     \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
        run_target({reinterpret_cast<const char*>(data), size});                        \
        return 0;                                                                       \
    }                                                                                   \
    static void run_target(std::string_view input)
#endif
