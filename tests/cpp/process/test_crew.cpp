#include "cruet/process/crew.hpp"

#include <string>

#include "../catch.hpp"

using namespace cruet::process;

namespace {

crew_member& hire(crew& all, bool ready = true) {
    const auto slot = all.free_slot();
    REQUIRE(slot);
    crew_member& m = all.hire(*slot, static_cast<pid_t>(100 + *slot));
    m.ready = ready;
    return m;
}

// Tells everybody who is next, as the master does, and says whom.
std::string let_go(crew& all, unsigned wanted) {
    std::string out;
    while (crew_member* m = all.next_to_leave(wanted)) {
        m->told = true;
        out += std::to_string(m->slot) + " ";
    }
    return out;
}

}  // namespace

TEST_CASE("crew: slots are taken and given back") {
    crew all(2);
    CHECK(all.empty());
    hire(all);
    hire(all);
    CHECK_FALSE(all.free_slot());
    CHECK(all.fresh() == 2);
    CHECK(all.dismiss(0).pid == 100);
    CHECK(all.free_slot() == 0U);
    CHECK(all.fresh() == 1);
    CHECK_FALSE(all.empty());
}

TEST_CASE("crew: nobody leaves where as many are there as are wanted") {
    crew all(4);
    hire(all);
    hire(all);
    CHECK(let_go(all, 2).empty());
    CHECK(let_go(all, 3).empty());
}

TEST_CASE("crew: old ones leave one by one as fresh ones are ready") {
    crew all(6);
    hire(all);
    hire(all);
    all.next_generation();
    CHECK(all.old() == 2);
    CHECK(all.of_the_past() == 2);
    CHECK(let_go(all, 2).empty());
    crew_member& first = hire(all, false);
    CHECK(let_go(all, 2).empty());
    first.ready = true;
    CHECK(let_go(all, 2) == "0 ");
    crew_member& second = hire(all, false);
    CHECK(let_go(all, 2).empty());
    second.ready = true;
    CHECK(let_go(all, 2) == "1 ");
    CHECK(all.old() == 0);
    CHECK(all.of_the_past() == 2);
    CHECK(all.serving() == 2);
}

TEST_CASE("crew: one that retires serves until another is ready") {
    crew all(4);
    crew_member& tired = hire(all);
    hire(all);
    tired.retiring = true;
    CHECK(all.fresh() == 1);
    CHECK(all.serving() == 2);
    CHECK(let_go(all, 2).empty());
    hire(all, false).ready = true;
    CHECK(let_go(all, 2) == "0 ");
}

TEST_CASE("crew: when a generation does not boot the one before is fresh again") {
    crew all(4);
    hire(all);
    hire(all);
    all.next_generation();
    crew_member& broken = hire(all, false);
    all.previous_generation();
    CHECK(all.fresh() == 2);
    CHECK(all.fresh_and_ready() == 2);
    CHECK_FALSE(all.is_fresh(broken));
    // What boots after all is one too many.
    CHECK(let_go(all, 2) == "2 ");
    CHECK(all.of_the_past() == 0);
}

TEST_CASE("crew: fewer wanted, the one that does not serve yet goes first, then the eldest") {
    crew all(4);
    hire(all);
    hire(all);
    hire(all, false);
    CHECK(let_go(all, 2) == "2 ");
    CHECK(let_go(all, 1) == "0 ");
    CHECK(let_go(all, 0) == "1 ");
    CHECK(all.alive() == 3);
}

TEST_CASE("crew: who hangs takes no part") {
    crew all(4);
    crew_member& stuck = hire(all);
    stuck.hung = true;
    CHECK(all.fresh() == 0);
    CHECK(all.old() == 0);
    CHECK(all.serving() == 0);
    CHECK(all.alive() == 0);
    hire(all);
    CHECK(let_go(all, 1).empty());
}

TEST_CASE("crew: fewer wanted while a generation is replaced") {
    crew all(4);
    hire(all);
    hire(all);
    all.next_generation();
    crew_member& one = hire(all, false);
    hire(all, false);
    CHECK(let_go(all, 1) == "0 ");
    one.ready = true;
    // The last old one, then the fresh one too many.
    CHECK(let_go(all, 1) == "1 3 ");
}
