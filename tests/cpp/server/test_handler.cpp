#include "cruet/server/handler.hpp"

#include <string>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::server;

namespace {

struct hello {
    void handle(exchange_ptr x) { (void)x->respond(200, "OK", {}, "Hello, World!\n"); }
    void writable(exchange_ptr) {}
    void gone(exchange_ptr) {}
};
struct by_reference {
    void handle(const exchange_ptr&) {}
    void writable(const exchange_ptr&) {}
    void gone(const exchange_ptr&) {}
};
struct without_gone {
    void handle(exchange_ptr) {}
    void writable(exchange_ptr) {}
};

static_assert(Handler<hello>);
static_assert(Handler<by_reference>);
static_assert(!Handler<without_gone>);
static_assert(!Handler<int>);

}  // namespace

TEST_CASE("handler: the header's example answers") {
    auto x = exchange::detached(http::make_head("GET", "/"));
    hello().handle(x);
    CHECK(x->take_output().ends_with("\r\n\r\nHello, World!\n"));
}
