#include "cruet/http/multipart.hpp"

#include "../catch.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace cruet::http;
using cruet::errc;
using cruet::form_limits;

namespace {
struct outcome {
    std::string trace;  // heads and data, data of one part joined
    errc error = errc::ok;

    friend bool operator==(const outcome&, const outcome&) = default;
};

void take(const multipart_decoder& decoder, multipart_event event, outcome& out) {
    switch (event) {
    case multipart_event::field:
        out.trace += "[field " + decoder.part().name.value_or("?") + ":";
        break;
    case multipart_event::file: out.trace += "[file " + *decoder.part().filename + ":"; break;
    case multipart_event::data:
        out.trace += decoder.data();
        if (!decoder.more_data()) out.trace += "]";
        break;
    case multipart_event::epilogue: out.trace += "<" + std::string(decoder.data()) + ">"; break;
    case multipart_event::preamble: out.trace += std::string(decoder.data()) + "|"; break;
    case multipart_event::need_data: break;
    }
}

// Each piece is given in memory of its own that is gone once the decoder asks for more.
outcome decode(const std::vector<std::string>& pieces, std::string_view boundary = "foo",
               const form_limits& limits = {}) {
    outcome out;
    multipart_decoder decoder(boundary, limits);
    for (std::size_t i = 0; i <= pieces.size(); ++i) {
        std::unique_ptr<std::string> piece;
        if (i < pieces.size()) {
            piece = std::make_unique<std::string>(pieces[i]);
            decoder.receive(*piece);
        } else {
            decoder.finish();
        }
        for (;;) {
            const auto event = decoder.next();
            if (!event) {
                out.error = event.error().code;
                CHECK(decoder.next().error().code == out.error);
                return out;
            }
            take(decoder, *event, out);
            if (*event == multipart_event::need_data || *event == multipart_event::epilogue) break;
        }
    }
    return out;
}

std::vector<std::string> in_pieces(const std::string& text, std::size_t size) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < text.size(); i += size) out.push_back(text.substr(i, size));
    return out;
}

const std::string head = "Content-Disposition: form-data; name=\"t\"\r\n\r\n";
const std::string whole =
    "pre\r\n--foo\r\nContent-Disposition: form-data; name=\"a\"\r\nX: y\r\n\r\nva\r\nlue\r\n"
    "--foo  \t\r\nContent-Disposition: form-data; name=b; filename=\"f.bin\"\r\n\r\n"
    "\r\n--fo\r--foo-\n--foobar\r\n\r\r\n--foo\r\n" +
    head + "--foo--  \r\nepilogue";
}  // namespace

TEST_CASE("fields, files, preamble and epilogue") {
    const auto out = decode({whole});
    CHECK(out.error == errc::ok);
    CHECK(out.trace ==
          "pre|[field a:va\r\nlue][file f.bin:\r\n--fo\r--foo-\n--foobar\r\n\r]"
          "[field t:]<epilogue>");
}

TEST_CASE("a form is the same at every split point of its bytes") {
    const auto expected = decode({whole});
    for (std::size_t i = 0; i <= whole.size(); ++i) {
        INFO("split at " << i);
        CHECK(decode({whole.substr(0, i), whole.substr(i)}) == expected);
    }
    for (std::size_t size = 1; size < 40; ++size) CHECK(decode(in_pieces(whole, size)) == expected);
}

TEST_CASE("delimiters are lines of their own") {
    const auto body = [](const std::string& data) {
        return decode({"--foo\r\n" + head + data}).trace;
    };
    CHECK(body("A\r\n--foobar\r\nB\r\n--foo--") == "|[field t:A\r\n--foobar\r\nB]<>");
    CHECK(body("A--foo--\r\n--foo--") == "|[field t:A--foo--]<>");
    CHECK(body("A\n\r--foo--") == "|[field t:A\n]<>");
    CHECK(body("A\n--foo--") == "|[field t:A]<>");
    CHECK(body("\r\r\r--foo--") == "|[field t:\r\r]<>");
    CHECK(body("--foox\r\n--foo--") == "|[field t:--foox]<>");
    CHECK(body("\r\n--foo -\r\n--foo--x\r\n") == "|[field t:\r\n--foo -]<x\r\n>");
    CHECK(body("\r\n--foo" + std::string(1024, ' ') + "\r\n" + head + "\r\n--foo--") ==
          "|[field t:][field t:]<>");
    const std::string too_long = "\r\n--foo" + std::string(1025, ' ');
    CHECK(body(too_long + "\r\n--foo--") == "|[field t:" + too_long + "]<>");
}

