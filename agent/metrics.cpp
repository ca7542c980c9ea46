// See metrics.h.
#include "agent/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <stdexcept>

#include "agent/reported_gauge.h"

namespace cutover::agent {
namespace {

using enum MetricKind;

constexpr std::array<MetricRow, 12> catalogue = {{
    {"cutover_agent_build_info", gauge, "1, with the version of the agent as a label"},
    {"cutover_entry_target", gauge, "1 for the host:port that a moved entry leads to"},
    {"cutover_entry_paused", gauge, "1 while the clients of a moved entry are held"},
    {"cutover_pause_seconds", histogram, "how long pauses lasted, from PAUSE sent to resumed"},
    {"cutover_pause_started_timestamp_seconds", gauge,
     "when the pause began; 0 when there is none"},
    {"cutover_lease_expires_timestamp_seconds", gauge,
     "when the pause ends without word from the controller; 0 when there is none"},
    {"cutover_resumes_total", counter, "pauses that ended, by reason: switch, abort or lease"},
    {"cutover_console_errors_total", counter, "failures to reach an admin console"},
    {"cutover_config_drift", gauge, "1 when PgBouncer runs other entries than its files say"},
    {"cutover_agent_phase", gauge, "1 for the phase of the claim that the agent is in"},
    {"cutover_agent_epoch", gauge, "the newest epoch that claimed this agent"},
    {"cutover_phase", gauge, "1 for the phase that the controller reported last"},
}};

const MetricRow& row_named(const std::string& name) {
  for (const MetricRow& row : catalogue)
    if (name == row.name) return row;
  throw std::logic_error("metrics: no row named " + name);
}

bool is_in_catalogue(const std::string& name) {
  for (const MetricRow& row : catalogue)
    if (name == row.name) return true;
  return false;
}

constexpr std::size_t reported_gauges_kept = 500;

}  // namespace

std::span<const MetricRow> metric_catalogue() {
  return catalogue;
}

struct Metrics::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string, std::map<Labels, prometheus::Gauge*>> series;
  std::size_t reported = 0;
  prometheus::Histogram* pauses = nullptr;
  std::unique_ptr<prometheus::Exposer> exposer;

  void add(const MetricRow& row) {
    if (row.kind == gauge)
      gauges[row.name] =
          &prometheus::BuildGauge().Name(row.name).Help(row.help).Register(*registry);
    if (row.kind == counter)
      counters[row.name] =
          &prometheus::BuildCounter().Name(row.name).Help(row.help).Register(*registry);
    if (row.kind == histogram)
      pauses = &prometheus::BuildHistogram().Name(row.name).Help(row.help).Register(*registry).Add(
          {},
          prometheus::Histogram::BucketBoundaries{.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10});
  }
};

Metrics::Metrics(const std::string& program_version) : impl_(std::make_unique<Impl>()) {
  for (const MetricRow& row : catalogue) impl_->add(row);
  set("cutover_agent_build_info", {{"version", program_version}}, 1);
  for (const char* reason : {"switch", "abort", "lease"})
    count("cutover_resumes_total", {{"reason", reason}}, 0);
  set("cutover_pause_started_timestamp_seconds", {}, 0);
  set("cutover_lease_expires_timestamp_seconds", {}, 0);
}

Metrics::~Metrics() = default;

void Metrics::set(const char* name, const Labels& labels, double value) {
  prometheus::Gauge& gauge = impl_->gauges.at(name)->Add(labels);
  impl_->series[name][labels] = &gauge;
  gauge.Set(value);
}

void Metrics::count(const char* name, const Labels& labels, double by) {
  impl_->counters.at(row_named(name).name)->Add(labels).Increment(by);
}

void Metrics::count_up_to(const char* name, const Labels& labels, double value) {
  prometheus::Counter& counter = impl_->counters.at(name)->Add(labels);
  if (value > counter.Value()) counter.Increment(value - counter.Value());
}

void Metrics::observe_pause(double seconds) {
  impl_->pauses->Observe(seconds);
}

void Metrics::replace(const char* name, const std::map<Labels, double>& series) {
  for (const auto& [labels, value] : series) set(name, labels, value);
  std::erase_if(impl_->series[name], [&](const auto& known) {
    if (series.contains(known.first)) return false;
    impl_->gauges.at(name)->Remove(known.second);
    return true;
  });
}

void Metrics::report_phase(const std::string& phase, const std::map<std::string, double>& gauges) {
  std::map<Labels, double> phases;
  if (!phase.empty()) phases[{{"phase", phase}}] = 1;
  replace("cutover_phase", phases);
  for (const auto& [text, value] : gauges) {
    const auto reported = parse_reported_gauge(text);
    if (!reported || is_in_catalogue(reported->name)) continue;
    auto& family = impl_->gauges[reported->name];
    if (family == nullptr)
      family = &prometheus::BuildGauge()
                    .Name(reported->name)
                    .Help("as the controller reported it last")
                    .Register(*impl_->registry);
    if (impl_->series[reported->name].contains(reported->labels) ||
        impl_->reported < reported_gauges_kept) {
      if (!impl_->series[reported->name].contains(reported->labels)) ++impl_->reported;
      set(reported->name.c_str(), reported->labels, value);
    }
  }
}

Result<void> Metrics::expose(const std::string& listen) {
  try {
    impl_->exposer = std::make_unique<prometheus::Exposer>(listen, 1);
    impl_->exposer->RegisterCollectable(impl_->registry);
    return {};
  } catch (const std::exception& failure) {
    return Error{"cannot serve metrics on " + listen + ": " + failure.what(),
                 "choose a free address for `listen` of [metrics] in agent.toml, or \"\""};
  }
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry->Collect());
}

}  // namespace cutover::agent
