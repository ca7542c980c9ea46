#include "controller/servers/fresh_sessions.h"

#include "common/async/gather.h"

namespace cutover {
namespace {

/// A session that a server has ended says so only when it is used.
Task<Outcome> freshen(ServerSession& session) {
  if (session.is_open()) {
    const auto answer = co_await session.query("SELECT 1");
    if (answer) co_return done();
    session.close();
  }
  const auto unopened = co_await session.open();
  co_return unopened ? refused(*unopened) : done();
}

}  // namespace

Task<Outcome> freshen_sessions(DatabaseServers& servers) {
  std::vector<Task<Outcome>> tasks;
  for (auto* session : servers.on_blue()) tasks.push_back(freshen(*session));
  for (auto* session : servers.on_green()) tasks.push_back(freshen(*session));
  if (servers.takes_down) tasks.push_back(freshen(servers.green_as_blue().marker));
  const auto outcomes = co_await gather(std::move(tasks));
  co_return worst_of(outcomes);
}

}  // namespace cutover
