#include "controller/servers/prepared.h"

#include "controller/servers/sqlstates.h"

namespace cutover {

Task<ScriptAnswer> ask_prepared(ServerSession& session, std::string execute, std::string prepare) {
  auto known = co_await session.script(execute);
  if (known || known.error().sqlstate != unknown_statement) co_return std::move(known);
  auto made = co_await session.script("DEALLOCATE ALL; " + prepare);
  if (!made) co_return std::move(made);
  auto answer = co_await session.script(execute);
  co_return std::move(answer);
}

}  // namespace cutover
