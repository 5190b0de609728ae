#include "cruet/http/options.hpp"

#include "../catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace cruet::http;

namespace {
std::vector<parameter> read(const std::string& text) { return parse_options(text).parameters; }
using list = std::vector<parameter>;
}  // namespace

TEST_CASE("the value and plain parameters") {
    const auto type = parse_options("text/html; charset=utf-8");
    CHECK(type.value == "text/html");
    CHECK(type.find("charset") == "utf-8");
    CHECK_FALSE(type.find("boundary"));
    for (const char* empty : {"", " ", ";a=b", " ; "}) {
        CHECK(parse_options(empty).value.empty());
        CHECK(parse_options(empty).parameters.empty());
    }
    CHECK(read("v;a=b;c=d;") == list{{"a", "b"}, {"c", "d"}});
    CHECK(read("v;  ; A=b ; ") == list{{"a", "b"}});
    CHECK(read("v;a=b;a=c") == list{{"a", "c"}});
    CHECK(read("v;a=b c;d=e/f;g=h,i") == list{{"a", "b"}, {"d", "e"}, {"g", "h"}});
}

TEST_CASE("parameters that are not well formed are skipped") {
    for (const char* bad : {"v;a", "v;a=", "v;=b", "v;a =b", "v;a= b", "v;a=\"b", "v;a=\"b\\\"",
                            "v;a=(b)", "v;\"a\"=b", "v;a==b", "v;a=\xc2\xb5", "v;\xc2\xb5=a"}) {
        INFO(bad);
        CHECK(read(bad).empty());
    }
    CHECK(read("v;a=(;c=d") == list{{"c", "d"}});
    CHECK(read("v;a=\"" + std::string(1000000, '\\')).empty());
}

TEST_CASE("a quote that nothing closes takes all that follows") {
    CHECK(read("v;a=\"b;c=d").empty());
    CHECK(read(R"(v;a="\";c=d)").empty());
    CHECK(read(R"(v;e=f;a="\\\";c=d)") == list{{"e", "f"}});
}

TEST_CASE("quoted parameters") {
    CHECK(read(R"(v;a="b c")") == list{{"a", "b c"}});
    CHECK(read(R"(v;a="b\"c";d=e)") == list{{"a", "b\"c"}, {"d", "e"}});
    CHECK(read(R"(v;a="c:\\")") == list{{"a", "c:\\"}});
    CHECK(read(R"(v;a="C:\temp\x.txt")") == list{{"a", "C:tempx.txt"}});
    CHECK(read(R"(v;a="\%22")") == list{{"a", "%22"}});
    CHECK(read(R"(v;a="b%22c%41")") == list{{"a", "b\"c%41"}});
    CHECK(read("v;a=b%22c;d*=b%22") == list{{"a", "b\"c"}, {"d", "b%22"}});
    CHECK(read(R"(v;a="c;d";e=f)") == list{{"a", "c;d"}, {"e", "f"}});
    CHECK(read(R"(v;a="b" x;c=d)") == list{{"a", "b"}, {"c", "d"}});
    CHECK(read(R"(v;a="")") == list{{"a", ""}});
    CHECK(read("v;a=\"\xf0\x9f\x90\x8d\"") == list{{"a", "\xf0\x9f\x90\x8d"}});
}