TEST_CASE("data is given out as soon as it can be no delimiter") {
    multipart_decoder decoder("foo");
    const std::string start = "--foo\r\n" + head;
    decoder.receive(start);
    CHECK(*decoder.next() == multipart_event::preamble);
    CHECK(*decoder.next() == multipart_event::field);
    CHECK(*decoder.next() == multipart_event::need_data);
    decoder.receive("longer than the boundary");
    CHECK(*decoder.next() == multipart_event::data);
    CHECK(decoder.data() == "longer than the boundary");
    CHECK(decoder.more_data());
    CHECK(*decoder.next() == multipart_event::need_data);
    decoder.receive("more\r\n--f");
    CHECK(*decoder.next() == multipart_event::data);
    CHECK(decoder.data() == "more");
    CHECK(decoder.buffered() == 5);
    CHECK(*decoder.next() == multipart_event::need_data);
    decoder.receive("oo--");
    CHECK(*decoder.next() == multipart_event::data);
    CHECK(decoder.data().empty());
    CHECK_FALSE(decoder.more_data());
}

TEST_CASE("only a last line that may be a delimiter is kept back, or any short one") {
    const auto first_data = [](const std::string& data, line_hold hold) {
        multipart_decoder decoder("foo", {}, hold);
        const std::string text = "--foo\r\n" + head + data;
        decoder.receive(text);
        CHECK(*decoder.next() == multipart_event::preamble);
        CHECK(*decoder.next() == multipart_event::field);
        REQUIRE(*decoder.next() == multipart_event::data);
        CHECK(decoder.more_data());
        return std::string(decoder.data());
    };
    for (const std::string kept :
         {"\n", "\r", "\r\n", "\n-", "\r\n--fo", "\r\n--foo", "\n--foo \t"}) {
        INFO("kept back: " << kept);
        CHECK(first_data("data" + kept, line_hold::delimiters) == "data");
        CHECK(first_data("data" + kept, line_hold::short_lines) == "data");
    }
    for (const std::string told : {"\nx", "\r\n-x", "\n--fox", "\r\nfoo", "\n---foo"}) {
        INFO("told: " << told);
        CHECK(first_data("data" + told, line_hold::delimiters) == "data" + told);
        CHECK(first_data("data" + told, line_hold::short_lines) == "data");
    }
    const std::string longer = "data\r\nlonger than it";
    CHECK(first_data(longer, line_hold::delimiters) == longer);
    CHECK(first_data(longer, line_hold::short_lines) == longer);
}

TEST_CASE("heads of parts") {
    multipart_decoder decoder("foo");
    const std::string text =
        "--foo\ncontent-disposition: form-data;\n\tname=a;\n filename*=utf-8''%C3%A9\n"
        "nocolon\r\n X-Y :  z  \r\n   more\r \r\n\t.\rplain\n\v:w\f\n\nb\n--foo--";
    decoder.receive(text);
    CHECK(*decoder.next() == multipart_event::preamble);
    REQUIRE(*decoder.next() == multipart_event::file);
    CHECK(decoder.part().name == "a");
    CHECK(decoder.part().filename == "\xc3\xa9");
    CHECK(decoder.part().find("Content-Disposition") ==
          "form-data; name=a; filename*=utf-8''%C3%A9");
    using field = multipart_head::field;
    REQUIRE(decoder.part().fields.size() == 4);
    CHECK(decoder.part().fields[1] == field{"nocolon X-Y", "z     more  ."});
    CHECK(decoder.part().fields[2] == field{"plain", ""});
    CHECK(decoder.part().fields[3] == field{"\v", "w\f"});
    CHECK(decode({"--foo\r\nContent-Disposition: form-data\r\n\r\nx\r\n--foo--"}).trace ==
          "|[field ?:x]<>");
    CHECK(decode({"--foo\nContent-Disposition: form-data; name=\"\xff\"\n\nx\n--foo--"}).trace ==
          "|[field \xef\xbf\xbd:x]<>");
}

