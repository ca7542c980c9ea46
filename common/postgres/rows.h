// How libpq's results become Rows; only for this folder.
#pragma once

#include <libpq-fe.h>

#include <memory>

#include "common/postgres/connection.h"

namespace cutover::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

Rows make_rows(ResultHandle result);

}  // namespace cutover::postgres
