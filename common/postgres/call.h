// One exchange with the server: what was sent, and all its results; only for this folder.
#pragma once

#include <vector>

#include "common/postgres/session.h"

namespace cutover::postgres {

/// Marks the session busy and closes it in the end unless complete() was called: a call that failed
/// half-way or was cancelled leaves libpq in the middle of an exchange.
class Call {
 public:
  explicit Call(Session& session);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// `sent`: what libpq's PQsend… function returned.
  Task<Answer<std::vector<Rows>>> results(int sent);

  /// As results(), until the end of a pipeline.
  Task<Answer<std::vector<Rows>>> pipeline_results(int sent);

 private:
  /// Nothing when the results are about to come.
  Task<std::optional<Failure>> deliver(int sent);
  /// Keeps the result or the first failure; false when the exchange cannot go on.
  bool take(ResultHandle result);
  Answer<std::vector<Rows>> complete();

  Session& session_;
  bool complete_ = false;
  std::vector<Rows> rows_;
  std::optional<Failure> failure_;
};

}  // namespace cutover::postgres
