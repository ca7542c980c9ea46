#include "controller/warm/warm_green.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/number.h"
#include "controller/servers/schema.h"
#include "controller/servers/server_session.h"

namespace cutover {
namespace {

using postgres::quote_literal;
using postgres::Rows;

constexpr std::uint64_t blocks_at_once = 8192;

constexpr const char* own_relations = R"sql(
  SELECT c.oid, coalesce(tn.nspname, n.nspname) AS nspname, coalesce(t.relname, c.relname) AS relname,
         t.oid IS NOT NULL AS toast
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_class AS t ON t.reltoastrelid = c.oid
  LEFT JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
  WHERE c.relkind IN ('r', 'i', 'm', 't') AND c.relpersistence = 'p'
    AND coalesce(tn.nspname, n.nspname) !~ '^(pg_|information_schema$|cutover$)')sql";

constexpr const char* buffers_sql = R"sql(
SELECT r.nspname, r.relname, r.toast,
       count(*) * current_setting('block_size')::float8 AS heat
FROM ({}) AS r JOIN {}.pg_buffercache AS b
  ON b.relfilenode = pg_relation_filenode(r.oid) AND b.relforknumber = 0
WHERE b.reldatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY 1, 2, 3 ORDER BY heat DESC)sql";

constexpr const char* statio_sql = R"sql(
SELECT r.nspname, r.relname, r.toast, coalesce(
         (SELECT heap_blks_hit + heap_blks_read FROM pg_statio_all_tables WHERE relid = r.oid),
         (SELECT idx_blks_hit + idx_blks_read FROM pg_statio_all_indexes WHERE indexrelid = r.oid),
         0)::float8 AS heat
FROM ({}) AS r ORDER BY heat DESC)sql";

constexpr const char* on_green_sql = R"sql(
SELECT coalesce(CASE WHEN {2} THEN c.reltoastrelid ELSE c.oid END, 0) AS oid,
       pg_relation_size(CASE WHEN {2} THEN c.reltoastrelid ELSE c.oid END) AS bytes
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {0} AND c.relname = {1})sql";

SessionOptions session(const std::string& conninfo, const std::string& place,
                       SessionAccess access) {
  SessionOptions options;
  options.conninfo = conninfo;
  options.place = place;
  options.application_name = "cutover warm";
  options.access = access;
  options.peer_timeout = std::chrono::seconds(30);
  return options;
}

Task<Result<std::string>> schema_of_extension(ServerSession& server, std::string extension) {
  const auto rows = co_await server.query(
      "SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace "
      "WHERE e.extname = " +
      quote_literal(extension));
  if (!rows) co_return Error(rows.error());
  co_return text_result(rows->empty() ? "" : rows->text(0, "nspname"));
}

Task<Result<Rows>> ask_what_is_hot(ServerSession& blue, WarmPlan& plan) {
  const auto schema = co_await schema_of_extension(blue, "pg_buffercache");
  if (!schema) co_return schema.error();
  if (!schema->empty()) {
    plan.source = "pg_buffercache";
    const auto rows = co_await blue.query(
        fmt::format(buffers_sql, own_relations, postgres::quote_identifier(*schema)));
    if (rows) co_return *rows;
  }
  plan.source = "pg_statio";
  const auto rows = co_await blue.query(fmt::format(statio_sql, own_relations));
  if (!rows) co_return Error(rows.error());
  co_return *rows;
}

Task<Result<bool>> find_on_green(ServerSession& green, HotRelation& relation) {
  const std::string is_toast = relation.toast ? "true" : "false";
  const auto rows = co_await green.query(fmt::format(on_green_sql, quote_literal(relation.schema),
                                                     quote_literal(relation.name), is_toast));
  if (!rows) co_return Error(rows.error());
  if (rows->empty()) co_return false;
  relation.green_oid = number_in_answer<std::uint32_t>(rows->text(0, "oid"));
  relation.bytes = number_in_answer<std::uint64_t>(rows->text(0, "bytes"));
  co_return relation.green_oid != 0 && relation.bytes > 0;
}

