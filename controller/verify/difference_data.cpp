#include "controller/verify/difference_data.h"

#include <boost/json/parse.hpp>

namespace cutover {
namespace {

std::string data_of(const ComparedTable& table, const postgres::Rows& rows, const RowKey& key) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (key_of(table, rows, i) == key) return rows.text(i, "data");
  return {};
}

}  // namespace

Task<std::optional<Error>> add_data(VerifyPair& pair, TableVerdict& verdict) {
  std::vector<RowKey> keys;
  for (const auto& shown : verdict.shown) keys.push_back(shown.key);
  const auto both = co_await ask_both(pair, data_by_key_sql(verdict.table, keys));
  if (!both) co_return Error(both.error());
  for (auto& shown : verdict.shown) {
    shown.blue_data = data_of(verdict.table, both->blue, shown.key);
    shown.green_data = data_of(verdict.table, both->green, shown.key);
  }
  co_return std::nullopt;
}

boost::json::value json_of_row(const std::string& data) {
  boost::json::parse_options options;
  options.max_depth = 1000;
  boost::json::error_code failed;
  auto value = boost::json::parse(data, failed, {}, options);
  return failed ? boost::json::value(data) : value;
}

}  // namespace cutover
