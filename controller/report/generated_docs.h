// The parts of docs/ that are made from the lists the program runs, so that they cannot disagree
// with it.
#pragma once

#include <string>

#include "controller/cutover/step.h"

namespace cutover {

/// A Markdown table: step, what it does, stage, deadline, whether clients wait, how it is undone.
std::string protocol_table(const Plan& plan);

/// `document` with what stands between "<!-- generated: NAME -->" and "<!-- end -->" replaced;
/// unchanged where there is no such mark.
std::string with_generated_block(const std::string& document, const std::string& name,
                                 const std::string& block);

}  // namespace cutover
