#include "cruet/http/head.hpp"

#include <string>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::http;

TEST_CASE("a head tells the parts of its request") {
    const auto head = make_head("GET", "/a%20b?x=1&y", {{"Host", "a.example"}, {"X-Y", "z"}});
    CHECK(head->method() == "GET");
    CHECK(head->target() == "/a%20b?x=1&y");
    CHECK(head->path() == "/a%20b");
    CHECK(head->query() == "x=1&y");
    CHECK(head->form() == target_form::origin);
    CHECK(head->authority() == "a.example");
    CHECK(head->version() == version::http_1_1);
    CHECK(head->keep_alive());
    CHECK_FALSE(head->chunked());
    CHECK_FALSE(head->content_length());
    CHECK_FALSE(head->expects_continue());
}

TEST_CASE("fields are found whatever their case, the first of a name") {
    const auto head = make_head("GET", "/", {{"Accept", "one"}, {"accept", "two"}, {"Empty", ""}});
    CHECK(head->find("ACCEPT") == "one");
    CHECK(head->find("empty") == "");
    CHECK_FALSE(head->find("Accep"));
    CHECK(head->fields().size() == 3);
}

TEST_CASE("framing fields are read") {
    CHECK(make_head("POST", "/", {{"content-length", "12"}})->content_length() == 12U);
    CHECK(make_head("POST", "/", {{"Transfer-Encoding", "chunked"}})->chunked());
    CHECK_FALSE(make_head("GET", "/", {}, version::http_1_0)->keep_alive());
}

TEST_CASE("versions are written as on the wire") {
    CHECK(to_string(version::http_1_0) == "HTTP/1.0");
    CHECK(to_string(version::http_1_1) == "HTTP/1.1");
}

TEST_CASE("a head points into memory of its own") {
    std::string method = "PUT", target = "/path?query", name = "Name", value = "value";
    head_builder builder;
    builder.method(method);
    builder.target(target);
    builder.add_field();
    builder.name(name);
    builder.value(value);
    const head_ptr head = builder.finish();
    method.assign(3, '#');
    target.assign(11, '#');
    name.assign(4, '#');
    value.assign(5, '#');
    CHECK(head->method() == "PUT");
    CHECK(head->target() == "/path?query");
    CHECK(head->find("name") == "value");
}

TEST_CASE("a head grows past its first block, one byte at a time, and nothing is lost") {
    head_builder builder;
    builder.method("GET");
    const std::string target = "/" + std::string(700, 't');
    for (const char c : target) builder.target(std::string_view(&c, 1));
    for (int i = 0; i < 60; ++i) {
        builder.add_field();
        for (const char c : "name-" + std::to_string(i)) builder.name(std::string_view(&c, 1));
        for (const char c : std::to_string(i * i)) builder.value(std::string_view(&c, 1));
    }
    CHECK(builder.field_count() == 60);
    const head_ptr head = builder.finish();
    CHECK(head->method() == "GET");
    CHECK(head->target() == target);
    for (int i = 0; i < 60; ++i) {
        CHECK(head->find("Name-" + std::to_string(i)) == std::to_string(i * i));
    }
}

TEST_CASE("white space behind a value is no part of it") {
    head_builder builder;
    builder.method("GET");
    builder.target("/");
    builder.add_field();
    builder.name("A");
    builder.value("b \t");
    builder.value(" ");
    builder.end_field();
    CHECK(builder.finish()->find("a") == "b");
}

TEST_CASE("a builder starts afresh after each head, and its heads outlive it") {
    head_ptr first, second;
    {
        head_builder builder;
        builder.method("GET");
        builder.target("/one");
        first = builder.finish();
        builder.method("DELETE");
        builder.target("/two");
        builder.add_field();
        builder.name("Half");
        second = builder.finish();
        builder.method("NEVER");  // dropped unfinished
    }
    CHECK(first->target() == "/one");
    CHECK(first->fields().empty());
    CHECK(second->method() == "DELETE");
    CHECK(second->find("half") == "");
}