TEST_CASE("extended values are decoded") {
    CHECK(read("v;a*=UTF-8''%C2%B5") == list{{"a", "\xc2\xb5"}});
    CHECK(read("v;a*=US-ASCII'en'%62") == list{{"a", "b"}});
    CHECK(read("v;a*=us-ascii''%C2%B5") == list{{"a", "\xef\xbf\xbd\xef\xbf\xbd"}});
    CHECK(read("v;a*=iso-8859-1''%e9") == list{{"a", "\xc3\xa9"}});
    CHECK(read("v;a*=BAD''%62") == list{{"a", "%62"}});
    CHECK(read("v;a*=b") == list{{"a", "b"}});
    CHECK(read("v;a*=utf-8''") == list{{"a", "utf-8''"}});
    CHECK(read("v;a*=UTF-8'''%F0%9F%90%8D'.txt") == list{{"a", "'\xf0\x9f\x90\x8d'.txt"}});
    CHECK(read("v;a*=utf-8''%zz") == list{{"a", "%zz"}});
    CHECK(read("v;a=c;a*=utf-8''%41") == list{{"a", "A"}});
    CHECK(read(R"(v;a*="utf-8''%41\"")") == list{{"a", R"("utf-8''%41\"")"}});
}

TEST_CASE("continuations are joined") {
    CHECK(read("v;a*0=b;a*1=c;d=e") == list{{"d", "e"}, {"a", "bc"}});
    CHECK(read("v;a*0*=UTF-8''b;a*1=c;a*2*=%C2%B5") == list{{"a", "bc\xc2\xb5"}});
    CHECK(read("v;a*0*=utf-8''%41;a*1*=%42;a*2=%43") == list{{"a", "AB%43"}});
    CHECK(read("v;a*0=%41;a*1*=%42") == list{{"a", "%41%42"}});
    CHECK(read("v;a*1=x;a*0=y") == list{{"a", "xy"}});
    CHECK(read("v;a*x=y") == list{{"a*x", "y"}});
}

TEST_CASE("of a name both whole and in sections the last way holds") {
    CHECK(read("v;a=b;a*0=c;d=e;a*1=f") == list{{"d", "e"}, {"a", "cf"}});
    CHECK(read("v;a*0=b;d=e;a=c") == list{{"d", "e"}, {"a", "c"}});
    CHECK(read("v;a*0=b;a=c;a*1=d") == list{{"a", "d"}});
    CHECK(read("v;a*=utf-8''b;a*0=c") == list{{"a", "c"}});
}

TEST_CASE("the sections of one name share a charset") {
    CHECK(read("v;a*=utf-8''b;c*=%C2%B5") == list{{"a", "b"}, {"c", "%C2%B5"}});
    CHECK(read("v;a*0*=utf-8''b;c*=%C2%B5") == list{{"c", "%C2%B5"}, {"a", "b"}});
    CHECK(read("v;a*0*=utf-8''b;a*1*=%C2%B5") == list{{"a", "b\xc2\xb5"}});
    CHECK(read("v;a*0*=utf-8''b;c=d;A*1*=''%C2%B5") == list{{"c", "d"}, {"a", "b\xc2\xb5"}});
    CHECK(read("v;a*0*=utf-8''b;c*1*=%C2%B5") == list{{"a", "b"}, {"c", "%C2%B5"}});
    CHECK(read("v;a*0*=utf-8''b;a=d;a*1*=%C2%B5") == list{{"a", "%C2%B5"}});
    CHECK(read("v;a*0*=utf-8''b;a*1*=x''c;a*2*=%C2%B5") == list{{"a", "bc%C2%B5"}});
    CHECK(read("v;a*0*=utf-8''b;a*1*=\"%C2%B5\"") == list{{"a", "b\"\xc2\xb5\""}});
}

TEST_CASE("parameters are written") {
    const auto write = [](std::string_view name, std::string_view value) {
        std::string out("v");
        append_parameter(out, name, value);
        return out;
    };
    CHECK(write("a", "b") == "v; a=b");
    CHECK(write("a", "b c") == "v; a=\"b c\"");
    CHECK(write("a", "") == "v; a=\"\"");
    CHECK(write("a", "b\"\\") == "v; a=\"b\\\"\\\\\"");
    CHECK(write("a*", "UTF-8''x") == "v; a*=UTF-8''x");
    std::string out;
    append_quoted_value(out, "token", false);
    CHECK(out == "\"token\"");
    for (const char* value : {"x", "a b", "\"", "\\", "a;b=\"c\"", "\xc3\xa9", "a\\\"b\\\\"}) {
        CHECK(read(write("a", value)) == list{{"a", value}});
    }
}

TEST_CASE("hostile parameters are read in linear time") {
    const auto repeated = [](std::string text, const char* unit, std::size_t size) {
        while (text.size() < size) text += unit;
        return text;
    };
    CHECK(parse_options(repeated("a", ";", 1'000'000)).parameters.empty());
    CHECK(parse_options(repeated("a", ";a=\"", 1'000'000)).parameters.size() <= 1'000'000);
    CHECK(parse_options(repeated("a;b=\"", "\\\"", 1'000'000)).parameters.empty());
    CHECK(parse_options(repeated("a", ";b*=utf-8''%ff", 1'000'000)).parameters.size() == 1);
    CHECK(parse_options(repeated("a", ";b*0*=utf-8''%ff", 1'000'000)).parameters.size() == 1);
    CHECK(parse_options(repeated("a", ";b=c", 1'000'000)).parameters.size() == 1);
    std::string names = "a";
    for (int i = 0; i < 100'000; ++i) names += ";n" + std::to_string(i) + "=v";
    CHECK(parse_options(names).parameters.size() == 100'000);
    // Whole and in sections by turns, and the other way round: each takes the other out.
    std::string turns = "a";
    for (int i = 0; i < 100'000; ++i)
        turns += ";n" + std::to_string(i % 50'000) + (i < 50'000 ? "=v" : "*0=w");
    const auto parameters = parse_options(turns).parameters;
    CHECK(parameters.size() == 50'000);
    CHECK(parameters[49'999] == parameter{"n49999", "w"});
}
