#include "controller/live/last_direction.h"

#include <charconv>
#include <optional>

#include "common/async/gather.h"
#include "controller/checks/read_only_server.h"

namespace cutover {
namespace {

constexpr const char* row_sql = "SELECT epoch, direction FROM cutover.run WHERE side = $1";

Task<std::optional<LastRun>> look_at(std::string colour, std::string conninfo) {
  ServerOptions options{colour, std::move(conninfo)};
  options.sessions = 1;
  const auto server = co_await ReadOnlyServer::open(options);
  postgres::Parameters side;
  side.emplace_back(colour);
  const auto rows = co_await server.ask(row_sql, side);
  if (!rows || rows->empty()) co_return std::nullopt;
  LastRun last;
  const auto epoch = rows->text(0, "epoch");
  std::from_chars(epoch.data(), epoch.data() + epoch.size(), last.epoch);
  if (rows->text(0, "direction") == "blue") last.direction = Direction::back;
  co_return last;
}

}  // namespace

Task<LastRun> look_for_last_run(const Config& config) {
  const auto& first = config.databases.front();
  std::vector<Task<std::optional<LastRun>>> looks;
  looks.push_back(look_at("blue", first.blue));
  looks.push_back(look_at("green", first.green));
  const auto rows = co_await gather(std::move(looks));
  LastRun last;
  for (const auto& row : rows)
    if (row && row->epoch > last.epoch) last = *row;
  co_return last;
}

}  // namespace cutover
