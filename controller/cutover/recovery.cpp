#include "controller/cutover/recovery.h"

#include <algorithm>

namespace cutover {
namespace {

bool is_left_untouched(const BouncerSight& sight) {
  return !sight.unreachable && !sight.armed && !sight.paused && !sight.intent && sight.all_blue;
}

bool is_on_green(const BouncerSight& sight) {
  return !sight.unreachable && sight.all_green && !sight.paused &&
         (sight.switched || !sight.intent);
}

/// Only a bouncer that is seen to serve blue, with no promise made, has surely not switched: also
/// one whose claim ended points at green without an intent. An agent that does not know the claim
/// may still obey a switch that an older one sent.
bool counts_as_switched(const BouncerSight& sight, const Claim& claim) {
  return sight.unreachable || sight.claim != claim || sight.intent || sight.switched ||
         !sight.all_blue;
}

/// With no decision on blue that is not what a run leaves: the configuration names other databases
/// than the run's, blue lost its decision in a fail-over, or `finish` came before.
bool serves_green_or_may(const BouncerSight& sight) {
  if (sight.unreachable) return false;
  return sight.intent || sight.switched || (sight.all_green && !sight.all_blue);
}

RecoveryDecision only_forward(const char* why, RecoveryWish wish) {
  if (wish != RecoveryWish::back)
    return {RecoveryCourse::forward, std::string(why) + ": green serves"};
  return {RecoveryCourse::refused, std::string(why) + ": green may hold writes that blue has not",
          "recover forward, then `cutover rollback` if you want blue back"};
}

RecoveryDecision for_undecided(const std::vector<BouncerSight>& sights, RecoveryWish wish,
                               bool fenced) {
  if (wish == RecoveryWish::forward) {
    return {RecoveryCourse::refused, "there is no decision on blue, and recovery does not decide",
            "recover without --forward, then start the cutover again"};
  }
  if (std::any_of(sights.begin(), sights.end(), serves_green_or_may)) {
    return {RecoveryCourse::refused, "a bouncer points at green though blue has no decision",
            "leave blue as it is and see `cutover status`: after `finish` there is nothing to "
            "recover; a blue that failed over or was restored has lost what the run wrote there"};
  }
  const bool untouched = std::all_of(sights.begin(), sights.end(), is_left_untouched);
  if (untouched && !fenced) {
    return {RecoveryCourse::nothing, "nothing was decided and every bouncer serves blue"};
  }
  return {RecoveryCourse::back, "nothing was decided: blue serves"};
}

/// Empty: it is what no run has in its hands.
std::string what_is_half_way(const BouncerSight& sight) {
  if (sight.intent) return "it promised to switch";
  if (sight.paused) return "it is paused";
  if (sight.armed) return "a run has staged new settings";
  return sight.all_green || sight.all_blue ? "" : "it serves neither side";
}

}  // namespace

const char* name_of(RecoveryCourse course) {
  switch (course) {
    case RecoveryCourse::nothing:
      return "nothing";
    case RecoveryCourse::back:
      return "back";
    case RecoveryCourse::forward:
      return "forward";
    case RecoveryCourse::refused:
      return "refused";
  }
  return "refused";
}

RecoveryDecision choose_course(const RunRecord& record, const std::vector<BouncerSight>& sights,
                               const Outcome& old_fence, RecoveryWish wish) {
  if (sights.empty()) {
    return {RecoveryCourse::refused, "no bouncer was seen", "name every bouncer in cutover.toml"};
  }
  if (!record.decided) return for_undecided(sights, wish, record.fenced);
  if (std::all_of(sights.begin(), sights.end(), is_on_green)) {
    return {RecoveryCourse::nothing, "the decision was carried out on every bouncer: green serves"};
  }
  const bool someone_may_have_switched = std::any_of(
      sights.begin(), sights.end(),
      [&](const BouncerSight& sight) { return counts_as_switched(sight, record.claim); });
  if (someone_may_have_switched) return only_forward("a bouncer has switched or may have", wish);
  if (!old_fence.is_done()) return only_forward("green's old fence is down or may be", wish);
  if (wish == RecoveryWish::forward) {
    return {RecoveryCourse::forward, "the decision exists and forward was asked for"};
  }
  return {RecoveryCourse::back, "the decision exists but no bouncer has switched: blue serves"};
}

Outcome nothing_is_half_way(const RunRecord& record, const std::vector<BouncerSight>& sights) {
  constexpr const char* hint = "run `cutover recover` first";
  if (record.claim.epoch == 0) return done("no run was ever claimed");
  for (const auto& sight : sights) {
    if (sight.unreachable)
      return refused(sight.bouncer + ": its agent cannot be asked: " + sight.unreachable->what,
                     "start it; a bouncer that is gone for good is taken out of cutover.toml");
    const auto left = what_is_half_way(sight);
    if (!left.empty()) return refused(sight.bouncer + ": " + left, hint);
  }
  const auto serves_green = [](const BouncerSight& sight) { return sight.all_green; };
  const auto on_green = std::count_if(sights.begin(), sights.end(), serves_green);
  if (on_green == std::ssize(sights) && on_green > 0) return done("every bouncer serves green");
  if (on_green > 0) return refused("some bouncers serve green, others blue", hint);
  if (record.fenced) return refused("blue is fenced and the bouncers serve it", hint);
  return done("every bouncer serves blue");
}

}  // namespace cutover