Task<std::optional<Error>> read_sizes(ServerSession& green, WarmPlan& plan) {
  const auto rows = co_await green.query(
      "SELECT current_setting('block_size') AS block, "
      "(SELECT setting::bigint * current_setting('block_size')::bigint FROM pg_settings "
      " WHERE name = 'shared_buffers') AS buffers");
  if (!rows) co_return Error(rows.error());
  plan.block_bytes = number_in_answer<std::uint64_t>(rows->text(0, "block"));
  if (plan.limit_bytes == 0)
    plan.limit_bytes = number_in_answer<std::uint64_t>(rows->text(0, "buffers"));
  co_return std::nullopt;
}

Task<Result<std::uint64_t>> load(ServerSession& green, const HotRelation& relation,
                                 std::uint64_t from, std::uint64_t blocks, std::string function,
                                 std::string mode) {
  const auto rows = co_await green.script_in_transaction(
      fmt::format("SELECT {}({}::oid::regclass, {}, 'main', {}, {}) AS loaded", function,
                  relation.green_oid, quote_literal(mode), from, from + blocks - 1));
  if (!rows) co_return Error(rows.error());
  co_return number_in_answer<std::uint64_t>(rows->front().text(0, "loaded"));
}

Task<Result<std::uint64_t>> load_all(ServerSession& green, WarmPlan plan, std::string function,
                                     WarmOptions options) {
  std::uint64_t wanted = 0;
  for (const auto& relation : plan.relations) wanted += relation.blocks;
  std::uint64_t total = 0;
  for (const auto& relation : plan.relations) {
    for (std::uint64_t at = 0; at < relation.blocks; at += blocks_at_once) {
      const auto blocks = std::min(blocks_at_once, relation.blocks - at);
      const auto loaded =
          co_await load(green, relation, relation.first_block + at, blocks, function, options.mode);
      if (!loaded) co_return loaded.error();
      total += *loaded;
      if (options.progress) options.progress(relation, total, wanted);
    }
  }
  co_return total;
}

}  // namespace

void share_out(std::vector<HotRelation>& relations, std::uint64_t limit_bytes,
               std::uint64_t block_bytes) {
  auto left = limit_bytes / block_bytes;
  for (auto& relation : relations) {
    const auto whole = relation.bytes / block_bytes;
    relation.blocks = std::min(whole, left);
    relation.first_block = whole - relation.blocks;
    left -= relation.blocks;
  }
}

Task<Result<WarmPlan>> plan_warming(DatabaseConfig database, WarmOptions options) {
  ServerSession blue(session(database.blue, "blue " + database.name, SessionAccess::read_only));
  ServerSession green(session(database.green, "green " + database.name, SessionAccess::read_only));
  WarmPlan plan;
  plan.limit_bytes = options.limit_bytes;
  const auto unread = co_await read_sizes(green, plan);
  if (unread) co_return *unread;
  const auto hot = co_await ask_what_is_hot(blue, plan);
  if (!hot) co_return hot.error();
  for (std::size_t i = 0; i < hot->size(); ++i) {
    HotRelation relation;
    relation.schema = hot->text(i, "nspname");
    relation.name = hot->text(i, "relname");
    relation.toast = hot->text(i, "toast") == "t";
    relation.heat = std::strtod(hot->text(i, "heat").c_str(), nullptr);
    if (relation.heat <= 0) continue;
    const auto found = co_await find_on_green(green, relation);
    if (!found) co_return found.error();
    if (*found) plan.relations.push_back(std::move(relation));
  }
  share_out(plan.relations, plan.limit_bytes, plan.block_bytes);
  co_return plan;
}

Task<Result<std::uint64_t>> warm_green(DatabaseConfig database, WarmPlan plan,
                                       WarmOptions options) {
  ServerSession green(session(database.green, "green " + database.name, SessionAccess::read_write));
  auto schema = co_await schema_of_extension(green, "pg_prewarm");
  if (!schema) co_return schema.error();
  // What is installed for this alone is never committed: it goes with the transaction, however that
  // ends, and what was loaded stays loaded.
  const std::string install =
      schema->empty() ? "; CREATE EXTENSION pg_prewarm SCHEMA cutover" : std::string();
  const auto begun = co_await green.script("BEGIN" + install);
  if (!begun) co_return Error(begun.error());
  const auto function = quoted_name(schema->empty() ? "cutover" : *schema, "pg_prewarm");
  const auto loaded = co_await load_all(green, std::move(plan), function, options);
  const auto ended = co_await green.script_in_transaction("ROLLBACK");
  if (!ended && loaded) co_return Error(ended.error());
  co_return loaded;
}

}  // namespace cutover
