// How a connection ends when its worker stops: cruet/server/http1_session.hpp, on_stop().
#include "cruet/server/http1_session.hpp"

#include <thread>

#include "../catch.hpp"
#include "session_fixture.hpp"

using namespace cruet;
using namespace cruet::server;
using namespace cruet::test;
using namespace std::chrono_literals;

namespace {

struct stopping_fixture : session_fixture {
    stopping_fixture() { options.drain_linger = 20ms; }

    void hold_all() {
        handler.on_handle = [this](exchange& x) { handler.hold(x); };
    }
    void begin_stop() {
        services->stopping = true;
        services->stopping_since = net::coarse_clock::now();
        session->on_stop();
    }
    // What the client sees of the answer to the n-th request that is held.
    std::string answer(std::size_t n) {
        REQUIRE(handler.held.size() > n);
        (void)handler.held[n]->respond(200, {}, {}, handler.held[n]->head().target());
        services->port->drain();
        return take();
    }
    void pass_deadline() {
        const auto deadline = session->deadline();
        REQUIRE(deadline != session->never);
        while (net::coarse_clock::now() < deadline) std::this_thread::sleep_for(5ms);
        session->on_deadline();
    }
};

bool closes(std::string_view answer) {
    return answer.find("Connection: close\r\n") != std::string_view::npos;
}

}  // namespace

TEST_CASE("graceful stop: the next request on a kept connection is its last") {
    stopping_fixture f;
    f.send(get("/"));
    CHECK_FALSE(closes(f.take()));
    f.begin_stop();
    CHECK_FALSE(f.done());
    f.send(get("/last"));
    CHECK(closes(f.take()));
    CHECK(f.client->shut);
}

TEST_CASE("graceful stop: a request in flight is answered, as the last") {
    stopping_fixture f;
    f.options.threaded = GENERATE(false, true);
    f.hold_all();
    f.send(get("/"));
    f.begin_stop();
    CHECK(closes(f.answer(0)));
    CHECK(f.client->shut);
}

TEST_CASE("graceful stop: an answer that is begun before the loop notices is the last, too") {
    stopping_fixture f;
    f.handler.on_handle = [&](exchange& x) {
        f.services->port->set_ending();
        (void)x.respond(200, {}, {}, x.head().target());
    };
    SECTION("of the only request") {
        f.send(get("/"));
        CHECK(closes(f.take()));
        CHECK(f.client->shut);
    }
    SECTION("but not with others behind it") {
        f.send(get("/1") + get("/2"));
        const std::string both = f.take();
        CHECK(closes(both));
        CHECK(both.find("Connection: close") > both.find("/1"));
        CHECK(both.find("/2") != std::string::npos);
    }
}

TEST_CASE("graceful stop: requests that were pipelined are all answered") {
    stopping_fixture f;
    f.options.threaded = GENERATE(false, true);
    f.hold_all();
    SECTION("sent before the stop, in one piece") {
        f.send(get("/1") + get("/2") + get("/3"));
        f.begin_stop();
    }
    SECTION("sent before the stop, in pieces") {
        f.send(get("/1"));
        f.send(get("/2"));
        f.send(get("/3").substr(0, 5));
        f.begin_stop();
        f.send(get("/3").substr(5));
    }
    SECTION("sent after it") {
        f.send(get("/1"));
        f.begin_stop();
        f.send(get("/2") + get("/3"));
    }
    const std::string first = f.answer(0);
    CHECK(first.ends_with("/1"));
    CHECK_FALSE(closes(first));
    const std::string second = f.answer(1);
    CHECK(second.ends_with("/2"));
    CHECK_FALSE(closes(second));
    const std::string third = f.answer(2);
    CHECK(third.ends_with("/3"));
    CHECK(closes(third));
    CHECK(f.client->shut);
}

TEST_CASE("graceful stop: pipelined requests with content, and an answer within the handler") {
    stopping_fixture f;
    // As where a signal comes while the loop is in the handler.
    f.handler.on_handle = [&](exchange& x) {
        f.services->stopping = true;
        x.set_last();
        (void)x.respond(200, {}, {}, x.head().target());
    };
    f.send(post("one") + post("two") + get("/3"));
    const std::string all = f.take();
    CHECK(count(all, "HTTP/1.1 200 OK") == 3);
    CHECK(count(all, "Connection: close") == 1);
    CHECK(closes(all.substr(all.rfind("HTTP/1.1"))));
}

TEST_CASE("graceful stop: a request that nobody has read yet is not cut off") {
    stopping_fixture f;
    f.hold_all();
    f.send(get("/1"));
    f.begin_stop();
    // It has arrived, and the loop has not come to it.
    f.client->to_server = get("/2");
    CHECK_FALSE(closes(f.answer(0)));
    f.session->on_readable();
    CHECK(closes(f.answer(1)));
}

TEST_CASE("graceful stop: a stream whose head is sent is finished, and the connection lingers") {
    stopping_fixture f;
    f.hold_all();
    f.send(get("/"));
    exchange& x = *f.handler.held.at(0);
    REQUIRE(x.start(200, {}, {}, std::nullopt));
    CHECK(x.write("begun") == write_state::ready);
    f.begin_stop();
    x.finish();
    f.services->port->drain();
    CHECK(f.take().ends_with("0\r\n\r\n"));
    CHECK_FALSE(f.done());
    CHECK_FALSE(f.client->shut);
    f.send(get("/last"));
    CHECK(closes(f.answer(1)));
}

TEST_CASE("graceful stop: an idle connection lingers, and ends in order") {
    stopping_fixture f;
    SECTION("after an answer") {
        f.send(get("/"));
        f.take();
    }
    SECTION("before its first request") { f.connect(); }
    f.begin_stop();
    f.session->on_deadline();
    CHECK_FALSE(f.client->shut);
    f.pass_deadline();
    CHECK(f.client->shut);
    CHECK_FALSE(f.done());
    // A request that crossed the end is read, so that nothing is reset.
    f.client->to_server = get("/late");
    f.session->on_readable();
    CHECK(f.client->to_server.empty());
    CHECK(f.handler.handled <= 1);
    f.client->client_ended = true;
    f.session->on_readable();
    CHECK(f.done());
    CHECK_FALSE(f.client->reset);
}

TEST_CASE("graceful stop: what arrived at the last moment is answered") {
    stopping_fixture f;
    f.send(get("/"));
    f.take();
    f.begin_stop();
    f.client->to_server = get("/just/in/time");
    f.pass_deadline();
    const std::string answer = f.take();
    CHECK(answer.ends_with("/just/in/time"));
    CHECK(closes(answer));
}

TEST_CASE("graceful stop: the linger counts from the signal, not from when the loop noticed") {
    stopping_fixture f;
    f.options.drain_linger = 200ms;
    f.send(get("/"));
    f.take();
    f.services->stopping = true;
    f.services->stopping_since = net::coarse_clock::now() - 10s;
    f.session->on_stop();
    // It had the linger since its answer, which came later.
    CHECK(f.session->deadline() <= net::coarse_clock::now() + 200ms);
    std::this_thread::sleep_for(250ms);
    f.session->on_deadline();
    CHECK(f.client->shut);
}
