// What came of an action on the world: its effect holds, nothing changed, or nobody knows yet.
#pragma once

#include <string>

#include "common/base/result.h"

namespace cutover {

enum class OutcomeKind { done, refused, in_doubt };

struct Outcome {
  OutcomeKind kind = OutcomeKind::in_doubt;
  /// Done: what was found or changed, may be empty; else what, where and why.
  std::string detail = {};
  std::string hint = {};  ///< what the operator can do; empty when done

  bool is_done() const { return kind == OutcomeKind::done; }
  bool is_refused() const { return kind == OutcomeKind::refused; }
  bool is_in_doubt() const { return kind == OutcomeKind::in_doubt; }
  bool operator==(const Outcome&) const = default;
};

Outcome done(std::string detail = {});
Outcome refused(std::string detail, std::string hint = {});
Outcome in_doubt(std::string detail, std::string hint = {});
Outcome refused(const Error& error);
Outcome in_doubt(const Error& error);

/// "done", "refused", "in_doubt": as in --json, journal and logs.
const char* name_of(OutcomeKind kind);

}  // namespace cutover
