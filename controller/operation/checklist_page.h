// The checklist as Markdown and as one self-contained HTML page. Pure.
#pragma once

#include "controller/operation/operation_state.h"

namespace cutover {

std::string checklist_markdown(const OperationState& state);
std::string checklist_html(const OperationState& state);

}  // namespace cutover
