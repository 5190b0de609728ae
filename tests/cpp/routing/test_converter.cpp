#include "cruet/routing/converter.hpp"

#include "../catch.hpp"

using namespace cruet::routing;
using cruet::errc;

static_assert(Converter<builtin_converter>);
static_assert(ConverterFactory<builtin_converters>);

namespace {

builtin_converter make(std::string_view name, std::string_view arguments = "") {
    const auto parsed = parse_arguments(arguments);
    REQUIRE(parsed);
    auto converter = builtin_converters().make(name, *parsed);
    INFO(name << "(" << arguments << ")");
    REQUIRE(converter);
    return std::move(*converter);
}

errc failure(std::string_view name, std::string_view arguments) {
    const auto parsed = parse_arguments(arguments);
    REQUIRE(parsed);
    return builtin_converters().make(name, *parsed).error().code;
}

std::string url(const builtin_converter& c, const value& v) {
    std::string out;
    return c.to_url(v, out) ? out : "refused";
}

}  // namespace

TEST_CASE("what the built-in converters match") {
    CHECK(make("").expression == "[^/]{1,}");
    CHECK(make("default").expression == "[^/]{1,}");
    CHECK(make("string", "minlength=2, maxlength=5").expression == "[^/]{2,5}");
    CHECK(make("string", "2").expression == "[^/]{2,}");
    CHECK(make("string", "length=3").expression == "[^/]{3}");
    CHECK(make("string", "maxlength=None").expression == "[^/]{1,}");
    CHECK(make("any", "a, 'b c', d.e").expression == "(?:a|b\\ c|d\\.e)");
    CHECK(make("int").expression == "\\d+");
    CHECK(make("int", "signed=True").expression == "-?\\d+");
    CHECK(make("float").expression == "\\d+\\.\\d+");
    CHECK(make("float", "signed=True").expression == "-?\\d+\\.\\d+");
    for (const char* name : {"", "any", "path", "int", "float", "uuid"}) {
        CHECK(make(name).traits().content.has_value());
    }
    CHECK_FALSE(make("path").traits().part_isolating);
    CHECK(make("path").traits().weight == 200);
    CHECK(make("int").traits().weight == 50);
}

TEST_CASE("values") {
    CHECK(std::get<std::string_view>(*make("").to_value("x")) == "x");
    CHECK(std::get<std::int64_t>(*make("int").to_value("0042")) == 42);
    CHECK(std::get<std::int64_t>(*make("int", "signed=True").to_value("-42")) == -42);
    CHECK(std::get<std::int64_t>(*make("int").to_value("\xd9\xa1\xd9\xa2")) == 12);
    CHECK(std::get<double>(*make("float").to_value("2.50")) == 2.5);
    CHECK_FALSE(make("int").to_value("99999999999999999999"));
    CHECK_FALSE(make("int", "min=3").to_value("2"));
    CHECK_FALSE(make("int", "max=3").to_value("4"));
    CHECK(make("int", "fixed_digits=3").to_value("042"));
    CHECK_FALSE(make("int", "fixed_digits=3").to_value("42"));
    CHECK_FALSE(make("float", "min=1.5").to_value("1.4"));
    CHECK_FALSE(make("float", "max=1").to_value("1.1"));
    const auto id = make("uuid").to_value("a8098c1a-f86e-11da-bd1a-00112444BE1E");
    REQUIRE(id);
    CHECK(std::get<uuid>(*id).bytes[0] == 0xa8);
    CHECK(std::get<uuid>(*id).bytes[15] == 0x1e);
    CHECK_FALSE(make("uuid").to_value("a8098c1a"));
    CHECK_FALSE(make("uuid").to_value("zz"));
}

TEST_CASE("values in URLs") {
    CHECK(url(make(""), "a/b c?\xc3\xa9") == "a/b%20c%3F%C3%A9");
    CHECK(url(make(""), std::int64_t{7}) == "7");
    CHECK(url(make(""), 0.5) == "0.5");
    CHECK(url(make("int"), std::int64_t{-7}) == "-7");
    CHECK(url(make("int", "fixed_digits=4"), std::int64_t{7}) == "0007");
    CHECK(url(make("int", "fixed_digits=4"), std::int64_t{-7}) == "-007");
    CHECK(url(make("int", "fixed_digits=1"), std::int64_t{-77}) == "-77");
    CHECK(url(make("int"), "7") == "refused");
    CHECK(url(make("int"), 7.0) == "refused");
    CHECK(url(make("float"), std::int64_t{7}) == "7.0");
    CHECK(url(make("float"), 1e21) == "1000000000000000000000.0");
    CHECK(url(make("any", "a, b"), "b") == "b");
    CHECK(url(make("any", "a, b"), "c") == "refused");
    const auto id = make("uuid").to_value("A8098c1a-f86e-11da-bd1a-00112444be1e");
    CHECK(url(make("uuid"), *id) == "a8098c1a-f86e-11da-bd1a-00112444be1e");
    CHECK(url(make(""), *id) == "a8098c1a-f86e-11da-bd1a-00112444be1e");
    CHECK(url(make("uuid"), "x") == "x");
}

TEST_CASE("arguments that do not fit") {
    CHECK(failure("nothing", "") == errc::unknown_converter);
    CHECK(failure("path", "1") == errc::bad_converter_argument);
    CHECK(failure("uuid", "a=1") == errc::bad_converter_argument);
    CHECK(failure("string", "1, 2, 3, 4") == errc::bad_converter_argument);
    CHECK(failure("string", "1, minlength=2") == errc::bad_converter_argument);
    CHECK(failure("string", "x=2") == errc::bad_converter_argument);
    CHECK(failure("string", "minlength=x") == errc::bad_converter_argument);
    CHECK(failure("string", "minlength=5, maxlength=2") == errc::bad_converter_argument);
    CHECK(failure("int", "signed=1") == errc::bad_converter_argument);
    CHECK(failure("int", "min=1.5") == errc::bad_converter_argument);
    CHECK(failure("float", "min='1'") == errc::bad_converter_argument);
    CHECK(failure("any", "1") == errc::bad_converter_argument);
    CHECK(failure("any", "a=b") == errc::bad_converter_argument);
    CHECK(failure("int", "max=99999999999999999999") == errc::bad_converter_argument);
}
