#include "controller/commands/phase_wishes_of.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/duration.h"
#include "common/base/lsn.h"

namespace cutover {
namespace {

/// Both are looked at before any server is.
Result<void> expect_legible(const GivenOptions& options) {
  if (options.has("--lsn")) {
    const auto lsn = parse_lsn(options.text("--lsn"));
    if (!lsn) return within_context("--lsn", lsn.error());
  }
  const auto log = options.text("--log");
  if (options.has("--log") && ::access(log.c_str(), R_OK) != 0)
    return Error{"--log: " + log + " cannot be read: " + std::strerror(errno),
                 "copy green's server log to this machine, and name it"};
  return {};
}

Result<SeedWish> seed_wish_of(const GivenOptions& options) {
  SeedWish wish;
  wish.lsn = options.text("--lsn");
  wish.log = options.text("--log");
  wish.copy = options.has("--copy");
  wish.jobs = static_cast<int>(options.number("--jobs", 2));
  const int ways = int{options.has("--lsn")} + int{options.has("--log")} + int{wish.copy};
  if (ways > 1)
    return Error{"--lsn, --log and --copy contradict each other", "give one of them, or none"};
  const auto legible = expect_legible(options);
  if (!legible) return legible.error();
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