TEST_CASE("what is no form is refused") {
    CHECK(decode({""}).error == errc::multipart_incomplete);
    CHECK(decode({"no boundary"}).error == errc::multipart_incomplete);
    CHECK(decode({"--foo"}).error == errc::multipart_incomplete);
    CHECK(decode({"--foo\r"}).error == errc::multipart_incomplete);
    CHECK(decode({"--foo\r\n" + head + "x"}).error == errc::multipart_incomplete);
    CHECK(decode({"--foo\r\n" + head + "x\r\n--foo-"}).error == errc::multipart_incomplete);
    CHECK(decode({"--foo\r\n--foo--"}).error == errc::multipart_incomplete);
    CHECK(decode({"--foo\r\nX: y\r\n\r\nbody\r\n--foo--"}).error == errc::missing_disposition);
    CHECK(decode({"--foo\r\n\r\nb\r\n--foo\r\n" + head + "c\r\n--foo--"}).error ==
          errc::missing_disposition);
    CHECK(decode({"--\r\n"}, "").error == errc::bad_boundary);
    CHECK(decode({"--\r\n"}, "a\nb").error == errc::bad_boundary);
    CHECK(decode({"--foo--"}).trace == "|<>");
}

TEST_CASE("limits of a form") {
    const std::string part = "--foo\r\n" + head + "12345\r\n";
    const std::string file =
        "--foo\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n0123456789\r\n";
    CHECK(decode({part + part + "--foo--"}, "foo", {.parts = 2}).error == errc::ok);
    CHECK(decode({part + part + part}, "foo", {.parts = 2}).error == errc::too_many_parts);
    CHECK(decode({part + file + part + "--foo--"}, "foo", {.memory = 10}).error == errc::ok);
    CHECK(decode({part + part + "--foo--"}, "foo", {.memory = 9}).error ==
          errc::form_memory_exceeded);
    CHECK(decode(in_pieces(part + part, 1), "foo", {.memory = 9}).error ==
          errc::form_memory_exceeded);
    const form_limits small{.part_head = head.size()};
    CHECK(decode({part + "--foo--"}, "foo", small).error == errc::ok);
    CHECK(decode({"--foo\r\nX: y\r\n" + part}, "foo", small).error == errc::part_head_too_large);
    CHECK(decode(in_pieces("--foo\r\n" + std::string(999, 'x'), 7), "foo", small).error ==
          errc::part_head_too_large);
    CHECK(decode({part + "--foo--"}, "foo", {0, 0, 0}).error == errc::ok);
    // What surrounds the parts is ignored, but never piles up.
    CHECK(decode(in_pieces(std::string(100000, 'x') + "\r\n" + part + "--foo--", 99)).trace.size() <
          20000);
    CHECK(decode(in_pieces("--foo--" + std::string(100000, 'x'), 99)).trace.size() < 20000);
}

namespace {
// Slow oracle: tries every position for a delimiter, by the grammar alone.
struct naive {
    std::string text;
    std::string boundary;

