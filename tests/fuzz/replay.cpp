// Runs every seed through its target: replay SEEDS_FOLDER. Each input lies at the end of memory of
// its own, so that a sanitizer sees reads behind it. Fails where a target has no seeds.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "target.hpp"

namespace {
std::vector<char> read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Each seed, and each seed cut short, so that the ends of input are seen as well.
std::size_t replay(const fuzz::entry& target, const std::filesystem::path& folder) {
    std::size_t runs = 0;
    if (!std::filesystem::is_directory(folder)) return 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const std::vector<char> seed = read(file.path());
        std::cout << target.name << " " << file.path().filename().string() << std::endl;
        const std::size_t step = seed.size() / 64 + 1;
        for (std::size_t size = 0; size <= seed.size(); size += step) {
            const std::vector<char> cut(seed.begin(),
                                        seed.begin() + static_cast<std::ptrdiff_t>(size));
            target.run({cut.data(), cut.size()});
            ++runs;
        }
        target.run({seed.data(), seed.size()});
    }
    return runs;
}
}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: replay SEEDS_FOLDER\n";
        return 2;
    }
    int missing = 0;
    for (const fuzz::entry& target : fuzz::registered()) {
        if (replay(target, std::filesystem::path(arguments[1]) / target.name) == 0) {
            std::cerr << "no seeds for " << target.name << "\n";
            ++missing;
        }
    }
    return missing == 0 && !fuzz::registered().empty() ? 0 : 1;
}
