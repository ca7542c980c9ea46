#include "tests/support/load/load_record.h"

#include <algorithm>
#include <cstdio>

#include "tests/support/sql_session.h"

namespace cutover::support {
namespace {

constexpr double window_ms = 5000;
constexpr double plot_width = 800;
constexpr double plot_height = 300;
constexpr double plot_left = 60;
constexpr double plot_top = 30;
/// More dots than a screen has columns for are only a large file: of neighbours the longest stays.
constexpr int dots_of_a_server = 2000;

const char* word_of(WriteFate fate) {
  switch (fate) {
    case WriteFate::acknowledged:
      return "acknowledged";
    case WriteFate::failed:
      return "failed";
    case WriteFate::unknown:
      return "unknown";
  }
  return "";
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

LoadClock::time_point first_write_of(const std::vector<LoadDriver>& drivers) {
  auto first = LoadClock::time_point::max();
  for (const LoadDriver& driver : drivers)
    for (std::size_t number = 0; number < driver.clients(); ++number)
      for (const WriteTime& time : driver.record(number).times())
        first = std::min(first, time.begin);
  return first;
}

void add_writes(std::vector<RecordedWrite>& writes, const ClientRecord& record,
                LoadClock::time_point first, const std::map<WriteName, std::string>& servers) {
  const auto times = record.times();
  const auto fates = record.fates();
  for (std::size_t place = 0; place < times.size(); ++place) {
    const WriteName name{record.client(), static_cast<std::int64_t>(place) + 1};
    const auto server = servers.find(name);
    writes.push_back({milliseconds(times[place].begin - first), milliseconds(times[place].taken),
                      name, fates[place], server == servers.end() ? "" : server->second});
  }
}

/// The longest write of every column, server and fate.
std::vector<RecordedWrite> thinned(const std::vector<RecordedWrite>& writes, double from) {
  std::map<std::pair<int, std::string>, RecordedWrite> longest;
  for (const RecordedWrite& write : writes) {
    const double at = write.begin_ms - from;
    if (at < 0 || at > 2 * window_ms) continue;
    const int column = static_cast<int>(at / (2 * window_ms) * dots_of_a_server);
    const std::string kind = write.fate == WriteFate::acknowledged ? write.server : "failed";
    auto& kept = longest[{column, kind}];
    if (write.taken_ms >= kept.taken_ms) kept = write;
  }
  std::vector<RecordedWrite> dots;
  for (const auto& [place, write] : longest) dots.push_back(write);
  return dots;
}

/// Servers in the order in which they served.
std::vector<std::string> servers_in_turn(const std::vector<RecordedWrite>& writes) {
  std::vector<std::string> servers;
  for (const RecordedWrite& write : writes)
    if (!write.server.empty() &&
        std::find(servers.begin(), servers.end(), write.server) == servers.end())
      servers.push_back(write.server);
  return servers;
}

const char* color_of(const std::string& server, const std::vector<std::string>& servers) {
  const auto place = std::find(servers.begin(), servers.end(), server) - servers.begin();
  constexpr const char* colors[] = {"#1f77b4", "#2ca02c", "#9467bd", "#7f7f7f"};
  return colors[std::min<std::ptrdiff_t>(place, 3)];
}

std::string legend(const std::vector<std::string>& servers) {
  std::string text =
      "<text x=\"10\" y=\"18\" font-size=\"13\">how long writes took; the colour is the server "
      "that served it, red: failed";
  for (const std::string& server : servers)
    text += std::string("<tspan dx=\"10\" fill=\"") + color_of(server, servers) + "\">" + server +
            "</tspan>";
  return text + "</text>\n";
}

std::string axes(double highest, double from) {
  std::string text;
  for (int line = 0; line <= 4; ++line) {
    const double y = plot_top + plot_height * (1 - line / 4.0);
    text += format("<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>",
                   plot_left, plot_left + plot_width, y, y);
    text += format("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%.0f ms</text>\n",
                   plot_left - 5, y + 4, highest * line / 4);
  }
  for (int second = 0; second <= 10; second += 2)
    text += format("<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%.1f s</text>\n",
                   plot_left + plot_width * second / 10, plot_top + plot_height + 18,
                   from / 1000 + second);
  return text;
}

}  // namespace

std::map<WriteName, std::string> servers_of_writes(const std::string& conninfo,
                                                   const LoadSchema& schema) {
  std::map<WriteName, std::string> servers;
  SqlSession session(conninfo);
  for (const LoadTable& table : load_tables(schema))
    for (const auto& row : session.must("SELECT client, counter, server FROM " + table.name).rows)
      servers[{std::stoi(row[0]), std::stoll(row[1])}] = row[2];
  return servers;
}

std::vector<RecordedWrite> recorded_writes(const std::vector<LoadDriver>& drivers,
                                           const std::map<WriteName, std::string>& servers) {
  const auto first = first_write_of(drivers);
  std::vector<RecordedWrite> writes;
  for (const LoadDriver& driver : drivers)
    for (std::size_t number = 0; number < driver.clients(); ++number)
      add_writes(writes, driver.record(number), first, servers);
  std::sort(writes.begin(), writes.end(),
            [](const auto& left, const auto& right) { return left.begin_ms < right.begin_ms; });
  return writes;
}

std::string writes_csv(const std::vector<RecordedWrite>& writes) {
  std::string text = "begin_ms,client,counter,taken_ms,fate,server\n";
  for (const RecordedWrite& write : writes)
    text += format("%.3f,%d,%lld,%.3f,%s,", write.begin_ms, write.name.first,
                   static_cast<long long>(write.name.second), write.taken_ms, word_of(write.fate)) +
            write.server + "\n";
  return text;
}

std::string writes_plot(const std::vector<RecordedWrite>& writes) {
  if (writes.empty()) return "";
  const auto longest = std::max_element(
      writes.begin(), writes.end(),
      [](const auto& left, const auto& right) { return left.taken_ms < right.taken_ms; });
  const double from = longest->begin_ms - window_ms;
  const double highest = std::max(longest->taken_ms, 1.0);
  const auto servers = servers_in_turn(writes);
  std::string text = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "font-family=\"sans-serif\" font-size=\"11\">\n",
      plot_left + plot_width + 20, plot_top + plot_height + 30);
  text += "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  text += legend(servers);
  text += axes(highest, from);
  for (const RecordedWrite& write : thinned(writes, from)) {
    const bool is_served = write.fate == WriteFate::acknowledged;
    text += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"%s\"/>\n",
                   plot_left + (write.begin_ms - from) / (2 * window_ms) * plot_width,
                   plot_top + plot_height * (1 - write.taken_ms / highest),
                   is_served ? color_of(write.server, servers) : "#d62728");
  }
  return text + "</svg>\n";
}

}  // namespace cutover::support
