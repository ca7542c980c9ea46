// The state of the whole operation: the checklist with what the journal, the configuration and
// people say of it.
#pragma once

#include <optional>

#include "controller/config/config.h"
#include "controller/journal/journal.h"
#include "controller/operation/checklist.h"
#include "controller/operation/operation_record.h"

namespace cutover {

struct ItemState {
  ChecklistItem item;
  bool done = false;
  std::string at;    ///< when it was done, or last tried; empty: never
  std::string note;  ///< of who ticked it, or what the journal says
};

struct ValueState {
  ChecklistValue value;
  std::string text;  ///< empty: not known yet
};

struct OperationState {
  std::vector<ItemState> items;
  std::vector<ValueState> values;
};

/// A tick by hand counts more than the journal; a value set by hand more than one found.
Result<OperationState> operation_state(const Config& config, const Journal& journal,
                                       const OperationRecord& record);

}  // namespace cutover
