#include "common/postgres/call.h"

#include <stdexcept>
#include <utility>

#include "common/postgres/failure.h"

namespace cutover::postgres {

Call::Call(Session& session) : session_(session) {
  if (session.busy) throw std::logic_error("a call on this connection is still in flight");
  session.busy = true;
}

Call::~Call() {
  session_.busy = false;
  if (!complete_) session_.close();
}

Task<std::optional<Failure>> Call::deliver(int sent) {
  if (!sent) co_return lost_failure(session_.connection());
  auto failure = co_await session_.flush();
  // A server that ended the session may have said why before: results come first.
  if (failure && session_.is_closed()) co_return failure;
  co_return std::nullopt;
}

bool Call::take(ResultHandle result) {
  switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      rows_.push_back(make_rows(std::move(result)));
      return true;
    case PGRES_PIPELINE_ABORTED:
      return true;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      failure_ = Failure{{"COPY between client and server is not supported here", {}}, {}, true};
      return false;
    default:
      break;
  }
  if (!failure_) failure_ = failure_of(result.get());
  failure_->lost = failure_->lost || !session_.is_open();
  return !failure_->lost;
}

Answer<std::vector<Rows>> Call::complete() {
  complete_ = session_.is_open();
  if (failure_) return std::move(*failure_);
  return std::move(rows_);
}

Task<Answer<std::vector<Rows>>> Call::results(int sent) {
  auto undelivered = co_await deliver(sent);
  if (undelivered) co_return std::move(*undelivered);
  while (true) {
    auto next = co_await session_.next_result();
    if (!next) co_return std::move(next).error();
    if (!*next) co_return complete();
    if (!take(std::move(*next))) co_return std::move(*failure_);
  }
}

Task<Answer<std::vector<Rows>>> Call::pipeline_results(int sent) {
  auto undelivered = co_await deliver(sent);
  if (undelivered) co_return std::move(*undelivered);
  bool between_statements = false;
  while (true) {
    auto next = co_await session_.next_result();
    if (!next) co_return std::move(next).error();
    const bool nothing = !*next;
    if (nothing && between_statements) co_return lost_failure(session_.connection());
    between_statements = nothing;
    if (nothing) continue;
    if (PQresultStatus(next->get()) == PGRES_PIPELINE_SYNC) break;
    if (!take(std::move(*next))) co_return std::move(*failure_);
  }
  if (!PQexitPipelineMode(session_.connection())) co_return lost_failure(session_.connection());
  co_return complete();
}

}  // namespace cutover::postgres
