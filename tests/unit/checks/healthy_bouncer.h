// A fleet of one bouncer with nothing wrong, for tests to spoil.
#pragma once

#include <string>

#include "controller/checks/check_context.h"
#include "controller/checks/checked_bouncers.h"

namespace cutover {

/// One database, blue at 10.0.0.1 and green at 10.0.0.2, one bouncer "b1".
Config one_bouncer_config();

/// One process "main": entry app on blue, 1.25.2, everything as it should be.
proto::Inspection healthy_inspection();

void set_column(proto::Row& row, const std::string& name, const std::string& value);
void set_setting(proto::Inspection& inspection, const std::string& name, const std::string& value);

struct SpoiledFleet {
  Config config = one_bouncer_config();
  proto::Inspection inspection = healthy_inspection();
  Result<proto::Preview> preview = proto::Preview();

  proto::ProcessInspection& process() { return *inspection.mutable_processes(0); }
  proto::Row& app() { return *process().mutable_databases(0); }
};

CheckContext context_of(const SpoiledFleet& fleet);
/// The one check of this name, asked on a thread of its own.
Finding ask_check(const std::string& name, const CheckContext& context);

}  // namespace cutover
