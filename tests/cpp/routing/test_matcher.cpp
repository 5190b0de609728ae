#include "cruet/routing/matcher.hpp"

#include "../catch.hpp"

#include <chrono>
#include <string>

#include "rules.hpp"

using namespace cruet::routing;

namespace {

struct fixture {
    matcher m;

    void add(std::string_view rule, std::vector<std::string> methods = {},
             rule_settings settings = {}, std::string_view domain = "") {
        for (const std::string& name : methods) settings.methods.add(m.methods().add(name));
        settings.any_method = methods.empty();
        const compiled_rule rule_parts = compiled(domain, rule, settings.merge_slashes);
        m.add(rule_parts, settings);
    }

    // "2[a][b]": rule 2 with its values; "-> path"; "405 POST", "ws", "404".
    std::string find(std::string_view path, std::string_view method = "GET",
                     std::string_view domain = "", bool websocket = false) const {
        match_values values;
        const match_outcome out = m.find(domain, path, method, websocket, values);
        switch (out.status) {
        case match_status::redirect: return "-> " + out.path;
        case match_status::websocket_mismatch: return "ws";
        case match_status::not_found: return "404";
        case match_status::failed: return "failed";
        case match_status::method_not_allowed: {
            std::string text = "405";
            for (auto name : m.methods().list(out.allowed)) text += " " + std::string(name);
            return text;
        }
        case match_status::found: break;
        }
        std::string text = std::to_string(out.rule);
        for (std::string_view v : values) text += "[" + std::string(v) + "]";
        return text;
    }
};

const rule_settings relaxed{.strict_slashes = false};
const rule_settings unmerged{.merge_slashes = false};

}  // namespace

TEST_CASE("an empty matcher matches nothing") {
    const fixture f;
    CHECK(f.find("/") == "404");
    CHECK(f.find("") == "404");
}

TEST_CASE("static before dynamic, lighter before heavier, earlier before later") {
    fixture f;
    f.add("/<path:p>");
    f.add("/<x>");
    f.add("/<int:n>");
    f.add("/static");
    f.add("/v<x>");
    f.add("/<other>");
    CHECK(f.find("/static") == "3");
    CHECK(f.find("/12") == "2[12]");
    CHECK(f.find("/v1") == "4[1]");
    CHECK(f.find("/abc") == "1[abc]");
    CHECK(f.find("/a/b") == "0[a/b]");
}

TEST_CASE("a branch that fails further down is gone back on") {
    fixture f;
    f.add("/a/<int:n>/x");
    f.add("/<s>/b/y");
    f.add("/a/<s>/<t>");
    CHECK(f.find("/a/b/y") == "2[b][y]");
    CHECK(f.find("/a/1/x") == "0[1]");
    CHECK(f.find("/a/1/y") == "2[1][y]");
    CHECK(f.find("/c/b/y") == "1[c]");
    CHECK(f.find("/c/b/z") == "404");
}

TEST_CASE("slashes: strict, relaxed and merged") {
    fixture f;
    f.add("/branch/");
    f.add("/leaf");
    f.add("/soft", {}, relaxed);
    f.add("/softbranch/", {}, relaxed);
    f.add("/w/<path:p>");
    f.add("/p/<path:p>/");
    f.add("/no//merge", {}, unmerged);
    f.add("/kept", {}, unmerged);
    CHECK(f.find("/branch") == "-> /branch/");
    CHECK(f.find("/leaf/") == "404");
    CHECK(f.find("/soft/") == "2");
    CHECK(f.find("/softbranch") == "3");
    CHECK(f.find("/w/a//b") == "4[a//b]");
    CHECK(f.find("/p/a/b") == "-> /p/a/b/");
    CHECK(f.find("/p/a/b/") == "5[a/b]");
    CHECK(f.find("//leaf") == "-> /leaf");
    CHECK(f.find("///branch///") == "-> /branch/");
    CHECK(f.find("///branch") == "-> /branch/");
    CHECK(f.find("/no//merge") == "6");
    CHECK(f.find("/no/merge") == "404");
    CHECK(f.find("//kept") == "404");
    CHECK(f.find("/leaf\n") == "404");
    CHECK(f.find("") == "404");
    f.add("/");
    CHECK(f.find("") == "-> /");
}

TEST_CASE("methods and websockets") {
    fixture f;
    f.add("/x", {"GET", "HEAD"});
    f.add("/x", {"POST"});
    f.add("/<y>", {"PUT"});
    f.add("/ws", {}, {.websocket = true});
    CHECK(f.find("/x") == "0");
    CHECK(f.find("/x", "POST") == "1");
    CHECK(f.find("/x", "PUT") == "2[x]");
    CHECK(f.find("/x", "DELETE") == "405 GET HEAD POST PUT");
    CHECK(f.find("/z", "NEVER-HEARD") == "405 PUT");
    CHECK(f.find("/ws", "GET", "", true) == "3");
    CHECK(f.find("/ws", "TRACE") == "405 PUT");
    CHECK(f.find("/x", "GET", "", true) == "405 POST PUT");
    fixture g;
    g.add("/ws", {}, {.websocket = true});
    CHECK(g.find("/ws") == "ws");
}

TEST_CASE("domains come first") {
    fixture f;
    f.add("/", {}, {}, "www");
    f.add("/", {}, {}, "<user>");
    f.add("/", {}, {}, "");
    f.add("/any/<int:n>", {}, {}, "<path:rest>");
    CHECK(f.find("/", "GET", "www") == "0");
    CHECK(f.find("/", "GET", "alice") == "1[alice]");
    CHECK(f.find("/", "GET", "") == "2");
    CHECK(f.find("/any/1", "GET", "a") == "404");
}

