#include "controller/verify/look_again.h"

namespace cutover {
namespace {

std::optional<Error> write_down(const WalkedTable& walked, const Differences& before,
                                const Differences& now, const LookAgain& work) {
  const auto& name = walked.table.name;
  const auto saved = work.record.save(work.scope, name, walked.progress);
  if (!saved) return saved.error();
  for (const auto& [key, kind] : before) {
    const auto left = now.find(key);
    const auto written = left == now.end()
                             ? work.record.forget_difference(work.scope, name, key)
                             : work.record.save_difference(work.scope, name, key, left->second);
    if (!written) return written.error();
  }
  return std::nullopt;
}

}  // namespace

Task<std::optional<Error>> look_again_at(WalkedTable& walked, Differences& found, LookAgain& work) {
  std::vector<RowKey> keys;
  for (const auto& [key, kind] : found) keys.push_back(key);
  auto options = work.settle;
  options.most_differences = keys.size() + 1;
  const auto settled = co_await settle(walked.table, keys, work.pair, work.watch, options);
  if (!settled) co_return Error(settled.error());
  Differences left;
  for (const auto& difference : settled->differences) left[difference.key] = difference.kind;
  walked.progress.looked_again += keys.size();
  walked.progress.unsettled += settled->unsettled.size();
  const auto unwritten = write_down(walked, found, left, work);
  found = std::move(left);
  co_return unwritten;
}

}  // namespace cutover
