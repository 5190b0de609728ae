#include "cruet/process/service_report.hpp"

#include <cstdlib>

#include "../catch.hpp"

using namespace cruet::process;

namespace {

std::string about(service_report& report, master_event event, pid_t pid = 0, int status = 0) {
    return report.about(master_notice{event, pid, status, {}});
}

}  // namespace

TEST_CASE("report: ready with the first worker, once") {
    service_report report(4);
    CHECK(about(report, master_event::worker_started, 5).empty());
    CHECK(about(report, master_event::worker_ready, 5) == "READY=1\nSTATUS=Serving, workers: 4");
    CHECK(about(report, master_event::worker_ready, 6).empty());
    CHECK(about(report, master_event::worker_ended, 6).empty());
    CHECK(about(report, master_event::boot_failed, 7, 3).empty());
    CHECK(about(report, master_event::alive) == "WATCHDOG=1");
    CHECK(about(report, master_event::stopping, 0, 15) == "STOPPING=1\nSTATUS=Stopping");
}

TEST_CASE("report: a start that fails is told to people") {
    service_report report(1);
    CHECK(about(report, master_event::boot_failed, 7, 3) == "STATUS=A worker does not start");
}

TEST_CASE("report: nobody is ready who stops") {
    service_report report(1);
    CHECK(about(report, master_event::stopping, 0, 15) == "STOPPING=1\nSTATUS=Stopping");
    CHECK(about(report, master_event::worker_ready, 5).empty());
}

TEST_CASE("report: a reload, whatever becomes of it") {
    service_report report(1);
    about(report, master_event::worker_ready, 5);
    timespec before{}, after{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    const std::string asked = about(report, master_event::reload_asked);
    ::clock_gettime(CLOCK_MONOTONIC, &after);
    const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
    REQUIRE(asked.substr(0, head.size()) == head);
    const std::string rest = asked.substr(head.size());
    const long long moment = std::atoll(rest.c_str());
    const auto micros = [](const timespec& t) {
        return static_cast<long long>(t.tv_sec) * 1000000 + t.tv_nsec / 1000;
    };
    CHECK(micros(before) <= moment);
    CHECK(moment <= micros(after));
    CHECK(rest == std::to_string(moment) + "\nSTATUS=Reloading");
    CHECK(about(report, master_event::reload_started).empty());
    SECTION("it succeeds, with other workers") {
        CHECK(about(report, master_event::reload_finished, 0, 3) ==
              "READY=1\nSTATUS=Serving, workers: 3");
    }
    SECTION("it fails") {
        CHECK(about(report, master_event::reload_failed) ==
              "READY=1\nSTATUS=Serving what was there before a reload that has failed");
    }
}

TEST_CASE("report: the number of workers") {
    service_report report(1);
    CHECK(about(report, master_event::workers_wanted, 0, 2).empty());
    CHECK(about(report, master_event::worker_ready, 5) == "READY=1\nSTATUS=Serving, workers: 2");
    CHECK(about(report, master_event::workers_wanted, 0, 3) == "STATUS=Serving, workers: 3");
    CHECK(about(report, master_event::workers_wanted, 0, 0) == "STATUS=No workers are wanted");
}

TEST_CASE("report: an old master names the new one when it goes, not before") {
    service_report report(1);
    about(report, master_event::worker_ready, 5);
    CHECK(about(report, master_event::upgrade_started, 77) == "STATUS=A new master starts: 77");
    SECTION("the new one stays") {
        CHECK(about(report, master_event::stopping, 0, 15) ==
              "MAINPID=77\nSTATUS=A new master takes over");
    }
    SECTION("the new one goes") {
        CHECK(about(report, master_event::upgrade_ended, 77) == "STATUS=Serving, workers: 1");
        CHECK(about(report, master_event::stopping, 0, 15) == "STOPPING=1\nSTATUS=Stopping");
    }
}

TEST_CASE("report: a new master says nothing of being ready until the old one has gone") {
    const std::string me = "MAINPID=" + std::to_string(::getpid());
    service_report report(2, 66);
    SECTION("with workers") {
        CHECK(about(report, master_event::worker_ready, 5).empty());
        CHECK(about(report, master_event::promoted) ==
              me + "\nREADY=1\nSTATUS=Serving, workers: 2");
        CHECK(about(report, master_event::worker_ready, 6).empty());
    }
    SECTION("before it has any") {
        CHECK(about(report, master_event::promoted) == me);
        CHECK(about(report, master_event::worker_ready, 5) ==
              "READY=1\nSTATUS=Serving, workers: 2");
    }
}