TEST_CASE("rules added later are seen at once") {
    fixture f;
    f.add("/<x>");
    CHECK(f.find("/new") == "0[new]");
    f.add("/new");
    CHECK(f.find("/new") == "1");
    CHECK(f.m.size() == 2);
    CHECK(f.m.part_count() == 1);
}

TEST_CASE("equal parts are kept once, with the same number") {
    fixture f;
    f.add("/a/<int:n>");
    f.add("/b/<int:n>/x");
    CHECK(f.m.part_count() == 1);
    f.add("/b/<s>");
    f.add("/c/<int:n>");
    CHECK(f.m.part_count() == 2);
    CHECK(f.find("/a/1") == "0[1]");
    CHECK(f.find("/b/2/x") == "1[2]");
    CHECK(f.find("/b/2") == "2[2]");
    CHECK(f.find("/c/3") == "3[3]");
    CHECK(f.find("/c/d") == "404");
}

TEST_CASE("rules that end in the same place are asked in their order") {
    fixture f;
    f.add("/a", {"GET"});
    f.add("/b", {"GET"});
    f.add("/a", {"GET", "POST"});
    f.add("/a", {"PUT"});
    f.add("/b", {"PUT"});
    CHECK(f.find("/a") == "0");
    CHECK(f.find("/a", "POST") == "2");
    CHECK(f.find("/a", "PUT") == "3");
    CHECK(f.find("/a", "PATCH") == "405 GET POST PUT");
    CHECK(f.find("/b", "PUT") == "4");
    CHECK(f.find("/b", "POST") == "405 GET PUT");
}

TEST_CASE("an outcome brings what its rule was added with") {
    matcher m;
    int first = 0;
    int second = 0;
    rule_settings get{.any_method = false};
    get.methods.add(m.methods().add("GET"));
    m.add(compiled("", "/a"), get, &first);
    m.add(compiled("", "/a"), {}, &second);
    m.add(compiled("", "/<x>"), {});
    match_values values;
    CHECK(m.find("", "/a", "GET", false, values).owner == &first);
    const match_outcome other = m.find("", "/a", "POST", false, values);
    CHECK(other.rule == 1);
    CHECK(other.owner == &second);
    CHECK(m.find("", "/b", "GET", false, values).owner == nullptr);
    CHECK(m.find("", "/b/c", "GET", false, values).owner == nullptr);
}

TEST_CASE("whole paths of a rule's length, and of 64 more, are told from it") {
    fixture f;
    f.add("/" + std::string(9, 'a'));
    CHECK(f.find("/" + std::string(9, 'a')) == "0");
    CHECK(f.find("/" + std::string(9, 'b')) == "404");
    CHECK(f.find("/" + std::string(8, 'a')) == "404");
    CHECK(f.find("/" + std::string(73, 'a')) == "404");
}

TEST_CASE("expressions outside the subset go to the caller's engine") {
    matcher m;
    const auto text = parse_rule_text("", "/<a>/<b>", true);
    const std::vector<converter_traits> traits{converter_traits::of("(x)+", 100, true),
                                               converter_traits::of("y+", 100, true)};
    m.add(*compile_rule(**text, traits), {});
    match_values values;
    CHECK(m.find("", "/xx/y", "GET", false, values).status == match_status::not_found);
    using answer = expression_engine::answer;
    answer next = answer::yes;
    const auto ask = [](void* context, std::uint32_t, std::string_view target,
                        std::span<std::string_view> spans, bool*) {
        spans[0] = target.substr(1);
        return *static_cast<answer*>(context);
    };
    const expression_engine engine{ask, &next};
    REQUIRE(m.find("", "/xx/y", "GET", false, values, true, &engine).status == match_status::found);
    CHECK(values[0] == "x");
    CHECK(values[1] == "y");
    next = answer::no;
    CHECK(m.find("", "/xx/y", "GET", false, values, true, &engine).status ==
          match_status::not_found);
    next = answer::failed;
    CHECK(m.find("", "/xx/y", "GET", false, values, true, &engine).status == match_status::failed);
}

TEST_CASE("more variables than fit without a heap, and very deep rules") {
    fixture f;
    std::string rule;
    std::string path;
    std::string expected = "0";
    for (int i = 0; i < 5000; ++i) {
        rule += "/<v" + std::to_string(i) + ">";
        path += "/" + std::to_string(i);
        expected += "[" + std::to_string(i) + "]";
    }
    f.add(rule);
    CHECK(f.find(path) == expected);
    CHECK(f.find(path + "/x") == "404");
}

TEST_CASE("hostile paths cost time in proportion") {
    fixture f;
    for (const char* rule : {"/<a>/<b>/<c>/x", "/<path:p>/edit", "/<path:p>/<path:q>/<path:r>/no/",
                             "/<int:n>/<path:p>.<ext>", "/<a>-<b>-<c>.<d>"}) {
        f.add(rule);
    }
    const auto start = std::chrono::steady_clock::now();
    CHECK(f.find("/" + std::string(100000, '/')) == "404");
    CHECK(f.find("/" + std::string(100000, 'a')) == "404");
    std::string deep;
    for (int i = 0; i < 30000; ++i) deep += "/-.";
    CHECK(f.find(deep) == "404");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(8));
}
