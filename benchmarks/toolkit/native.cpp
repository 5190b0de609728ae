// The toolkit's operations on cruet's headers alone: what they cost before Python's objects are
// made of their results. run.py starts this and asks it line by line, as it does worker.py:
//
//     native FOLDER BOUNDARY QUERY COOKIES ACCEPT OPTIONS DISPOSITION DATE
//
// A line {"case": NAME, "number": N} is answered with {"ns": nanoseconds of CPU time an
// operation}, one whose number is "memory" with {"kib": growth of the peak of resident memory}, one
// whose case is "" with an object that has every name as a key.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cruet/http/accept.hpp"
#include "cruet/http/cookie.hpp"
#include "cruet/http/date.hpp"
#include "cruet/http/fields.hpp"
#include "cruet/http/multipart.hpp"
#include "cruet/http/options.hpp"
#include "cruet/routing/router.hpp"
#include "cruet/url/path.hpp"
#include "cruet/url/query.hpp"

namespace {

namespace http = cruet::http;
namespace routing = cruet::routing;
namespace url = cruet::url;

using router = routing::basic_router<int>;
// Does its operation so many times.
using operation = std::function<void(long)>;
using operations = std::map<std::string, operation>;

// Keeps the compiler from leaving out what nobody looks at.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

// As routes() of cases.py has them.
struct route_case {
    router rules;
    std::vector<std::string> asked;

    route_case(int count, bool statics, bool typed, int paths, bool spread) {
        const int step = spread ? 7919 : 1;
        const int first = spread ? 0 : (count - paths) / 2;
        for (int n = 0; n < count; ++n) add(n, is_static(n, statics, typed));
        for (int i = 0; i < paths; ++i) {
            const int n = (first + step * i) % count;
            asked.push_back(path(n, is_static(n, statics, typed)));
        }
    }

    static bool is_static(int n, bool statics, bool typed) {
        return statics && (!typed || n % 2 == 0);
    }
    static std::string four_digits(int n) {
        const std::string number = std::to_string(n);
        return std::string(4 - number.size(), '0') + number;
    }
    static std::string path(int n, bool plain) {
        const std::string number = four_digits(n);
        return plain ? "/static/page" + number + "/show" : "/typed" + number + "/7/seven";
    }
    void add(int n, bool plain) {
        const std::string number = four_digits(n);
        const auto added =
            rules.add({.path = plain ? path(n, true) : "/typed" + number + "/<int:number>/<name>",
                       .endpoint = n,
                       .methods = {"GET"}});
        if (!added) throw std::logic_error("a rule is malformed");
    }

