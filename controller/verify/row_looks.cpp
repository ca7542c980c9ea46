#include "controller/verify/row_looks.h"

#include "common/async/gather.h"

namespace cutover {

using postgres::Answer;
using postgres::Rows;

Task<VerifyAnswer<BothRows>> ask_both(VerifyPair& pair, std::string sql) {
  std::vector<Task<Answer<Rows>>> questions;
  questions.push_back(pair.blue.query(sql));
  questions.push_back(pair.green.query(sql));
  auto answers = co_await gather(std::move(questions));
  for (auto& answer : answers)
    if (!answer) co_return answer.error();
  BothRows both;
  both.blue = *answers[0];
  both.green = *answers[1];
  co_return both;
}

RowKey key_of(const ComparedTable& table, const Rows& rows, std::size_t row) {
  RowKey key;
  const auto columns = table.key.empty() ? 1 : table.key.size();
  for (std::size_t i = 0; i < columns; ++i) key.push_back(rows.text(row, "k" + std::to_string(i)));
  return key;
}

RowLooks looks_of(const ComparedTable& table, const Rows& rows) {
  bool has_version = false;
  for (std::size_t i = 0; i < rows.columns(); ++i) has_version |= rows.column_name(i) == "version";
  RowLooks looks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    looks[key_of(table, rows, i)] = {rows.text(i, "digest"),
                                     has_version ? rows.text(i, "version") : std::string()};
  }
  return looks;
}

std::optional<RowLook> look_at(const RowLooks& looks, const RowKey& key) {
  const auto found = looks.find(key);
  return found == looks.end() ? std::nullopt : std::optional(found->second);
}

std::vector<RowKey> unequal_keys(const RowLooks& blue, const RowLooks& green) {
  std::vector<RowKey> keys;
  for (const auto& [key, look] : blue) {
    const auto other = look_at(green, key);
    if (!other || other->digest != look.digest) keys.push_back(key);
  }
  for (const auto& [key, look] : green)
    if (!blue.contains(key)) keys.push_back(key);
  return keys;
}

}  // namespace cutover
