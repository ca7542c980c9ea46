// What the servers answered about rows, and the two sessions of one worker that ask.
#pragma once

#include <map>

#include "controller/servers/server_session.h"
#include "controller/verify/trial.h"
#include "controller/verify/verify_sql.h"

namespace cutover {

using RowLooks = std::map<RowKey, RowLook>;

/// The two sessions of one worker, kept read-only by the servers.
struct VerifyPair {
  VerifyPair(SessionOptions on_blue, SessionOptions on_green)
      : blue(std::move(on_blue)), green(std::move(on_green)) {}
  ServerSession blue;
  ServerSession green;
};

template <class T>
using VerifyAnswer = postgres::Answer<T>;

struct BothRows {
  postgres::Rows blue;
  postgres::Rows green;
};

/// The same statement on both at the same time.
Task<VerifyAnswer<BothRows>> ask_both(VerifyPair& pair, std::string sql);

RowLooks looks_of(const ComparedTable& table, const postgres::Rows& rows);
RowKey key_of(const ComparedTable& table, const postgres::Rows& rows, std::size_t row);
std::optional<RowLook> look_at(const RowLooks& looks, const RowKey& key);

/// Keys of rows that one side lacks or has otherwise.
std::vector<RowKey> unequal_keys(const RowLooks& blue, const RowLooks& green);

}  // namespace cutover
