#include "cruet/process/signals.hpp"

#include <poll.h>

#include "../catch.hpp"

using namespace cruet;
using namespace cruet::process;

namespace {
volatile sig_atomic_t own_handler_calls = 0;
void own_handler(int) { own_handler_calls = own_handler_calls + 1; }
}  // namespace

TEST_CASE("signals arrive as numbers, in order") {
    auto channel = signal_channel::open({SIGUSR1, SIGUSR2});
    REQUIRE(channel.has_value());
    CHECK_FALSE(channel->next().has_value());
    ::raise(SIGUSR2);
    ::raise(SIGUSR1);
    pollfd watched{channel->fd(), POLLIN, 0};
    CHECK(::poll(&watched, 1, 1000) == 1);
    CHECK(channel->next() == SIGUSR2);
    CHECK(channel->next() == SIGUSR1);
    CHECK_FALSE(channel->next().has_value());
}

TEST_CASE("there is one channel at a time") {
    auto channel = signal_channel::open({SIGUSR1});
    REQUIRE(channel.has_value());
    CHECK(signal_channel::open({SIGUSR2}).error().code == errc::invalid_argument);
    channel->close();
    CHECK(signal_channel::open({SIGUSR2}).has_value());
}

TEST_CASE("dispositions come back") {
    struct sigaction action {};
    action.sa_handler = &own_handler;
    REQUIRE(::sigaction(SIGUSR1, &action, nullptr) == 0);
    {
        auto channel = signal_channel::open({SIGUSR1});
        REQUIRE(channel.has_value());
        ::raise(SIGUSR1);
        CHECK(own_handler_calls == 0);
        CHECK(channel->next() == SIGUSR1);
    }
    ::raise(SIGUSR1);
    CHECK(own_handler_calls == 1);
    ::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("a signal that cannot be caught is an error and leaves nothing behind") {
    CHECK(signal_channel::open({SIGUSR1, SIGKILL}).error().code == errc::io);
    CHECK(signal_channel::open({SIGUSR1}).has_value());
}

TEST_CASE("blocked signals wait") {
    auto channel = signal_channel::open({SIGUSR1});
    REQUIRE(channel.has_value());
    {
        const signals_blocked blocked;
        ::raise(SIGUSR1);
        CHECK_FALSE(channel->next().has_value());
    }
    CHECK(channel->next() == SIGUSR1);
}

TEST_CASE("a flood of signals neither blocks nor is lost entirely") {
    auto channel = signal_channel::open({SIGUSR1});
    REQUIRE(channel.has_value());
    for (int i = 0; i < 100000; ++i) ::raise(SIGUSR1);
    CHECK(channel->next() == SIGUSR1);
}
