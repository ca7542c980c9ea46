// What a run may have left behind, for commands that are no run: whether one stands half way, and
// whether the side they begin from was left.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <optional>
#include <string>

#include "common/async/task.h"
#include "common/base/outcome.h"
#include "controller/config/config.h"
#include "controller/cutover/direction.h"

namespace cutover {

/// Asks servers and agents, as recovery does, in sessions of `run_id`; nothing is raised. In doubt
/// where the side that serves cannot be asked.
Task<Outcome> no_run_is_half_way(boost::asio::any_io_executor executor, Config config,
                                 std::string run_id);

/// Why a run, or what prepares one, may not begin in this direction: a database of the side to be
/// left is fenced. Nothing where it is not, or cannot be asked: the checks tell that.
Task<std::optional<Error>> why_already_left(Config config, Direction direction);

}  // namespace cutover
