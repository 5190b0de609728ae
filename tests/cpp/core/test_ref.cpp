#include "cruet/core/ref.hpp"

#include "../catch.hpp"

#include <thread>
#include <vector>

namespace {
struct counted : cruet::ref_counted<counted> {
    explicit counted(int& deaths) : deaths_(deaths) {}
    ~counted() { ++deaths_; }
    int& deaths_;
};
struct own_block : cruet::ref_counted<own_block> {
    static inline int destroyed = 0;
    static void destroy(const own_block* object) noexcept {
        ++destroyed;
        delete object;
    }
};
}  // namespace

TEST_CASE("the last owner destroys") {
    int deaths = 0;
    auto a = cruet::make_ref<counted>(deaths);
    CHECK(a->use_count() == 1);
    {
        auto b = a;
        cruet::ref_ptr<const counted> c = b;
        CHECK(a->use_count() == 3);
        CHECK(b == a);
    }
    CHECK(a->use_count() == 1);
    auto moved = std::move(a);
    CHECK(a == nullptr);
    CHECK(moved->use_count() == 1);
    moved.reset();
    CHECK(deaths == 1);
    CHECK_FALSE(moved);
}

TEST_CASE("a raw pointer is shared, detached and adopted") {
    int deaths = 0;
    auto owner = cruet::make_ref<counted>(deaths);
    counted* raw = cruet::ref_ptr<counted>(owner.get()).detach();
    CHECK(raw->use_count() == 2);
    owner = nullptr;
    CHECK(deaths == 0);
    { cruet::ref_ptr<counted> adopted(raw, cruet::adopt_ref); }
    CHECK(deaths == 1);
}

TEST_CASE("assignment to itself keeps the object") {
    int deaths = 0;
    auto owner = cruet::make_ref<counted>(deaths);
    auto& same = owner;
    owner = same;
    CHECK(deaths == 0);
    CHECK(owner->use_count() == 1);
}

TEST_CASE("a class may say how it dies") {
    { auto owner = cruet::make_ref<own_block>(); }
    CHECK(own_block::destroyed == 1);
}

TEST_CASE("owners may come and go on several threads") {
    int deaths = 0;
    {
        auto owner = cruet::make_ref<counted>(deaths);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([owner] {
                for (int i = 0; i < 1000; ++i) cruet::ref_ptr<counted> copy(owner);
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(deaths == 0);
    }
    CHECK(deaths == 1);
}
