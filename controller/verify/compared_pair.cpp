#include "controller/verify/compared_pair.h"

#include <fmt/format.h>

#include "controller/config/subscription_names.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

constexpr const char* side_sql = R"(
SELECT (SELECT system_identifier FROM pg_control_system()) AS server,
       (SELECT oid FROM pg_database WHERE datname = current_database()) AS database)";

// By the view: before 14 only a superuser may read pg_subscription.oid. It has a row for each
// worker, and does not tell databases apart.
constexpr const char* subscriptions_sql = R"(
SELECT string_agg(DISTINCT subid::text, ' ' ORDER BY subid::text) AS subscriptions,
       to_regclass('cutover.seed') IS NOT NULL AS may_be_seeded
FROM pg_stat_subscription WHERE subname IN ({}))";

/// Two clones of one blue may have every oid in common.
Task<Result<std::string>> seeded_at(ServerSession& green) {
  const auto rows =
      co_await green.query("SELECT found_at, lsn FROM cutover.seed WHERE side = 'green'");
  if (!rows) co_return Error(rows.error());
  co_return text_result(rows->empty() ? ""
                                      : rows->text(0, "found_at") + " " + rows->text(0, "lsn"));
}

}  // namespace

Task<Result<std::string>> identity_of(VerifyPair& pair, DatabaseConfig database) {
  const auto both = co_await ask_both(pair, side_sql);
  if (!both) co_return Error(both.error());
  const auto names = list_of_literals(subscriptions_of(database));
  const auto followed = co_await pair.green.query(fmt::format(subscriptions_sql, names));
  if (!followed) co_return Error(followed.error());
  std::string seed;
  if (followed->text(0, "may_be_seeded") == "t") {
    const auto seeded = co_await seeded_at(pair.green);
    if (!seeded) co_return seeded.error();
    seed = *seeded;
  }
  co_return text_result(fmt::format("blue {} {}, green {} {}, subscriptions {}, seed {}",
                                    both->blue.text(0, "server"), both->blue.text(0, "database"),
                                    both->green.text(0, "server"), both->green.text(0, "database"),
                                    followed->text(0, "subscriptions"), seed));
}

}  // namespace cutover
