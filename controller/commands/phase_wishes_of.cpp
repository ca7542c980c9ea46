#include "controller/commands/phase_wishes_of.h"

#include "common/base/duration.h"

namespace cutover {
namespace {

Result<SeedWish> seed_wish_of(const GivenOptions& options) {
  SeedWish wish;
  wish.lsn = options.text("--lsn");
  wish.log = options.text("--log");
  wish.copy = options.has("--copy");
  wish.jobs = static_cast<int>(options.number("--jobs", 2));
  const int ways = int{options.has("--lsn")} + int{options.has("--log")} + int{wish.copy};
  if (ways > 1)
    return Error{"--lsn, --log and --copy contradict each other", "give one of them, or none"};
  return wish;
}

}  // namespace

Result<PhaseWishes> phase_wishes_of(const GivenOptions& options) {
  PhaseWishes wishes;
  if (options.has("--refuse-ddl")) wishes.ddl_guard = DdlGuard::refuses;
  const auto seed = seed_wish_of(options);
  if (!seed) return seed.error();
  wishes.seed = *seed;
  if (options.has("--lift-fence")) wishes.finish.fence = FenceAtEnd::lifted;
  const auto watch = parse_duration(options.text("--watch", "30s"));
  if (!watch) return within_context("--watch", watch.error());
  wishes.finish.watch = std::chrono::ceil<std::chrono::seconds>(*watch);
  return wishes;
}

}  // namespace cutover
