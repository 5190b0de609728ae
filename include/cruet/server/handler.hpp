// What a server asks of the code that answers requests.
//
//     struct hello {
//         void handle(exchange_ptr x) { (void)x->respond(200, "OK", {}, "Hello, World!\n"); }
//         void writable(exchange_ptr) {}
//         void gone(exchange_ptr) {}
//     };
//     static_assert(Handler<hello>);
//
// All three are called on the loop's thread, never one inside another.
//   handle    a request to answer, complete with its content, but where that is streamed
//             (server_options::stream_bodies): then only its head is. In thread mode
//             (server_options::threaded) handle passes the exchange on to a thread
//             (exchange_queue.hpp). An answer may be finished on return, or later.
//   writable  inline mode: write() has said `full`, and now there is room. Not called in thread
//             mode, where wait_writable() blocks.
//   gone      the client vanished, or was cut off, before the answer was finished: release what the
//             answer holds. In thread mode the exchange's thread learns it from write() as well.
// Each exchange given to handle() ends exactly once: by finish(), respond() or fail(), or by gone()
// if none of these came first, also where write() has returned `gone`.
// They do not throw: a handler turns its own failures into a response or fail().
#pragma once

#include <concepts>
#include <utility>

#include "cruet/server/exchange.hpp"

namespace cruet::server {

template <class H>
concept Handler = requires(H& handler, exchange_ptr x) {
    handler.handle(std::move(x));
    handler.writable(std::move(x));
    handler.gone(std::move(x));
};

}  // namespace cruet::server
