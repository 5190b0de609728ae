// What a worker does, counted where its master and others see it: server's Metrics over a slot of
// process's scoreboard.
//
//     slot_metrics metrics(&place);                   // of a worker_context, which must outlive it
//     server::worker<Loop, H, slot_metrics> w(options, handler, metrics, log);
//
// Used on the worker's loop alone. Without a place (null) it counts nothing, and never what those
// ask who watch.
#pragma once

#include "cruet/process/worker_context.hpp"
#include "cruet/server/metrics.hpp"

namespace cruet::service {

class slot_metrics {
public:
    static constexpr bool enabled = true;

    explicit slot_metrics(const process::worker_context* place = nullptr) noexcept
        : place_(place) {}

    void connection_opened() noexcept {
        if (place_) place_->slot().stats().connections.add(1);
        connections(1);
    }
    void connection_closed() noexcept { connections(-1); }
    void request_finished(const server::request_report& report) noexcept {
        if (!place_ || report.connection.monitor) return;
        place_->slot().stats().count(report.status, report.bytes, report.micros, report.incomplete);
        place_->count_request();
    }

private:
    void connections(int change) noexcept {
        count_ += static_cast<unsigned>(change);
        if (place_) place_->slot().set_connections(count_);
    }

    const process::worker_context* place_;
    unsigned count_ = 0;
};
static_assert(server::Metrics<slot_metrics>);

}  // namespace cruet::service
