// The loops that every test of the server runs over.
#pragma once

#include "cruet/net/poll_loop.hpp"
#ifdef CRUET_HAVE_LIBEVENT
#include "cruet/net/libevent_loop.hpp"
#define CRUET_LOOPS cruet::net::libevent_loop, cruet::net::poll_loop
#else
#define CRUET_LOOPS cruet::net::poll_loop
#endif