    void operator()(long times) const {
        for (long i = 0; i < times; ++i) {
            for (const std::string& path : asked) {
                const auto found = rules.match(path, "GET");
                if (found.status != routing::match_status::found) std::abort();
                keep(found);
            }
        }
    }
};

void add_routing(operations& all) {
    const auto match = [&](const char* name, int count, bool statics, bool typed, int paths,
                           bool spread = true) {
        const auto rules = std::make_shared<route_case>(count, statics, typed, paths, spread);
        all[name] = [rules](long times) { (*rules)(times); };
    };
    match("match, 100 static rules", 100, true, false, 100);
    match("match, 100 typed rules", 100, false, true, 100);
    match("match, 10 rules", 10, true, true, 10);
    match("match, 10,000 rules", 10000, true, true, 10);
    match("match, 10 neighbours of 10,000 rules", 10000, true, true, 10, false);

    const auto rules = std::make_shared<router>();
    (void)rules->add({.path = "/about/imprint", .endpoint = 0});
    (void)rules->add({.path = "/user/<int:number>/<name>", .endpoint = 1});
    for (int n = 0; n < 98; ++n) {
        (void)rules->add({.path = "/other" + std::to_string(n) + "/<int:x>", .endpoint = n + 2});
    }
    const auto build = [&](const char* name, int endpoint, const router::values_type& values) {
        all[name] = [rules, endpoint, values](long times) {
            for (long i = 0; i < times; ++i) keep(rules->build(endpoint, values));
        };
    };
    build("build, static", 0, {});
    build("build, typed", 1, {{"number", std::int64_t{7}}, {"name", "seven"}});
}

// An operation that looks at nothing but `text`.
template <class F>
operation reading(std::string_view text, F read) {
    return [text, read](long times) {
        for (long i = 0; i < times; ++i) {
            std::string_view given = text;
            keep(given);
            read(given);
        }
    };
}

void add_values(operations& all, char** texts) {
    all["parse_qs"] = reading(texts[0], [](std::string_view t) { keep(url::parse_query(t)); });
    all["parse_cookies"] = reading(texts[1], [](std::string_view t) {
        for (const auto& cookie : http::cookie_view(t)) keep(cookie.text());
    });
    all["parse_accept_header"] =
        reading(texts[2], [](std::string_view t) { keep(http::parse_accept(t)); });
    const auto options = [](std::string_view t) { keep(http::parse_options(t)); };
    all["parse_options_header, Content-Type"] = reading(texts[3], options);
    all["parse_options_header, Content-Disposition"] = reading(texts[4], options);
    all["parse_date"] = reading(texts[5], [](std::string_view t) { keep(http::parse_date(t)); });
    all["dump_cookie, session"] = reading("eyJfdXNlcl9pZCI6IjcifQ", [](std::string_view t) {
        keep(http::set_cookie(
            {.name = "session", .value = t, .http_only = true, .path = "/", .same_site = "Lax"}));
    });
    all["dump_cookie, an hour"] = reading("yes", [](std::string_view t) {
        const std::string expires = http::format_date(std::time(nullptr) + 3600);
        keep(http::set_cookie({.name = "seen",
                               .value = t,
                               .expires = expires,
                               .max_age = 3600,
                               .secure = true,
                               .path = "/shop"}));
    });
    all["safe_join"] = reading(
        "css/main.css", [](std::string_view t) { keep(url::safe_join("/srv/static", {t})); });
}

void add_fields(operations& all) {
    const auto list = std::make_shared<http::fields>();
    for (const auto& [name, value] :
         std::initializer_list<http::field>{{"Host", "example.org"},
                                            {"User-Agent", "Mozilla/5.0"},
                                            {"Accept", "*/*"},
                                            {"Accept-Language", "en"},
                                            {"Accept-Encoding", "gzip"},
                                            {"Connection", "keep-alive"},
                                            {"Cookie", "a=b"},
                                            {"Content-Type", "text/plain"},
                                            {"Content-Length", "12"},
                                            {"Referer", "http://example.org/"}}) {
        (void)list->add(name, value);
    }
    all["Headers get"] =
        reading("Content-Type", [list](std::string_view t) { keep(list->find(t)); });
    all["Headers.get"] =
        reading("content-length", [list](std::string_view t) { keep(list->find(t)); });
    all["Headers set"] =
        reading("text/html", [list](std::string_view t) { keep(list->set("Content-Type", t)); });
}

struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using file = std::unique_ptr<std::FILE, close_file>;

// A file without a buffer of its own: what is read and written are large pieces as they are.
file unbuffered(std::FILE* opened) {
    if (opened == nullptr) std::abort();
    std::setvbuf(opened, nullptr, _IONBF, 0);
    return file(opened);
}

// Reads a form from a file: fields into memory, its file into a temporary one. By pieces as large
// as the toolkit's (formparser.py), because most of the time is the kernel's, and goes by those.
std::size_t read_form(const std::string& name, std::string_view boundary) {
    constexpr std::size_t chunk = 512 * 1024;
    const file in = unbuffered(std::fopen(name.c_str(), "rb"));
    std::vector<char> room(chunk);
    http::multipart_decoder decoder(boundary);
    std::vector<std::string> fields;
    file out;
    for (;;) {
        const auto event = decoder.next();
        if (!event) std::abort();
        switch (*event) {
        case http::multipart_event::need_data:
            if (const std::size_t got = std::fread(room.data(), 1, chunk, in.get())) {
                decoder.receive({room.data(), got});
            } else {
                decoder.finish();
            }
            break;
        case http::multipart_event::field: fields.emplace_back(); break;
        case http::multipart_event::file: out = unbuffered(std::tmpfile()); break;
        case http::multipart_event::data:
            if (out) {
                std::fwrite(decoder.data().data(), 1, decoder.data().size(), out.get());
            } else {
                fields.back().append(decoder.data());
            }
            break;
        case http::multipart_event::preamble: break;
        case http::multipart_event::epilogue: return fields.size();
        }
    }
}

void add_forms(operations& all, const std::string& folder, std::string_view boundary) {
    const auto form = [&](const char* name, const std::string& path) {
        all[name] = [path, boundary](long times) {
            for (long i = 0; i < times; ++i) {
                if (read_form(path, boundary) != 20) std::abort();
            }
        };
    };
    form("multipart, 20 fields", folder + "/form0");
    form("multipart, 20 fields and a file of 20 MB", folder + "/form20971520");
}

// A figure of this process in KiB.
long status(const std::string& field) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(field + ":")) return std::stol(line.substr(field.size() + 1));
    }
    return 0;
}

// The CPU time of this process.
double cpu_nanoseconds() {
    std::timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// What stands between `before` and the next `end` of the line.
std::string between(const std::string& line, const std::string& before, char end) {
    const std::size_t at = line.find(before);
    if (at == line.npos) return {};
    const std::size_t start = at + before.size();
    return line.substr(start, line.find(end, start) - start);
}

void answer(const operations& all, const std::string& line) {
    const std::string name = between(line, "\"case\": \"", '"');
    const std::string number = between(line, "\"number\": ", '}');
    if (name.empty()) {
        std::cout << '{';
        for (const auto& [known, _] : all) {
            std::cout << (known == all.begin()->first ? "" : ", ") << '"' << known << "\": 0";
        }
        std::cout << '}' << std::endl;
        return;
    }
    const operation& run = all.at(name);
    if (number == "\"memory\"") {
        const long before = status("VmRSS");
        run(1);
        std::cout << "{\"kib\": " << status("VmHWM") - before << '}' << std::endl;
        return;
    }
    const long times = std::stol(number);
    const double start = cpu_nanoseconds();
    run(times);
    const double took = cpu_nanoseconds() - start;
    // The matches of the routing cases are several a turn.
    const int each = name.starts_with("match, 100 ") ? 100 : name.starts_with("match, ") ? 10 : 1;
    std::cout << "{\"ns\": " << took / static_cast<double>(times) / each << '}' << std::endl;
}

}  // namespace

int main(int count, char** given) {
    if (count != 9) {
        std::cerr << "native: run.py starts this program\n";
        return 2;
    }
    operations all;
    add_routing(all);
    add_values(all, given + 3);
    add_fields(all);
    add_forms(all, given[1], given[2]);
    for (std::string line; std::getline(std::cin, line);) answer(all, line);
}