    std::size_t break_at(std::size_t i) const {
        if (text.compare(i, 2, "\r\n") == 0) return 2;
        return i < text.size() && (text[i] == '\r' || text[i] == '\n') ? 1 : 0;
    }
    // The end of a delimiter line that starts at i (behind its line break); 0 if there is none.
    std::size_t line_at(std::size_t i, bool& closing) const {
        const std::string mark = "--" + boundary;
        if (text.compare(i, mark.size(), mark) != 0) return 0;
        i += mark.size();
        closing = text.compare(i, 2, "--") == 0;
        if (closing) return i + 2;
        while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
        const std::size_t size = break_at(i);
        return size ? i + size : 0;
    }
    std::string data_from(std::size_t& at, bool& closing, bool& found) const {
        std::size_t end = line_at(at, closing);
        found = end != 0;
        for (std::size_t i = at; !found && i < text.size(); ++i) {
            const std::size_t size = break_at(i);
            end = size ? line_at(i + size, closing) : 0;
            if (end == 0) continue;
            const std::string data = text.substr(at, i - at);
            at = end;
            found = true;
            return data;
        }
        if (found) at = end;
        return "";
    }
};
}  // namespace

TEST_CASE("random data agrees with the oracle, whole and in pieces") {
    std::mt19937 random(4);
    const std::vector<std::string> alphabet = {"\r", "\n", "-",   "--",   "--f",   "f",
                                               "x",  " ",  "foo", "\r\n", "--foo", "--foo--"};
    for (int round = 0; round < 6000; ++round) {
        std::string data;
        for (std::size_t n = random() % 14; n > 0; --n)
            data += alphabet[random() % alphabet.size()];
        const std::string text = "--foo\r\n" + head + data + "\r\n--foo--";
        naive oracle{text, "foo"};
        std::size_t at = 7 + head.size();
        bool closing = false;
        bool found = false;
        const std::string expected = "|[field t:" + oracle.data_from(at, closing, found) + "]";
        INFO(text);
        REQUIRE(found);
        const auto got = decode({text});
        if (closing) {
            REQUIRE(got.trace.starts_with(expected + "<"));
        } else {
            REQUIRE(got.trace.starts_with(expected));
        }
        REQUIRE(decode(in_pieces(text, 1 + random() % 5)) == got);
        const std::size_t split = random() % text.size();
        REQUIRE(decode({text.substr(0, split), text.substr(split)}) == got);
    }
}

TEST_CASE("hostile bodies take linear time") {
    const std::string start = "--foo\r\n" + head;
    const form_limits limits{.memory = 0};
    const auto repeated = [&](const char* unit, std::size_t size) {
        std::string text = start;
        while (text.size() < size) text += unit;
        return text;
    };
    for (const char* unit : {"\r", "\n", "-", "\r\n--", "\r\n--fo", "x--foo", "\r\n--foox"}) {
        INFO(unit);
        CHECK(decode({repeated(unit, 4'000'000), "\r\n--foo--"}, "foo", limits).error == errc::ok);
        CHECK(decode(in_pieces(repeated(unit, 200'000), 3), "foo", limits).error ==
              errc::multipart_incomplete);
    }
    CHECK(decode({repeated("\r\n--foo", 4'000'000)}, "foo", limits).error ==
          errc::part_head_too_large);
    CHECK(decode({repeated("\r\n--foo ", 4'000'000)}, "foo", limits).error ==
          errc::part_head_too_large);
    const std::string dashes(70, '-');
    const std::string text = "--" + dashes + "x\r\n" + head + "\r\n" + std::string(4'000'000, '-');
    CHECK(decode({text}, dashes + "x", limits).error == errc::multipart_incomplete);
    CHECK(decode({std::string(4'000'000, '-')}, dashes + "x").error == errc::multipart_incomplete);
}

TEST_CASE("a form in memory") {
    const auto form = parse_multipart(whole, "foo");
    REQUIRE(form);
    REQUIRE(form->parts.size() == 3);
    CHECK(form->parts[0].head.name == "a");
    CHECK(form->parts[0].data == "va\r\nlue");
    CHECK(form->parts[1].head.filename == "f.bin");
    CHECK(form->parts[1].data.data() > whole.data());
    CHECK(form->parts[2].data.empty());
    CHECK(parse_multipart("x", "foo").error().code == errc::multipart_incomplete);
}
