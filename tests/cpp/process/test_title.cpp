#include "cruet/process/title.hpp"

#include <fstream>
#include <string>
#include <thread>

#include "../catch.hpp"

using namespace cruet::process;

#ifdef __linux__
TEST_CASE("a process has the name that it was given, as far as there is room") {
    const auto name = [] {
        std::ifstream file("/proc/self/comm");
        std::string line;
        std::getline(file, line);
        return line;
    };
    const std::string before = name();
    set_process_name("cruet: worker");
    CHECK(name() == "cruet: worker");
    set_process_name("cruet: a very long name");
    CHECK(name() == "cruet: a very l");
    set_process_name(before);
}
#endif
