#include "controller/commands/phase_reporter.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "common/async/within.h"

namespace cutover {

PhaseReporter::PhaseReporter(boost::asio::any_io_executor executor, Actuator& fleet)
    : executor_(std::move(executor)), fleet_(fleet) {}

void PhaseReporter::on(const Event& event, const RunState&) {
  if (std::holds_alternative<PauseBegan>(event)) clients_wait_ = true;
  if (std::holds_alternative<PauseEnded>(event)) clients_wait_ = false;
  if (const auto* step = std::get_if<StepBegan>(&event); step != nullptr && !clients_wait_) {
    report(step->step);
  }
}

void PhaseReporter::report(const std::string& phase) {
  ++under_way_;
  boost::asio::co_spawn(executor_, fleet_.report_phase(phase),
                        [this](const std::exception_ptr&) { --under_way_; });
}

Task<void> PhaseReporter::finish() {
  constexpr int looks = 200;
  for (int look = 0; look < looks && under_way_ > 0; ++look) {
    co_await sleep_for(std::chrono::milliseconds(5));
  }
  co_await fleet_.report_phase("idle");
}

}  // namespace cutover
