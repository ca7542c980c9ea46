#include "controller/verify/patient_query.h"

#include "common/async/within.h"

namespace cutover {

Task<postgres::Answer<postgres::Rows>> query_patiently(ServerSession& server, std::string sql,
                                                       std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds between{500};
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto answer = co_await server.query(sql);
    const bool again = !answer && answer.error().lost && std::chrono::steady_clock::now() < give_up;
    if (!again) co_return answer;
    co_await sleep_for(between);
  }
}

}  // namespace cutover
