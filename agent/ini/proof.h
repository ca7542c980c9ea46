// Proves what an edit did by looking at the parsed result, sharing no code with the edit.
#pragma once

#include <vector>

#include "agent/ini/config_files.h"
#include "agent/ini/edit.h"
#include "common/base/result.h"

namespace cutover::ini {

/// What PgBouncer makes of `after` is what it makes of `before`, but that every moved entry holds
/// to_host and to_port: the same entries with the same parameters, the same settings in every
/// section. Order, comments and replaced definitions may differ (the linked pair of files).
Result<void> prove_only_moved(const ConfigFiles& before, const ConfigFiles& after,
                              const std::vector<Move>& moves);

/// Every byte outside the moved entries' own lines is as before.
Result<void> prove_other_bytes_kept(const ConfigFiles& before, const ConfigFiles& after,
                                    const std::vector<Move>& moves);

}  // namespace cutover::ini
