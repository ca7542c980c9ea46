#include "tests/simulation/network.h"

namespace cutover::simulation {

microseconds Network::delay() {
  if (happens(world_.settings.late_permille)) return world_.random.between(2'000, 400'000);
  return world_.random.between(30, 400);
}

void Network::send(std::function<void()> arrive) {
  if (happens(world_.settings.loss_permille)) return;
  if (happens(world_.settings.duplicate_permille)) world_.clock.after(delay() + delay(), arrive);
  world_.clock.after(delay(), std::move(arrive));
}

void Network::send_back(std::function<void()> arrive) {
  if (happens(world_.settings.loss_permille)) return;
  world_.clock.after(delay(), std::move(arrive));
}

}  // namespace cutover::simulation
