#include "common/metrics/metric_page.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/stat.h>

#include <mutex>
#include <set>

#include "common/base/durable_file.h"

namespace cutover {
namespace {

constexpr std::size_t foreign_series_kept = 500;

/// A pause lasts some milliseconds, at most some seconds.
const prometheus::Histogram::BucketBoundaries pause_buckets = {.005, .01, .02, .05, .1, .2,
                                                               .5,   1,   2,   5,   10};

std::string series_name(const std::string& name, const MetricPage::Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels)
    text += (text.empty() ? "{" : ",") + key + "=\"" + value + "\"";
  return name + text + (text.empty() ? "" : "}");
}

}  // namespace

struct MetricPage::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;
  std::map<std::string, std::map<Labels, prometheus::Gauge*>> series;
  std::map<std::pair<std::string, Labels>, Parts> seen;  ///< by count_up_to
  std::set<std::string> foreign;
  mutable std::mutex mutex;
  std::unique_ptr<prometheus::Exposer> exposer;

  void add(const MetricRow& row) {
    if (row.kind == MetricKind::gauge) add_gauge(row.name, row.help);
    if (row.kind == MetricKind::counter)
      counters[row.name] =
          &prometheus::BuildCounter().Name(row.name).Help(row.help).Register(*registry);
    if (row.kind == MetricKind::histogram)
      histograms[row.name] =
          &prometheus::BuildHistogram().Name(row.name).Help(row.help).Register(*registry);
  }

  void add_gauge(const std::string& name, const std::string& help) {
    gauges[name] = &prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
  }

  bool is_taken(const std::string& name) const {
    return counters.contains(name) || histograms.contains(name) ||
           (gauges.contains(name) && !foreign.contains(name));
  }

  void set(const std::string& name, const Labels& labels, double value) {
    prometheus::Gauge& gauge = gauges.at(name)->Add(labels);
    series[name][labels] = &gauge;
    gauge.Set(value);
  }

  void replace(const std::string& name, const std::map<Labels, double>& wanted) {
    for (const auto& [labels, value] : wanted) set(name, labels, value);
    std::erase_if(series[name], [&](const auto& known) {
      if (wanted.contains(known.first)) return false;
      gauges.at(name)->Remove(known.second);
      return true;
    });
  }

  /// How many series of `name` may be kept beside those of other foreign names.
  std::size_t room_for(const std::string& name) const {
    std::size_t room = foreign_series_kept;
    for (const auto& other : foreign)
      if (other != name) room -= series.at(other).size();
    return room;
  }
};

MetricPage::MetricPage(MetricCatalogue catalogue) : impl_(std::make_unique<Impl>()) {
  for (const MetricRow& row : catalogue) impl_->add(row);
}

MetricPage::~MetricPage() = default;

void MetricPage::set(const std::string& name, const Labels& labels, double value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->set(name, labels, value);
}

void MetricPage::count(const std::string& name, const Labels& labels, double by) {
  const std::lock_guard lock(impl_->mutex);
  impl_->counters.at(name)->Add(labels).Increment(by);
}

void MetricPage::count_up_to(const std::string& name, const Labels& labels, double value) {
  count_up_to(name, labels, Parts{{"", value}});
}

void MetricPage::count_up_to(const std::string& name, const Labels& labels, const Parts& parts) {
  const std::lock_guard lock(impl_->mutex);
  Parts& seen = impl_->seen[{name, labels}];
  double by = 0;
  for (const auto& [part, value] : parts) {
    const auto before = seen.find(part);
    const bool goes_on = before != seen.end() && value >= before->second;
    by += goes_on ? value - before->second : value;
  }
  impl_->counters.at(name)->Add(labels).Increment(by);
  seen = parts;
}

void MetricPage::observe(const std::string& name, const Labels& labels, double value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->histograms.at(name)->Add(labels, pause_buckets).Observe(value);
}

void MetricPage::replace(const std::string& name, const std::map<Labels, double>& series) {
  const std::lock_guard lock(impl_->mutex);
  impl_->replace(name, series);
}

void MetricPage::replace_foreign(const std::string& name, std::map<Labels, double> series) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->is_taken(name)) return;
  const auto room = impl_->room_for(name);
  while (series.size() > room) series.erase(std::prev(series.end()));
  if (series.empty()) return;
  if (impl_->foreign.insert(name).second)
    impl_->add_gauge(name, "as the controller reported it last");
  impl_->replace(name, series);
}

std::map<std::string, double> MetricPage::gauges() const {
  const std::lock_guard lock(impl_->mutex);
  std::map<std::string, double> all;
  for (const auto& [name, series] : impl_->series)
    for (const auto& [labels, gauge] : series) all[series_name(name, labels)] = gauge->Value();
  return all;
}

Result<void> MetricPage::expose(const std::string& listen, const std::string& hint) {
  try {
    impl_->exposer = std::make_unique<prometheus::Exposer>(listen, 1);
    impl_->exposer->RegisterCollectable(impl_->registry);
    return {};
  } catch (const std::exception& failure) {
    return Error{"cannot serve metrics on " + listen + ": " + failure.what(), hint};
  }
}

std::string MetricPage::text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry->Collect());
}

Result<void> MetricPage::write_textfile(const std::string& path) const {
  auto written = write_durably(path, text());
  if (!written) return written;
  constexpr mode_t for_everyone = 0644;
  if (::chmod(path.c_str(), for_everyone) != 0)
    return Error{"cannot make " + path + " readable for everyone"};
  return {};
}

}  // namespace cutover
